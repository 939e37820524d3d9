//! Channels in place of those of [`std::sync::mpsc`]; the errors are std's.
//!
//! Owns: the queue between senders and a receiver, and waiting on both sides. Does not own: the locks. Threading:
//! any number of senders, one receiver.

use std::cell::Cell;
use std::collections::VecDeque;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
pub use std::sync::mpsc::{RecvError, RecvTimeoutError, SendError, TryRecvError, TrySendError};
use std::time::{Duration, Instant};

use httpsys_socket::lock::{Condvar, Mutex, MutexGuard};
use httpsys_socket::world;

struct ChannelState<T> {
    values: VecDeque<T>,
    senders: usize,
    has_receiver: bool,
}

struct Channel<T> {
    /// The most values that it holds.
    bound: usize,
    state: Mutex<ChannelState<T>>,
    changed: Condvar,
}

impl<T> Channel<T> {
    fn with_bound(bound: usize) -> Arc<Channel<T>> {
        let state = Mutex::new(ChannelState {
            values: VecDeque::new(),
            senders: 1,
            has_receiver: true,
        });
        Arc::new(Channel {
            bound,
            state,
            changed: Condvar::new(),
        })
    }

    fn change<R>(&self, change: impl FnOnce(&mut ChannelState<T>) -> R) -> R {
        let result = change(&mut self.state.lock());
        self.changed.notify_all();
        result
    }

    /// Waits while the channel is full.
    fn send(&self, value: T) -> Result<(), SendError<T>> {
        let mut state = self.state.lock();
        while state.has_receiver && state.values.len() == self.bound {
            self.changed.wait(&mut state);
        }
        self.push(state, value).map_err(|error| match error {
            TrySendError::Full(value) | TrySendError::Disconnected(value) => SendError(value),
        })
    }

    fn push(
        &self,
        mut state: MutexGuard<'_, ChannelState<T>>,
        value: T,
    ) -> Result<(), TrySendError<T>> {
        if !state.has_receiver {
            return Err(TrySendError::Disconnected(value));
        }
        if state.values.len() == self.bound {
            return Err(TrySendError::Full(value));
        }
        state.values.push_back(value);
        drop(state);
        self.changed.notify_all();
        Ok(())
    }

    fn add_sender(&self) {
        self.state.lock().senders += 1;
    }

    fn remove_sender(&self) {
        self.change(|state| state.senders -= 1);
    }
}

/// As [`std::sync::mpsc::channel`].
#[must_use]
pub fn channel<T>() -> (Sender<T>, Receiver<T>) {
    let channel = Channel::with_bound(usize::MAX);
    (Sender(Arc::clone(&channel)), Receiver::of(channel))
}

/// As [`std::sync::mpsc::sync_channel`].
///
/// # Panics
/// `bound` is 0: there is no rendezvous here.
#[must_use]
pub fn sync_channel<T>(bound: usize) -> (SyncSender<T>, Receiver<T>) {
    assert_ne!(bound, 0, "a channel of a simulation has room for a value");
    let channel = Channel::with_bound(bound);
    (SyncSender(Arc::clone(&channel)), Receiver::of(channel))
}

/// As [`std::sync::mpsc::Sender`].
pub struct Sender<T>(Arc<Channel<T>>);

impl<T> Sender<T> {
    /// Sends a value; it never waits.
    ///
    /// # Errors
    /// The receiver is gone.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.0.send(value)
    }
}

/// As [`std::sync::mpsc::SyncSender`].
pub struct SyncSender<T>(Arc<Channel<T>>);

impl<T> SyncSender<T> {
    /// Sends a value, and waits in virtual time while the channel is full.
    ///
    /// # Errors
    /// The receiver is gone.
    pub fn send(&self, value: T) -> Result<(), SendError<T>> {
        self.0.send(value)
    }

    /// Sends a value if there is room.
    ///
    /// # Errors
    /// The channel is full, or the receiver is gone.
    pub fn try_send(&self, value: T) -> Result<(), TrySendError<T>> {
        self.0.push(self.0.state.lock(), value)
    }
}

macro_rules! sender {
    ($name:ident) => {
        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                self.0.add_sender();
                $name(Arc::clone(&self.0))
            }
        }

        impl<T> Drop for $name<T> {
            fn drop(&mut self) {
                self.0.remove_sender();
            }
        }

        impl<T> fmt::Debug for $name<T> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        }
    };
}

sender!(Sender);
sender!(SyncSender);

/// As [`std::sync::mpsc::Receiver`].
pub struct Receiver<T> {
    channel: Arc<Channel<T>>,
    /// One thread at a time.
    of_one_thread: PhantomData<Cell<()>>,
}

impl<T> fmt::Debug for Receiver<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Receiver").finish_non_exhaustive()
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let values = self.channel.change(|state| {
            state.has_receiver = false;
            std::mem::take(&mut state.values)
        });
        drop(values); // with no lock held
    }
}

impl<T> Receiver<T> {
    fn of(channel: Arc<Channel<T>>) -> Receiver<T> {
        Receiver {
            channel,
            of_one_thread: PhantomData,
        }
    }

    /// Takes a value without waiting.
    ///
    /// # Errors
    /// The channel is empty, and its senders may be gone, too.
    pub fn try_recv(&self) -> Result<T, TryRecvError> {
        match self.recv_until(Some(world::now())) {
            Ok(value) => Ok(value),
            Err(RecvTimeoutError::Timeout) => Err(TryRecvError::Empty),
            Err(RecvTimeoutError::Disconnected) => Err(TryRecvError::Disconnected),
        }
    }

    /// Waits for a value in virtual time.
    ///
    /// # Errors
    /// The channel is empty, and its senders are gone.
    pub fn recv(&self) -> Result<T, RecvError> {
        self.recv_until(None).map_err(|_| RecvError)
    }

    /// As [`Receiver::recv`], but at most for this virtual time.
    ///
    /// # Errors
    /// The time is over, or the channel is empty and its senders are gone.
    pub fn recv_timeout(&self, time: Duration) -> Result<T, RecvTimeoutError> {
        self.recv_until(world::now().checked_add(time))
    }

    fn recv_until(&self, until: Option<Instant>) -> Result<T, RecvTimeoutError> {
        let Channel { state, changed, .. } = &*self.channel;
        let mut state = state.lock();
        loop {
            if let Some(value) = state.values.pop_front() {
                drop(state);
                changed.notify_all(); // a sender may wait for room
                return Ok(value);
            }
            if state.senders == 0 {
                return Err(RecvTimeoutError::Disconnected);
            }
            match until {
                None => changed.wait(&mut state),
                Some(until) if world::now() >= until => return Err(RecvTimeoutError::Timeout),
                Some(until) => drop(changed.wait_until(&mut state, until)),
            }
        }
    }

    /// The values, until the senders are gone.
    pub fn iter(&self) -> impl Iterator<Item = T> + '_ {
        std::iter::from_fn(|| self.recv().ok())
    }
}
