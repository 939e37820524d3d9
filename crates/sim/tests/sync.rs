//! Channels, locks and futures of programs, in virtual time.

use std::future::poll_fn;
use std::sync::Arc;
use std::task::{Poll, Waker};
use std::time::Duration;

use httpsys_sim::sync::mpsc::{
    self, RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError,
};
use httpsys_sim::sync::{Condvar, Mutex};
use httpsys_sim::{Sim, block_on, each_seed, thread};

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_channel_hands_over_every_value_in_the_order_of_its_sender() {
    each_seed(100, |sim| {
        let (sender, receiver) = mpsc::channel();
        let threads = [0, 100].map(|first| {
            let sender = sender.clone();
            thread::spawn(move || (first..first + 10).try_for_each(|value| sender.send(value)))
        });
        drop(sender);
        let mut values: Vec<_> = receiver.iter().collect();
        values.sort_by_key(|value| value / 100); // stable: of each sender in its order
        assert!(values.into_iter().eq((0..10).chain(100..110)));
        for thread in threads {
            thread.join().unwrap().unwrap();
        }
        assert_eq!(sim.now(), Duration::ZERO);
    });
}

#[test]
fn a_sender_waits_while_the_channel_is_full() {
    each_seed(50, |sim| {
        let (sender, receiver) = mpsc::sync_channel(2);
        let filling = thread::spawn(move || {
            sender.send(1).unwrap();
            sender.send(2).unwrap();
            assert_eq!(sender.try_send(3), Err(TrySendError::Full(3)));
            sender.send(3)
        });
        sim.advance(MINUTE);
        assert!(!filling.is_finished());
        assert_eq!(receiver.iter().collect::<Vec<_>>(), [1, 2, 3]);
        filling.join().unwrap().unwrap();
        assert_eq!(sim.now(), MINUTE);
    });
}

#[test]
fn a_receive_waits_in_virtual_time() {
    let sim = Sim::seeded(1);
    let (sender, receiver) = mpsc::channel::<u8>();
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Empty));
    assert_eq!(
        receiver.recv_timeout(MINUTE),
        Err(RecvTimeoutError::Timeout)
    );
    assert_eq!(sim.now(), MINUTE);
    let sending = thread::spawn(move || {
        thread::sleep(MINUTE);
        sender.send(7)
    });
    assert_eq!(receiver.recv_timeout(2 * MINUTE), Ok(7));
    assert_eq!(sim.now(), 2 * MINUTE);
    sending.join().unwrap().unwrap();
    sim.finish();
}

#[test]
fn the_end_of_one_side_ends_the_waits_of_the_other() {
    let sim = Sim::seeded(1);
    let (sender, receiver) = mpsc::channel::<u8>();
    sender.send(1).unwrap();
    let last = sender.clone();
    drop(sender);
    let leaving = thread::spawn(move || {
        thread::sleep(MINUTE);
        drop(last);
    });
    assert_eq!((receiver.recv(), receiver.recv()), (Ok(1), Err(RecvError)));
    assert_eq!(receiver.try_recv(), Err(TryRecvError::Disconnected));
    leaving.join().unwrap();

    let (sender, receiver) = mpsc::sync_channel(1);
    sender.send(1).unwrap();
    let leaving = thread::spawn(move || {
        thread::sleep(MINUTE);
        drop(receiver);
    });
    assert_eq!(sender.send(2), Err(SendError(2)));
    assert_eq!(sender.try_send(3), Err(TrySendError::Disconnected(3)));
    leaving.join().unwrap();
    sim.finish();
}

#[test]
fn a_lock_may_be_held_over_a_wait() {
    each_seed(50, |sim| {
        let count = Arc::new((Mutex::new(0), Condvar::new()));
        let threads = [(); 3].map(|()| {
            let count = Arc::clone(&count);
            thread::spawn(move || {
                let mut held = count.0.lock().unwrap();
                thread::sleep(MINUTE);
                *held += 1;
                drop(held);
                count.1.notify_all();
            })
        });
        let mut held = count.0.lock().unwrap();
        while *held < 3 {
            held = count.1.wait(held).unwrap();
        }
        drop(held);
        assert_eq!(sim.now(), 3 * MINUTE);
        for thread in threads {
            thread.join().unwrap();
        }
        let held = count.0.lock().unwrap();
        let (held, waited) = count.1.wait_timeout(held, MINUTE).unwrap();
        assert!(waited.timed_out());
        assert_eq!((*held, sim.now()), (3, 4 * MINUTE));
    });
}

#[test]
fn a_future_is_polled_again_when_it_was_woken_and_time_passes_meanwhile() {
    each_seed(50, |sim| {
        let state = Arc::new(Mutex::new((0, None::<Waker>)));
        let other = Arc::clone(&state);
        let waking = thread::spawn(move || {
            for value in 1..=3 {
                thread::sleep(MINUTE);
                let mut state = other.lock().unwrap();
                state.0 = value;
                let waker = state.1.take();
                drop(state);
                waker.unwrap().wake();
            }
        });
        let mut polls = 0;
        block_on(poll_fn(|context| {
            polls += 1;
            let mut state = state.lock().unwrap();
            state.1 = Some(context.waker().clone());
            match state.0 {
                3 => Poll::Ready(()),
                _ => Poll::Pending,
            }
        }));
        assert_eq!((polls, sim.now()), (4, 3 * MINUTE));
        waking.join().unwrap();
    });
}
