//! A file to a socket through a bounded buffer, where no call of the system does it.

use std::io::{self, Write};

use mio::net::TcpStream;

/// Reads at most `length` bytes with `read` and sends them; 0 at the end of the file. What the
/// socket does not take is read again by the next call.
pub(super) fn send_file(
    stream: &TcpStream,
    length: u64,
    read: impl FnOnce(&mut [u8]) -> io::Result<usize>,
) -> io::Result<usize> {
    let mut stream = stream;
    crate::pool::with_scratch(|buffer| {
        let most = usize::try_from(length)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        match read(&mut buffer[..most])? {
            0 => Ok(0),
            bytes => stream.write(&buffer[..bytes]),
        }
    })
}
