//! Writing: what is outgoing, to the socket, under the lock of the connection's slot.
//!
//! Owns: how much one hold of the lock and one call of the system may write, what a write that does
//! not get through does to the connection, and the service's own bytes that the socket has not taken
//! (100 Continue, the end of an error page), which go out before anything else. Does not own: what is
//! left to send (`outgoing.rs`), nor how a call waits (`send.rs`, `pending_send.rs`).

use std::io;
use std::sync::Arc;

use httpsys_core::proto::{ServerToken, h1};
use httpsys_core::{CloseReason, ConnectionId, Error};

use crate::conn::alarm::{Alarm, Purpose};
use crate::conn::outgoing::{Next, Outgoing};
use crate::conn::pool;
use crate::conn::slot::Conn;
use crate::conn::table::ConnGuard;
use crate::conn::under_way::UnderWay;
use crate::control::routes::Bound;
use crate::observe::tally::Fault;
use crate::poll::operation::Signal;
use crate::poll::waiter::{Reading, Turn, Waiting};
use crate::service::Service;
use crate::transport::Transport;
use crate::transport::outcome::Wrote;

/// The bytes that one hold of a slot's lock may write: a long send must not keep the thread that
/// polls waiting.
const SHARE: u64 = 1 << 20;

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

/// Nothing more can go out.
enum Broken {
    /// The connection is broken.
    Connection,
    /// The program's memory cannot be read (assumed: 998, as where the system probes a buffer).
    Memory,
}

/// Where a write stopped.
enum Stopped {
    /// Everything is out.
    Done,
    /// The socket is full.
    Full,
    /// It has had its share of the lock.
    Share,
    /// First a file has to be read; so much of the share is left.
    File(u64),
}

impl Service {
    /// Writes on what a call sends; ends the exchange or the connection where that is due. `now`: the
    /// clock's milliseconds, if they are not old.
    pub(crate) fn write_on<'s>(
        &'s self,
        mut guard: ConnGuard<'s>,
        outgoing: &mut Outgoing<'_>,
        now: Option<u64>,
    ) -> Result<Written<'s>, Error> {
        let mut turn = Turn::at(now);
        let result = loop {
            let conn = &mut *guard;
            match self.write_share(conn, outgoing) {
                Ok(Stopped::Done) => {
                    self.has_written(conn, outgoing, &mut turn);
                    break Ok(Written::All);
                }
                Ok(stopped) => {
                    if conn.has_log() {
                        self.log_part_sent(conn, outgoing.position());
                    }
                    conn.begin_sending();
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
                Err(broken) => break Err(self.break_off(conn, outgoing, broken, &mut turn)),
            }
        };
        drop(guard);
        turn.fire(self);
        result
    }

    /// Writes what one hold of the lock and the bandwidth allow.
    #[inline(always)]
    fn write_share(&self, conn: &mut Conn, outgoing: &mut Outgoing<'_>) -> Result<Stopped, Broken> {
        let Some(share) = self.share_of(conn, outgoing.left()) else {
            return Ok(Stopped::Full);
        };
        let before = outgoing.position();
        let stopped = self.write(conn, outgoing, share);
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
        match self.write_share(conn, outgoing) {
            Ok(Stopped::Done) => {
                self.note_written(conn, outgoing);
                Served::Whole
            }
            Ok(stopped) => {
                if conn.has_log() {
                    self.log_part_sent(conn, outgoing.position());
                }
                conn.begin_sending();
                Served::Part(match stopped {
                    Stopped::Share => Later::AtOnce,
                    _ => Later::WithRoom,
                })
            }
            Err(broken) => {
                self.break_off(conn, outgoing, broken, turn);
                Served::Gone
            }
        }
    }

    /// All that a call sends is with the socket.
    fn has_written(&self, conn: &mut Conn, outgoing: &Outgoing<'_>, turn: &mut Turn) {
        self.note_written(conn, outgoing);
        if outgoing.is_last() {
            self.after_response(conn, turn);
        }
    }

    #[inline]
    fn note_written(&self, conn: &mut Conn, outgoing: &Outgoing<'_>) {
        let (total, last) = (outgoing.total(), outgoing.is_last());
        if conn.has_log() {
            self.log_sent(conn, total, last);
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
        turn: &mut Turn,
    ) -> Error {
        if conn.has_log() {
            self.log_part_sent(conn, outgoing.position());
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
        let Some(mut guard) = self.shard().table.connection(connection) else {
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
        let written = self.write(conn, &mut outgoing, SHARE);
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
            match self.write(conn, &mut Outgoing::default(), SHARE) {
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
    /// own bytes that are kept, then `outgoing`. All that goes to a connection passes here.
    #[inline(always)]
    fn write(
        &self,
        conn: &mut Conn,
        outgoing: &mut Outgoing<'_>,
        share: u64,
    ) -> Result<Stopped, Broken> {
        let most = self.most_per_call();
        if conn.kept.is_some() {
            if let Some(stopped) = write_kept(conn, most) {
                return stopped;
            }
        }
        write_pieces(conn, outgoing, share, most)
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

/// Writes the service's own bytes that are kept; `None`: they are out.
#[cold]
fn write_kept(conn: &mut Conn, most: usize) -> Option<Result<Stopped, Broken>> {
    let mut kept = conn.kept.take()?;
    let stopped = write_pieces(conn, &mut kept, SHARE, most);
    if kept.left() == 0 {
        return None;
    }
    conn.kept = Some(kept);
    Some(stopped.map(|_| Stopped::Full))
}

/// Writes pieces of at most `most` bytes until everything is out, the socket is full, or `share` is
/// used up.
#[inline(always)]
fn write_pieces(
    conn: &mut Conn,
    outgoing: &mut Outgoing<'_>,
    share: u64,
    most: usize,
) -> Result<Stopped, Broken> {
    let until = outgoing.position().saturating_add(share);
    let Some(stream) = &mut conn.stream else {
        return Err(Broken::Connection);
    };
    if outgoing.left() == 0 {
        return flush(conn);
    }
    while outgoing.left() > 0 {
        if outgoing.position() >= until {
            return Ok(Stopped::Share);
        }
        // What is left of the share: the socket may have taken a part of it only.
        let most = if share < SHARE {
            most.min((until - outgoing.position()) as usize)
        } else {
            most
        };
        #[cfg(test)]
        let most = match tests::room(conn.pace.as_ref(), &outgoing.next(most), most) {
            Ok(most) => most,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(Stopped::Full),
            Err(_) => continue,
        };
        let result = match outgoing.plain(most) {
            Some(bytes) => stream.write(bytes),
            None => match write_next(stream, outgoing, most) {
                Some(result) => result,
                None => return Ok(Stopped::File(until - outgoing.position())),
            },
        };
        match result {
            Wrote::Accepted { plain, wire } => {
                outgoing.advance(plain);
                conn.sent += plain as u64;
                conn.tally
                    .sent_beyond((wire as u64).wrapping_sub(plain as u64));
            }
            Wrote::Held { plain, wire } => {
                outgoing.advance(plain);
                conn.sent += plain as u64;
                conn.tally
                    .sent_beyond((wire as u64).wrapping_sub(plain as u64));
                return Ok(Stopped::Full);
            }
            Wrote::Full => return Ok(Stopped::Full),
            Wrote::BadMemory => return Err(Broken::Memory),
            Wrote::Gone => return Err(Broken::Connection),
        }
    }
    Ok(Stopped::Done)
}

/// Nothing is left to be taken, but the transport may still hold what it took.
#[cold]
fn flush(conn: &mut Conn) -> Result<Stopped, Broken> {
    let Some(stream) = &mut conn.stream else {
        return Err(Broken::Connection);
    };
    match stream.flush() {
        Wrote::Full => Ok(Stopped::Full),
        Wrote::Accepted { wire, .. } | Wrote::Held { wire, .. } => {
            conn.tally.sent_beyond(wire as u64);
            Ok(Stopped::Done)
        }
        Wrote::Gone | Wrote::BadMemory => Err(Broken::Connection),
    }
}

/// Writes what comes next, where it is not one piece of memory alone; `None`: first a file has to be
/// read.
fn write_next(stream: &mut Transport, outgoing: &Outgoing<'_>, most: usize) -> Option<Wrote> {
    match outgoing.next(most) {
        Next::Plain(bytes) => Some(stream.write(bytes)),
        Next::Memory(pieces) => Some(stream.write_vectored(&pieces)),
        Next::File(_) => None,
    }
}

#[cfg(test)]
pub(crate) mod tests;
