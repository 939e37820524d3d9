//! Operations: calls that wait without a thread.
//!
//! Owns: what a door hands to a call that may have to wait ([`Operation`]), what the engine keeps of it
//! meanwhile ([`PendingOperation`]), and the ids by which it is cancelled. Does not own what a call does
//! (`calls`), nor the list that an operation waits in. Knows no service: whoever signals an operation
//! needs nothing but the operation.
//!
//! Invariant: an operation that has been kept is either withdrawn from its list or signalled, once.

use std::sync::atomic::{AtomicU64, Ordering};

use httpsys_core::{Error, OperationId, RequestId};

/// Why a waiting call goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    /// What it waited for is there: try again.
    Ready,
    /// A receive was given this request.
    Request(RequestId),
    /// It ends with this error.
    Failed(Error),
}

/// An overlapped call, passed by value: it comes back when the call is done at once, and the engine keeps
/// what it turns into while it waits.
pub trait Operation: Sized {
    /// What is kept while the operation waits.
    type Kept: PendingOperation;

    /// The operation has to wait. Until the wait ends `id` names it. A lock of the service is held, so
    /// nobody signals or cancels the operation before this returns; the service must not be called.
    ///
    /// # Errors
    /// The operation does not wait: it was cancelled between two waits, and ends with this error.
    fn keep(self, id: OperationId) -> Result<Self::Kept, (Self, Error)>;
}

/// An operation that waits.
pub trait PendingOperation: Send + 'static {
    /// What it waited for is there, or it has failed. Called once, by any thread, with no lock held. On
    /// [`Signal::Ready`] it tries again, and may have to wait again, under a new id. The thread may be the
    /// one that looks after timers: what takes long, or blocks, is to be handed to another.
    fn signal(self, signal: Signal);

    /// As [`PendingOperation::signal`], where it is kept: one that is large is moved only if it has to be.
    #[inline]
    fn signal_kept(kept: &mut Option<Self>, signal: Signal)
    where
        Self: Sized,
    {
        if let Some(operation) = kept.take() {
            operation.signal(signal);
        }
    }
}

/// What became of an overlapped call.
#[derive(Debug)]
#[must_use]
pub enum Started<O, T> {
    /// It is done, and the operation is the caller's again.
    Done(O, Result<T, Error>),
    /// It waits under this id, or has been signalled already.
    Pending(OperationId),
}

impl<O, T> Started<O, T> {
    /// Changes what a call that is done has given.
    #[inline]
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Started<O, U> {
        match self {
            Started::Done(operation, result) => Started::Done(operation, result.map(change)),
            Started::Pending(id) => Started::Pending(id),
        }
    }
}

/// A kept operation of any kind, in the list that it waits in.
pub(crate) trait Registered: Send {
    fn id(&self) -> OperationId;
    fn signal(self: Box<Self>, signal: Signal);
}

/// Where the ids come from.
#[derive(Debug, Default)]
pub(crate) struct OperationIds(AtomicU64);

impl OperationIds {
    /// An id that no other operation of the service had or will have.
    pub(crate) fn next(&self) -> OperationId {
        OperationId(self.0.fetch_add(1, Ordering::Relaxed) + 1)
    }

    /// Makes an operation wait: `register` puts it into its list. The lock of that list is held.
    #[inline]
    pub(crate) fn keep<O: Operation, T>(
        &self,
        operation: O,
        register: impl FnOnce(Box<dyn Registered>),
    ) -> Started<O, T> {
        let id = self.next();
        match operation.keep(id) {
            Ok(kept) => {
                let kept = Some(kept);
                register(Box::new(WithId { id, kept }));
                Started::Pending(id)
            }
            Err((operation, error)) => Started::Done(operation, Err(error)),
        }
    }
}

struct WithId<K> {
    id: OperationId,
    /// Until it is signalled.
    kept: Option<K>,
}

impl<K: PendingOperation> Registered for WithId<K> {
    fn id(&self) -> OperationId {
        self.id
    }

    fn signal(mut self: Box<Self>, signal: Signal) {
        K::signal_kept(&mut self.kept, signal);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    struct Tells(Sender<Signal>);

    impl Operation for Tells {
        type Kept = Self;

        fn keep(self, id: OperationId) -> Result<Self, (Self, Error)> {
            if id == OperationId(2) {
                Err((self, Error::Aborted))
            } else {
                Ok(self)
            }
        }
    }

    impl PendingOperation for Tells {
        fn signal(self, signal: Signal) {
            self.0.send(signal).expect("the test listens");
        }
    }

    #[test]
    fn an_operation_is_kept_under_a_new_id_or_comes_back() {
        let ids = OperationIds::default();
        let (tell, told) = channel();
        let mut list = Vec::new();
        let first: Started<_, ()> = ids.keep(Tells(tell), |waiting| list.push(waiting));
        assert!(matches!(first, Started::Pending(OperationId(1))));
        assert_eq!(list[0].id(), OperationId(1));
        let second: Started<_, ()> = ids.keep(Tells(channel().0), |_| panic!("refused"));
        assert!(matches!(second, Started::Done(_, Err(Error::Aborted))));
        list.pop().expect("it was kept").signal(Signal::Ready);
        assert_eq!(told.try_recv(), Ok(Signal::Ready));
    }
}
