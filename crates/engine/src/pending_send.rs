//! An overlapped send that the socket has not taken whole.
//!
//! Owns: how it goes on when the socket takes bytes again, and its end. Does not own: the program's
//! memory, which its operation lends (`PendingSend`), nor what is left of it (`outgoing.rs`).
//! Threading: whoever signals it runs it, with no lock held.

use httpsys_core::{ConnectionId, End, Error};
use httpsys_socket::lock::MutexGuard;

use crate::chunk::Chunk;
use crate::conn::Conn;
use crate::outgoing::Outgoing;
use crate::service::Service;
use crate::waiter::{PendingOperation, Signal, Waiting, Wakes};
use crate::write::Written;

/// What an overlapped send keeps alive until its end.
///
/// The body's memory is the program's: the implementor vouches that it stays valid until `done`.
pub trait PendingSend: Send {
    /// Lends the body chunks that were given with the call.
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>]));
    /// The send has ended: bytes put on the wire, or why not. Called exactly once, without locks.
    fn done(self: Box<Self>, service: &Service, result: Result<u64, Error>);
    /// Names the operation, to cancel it (the address of its OVERLAPPED).
    fn tag(&self) -> usize;
    /// Whether the operation was cancelled: asked, with a lock held, before a send that goes on
    /// waits again, because a cancel does not find it between two waits.
    fn is_cancelled(&self) -> bool {
        false
    }
}

/// See the module head.
struct Continuation {
    connection: ConnectionId,
    outgoing: Outgoing<'static>,
    send: Box<dyn PendingSend>,
}

impl Service {
    /// Leaves the rest to the operation.
    pub(crate) fn pend(
        &self,
        mut guard: MutexGuard<'_, Conn>,
        outgoing: Outgoing<'_>,
        send: Box<dyn PendingSend>,
    ) {
        let operation = Continuation {
            connection: guard.state.id(),
            outgoing: outgoing.into_kept(),
            send,
        };
        guard.waits_mut().writer = Some(Waiting::Operation(Box::new(operation)));
        drop(guard);
        self.arm_fallback();
    }
}

impl Continuation {
    fn go_on(mut self: Box<Self>, service: &Service) {
        let Some(guard) = service.lock_connection(self.connection) else {
            return self.send.done(service, Err(Error::Aborted));
        };
        let mut guard = Some(guard);
        let mut result = Err(Error::Internal);
        let outgoing = &mut self.outgoing;
        self.send.with_body(&mut |body| {
            if let Some(guard) = guard.take() {
                result = service.write_on(guard, outgoing, body, None);
            }
        });
        match result {
            Ok(Written::All) => self.send.done(service, Ok(self.outgoing.total())),
            Ok(Written::Full(mut guard)) if self.send.is_cancelled() => {
                let mut wakes = Wakes::default();
                // As if the cancel had found it waiting (SND-032).
                service.reset_connection(&mut guard, End::SendCancelled, &mut wakes);
                drop(guard);
                wakes.fire(service);
                self.send.done(service, Err(Error::Aborted));
            }
            Ok(Written::Full(mut guard)) => {
                let (sent, left) = (self.outgoing.position(), self.outgoing.left());
                service.limit_send(&mut guard, sent, left);
                guard.waits_mut().writer = Some(Waiting::Operation(self));
            }
            Err(error) => self.send.done(service, Err(error)),
        }
    }
}

impl PendingOperation for Continuation {
    fn signal(self: Box<Self>, service: &Service, signal: Signal) {
        match signal {
            Signal::Failed(error) => self.send.done(service, Err(error)),
            Signal::Ready | Signal::Request(_) => self.go_on(service),
        }
    }

    fn tag(&self) -> usize {
        self.send.tag()
    }
}
