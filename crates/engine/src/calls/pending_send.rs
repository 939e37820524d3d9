//! An overlapped send that the socket has not taken whole.
//!
//! Owns: how it goes on when the socket takes bytes again, and its end. Does not own: the program's
//! memory, which its operation lends (`PendingSend`), nor what is left of it (`outgoing.rs`).
//! Threading: whoever signals it runs it, with no lock held, up to the first byte of a file: files are
//! read on threads of their own (`file_threads.rs`).

use std::sync::Arc;

use httpsys_core::{CloseReason, ConnectionId, Error, OperationId};

use crate::calls::chunk::Chunk;
use crate::calls::file_work::FileWork;
use crate::conn::outgoing::Outgoing;
use crate::conn::slot::Conn;
use crate::conn::table::ConnGuard;
use crate::conn::write::{Later, Obstacle, Written};
use crate::observe::access_log::SendLog;
use crate::poll::operation::{Registered, Signal};
use crate::poll::waiter::{Reading, Turn, Waiting};
use crate::service::Service;

/// What an overlapped send keeps alive until its end.
///
/// The body's memory is the program's: the implementor vouches that it stays valid until `done`.
pub trait PendingSend: Send {
    /// Lends the body chunks that were given with the call.
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>]));
    /// The send has ended: bytes put on the wire, or why not. Called exactly once, without locks.
    fn done(self: Box<Self>, service: &Service, result: Result<u64, Error>);
    /// The send has to wait again, under the id that it has. A lock of the service is held, as for
    /// [`Operation::keep`](crate::Operation::keep).
    ///
    /// # Errors
    /// It does not wait: it was cancelled between two waits, where a cancel does not find it, and ends
    /// with this error.
    fn keep_on(&mut self, id: OperationId) -> Result<(), Error> {
        let _ = id;
        Ok(())
    }
}

/// Makes what is kept of a send that has to wait under this id; called at most once, as
/// [`Operation::keep`](crate::Operation::keep) is.
///
/// A send is no [`Operation`](crate::Operation) by value: most end at once, and to move what a few need
/// through the call costs each of them 140 instructions.
pub type RegisterSend<'a> = dyn FnMut(OperationId) -> Result<Box<dyn PendingSend>, Error> + 'a;

/// See the module head.
pub(crate) struct Continuation {
    id: OperationId,
    service: Service,
    connection: ConnectionId,
    outgoing: Outgoing<'static>,
    reading: Arc<Reading>,
    send: Box<dyn PendingSend>,
}

/// A send that goes on with at most `most` bytes of a file, to be read where nobody waits for it.
struct FileRead {
    send: Box<Continuation>,
    most: u64,
}

impl Service {
    /// Leaves the rest to the operation, which waits for the socket or the bandwidth; `read`: for so
    /// many bytes of a file at most.
    ///
    /// # Errors
    /// The operation does not wait: a part of the response is out, so the connection is reset.
    pub(crate) fn pend(
        &self,
        mut guard: ConnGuard<'_>,
        mut outgoing: Outgoing<'_>,
        register: &mut RegisterSend<'_>,
        read: Option<u64>,
    ) -> Result<(), Error> {
        let id = self.operations().next();
        let connection = guard.state.id();
        let send = match register(id) {
            Ok(send) => send,
            Err(error) => {
                self.take_send_back(guard);
                return Err(error);
            }
        };
        outgoing.forget_ahead();
        let send = Box::new(Continuation {
            id,
            service: self.clone(),
            connection,
            outgoing: outgoing.into_owned(),
            reading: Reading::new(Some(id)),
            send,
        });
        match read {
            Some(most) => {
                self.begin_reading(guard, &send.reading);
                self.read_file(Box::new(FileRead { send, most }));
            }
            None => {
                guard.set_writer(Some(Waiting::Operation(send)));
                drop(guard);
            }
        }
        self.arm_fallback(self.shard_of(connection));
        Ok(())
    }

    /// A send of the service's own goes on later; nobody knows its id.
    #[cold]
    pub(crate) fn send_on(
        &self,
        conn: &mut Conn,
        outgoing: Outgoing<'static>,
        send: Box<dyn PendingSend>,
        later: Later,
        turn: &mut Turn,
    ) {
        if later == Later::WithRoom {
            self.begins_to_wait(conn, &outgoing);
        }
        let id = self.operations().next();
        let waiting = Waiting::Operation(Box::new(Continuation {
            id,
            service: self.clone(),
            connection: conn.state.id(),
            outgoing,
            reading: Reading::new(Some(id)),
            send,
        }));
        match later {
            Later::WithRoom => conn.set_writer(Some(waiting)),
            Later::AtOnce => turn.add(waiting, Signal::Ready),
        }
    }

    /// A send is cancelled that does not wait just now: as if the cancel had found it waiting (SND-032).
    pub(crate) fn take_send_back(&self, mut guard: ConnGuard<'_>) {
        let mut turn = Turn::default();
        self.reset_connection(&mut guard, CloseReason::SendCancelled, &mut turn);
        drop(guard);
        turn.fire(self);
    }
}

impl Continuation {
    /// What is left, with the body lent to it.
    fn with_outgoing(&mut self, mut f: impl FnMut(&mut Outgoing<'_>)) {
        let kept = &mut self.outgoing;
        self.send.with_body(&mut |body| {
            let mut outgoing = std::mem::take(kept).lend(body);
            f(&mut outgoing);
            *kept = outgoing.into_owned();
        });
    }

    /// Writes on. What comes back needs a file to be read first.
    fn write_on(mut self: Box<Self>, service: &Service, guard: ConnGuard<'_>) -> Option<FileRead> {
        let mut guard = Some(guard);
        let mut result = Err(Error::Internal);
        self.with_outgoing(|outgoing| {
            if let Some(guard) = guard.take() {
                result = service.write_on(guard, outgoing, None, SendLog::Kept);
            }
        });
        match result {
            Ok(Written::All) => self.send.done(service, Ok(self.outgoing.total())),
            Ok(Written::Part(mut guard, obstacle)) => {
                match (self.send.keep_on(self.id), obstacle) {
                    (Err(error), _) => {
                        service.take_send_back(guard);
                        self.send.done(service, Err(error));
                    }
                    (Ok(()), Obstacle::Full) => {
                        let (sent, left) = (self.outgoing.position(), self.outgoing.left());
                        service.limit_send(&mut guard, sent, left);
                        self.outgoing.forget_ahead();
                        guard.set_writer(Some(Waiting::Operation(self)));
                    }
                    (Ok(()), Obstacle::File(most)) => {
                        // Others may come first, and are many.
                        self.outgoing.forget_ahead();
                        service.begin_reading(guard, &self.reading);
                        return Some(FileRead { send: self, most });
                    }
                }
            }
            Err(error) => self.send.done(service, Err(error)),
        }
        None
    }
}

impl FileWork for FileRead {
    fn run(self: Box<Self>) -> Option<Box<dyn FileWork>> {
        let FileRead { mut send, most } = *self;
        let service = &send.service.clone();
        let mut read = Ok(());
        send.with_outgoing(|outgoing| read = outgoing.read_ahead(most));
        match service.end_reading(send.connection, &send.reading, &read) {
            Ok(guard) => Some(Box::new(send.write_on(service, guard)?)),
            Err(error) => {
                send.send.done(service, Err(error));
                None
            }
        }
    }

    fn give_up(self: Box<Self>) {
        let Continuation {
            ref service,
            connection,
            reading,
            send,
            ..
        } = *self.send;
        let error = match service.shard_of(connection).table.connection(connection) {
            Some(mut guard) => {
                guard.set_writer(None);
                let mut turn = Turn::default();
                service.reset_connection(&mut guard, CloseReason::Exhausted, &mut turn);
                drop(guard);
                turn.fire(service);
                Error::NoResources
            }
            None => reading.end(),
        };
        send.done(service, Err(error));
    }
}

impl Registered for Continuation {
    fn signal(self: Box<Self>, signal: Signal) {
        let service = &self.service.clone();
        if let Signal::Failed(error) = signal {
            return self.send.done(service, Err(error));
        }
        let Some(guard) = service
            .shard_of(self.connection)
            .table
            .connection(self.connection)
        else {
            return self.send.done(service, Err(Error::Aborted));
        };
        // This thread may be the one that polls.
        if let Some(read) = self.write_on(service, guard) {
            service.read_file(Box::new(read));
        }
    }

    fn id(&self) -> OperationId {
        self.id
    }
}

#[cfg(test)]
mod tests;
