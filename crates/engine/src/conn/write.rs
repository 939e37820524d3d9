//! Writing: what is outgoing, to the socket, under the lock of the connection's slot.
//!
//! Owns: the short way of a response that is one piece of memory, what a write that does not get through
//! does to the connection, and the service's own bytes that the socket has not taken (100 Continue, the
//! end of an error page), which go out before anything else. Does not own: what is left to send
//! (`outgoing.rs`), the writing of its pieces (`pieces.rs`), nor how a call waits (`send.rs`,
//! `pending_send.rs`).

use std::io;
use std::sync::Arc;

use httpsys_core::proto::{ServerToken, h1};
use httpsys_core::{CloseReason, ConnectionId, Error};

use crate::conn::alarm::{Alarm, Purpose};
use crate::conn::outgoing::Outgoing;
use crate::conn::pieces::{Broken, SHARE, Stopped, write_kept, write_pieces};
use crate::conn::pool;
use crate::conn::slot::Conn;
use crate::conn::table::ConnGuard;
use crate::conn::under_way::UnderWay;
use crate::control::routes::Bound;
use crate::observe::access_log::SendLog;
use crate::observe::tally::Fault;
use crate::poll::deferred::Readiness;
use crate::poll::operation::Signal;
use crate::poll::waiter::{Reading, Turn, Waiting};
use crate::service::Service;
use crate::transport::Transport;
use crate::transport::outcome::Wrote;

/// A response that is in the client's receive buffer as soon as it is sent.
const SMALL: u64 = 16 * 1024;

/// How far a write came.
pub(crate) enum Written<'s> {
    /// All of it is out, and the connection has gone on.
    All,
    /// A part is left, on this connection.
    Part(ConnGuard<'s>, Obstacle),
}

/// What a write waits for that has not come to its end.
pub(crate) enum Obstacle {
    /// The socket is full, or a bandwidth limit holds it back.
    Full,
    /// First a file has to be read, at most so many bytes of it, and not under the lock.
    File(u64),
}

/// How far an answer of the service's own to a request has come.
pub(crate) enum Served {
    /// All of it is out; the exchange is to be ended.
    Whole,
    /// A part is left: it goes on later.
    Part(Later),
    /// The connection has ended.
    Gone,
}

/// When a send goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Later {
    /// When there is room, or the bandwidth allows it.
    WithRoom,
    /// As soon as the lock is free.
    AtOnce,
}

impl Service {
    /// Writes on what a call sends; ends the exchange or the connection where that is due. `now`: the
    /// clock's milliseconds, if they are not old. What is left of a log data that is new is kept.
    pub(crate) fn write_on<'s>(
        &'s self,
        mut guard: ConnGuard<'s>,
        outgoing: &mut Outgoing<'_>,
        now: Option<u64>,
        log: SendLog<'_>,
    ) -> Result<Written<'s>, Error> {
        let first = self.write_whole(&mut guard, outgoing);
        if first.is_none() || outgoing.left() > 0 {
            return self.write_in_parts(guard, outgoing, first, now, log);
        }
        let mut turn = Turn::at(now);
        self.has_written(&mut guard, outgoing, log, &mut turn);
        drop(guard);
        turn.fire(self);
        Ok(Written::All)
    }

    /// What nearly every response is, one piece of memory that a plain socket takes whole: writes that. What
    /// else comes of it is left to [`Service::write_in_parts`]; `None`: it is something else.
    #[inline(always)]
    fn write_whole(&self, conn: &mut Conn, outgoing: &mut Outgoing<'_>) -> Option<Wrote> {
        let bound = conn.bound.as_ref()?;
        if bound.effective.is_throttled() || conn.may_wait_for_room() {
            return None;
        }
        #[cfg(test)]
        if conn.pace.is_some() {
            return None;
        }
        let Some(Transport::Plain(wire)) = &mut conn.stream else {
            return None;
        };
        let bytes = outgoing.whole()?;
        if bytes.len() > self.most_per_call().min(SMALL as usize) {
            return None;
        }
        let length = bytes.len();
        let wrote = wire.write(bytes);
        if matches!(wrote, Wrote::Accepted { plain, wire } if plain == length && wire == length) {
            outgoing.advance(length);
            conn.sent += length as u64;
        }
        Some(wrote)
    }

    /// As [`Service::write_on`], whatever is to be written and wherever to; `first`: what came of the first
    /// write, if one was made that did not take all.
    #[inline(never)]
    fn write_in_parts<'s>(
        &'s self,
        mut guard: ConnGuard<'s>,
        outgoing: &mut Outgoing<'_>,
        mut first: Option<Wrote>,
        now: Option<u64>,
        mut log: SendLog<'_>,
    ) -> Result<Written<'s>, Error> {
        let mut turn = Turn::at(now);
        let result = loop {
            let conn = &mut *guard;
            match self.write_share(conn, outgoing, first.take()) {
                Ok(Stopped::Done) => {
                    self.has_written(conn, outgoing, log, &mut turn);
                    break Ok(Written::All);
                }
                Ok(stopped) => {
                    self.has_written_part(conn, outgoing, &mut log);
                    let obstacle = match stopped {
                        Stopped::File(most) => Obstacle::File(most),
                        Stopped::Share => {
                            // The thread that polls may be waiting for this slot, and with it all others.
                            guard = guard.bump().ok_or(Error::Aborted)?;
                            turn.forget_time();
                            continue;
                        }
                        _ => Obstacle::Full,
                    };
                    return Ok(Written::Part(guard, obstacle));
                }
                Err(broken) => {
                    break Err(self.break_off(conn, outgoing, broken, log, &mut turn));
                }
            }
        };
        drop(guard);
        turn.fire(self);
        result
    }

    /// Writes what one hold of the lock and the bandwidth allow.
    #[inline(always)]
    fn write_share(
        &self,
        conn: &mut Conn,
        outgoing: &mut Outgoing<'_>,
        first: Option<Wrote>,
    ) -> Result<Stopped, Broken> {
        let Some(share) = self.share_of(conn, outgoing.left()) else {
            return Ok(Stopped::Full);
        };
        let before = outgoing.position();
        let stopped = self.write(conn, outgoing, share, first);
        if let Some(waits) = conn.state.under_way_mut().and_then(UnderWay::waits) {
            let sent = outgoing.position() - before;
            waits.allowed = waits.allowed.saturating_sub(sent);
        }
        stopped
    }

    /// Writes an answer of the service's own to a request, as far as one hold of the lock allows.
    #[inline]
    pub(crate) fn write_served(
        &self,
        conn: &mut Conn,
        outgoing: &mut Outgoing<'_>,
        turn: &mut Turn,
    ) -> Served {
        let first = self.write_whole(conn, outgoing);
        if first.is_some() && outgoing.left() == 0 {
            self.note_written(conn, outgoing, SendLog::Kept);
            return Served::Whole;
        }
        self.write_served_in_parts(conn, outgoing, first, turn)
    }

    /// As [`Service::write_served`]; `first`: what came of the first write, if one was made that did not take all.
    #[inline(never)]
    fn write_served_in_parts(
        &self,
        conn: &mut Conn,
        outgoing: &mut Outgoing<'_>,
        first: Option<Wrote>,
        turn: &mut Turn,
    ) -> Served {
        match self.write_share(conn, outgoing, first) {
            Ok(Stopped::Done) => {
                self.note_written(conn, outgoing, SendLog::Kept);
                Served::Whole
            }
            Ok(stopped) => {
                self.has_written_part(conn, outgoing, &mut SendLog::Kept);
                Served::Part(match stopped {
                    Stopped::Share => Later::AtOnce,
                    _ => Later::WithRoom,
                })
            }
            Err(broken) => {
                self.break_off(conn, outgoing, broken, SendLog::Kept, turn);
                Served::Gone
            }
        }
    }

    /// What a call sends is not out, and goes on later.
    fn has_written_part(&self, conn: &mut Conn, outgoing: &Outgoing<'_>, log: &mut SendLog<'_>) {
        if conn.has_log() {
            self.log_part_sent(conn, outgoing.position(), log);
        }
        conn.begin_sending();
        if let Some(stream) = conn.stream_mut() {
            // Its end is not to be waited for.
            stream.flush();
        }
    }

    /// All that a call sends is with the socket.
    #[inline(always)]
    fn has_written(
        &self,
        conn: &mut Conn,
        outgoing: &Outgoing<'_>,
        log: SendLog<'_>,
        turn: &mut Turn,
    ) {
        self.note_written(conn, outgoing, log);
        if outgoing.is_last() {
            self.after_response(conn, turn);
        }
    }

    #[inline]
    fn note_written(&self, conn: &mut Conn, outgoing: &Outgoing<'_>, log: SendLog<'_>) {
        let (total, last) = (outgoing.total(), outgoing.is_last());
        if conn.has_log() {
            self.log_sent(conn, total, last, log);
        }
        conn.send_alarm = Alarm::NONE;
        if let Some(exchange) = conn.state.exchange_mut() {
            exchange.end_sending(!last || total > SMALL);
        }
    }

    /// The rest of what a call sends cannot go out: only a reset tells the client.
    #[cold]
    fn break_off(
        &self,
        conn: &mut Conn,
        outgoing: &Outgoing<'_>,
        broken: Broken,
        mut log: SendLog<'_>,
        turn: &mut Turn,
    ) -> Error {
        if conn.has_log() {
            self.log_part_sent(conn, outgoing.position(), &mut log);
        }
        self.reset_connection(conn, CloseReason::PeerReset, turn);
        // G-061: 1229 for a call that starts on a broken connection, 64 in flight.
        if matches!(broken, Broken::Memory) {
            Error::NoAccess
        } else if outgoing.position() == 0 {
            Error::ConnectionInvalid
        } else {
            Error::PeerReset
        }
    }

    /// A send begins to wait: for the socket, or for the bandwidth.
    pub(crate) fn begins_to_wait(&self, conn: &mut Conn, outgoing: &Outgoing<'_>) {
        if conn.send_alarm.purpose != Purpose::Bandwidth {
            self.tallies().note(Fault::SendWaited);
        }
        self.limit_send(conn, outgoing.position(), outgoing.left());
    }

    /// The slot is given up while a file is read for a send; `reading` is told if the connection ends
    /// meanwhile.
    pub(crate) fn begin_reading(&self, mut guard: ConnGuard<'_>, reading: &Arc<Reading>) {
        self.begin_reading_time(&guard, reading);
        guard.set_writer(Some(Waiting::Reading(Arc::clone(reading))));
    }

    /// A read for a send has ended: the connection again, if it may go on.
    pub(crate) fn end_reading(
        &self,
        connection: ConnectionId,
        reading: &Reading,
        read: &io::Result<()>,
    ) -> Result<ConnGuard<'_>, Error> {
        let Some(mut guard) = self.shard_of(connection).table.connection(connection) else {
            return Err(reading.end());
        };
        // Nobody else sends meanwhile, so it is ours.
        guard.set_writer(None);
        self.end_reading_time(&mut guard, reading);
        let Err(error) = read else { return Ok(guard) };
        tracing::warn!(connection = connection.0, %error, "a file chunk cannot be read");
        let mut turn = Turn::default();
        self.reset_connection(&mut guard, CloseReason::FileUnreadable, &mut turn);
        drop(guard);
        turn.fire(self);
        Err(Error::EndOfBody)
    }

    /// Sends bytes of the service's own, which no call waits for. What the socket does not take now
    /// is kept, and goes out before anything else. `false`: the connection is broken.
    pub(crate) fn write_own(&self, conn: &mut Conn, bytes: &[u8]) -> bool {
        let mut outgoing = Outgoing::own(bytes);
        let written = self.write(conn, &mut outgoing, SHARE, None);
        if outgoing.left() > 0 {
            match &mut conn.kept {
                Some(kept) => kept.append(&outgoing),
                None => conn.kept = Some(Box::new(outgoing.into_owned())),
            }
        }
        written.is_ok()
    }

    /// Sends an interim response (BDY-021), as [`Service::write_own`].
    pub(crate) fn write_interim(&self, conn: &mut Conn, status: u16, reason: &[u8]) -> bool {
        if let Some(stream) = conn.stream_mut() {
            let sent = stream.interim(status);
            stream.flush();
            conn.sent += *sent.as_ref().unwrap_or(&0) as u64;
            return sent.is_ok();
        }
        pool::with_response_parts(|parts| {
            let begun = parts.begin(status, reason);
            debug_assert!(begun.is_ok());
            parts.set_server_token(ServerToken::Never);
            self.write_own(conn, h1::response::write_interim(parts).into_bytes())
        })
    }

    /// The socket takes bytes again.
    pub(crate) fn handle_writable(&self, conn: &mut Conn, turn: &mut Turn) {
        if conn.state.is_carrier() {
            return self.carrier_is_writable(conn, turn);
        }
        if conn.has_unsent() {
            match self.write(conn, &mut Outgoing::default(), SHARE, None) {
                Ok(Stopped::Done) => {}
                Ok(_) => return,
                Err(_) => return self.reset_connection(conn, CloseReason::PeerReset, turn),
            }
            if conn.state.is_closing() {
                self.end_output(conn, turn);
                return self.pump(conn, turn);
            }
        }
        if conn.send_alarm.purpose != Purpose::Bandwidth {
            if let Some(writer) = conn.pop_writer() {
                turn.add(writer, Signal::Ready);
            }
        }
    }

    /// Writes until everything is out, the socket is full, or `share` is used up: first the service's
    /// own bytes that are kept, then `outgoing`. All that goes to a connection passes here, but what
    /// [`Service::write_whole`] writes.
    #[inline(always)]
    fn write(
        &self,
        conn: &mut Conn,
        outgoing: &mut Outgoing<'_>,
        share: u64,
        first: Option<Wrote>,
    ) -> Result<Stopped, Broken> {
        let most = self.most_per_call();
        let kept = match conn.kept {
            Some(_) => write_kept(conn, most),
            None => None,
        };
        let stopped = kept.unwrap_or_else(|| write_pieces(conn, outgoing, share, most, first));
        if matches!(stopped, Ok(Stopped::Full)) {
            self.let_others_go(conn);
        }
        stopped
    }

    /// A stream of HTTP/2 that lets others of its connection go first, although there is room: its connection is told,
    /// since no event of the network tells it.
    #[cold]
    fn let_others_go(&self, conn: &mut Conn) {
        let carrier = conn.stream_mut().and_then(|stream| stream.take_yield());
        if let Some(carrier) = carrier {
            let shard = self.shard_of(carrier);
            shard.tell([(carrier, Readiness::WRITABLE)]);
            shard.interrupt();
        }
    }

    /// One call of the system hands over so many bytes at most (LIM-015).
    #[inline]
    fn most_per_call(&self) -> usize {
        let most = self.parameters().max_bytes_per_send;
        most.map_or(usize::MAX, |most| most as usize)
    }

    /// How many of `left` bytes may be written now; `None`: a bandwidth limit lets it go on later.
    #[inline]
    fn share_of(&self, conn: &mut Conn, left: u64) -> Option<u64> {
        match &conn.bound {
            Some(bound) if bound.effective.is_throttled() && left > 0 => {
                let bound = Arc::clone(bound);
                self.throttled_share(conn, &bound, left)
            }
            _ => Some(SHARE),
        }
    }

    #[cold]
    fn throttled_share(&self, conn: &mut Conn, bound: &Bound, left: u64) -> Option<u64> {
        let own = conn.state.under_way_mut()?.waits_mut();
        if own.allowed == 0 {
            let now = self.clock().millis();
            let (bytes, from) = bound.group.reserve(&bound.effective, left, now);
            own.allowed = bytes;
            if from > now {
                self.tallies().note(Fault::SendThrottled);
                self.resume_send_at(conn, from, now);
                return None;
            }
        }
        let own = conn.state.under_way_mut()?.waits_mut();
        Some(own.allowed.min(left))
    }
}

#[cfg(test)]
pub(crate) mod tests;
