//! Idle connections: opened before the load, one request each, kept open while it runs.
//!
//! Blocking sockets, one after another, since this part is not measured. How many the process may
//! open is the system's limit on open files, which is not raised here.

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::options::Options;

const TRIES: u32 = 50;
const PAUSE: Duration = Duration::from_millis(20);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// Opens as many connections as the options say.
///
/// # Errors
/// Which connection failed and why; those before it are closed.
pub(crate) fn open(options: &Options) -> Result<Vec<TcpStream>, String> {
    let request = format!("GET /hello HTTP/1.1\r\nHost: {}\r\n\r\n", options.host);
    (0..options.idle)
        .map(|i| open_one(options, request.as_bytes()).map_err(|e| format!("idle {i}: {e}")))
        .collect()
}

/// How many of them the server has closed (or sent something unasked) since.
pub(crate) fn count_dead(held: &[TcpStream]) -> usize {
    held.iter().filter(|stream| !is_silent(stream)).count()
}

fn open_one(options: &Options, request: &[u8]) -> io::Result<TcpStream> {
    let mut tries = 0;
    let mut stream = loop {
        match TcpStream::connect(options.addr) {
            Ok(stream) => break stream,
            Err(e) if tries == TRIES => return Err(e),
            Err(_) => {
                tries += 1;
                std::thread::sleep(PAUSE);
            }
        }
    };
    stream.set_read_timeout(Some(ANSWER_TIMEOUT))?;
    stream.write_all(request)?;
    let mut buf = [0; 4096];
    let n = stream.read(&mut buf)?;
    if buf[..n].get(9..12) == Some(b"200") {
        Ok(stream)
    } else {
        let text = String::from_utf8_lossy(&buf[..n.min(200)]).into_owned();
        Err(io::Error::new(ErrorKind::InvalidData, text))
    }
}

fn is_silent(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).is_ok()
        && stream
            .peek(&mut [0])
            .is_err_and(|e| e.kind() == ErrorKind::WouldBlock)
}
