//! A TCP connection of the system.
//!
//! Owns: the socket, when a read has emptied it, and which errors of a write end the connection. Does not
//! own: how the system makes, resets and closes sockets (`sys`). Threading: behind the lock of the
//! connection's slot; no call here blocks.

use std::io::{self, IoSlice};
use std::net::{Shutdown, SocketAddr};

use mio::net::TcpStream;
use mio::{Registry, Token};

use super::outcome::{Read, Wrote};
use crate::sys::{self, FilePages, Held};

/// See the module head.
#[derive(Debug)]
pub(crate) struct Tcp {
    stream: Held<TcpStream>,
    /// A short read has emptied the socket. Not so behind an urgent mark, at which a read stops, nor at
    /// the end of a side that the peer has closed.
    short_read_drains: bool,
}

impl Tcp {
    /// A socket that was accepted.
    pub(super) fn new(stream: Held<TcpStream>) -> Tcp {
        Tcp {
            stream,
            short_read_drains: sys::SHORT_READ_DRAINS,
        }
    }

    #[inline]
    pub(super) fn read(&mut self, buffer: &mut [u8]) -> Read {
        let mut told_empty = self.short_read_drains;
        loop {
            match sys::recv(&mut self.stream, buffer) {
                Ok(0) => return Read::End,
                Ok(n) => {
                    return Read::Bytes {
                        n,
                        wire: n,
                        drained: sys::SHORT_READ_DRAINS
                            && n < buffer.len()
                            && self.short_read_drains,
                    };
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    // Linux says the same at an urgent mark while a signal is pending.
                    if !told_empty && sys::SHORT_READ_DRAINS {
                        told_empty = true;
                        continue;
                    }
                    return Read::Empty;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(_) => return Read::Broken,
            }
        }
    }

    /// The system's vectored call costs more than its plain one.
    #[inline]
    pub(super) fn write(&self, bytes: &[u8]) -> Wrote {
        loop {
            if let Some(wrote) = wrote(sys::send(&self.stream, bytes)) {
                return wrote;
            }
        }
    }

    #[inline]
    pub(super) fn write_vectored(&self, pieces: &[IoSlice<'_>], more: bool) -> Wrote {
        loop {
            if let Some(wrote) = wrote(sys::send_pieces(&self.stream, pieces, more)) {
                return wrote;
            }
        }
    }

    pub(super) fn write_pages(&self, pages: &FilePages, most: usize) -> Wrote {
        loop {
            if let Some(wrote) = wrote(sys::send_pages(&self.stream, pages, most)) {
                return wrote;
            }
        }
    }

    pub(super) fn shut_down_sending(&self) -> io::Result<()> {
        self.stream.shutdown(Shutdown::Write)
    }

    pub(super) fn prepare(&self, of_passed: bool) {
        sys::prepare(&self.stream, of_passed);
    }

    pub(super) fn reset(self, polled: Option<&Registry>) {
        sys::reset(self.stream, polled);
    }

    pub(super) fn close(self, registry: &Registry) {
        sys::close(self.stream, registry);
    }

    pub(super) fn register(&mut self, registry: &Registry, token: usize) -> io::Result<()> {
        registry.register(&mut *self.stream, Token(token), sys::INTEREST)
    }

    pub(super) fn may_have_more(&mut self) {
        self.short_read_drains = false;
    }

    pub(super) fn unacknowledged(&self) -> Option<u64> {
        sys::unacknowledged(&self.stream)
    }

    pub(super) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.stream.local_addr()
    }

    #[cfg(test)]
    pub(super) fn unconnected() -> Tcp {
        let made = sys::Moment::now();
        let (family, stream) = (socket2::Domain::IPV4, socket2::Type::STREAM);
        let socket = socket2::Socket::new(family, stream, None).expect("a socket");
        socket.set_nonblocking(true).expect("its mode");
        Tcp::new(Held::new(TcpStream::from_std(socket.into()), made))
    }

    #[cfg(test)]
    pub(super) fn has_bytes(&self) -> bool {
        self.stream.peek(&mut [0]).is_ok_and(|bytes| bytes > 0)
    }
}

/// What the result of a send means; `None`: a signal came first.
#[inline]
fn wrote(result: io::Result<usize>) -> Option<Wrote> {
    match result {
        Ok(0) => Some(Wrote::Gone),
        Ok(n) => Some(Wrote::Accepted { plain: n, wire: n }),
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => Some(Wrote::Full),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => None,
        Err(error) if sys::is_bad_memory(&error) => Some(Wrote::BadMemory),
        Err(_) => Some(Wrote::Gone),
    }
}
