//! What threads of tests tell each other with: as std has it, over the library's locks, which in a simulated test are
//! those of its simulation.
//!
//! Owns: a channel, a barrier, the wait for a future. Does not own: locks (`httpsys_socket`).

use std::collections::VecDeque;
use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use httpsys_socket::lock::{Condvar, Mutex};

/// As [`std::sync::Barrier`], for one use.
#[derive(Debug)]
pub struct Barrier {
    missing: Mutex<usize>,
    complete: Condvar,
}

impl Barrier {
    /// For so many threads.
    #[must_use]
    pub fn new(threads: usize) -> Barrier {
        Barrier {
            missing: Mutex::new(threads),
            complete: Condvar::new(),
        }
    }

    /// Waits for the others.
    pub fn wait(&self) {
        let mut missing = self.missing.lock();
        *missing = missing.saturating_sub(1);
        if *missing == 0 {
            self.complete.notify_all();
        }
        while *missing > 0 {
            self.complete.wait(&mut missing);
        }
    }
}

/// What a channel's ends share.
#[derive(Debug)]
struct Channel<T> {
    /// What was sent, and how many senders there are.
    sent: Mutex<(VecDeque<T>, usize)>,
    changed: Condvar,
}

/// As [`std::sync::mpsc::Sender`].
#[derive(Debug)]
pub struct Sender<T>(Arc<Channel<T>>);

/// As [`std::sync::mpsc::Receiver`].
#[derive(Debug)]
pub struct Receiver<T>(Arc<Channel<T>>);

/// Nothing has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NothingSent;

/// As [`std::sync::mpsc::channel`]. What is sent to nobody is dropped with the channel.
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let channel = Arc::new(Channel {
        sent: Mutex::new((VecDeque::new(), 1)),
        changed: Condvar::new(),
    });
    (Sender(Arc::clone(&channel)), Receiver(channel))
}

impl<T> Sender<T> {
    /// As that of std.
    ///
    /// # Errors
    /// None; the form is that of std.
    pub fn send(&self, value: T) -> Result<(), NothingSent> {
        self.0.sent.lock().0.push_back(value);
        self.0.changed.notify_one();
        Ok(())
    }
}

impl<T> Clone for Sender<T> {
    fn clone(&self) -> Self {
        self.0.sent.lock().1 += 1;
        Sender(Arc::clone(&self.0))
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.0.sent.lock().1 -= 1;
        self.0.changed.notify_all();
    }
}

impl<T> Receiver<T> {
    /// As that of std.
    ///
    /// # Errors
    /// There is no sender any more.
    pub fn recv(&self) -> Result<T, NothingSent> {
        let mut sent = self.0.sent.lock();
        loop {
            match sent.0.pop_front() {
                Some(value) => return Ok(value),
                None if sent.1 == 0 => return Err(NothingSent),
                None => self.0.changed.wait(&mut sent),
            }
        }
    }

    /// As that of std.
    ///
    /// # Errors
    /// There is nothing.
    pub fn try_recv(&self) -> Result<T, NothingSent> {
        self.0.sent.lock().0.pop_front().ok_or(NothingSent)
    }

    /// As that of std.
    ///
    /// # Errors
    /// Nothing came for so long, or there is no sender any more.
    pub fn recv_timeout(&self, time: Duration) -> Result<T, NothingSent> {
        let until = httpsys_socket::now() + time;
        let mut sent = self.0.sent.lock();
        loop {
            match sent.0.pop_front() {
                Some(value) => return Ok(value),
                None if sent.1 == 0 => return Err(NothingSent),
                None => {}
            }
            if self.0.changed.wait_until(&mut sent, until).timed_out() {
                return sent.0.pop_front().ok_or(NothingSent);
            }
        }
    }
}

impl<T> IntoIterator for Receiver<T> {
    type Item = T;
    type IntoIter = ReceivedValues<T>;

    fn into_iter(self) -> ReceivedValues<T> {
        ReceivedValues(self)
    }
}

/// What comes, until there is no sender any more.
#[derive(Debug)]
pub struct ReceivedValues<T>(Receiver<T>);

impl<T> Iterator for ReceivedValues<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.0.recv().ok()
    }
}

/// Whether a future's waker was called.
#[derive(Debug, Default)]
struct Bell {
    rung: Mutex<bool>,
    rings: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock() = true;
        self.rings.notify_all();
    }
}

/// Waits for a future on the calling thread.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        let mut rung = bell.rung.lock();
        while !*rung {
            bell.rings.wait(&mut rung);
        }
        *rung = false;
    }
}
