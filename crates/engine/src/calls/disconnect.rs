//! HttpWaitForDisconnect, and taking pending operations back (CancelIo, CancelIoEx).
//!
//! Owns the wait for a connection's end and the search for a pending operation by its id. Does
//! not own the ends themselves (`cancel.rs`).

use httpsys_core::call::WaitForDisconnect;
use httpsys_core::ids::SlotAddress;
use httpsys_core::{CloseReason, ConnectionId, Error, OperationId, QueueId};

use crate::calls::owner::Owner;
use crate::calls::queue_handle::QueueHandle;
use crate::conn::slot::Conn;
use crate::conn::table::ConnGuard;
use crate::conn::under_way::UnderWay;
use crate::poll::operation::{Operation, Signal, Started};
use crate::poll::waiter::{Turn, Waiting};
use crate::service::Service;

impl Service {
    /// HttpWaitForDisconnect: blocks until the connection is gone, whatever ended it (DSC-001).
    /// A client that closed its sending side counts as gone (A-08, DSC-006).
    ///
    /// # Errors
    /// [`Error::ConnectionInvalid`] (1229) for an unknown connection or one that is gone already
    /// (DSC-003, G-073); [`Error::Aborted`] (995) when the queue closes or shuts down (DSC-009).
    pub fn wait_for_disconnect(
        &self,
        queue: &QueueHandle,
        wait: &WaitForDisconnect,
    ) -> Result<(), Error> {
        self.block(self.shard_of(wait.connection), queue, |waiting| {
            let mut conn = self.lock_open(queue, wait.connection)?;
            conn.disconnects_mut().push((queue.owner(), waiting));
            Ok(false)
        })
    }

    /// The overlapped form; the operation is signalled [`Signal::Ready`] when the connection ends.
    ///
    /// # Errors
    /// As [`Service::wait_for_disconnect`].
    pub fn try_wait_for_disconnect<O: Operation>(
        &self,
        queue: &QueueHandle,
        wait: &WaitForDisconnect,
        operation: O,
    ) -> Started<O, ()> {
        let mut conn = match self.lock_open(queue, wait.connection) {
            Ok(conn) => conn,
            Err(error) => return Started::Done(operation, Err(error)),
        };
        let started = self.operations().keep(operation, |operation| {
            let wait = (queue.owner(), Waiting::Operation(operation));
            conn.disconnects_mut().push(wait);
        });
        drop(conn);
        self.arm_fallback(self.shard_of(wait.connection));
        started
    }

    /// Locks a connection whose end can be waited for.
    fn lock_open(
        &self,
        queue: &QueueHandle,
        connection: ConnectionId,
    ) -> Result<ConnGuard<'_>, Error> {
        self.check_process()?;
        let conn = self.shard_of(connection).table.connection(connection);
        // Asked with the connection locked: a queue that shuts down later finds this wait.
        if !queue.receives() && !queue.is_drained_for() {
            return Err(Error::InvalidHandle);
        }
        let conn = conn.ok_or(Error::ConnectionInvalid)?;
        if conn.peer_closed && self.parameters().choices.fin_is_disconnect {
            return Err(Error::ConnectionInvalid);
        }
        Ok(conn)
    }

    /// CancelIoEx: ends an operation that waits on this queue with 995. `false`: it does not wait (any
    /// more). `place` says where it waits: `None` for a receive of the next request and a wait for
    /// demand start, otherwise the place of its request or connection. The cost does not depend on the
    /// number of connections, and hardly on that of the receives that wait.
    pub fn cancel_operation(
        &self,
        queue: &QueueHandle,
        operation: OperationId,
        place: Option<SlotAddress>,
    ) -> bool {
        if self.is_inherited() {
            return false;
        }
        let mut turn = Turn::default();
        let matches = |waiting: &Waiting| waiting.id() == Some(operation);
        let found = match place {
            None => {
                let handle = queue.handle_id();
                let waiting = queue.lock().withdraw_operation(handle, operation);
                waiting
                    .map(|waiting| turn.add(waiting, Signal::Failed(Error::Aborted)))
                    .is_some()
            }
            Some(place) => match self.shard_at(place).table.holder_of(place) {
                Some(mut conn) => self.cancel_on(&mut conn, queue, &matches, &mut turn),
                None => false,
            },
        };
        turn.fire(self);
        found
    }

    /// CancelIoEx without an OVERLAPPED, as far as threads are concerned: every call that waits on this
    /// handle ends with 995, whatever it waits for. A send of which a part is out resets its connection
    /// as an overlapped one does (SND-032). `false`: no call waited.
    pub fn cancel_blocked_calls(&self, queue: &QueueHandle) -> bool {
        if self.is_inherited() {
            return false;
        }
        let blocked = queue.cancel_blocked();
        let found = self.cancel_matching(queue, &|wait| wait.is_thread_of(queue.handle_id()));
        if blocked {
            // A receive that polls is on no list.
            self.shards().interrupt_all();
        }
        blocked || found
    }

    /// Ends all pending overlapped operations of this queue with 995. (CancelIo is about those of
    /// the calling thread: the door tells them apart.)
    pub fn cancel_all_operations(&self, queue: &QueueHandle) -> bool {
        self.cancel_matching(queue, &Waiting::is_operation)
    }

    fn cancel_matching(&self, queue: &QueueHandle, matches: &dyn Fn(&Waiting) -> bool) -> bool {
        if self.is_inherited() {
            return false;
        }
        let mut turn = Turn::default();
        let withdrawn = queue.lock().withdraw_where(queue.handle_id(), matches);
        let mut any = !withdrawn.is_empty();
        for waiting in withdrawn {
            turn.add(waiting, Signal::Failed(Error::Aborted));
        }
        self.for_each_connection(|service, conn| {
            any |= service.cancel_on(conn, queue, matches, &mut turn);
        });
        turn.fire(self);
        any
    }

    fn cancel_on(
        &self,
        conn: &mut Conn,
        queue: &QueueHandle,
        matches: &dyn Fn(&Waiting) -> bool,
        turn: &mut Turn,
    ) -> bool {
        let ours = conn
            .state
            .exchange()
            .is_some_and(|exchange| exchange.queue() == queue.id());
        let mut taken = Vec::new();
        if let Some(disconnects) = conn.disconnects() {
            let ours =
                |(owner, waiting): &(Owner, Waiting)| *owner == queue.owner() && matches(waiting);
            while let Some(at) = disconnects.iter().position(ours) {
                taken.push(disconnects.remove(at).1);
            }
        }
        let mut broken = false;
        let own = conn.state.under_way_mut().filter(|_| ours);
        if let Some(waits) = own.and_then(UnderWay::waits) {
            while let Some(at) = waits.readers.iter().position(matches) {
                taken.extend(waits.readers.remove(at));
            }
            if waits.writer.as_ref().is_some_and(matches) {
                taken.extend(waits.writer.take());
                broken = true;
            }
        }
        let any = !taken.is_empty();
        for waiting in taken {
            turn.add(waiting, Signal::Failed(Error::Aborted));
        }
        if broken {
            // Part of the response is out: only a reset tells the client (SND-032).
            self.reset_connection(conn, CloseReason::SendCancelled, turn);
        }
        any
    }

    /// The disconnect waits that were posted on this queue end with 995 (DSC-009).
    pub(crate) fn end_disconnect_waits(&self, queue: QueueId, turn: &mut Turn) {
        self.end_waits(|owner| owner.queue == queue, turn);
    }

    /// As [`Service::end_disconnect_waits`], of the owners that `ends`.
    pub(crate) fn end_waits(&self, ends: impl Fn(Owner) -> bool, turn: &mut Turn) {
        self.for_each_connection(|_, conn| {
            let Some(disconnects) = conn.disconnects() else {
                return;
            };
            while let Some(at) = disconnects.iter().position(|(owner, _)| ends(*owner)) {
                let (_, waiting) = disconnects.remove(at);
                turn.add(waiting, Signal::Failed(Error::Aborted));
            }
        });
    }

    /// The client has closed its sending side: waits for the disconnect are fulfilled.
    pub(crate) fn peer_has_closed(&self, conn: &mut Conn, turn: &mut Turn) {
        conn.peer_closed = true;
        if let Some(stream) = &mut conn.stream {
            stream.may_have_more();
        }
        if !self.parameters().choices.fin_is_disconnect {
            return;
        }
        for (_, waiting) in conn
            .disconnects()
            .into_iter()
            .flat_map(|list| list.drain(..))
        {
            turn.add(waiting, Signal::Ready);
        }
    }
}
