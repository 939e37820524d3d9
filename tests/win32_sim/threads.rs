//! Threads of CreateThread, and what they leave.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_win32::api::events::SetEvent;
use httpsys_win32::api::mutexes::CreateMutexW;
use httpsys_win32::api::threads::{ExitThread, GetExitCodeThread, Sleep, SwitchToThread};
use httpsys_win32::api::tls::{TlsAlloc, TlsFree, TlsGetValue, TlsSetValue};
use httpsys_win32::api::waits::WaitForSingleObject;

use super::{INFINITE, Owned, each_seed, event, given, start, taken};

struct PingPong {
    ping: Owned,
    pong: Owned,
    /// Who had the turn, in order.
    turns: Mutex<String>,
}

unsafe extern "system" fn answer(shared: *mut c_void) -> u32 {
    // SAFETY: a `PingPong` that lives until this thread has ended.
    let shared = unsafe { given::<PingPong>(shared) };
    for _ in 0..3 {
        assert_eq!(WaitForSingleObject(shared.ping.0, INFINITE), 0);
        shared.turns.lock().unwrap().push('b');
        Sleep(10_000);
        SetEvent(shared.pong.0);
    }
    7
}

unsafe extern "system" fn ask(shared: *mut c_void) -> u32 {
    // SAFETY: as above.
    let shared = unsafe { given::<PingPong>(shared) };
    for _ in 0..3 {
        shared.turns.lock().unwrap().push('a');
        SetEvent(shared.ping.0);
        assert_eq!(WaitForSingleObject(shared.pong.0, INFINITE), 0);
    }
    8
}

#[test]
fn two_threads_hand_an_event_to_each_other() {
    each_seed(|_| {
        let shared = PingPong {
            ping: event(false),
            pong: event(false),
            turns: Mutex::default(),
        };
        let taken = taken(|| {
            let threads = [start(answer, &shared), start(ask, &shared)];
            for (thread, code) in threads.iter().zip([7, 8]) {
                assert_eq!(WaitForSingleObject(thread.0, INFINITE), 0);
                let mut exit = 0;
                // SAFETY: a live value.
                assert_ne!(unsafe { GetExitCodeThread(thread.0, &mut exit) }, 0);
                assert_eq!(exit, code);
            }
        });
        assert_eq!(taken, 30_000);
        assert_eq!(*shared.turns.lock().unwrap(), "ababab");
    });
}

struct Race {
    begin: Owned,
    order: Mutex<Vec<u32>>,
    next: AtomicU32,
}

unsafe extern "system" fn race(shared: *mut c_void) -> u32 {
    // SAFETY: a `Race` that lives until this thread has ended.
    let shared = unsafe { given::<Race>(shared) };
    let own = shared.next.fetch_add(1, Ordering::SeqCst);
    WaitForSingleObject(shared.begin.0, INFINITE);
    SwitchToThread();
    shared.order.lock().unwrap().push(own);
    0
}

#[test]
fn seeds_find_different_orders() {
    let orders = RefCell::new(BTreeSet::new());
    each_seed(|_| {
        let shared = Race {
            begin: event(true),
            order: Mutex::default(),
            next: AtomicU32::new(0),
        };
        let threads = [(); 3].map(|()| start(race, &shared));
        SetEvent(shared.begin.0);
        for thread in &threads {
            WaitForSingleObject(thread.0, INFINITE);
        }
        let order = std::mem::take(&mut *shared.order.lock().unwrap());
        orders.borrow_mut().insert(order);
    });
    assert_eq!(orders.borrow().len(), 6, "all orders of three: {orders:?}");
}

unsafe extern "system" fn own_it(mutex: *mut c_void) -> u32 {
    // SAFETY: an `Owned` that lives until this thread has ended.
    let mutex = unsafe { given::<Owned>(mutex) };
    WaitForSingleObject(mutex.0, INFINITE)
}

#[test]
fn a_mutex_of_a_thread_that_ends_is_abandoned() {
    each_seed(|_| {
        // SAFETY: no attributes and no name.
        let mutex = Owned(unsafe { CreateMutexW(null_mut(), 0, null_mut()) });
        let thread = start(own_it, &mutex);
        assert_eq!(WaitForSingleObject(thread.0, INFINITE), 0);
        assert_eq!(WaitForSingleObject(mutex.0, INFINITE), 0x80);
    });
}

unsafe extern "system" fn leave_early(event: *mut c_void) -> u32 {
    // SAFETY: an `Owned` that lives until this thread has ended.
    let event = unsafe { given::<Owned>(event) };
    Sleep(5000);
    SetEvent(event.0);
    ExitThread(9);
    1
}

#[test]
fn a_thread_may_end_in_the_middle() {
    each_seed(|_| {
        let event = event(false);
        let thread = start(leave_early, &event);
        assert_eq!(
            taken(|| assert_eq!(WaitForSingleObject(thread.0, 60_000), 0)),
            5000
        );
        let mut exit = 0;
        // SAFETY: a live value.
        assert_ne!(unsafe { GetExitCodeThread(thread.0, &mut exit) }, 0);
        assert_eq!(exit, 9);
    });
}

unsafe extern "system" fn keep(index: *mut c_void) -> u32 {
    // SAFETY: an index that lives until this thread has ended.
    let index = *unsafe { given::<u32>(index) };
    let before = TlsGetValue(index);
    TlsSetValue(index, index as usize as *mut c_void);
    u32::from(!before.is_null())
}

#[test]
fn a_thread_begins_without_values() {
    let index = TlsAlloc();
    each_seed(|_| {
        for _ in 0..2 {
            let thread = start(keep, &index);
            WaitForSingleObject(thread.0, INFINITE);
            let mut exit = 1;
            // SAFETY: a live value.
            assert_ne!(unsafe { GetExitCodeThread(thread.0, &mut exit) }, 0);
            assert_eq!(exit, 0);
        }
    });
    TlsFree(index);
}
