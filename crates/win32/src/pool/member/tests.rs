//! Waits that are satisfied and ended at the same time, and who waits for callbacks.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::*;
use crate::sync::event::Event;

unsafe extern "system" fn report(
    _instance: *mut c_void,
    context: *mut c_void,
    _own: Handle,
    result: u32,
) {
    // SAFETY: the tests keep the sender until the callback has run.
    let results = unsafe { &*context.cast::<Sender<u32>>() };
    let _ = results.send(result);
}

/// A wait for an event, with a time-out that is far away, and what its callbacks were told.
struct Waiting {
    member: Arc<Member>,
    told: Receiver<u32>,
    _sender: Box<Sender<u32>>,
}

impl Waiting {
    fn begin() -> Waiting {
        let (sender, told) = channel();
        let sender = Box::new(sender);
        let context = std::ptr::from_ref(&*sender) as usize;
        let member = Member::new(Callback::Wait(report), context, Environment::default())
            .expect("a thread for callbacks");
        let event = Arc::new(Event::new(false, false));
        let far = Instant::now() + Duration::from_secs(3600);
        assert_eq!(member.set_wait(event, Some(far)), Ok(false));
        Waiting {
            member,
            told,
            _sender: sender,
        }
    }

    /// The event was set just now: the wait has its signal, and hears of it when its waiter is woken.
    fn take_signal(&self) -> Arc<WaitingThread> {
        let arm = self.member.arm.lock();
        let waiter = arm.wait.as_ref().expect("it waits").waiter.clone();
        assert!(waiter.claim(0));
        waiter
    }

    /// What all callbacks were told.
    fn results(self) -> Vec<u32> {
        self.member.wait(false);
        self.told.try_iter().collect()
    }
}

#[test]
fn a_time_out_in_the_moment_of_the_signal_does_not_lose_it() {
    let waiting = Waiting::begin();
    let waiter = waiting.take_signal();
    let token = waiting.member.arm.lock().token.expect("a time-out");
    waiting.member.clone().ring(token);
    waiter.wake();
    assert_eq!(waiting.results(), [0]);
}

#[test]
fn a_wait_that_is_ended_in_the_moment_of_the_signal_calls_back_before_it_has_ended() {
    let waiting = Waiting::begin();
    let waiter = waiting.take_signal();
    assert!(!waiting.member.disarm(), "it is satisfied already");
    waiting.member.wait(false);
    assert_eq!(waiting.told.try_recv(), Ok(0));
    waiter.wake();
    assert_eq!(waiting.results(), [0u32; 0]);
}

#[test]
fn who_waits_for_a_callback_sees_that_another_has_dropped_it() {
    let calls = Arc::new(Calls::default());
    calls.queue(false);
    let (sender, ended) = channel();
    let waited = calls.clone();
    let thread = std::thread::spawn(move || {
        waited.wait(None);
        let _ = sender.send(());
    });
    while !calls.has_waiter() {
        std::thread::yield_now();
    }
    let queued = std::cell::Cell::new(1);
    assert_eq!(calls.wait(Some(&|| queued.take())), 1);
    assert_eq!(ended.recv_timeout(Duration::from_secs(60)), Ok(()));
    thread.join().expect("it has ended");
}
