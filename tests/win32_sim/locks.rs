//! Slim locks, critical sections, condition variables, one-time initialization and waits at addresses.

use std::cell::UnsafeCell;
use std::ffi::c_void;
use std::ptr::null_mut;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_win32::api::addresses::{WaitOnAddress, WakeByAddressSingle};
use httpsys_win32::api::locks::{
    AcquireSRWLockExclusive, AcquireSRWLockShared, EnterCriticalSection, InitOnceExecuteOnce,
    LeaveCriticalSection, ReleaseSRWLockExclusive, ReleaseSRWLockShared, SleepConditionVariableCS,
    SleepConditionVariableSRW, WakeAllConditionVariable, WakeConditionVariable,
};
use httpsys_win32::api::threads::{Sleep, SwitchToThread};
use httpsys_win32::api::waits::WaitForSingleObject;
use httpsys_win32::last_error;
use httpsys_win32::sync::locks::{ConditionVariable, CriticalSection, InitOnce, SrwLock};

use super::{INFINITE, each_seed, given, start, taken};

const ERROR_TIMEOUT: u32 = 1460;

/// A queue of numbers under a slim lock.
#[derive(Default)]
struct Queue {
    lock: SrwLock,
    filled: ConditionVariable,
    items: UnsafeCell<Vec<u32>>,
    /// Inside the lock; never more than one.
    inside: AtomicU32,
}

// SAFETY: `items` is touched under `lock` only.
unsafe impl Sync for Queue {}

impl Queue {
    fn items<R>(&self, body: impl FnOnce(&mut Vec<u32>) -> R) -> R {
        assert_eq!(self.inside.fetch_add(1, Ordering::SeqCst), 0);
        // Others have their chance to come in.
        SwitchToThread();
        // SAFETY: the caller has the lock, so nobody else is here.
        let result = body(unsafe { &mut *self.items.get() });
        self.inside.fetch_sub(1, Ordering::SeqCst);
        result
    }
}

unsafe extern "system" fn produce(queue: *mut c_void) -> u32 {
    // SAFETY: a `Queue` that lives until this thread has ended.
    let queue = unsafe { given::<Queue>(queue) };
    for number in 1..=3 {
        Sleep(60_000);
        // SAFETY: live values.
        unsafe {
            AcquireSRWLockExclusive(&queue.lock);
            queue.items(|items| items.push(number));
            ReleaseSRWLockExclusive(&queue.lock);
            WakeConditionVariable(&queue.filled);
        }
    }
    0
}

unsafe extern "system" fn consume(queue: *mut c_void) -> u32 {
    // SAFETY: a `Queue` that lives until this thread has ended.
    let queue = unsafe { given::<Queue>(queue) };
    let mut sum = 0;
    for _ in 0..3 {
        // SAFETY: live values.
        unsafe {
            AcquireSRWLockExclusive(&queue.lock);
            loop {
                if let Some(item) = queue.items(Vec::pop) {
                    sum += item;
                    break;
                }
                let woken = SleepConditionVariableSRW(&queue.filled, &queue.lock, INFINITE, 0);
                assert_ne!(woken, 0);
            }
            ReleaseSRWLockExclusive(&queue.lock);
        }
    }
    sum
}

#[test]
fn a_slim_lock_and_a_condition_variable_make_a_queue() {
    each_seed(|_| {
        let queue = Queue::default();
        let taken = taken(|| {
            let threads = [produce, produce, consume, consume].map(|body| start(body, &queue));
            for thread in &threads {
                assert_eq!(WaitForSingleObject(thread.0, INFINITE), 0);
            }
        });
        assert_eq!(taken, 180_000);
        assert!(queue.items(|items| items.is_empty()));
    });
}

#[test]
fn a_wait_for_a_condition_variable_ends_at_its_time_out() {
    each_seed(|_| {
        let (lock, variable) = (SrwLock::new(), ConditionVariable::new());
        // SAFETY: live values.
        unsafe {
            AcquireSRWLockShared(&lock);
            let taken = taken(|| {
                assert_eq!(SleepConditionVariableSRW(&variable, &lock, 120_000, 1), 0);
                assert_eq!(last_error::get(), ERROR_TIMEOUT);
            });
            ReleaseSRWLockShared(&lock);
            assert_eq!(taken, 120_000);
            assert!(lock.try_acquire(httpsys_win32::sync::locks::Mode::Exclusive));
        }
    });
}

#[derive(Default)]
struct Gate {
    section: CriticalSection,
    opened: ConditionVariable,
    open: AtomicU32,
    passed: AtomicU32,
}

unsafe extern "system" fn pass(gate: *mut c_void) -> u32 {
    // SAFETY: a `Gate` that lives until this thread has ended.
    let gate = unsafe { given::<Gate>(gate) };
    // SAFETY: live values.
    unsafe {
        EnterCriticalSection(&gate.section);
        EnterCriticalSection(&gate.section);
        while gate.open.load(Ordering::SeqCst) == 0 {
            SleepConditionVariableCS(&gate.opened, &gate.section, INFINITE);
        }
        gate.passed.fetch_add(1, Ordering::SeqCst);
        LeaveCriticalSection(&gate.section);
        LeaveCriticalSection(&gate.section);
    }
    0
}

#[test]
fn a_critical_section_and_a_condition_variable_make_a_gate() {
    each_seed(|_| {
        let gate = Gate::default();
        let threads = [(); 3].map(|()| start(pass, &gate));
        Sleep(1000);
        // SAFETY: live values.
        unsafe {
            EnterCriticalSection(&gate.section);
            gate.open.store(1, Ordering::SeqCst);
            LeaveCriticalSection(&gate.section);
            WakeAllConditionVariable(&gate.opened);
        }
        for thread in &threads {
            assert_eq!(WaitForSingleObject(thread.0, 0xFFFF), 0);
        }
        assert_eq!(gate.passed.load(Ordering::SeqCst), 3);
    });
}

#[derive(Default)]
struct Once {
    once: InitOnce,
    runs: AtomicU32,
}

unsafe extern "system" fn initialize(
    _once: *const InitOnce,
    shared: *mut c_void,
    _context: *mut *mut c_void,
) -> i32 {
    // SAFETY: the `Once` that was handed to InitOnceExecuteOnce.
    let shared = unsafe { given::<Once>(shared) };
    Sleep(2000);
    shared.runs.fetch_add(1, Ordering::SeqCst);
    1
}

unsafe extern "system" fn once(shared: *mut c_void) -> u32 {
    // SAFETY: a `Once` that lives until this thread has ended, which is what `initialize` takes.
    let done = unsafe {
        let it = given::<Once>(shared);
        InitOnceExecuteOnce(&it.once, Some(initialize), shared, null_mut())
    };
    done as u32
}

#[test]
fn threads_wait_for_the_one_that_initializes() {
    each_seed(|_| {
        let shared = Once::default();
        let taken = taken(|| {
            let threads = [(); 3].map(|()| start(once, &shared));
            for thread in &threads {
                assert_eq!(WaitForSingleObject(thread.0, INFINITE), 0);
            }
        });
        assert_eq!((taken, shared.runs.load(Ordering::SeqCst)), (2000, 1));
    });
}

unsafe extern "system" fn change(variable: *mut c_void) -> u32 {
    // SAFETY: an `AtomicU32` that lives until this thread has ended.
    unsafe { given::<AtomicU32>(variable) }.store(1, Ordering::SeqCst);
    WakeByAddressSingle(variable);
    0
}

#[test]
fn a_wait_on_an_address_sees_every_change() {
    each_seed(|_| {
        let variable = AtomicU32::new(0);
        let at = variable.as_ptr().cast::<c_void>().cast_const();
        let same = std::ptr::from_ref(&0_u32).cast::<c_void>();
        // SAFETY: both are values of 4 bytes.
        let wait = |milliseconds| unsafe { WaitOnAddress(at, same, 4, milliseconds) };
        assert_eq!(taken(|| assert_eq!(wait(120_000), 0)), 120_000);
        let thread = start(change, &variable);
        while variable.load(Ordering::SeqCst) == 0 {
            assert_ne!(wait(INFINITE), 0);
        }
        WaitForSingleObject(thread.0, INFINITE);
    });
}
