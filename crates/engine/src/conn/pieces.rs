//! One write to a transport after the other: the pieces of what is outgoing.
//!
//! Owns: the loop over the pieces, when it stops, and what was counted of each write. Does not own: what is
//! left to send (`outgoing.rs`), nor what a stop means for the call and the connection (`write.rs`).
//! Threading: under the lock of the connection's slot; no call here blocks.

#[cfg(test)]
use std::io;

use crate::conn::outgoing::{Next, Outgoing};
use crate::conn::slot::Conn;
#[cfg(test)]
use crate::conn::write::tests;
use crate::transport::Transport;
use crate::transport::outcome::Wrote;

/// The bytes that one hold of a slot's lock may write: a long send must not keep the thread that
/// polls waiting.
pub(super) const SHARE: u64 = 1 << 20;

/// Nothing more can go out.
pub(super) enum Broken {
    /// The connection is broken.
    Connection,
    /// The program's memory cannot be read (assumed: 998, as where the system probes a buffer).
    Memory,
}

/// Where a write stopped.
pub(super) enum Stopped {
    /// Everything is out.
    Done,
    /// The socket is full.
    Full,
    /// It has had its share of the lock.
    Share,
    /// First a file has to be read; so much of the share is left.
    File(u64),
}

/// Writes the service's own bytes that are kept; `None`: they are out.
#[cold]
pub(super) fn write_kept(conn: &mut Conn, most: usize) -> Option<Result<Stopped, Broken>> {
    let mut kept = conn.kept.take()?;
    let stopped = write_pieces(conn, &mut kept, SHARE, most, None);
    if kept.left() == 0 {
        return None;
    }
    conn.kept = Some(kept);
    Some(stopped.map(|_| Stopped::Full))
}

/// Writes pieces of at most `most` bytes until everything is out, the socket is full, or `share` is
/// used up; `first`: what came of the first write, if it was made.
#[inline(always)]
pub(super) fn write_pieces(
    conn: &mut Conn,
    outgoing: &mut Outgoing<'_>,
    share: u64,
    most: usize,
    mut first: Option<Wrote>,
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
        let result = match (first.take(), outgoing.plain(most)) {
            (Some(result), _) => result,
            (None, Some(bytes)) => stream.write(bytes),
            (None, None) => match write_next(stream, outgoing, most) {
                Some(result) => result,
                None => {
                    outgoing.expect_pages(stream.takes_pages());
                    return Ok(Stopped::File(until - outgoing.position()));
                }
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
        Next::BeforePages(pieces) => Some(stream.write_before_pages(&pieces)),
        Next::Pages(pages, length) => Some(stream.write_pages(pages, length)),
        Next::File(_) => None,
    }
}
