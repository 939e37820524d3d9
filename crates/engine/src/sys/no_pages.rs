//! Where nothing is known that hands pages of a file to a socket without copying them.

use std::fs::File;
use std::io;

use mio::net::TcpStream;

/// There are none.
#[derive(Debug)]
pub(crate) enum NoPages {}

impl NoPages {
    /// Always an error.
    pub(crate) fn new() -> io::Result<NoPages> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// There are none.
    pub(crate) fn room(&self) -> usize {
        match *self {}
    }

    /// There are none.
    pub(crate) fn fill(&self, _: &File, _: u64, _: usize) -> io::Result<usize> {
        match *self {}
    }

    /// There are none.
    pub(crate) fn send(&self, _: &TcpStream, _: usize) -> io::Result<usize> {
        match *self {}
    }
}
