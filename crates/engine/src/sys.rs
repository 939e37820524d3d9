//! What differs between operating systems.
//!
//! Owns: how a connection is reset, which read and write results mean "drained", how a listening
//! socket is opened, and how a file goes to a socket. Everything else in this crate is free of `cfg`.

use std::fs::File;
use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::time::Duration;

use mio::net::{TcpListener, TcpStream};
use socket2::{Domain, Protocol, SockRef, Socket, Type};

/// Pending connections that the system keeps for us before `accept`.
const BACKLOG: i32 = 4096;

/// True where a read that returned less than asked for means that the socket is empty, and the
/// next arrival makes a new event. mio's Windows and poll(2) backends re-arm only after WouldBlock.
pub(crate) const SHORT_READ_DRAINS: bool = cfg!(all(unix, not(mio_unsupported_force_poll_poll)));

/// Closes the transport connection so that the peer sees a reset, never a clean end (G-067).
pub(crate) fn reset(stream: TcpStream) {
    // A socket that the peer has reset refuses options on some systems; closing it is enough then.
    let _ = SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    drop(stream);
}

/// Opens a listening socket on exactly this address and port.
///
/// # Errors
/// `AddrInUse` when a foreign socket has the port (PFX-013), and whatever the system says.
pub(crate) fn listen(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = Socket::new(
        Domain::for_address(address),
        Type::STREAM,
        Some(Protocol::TCP),
    )?;
    if address.is_ipv6() {
        // IPv4 has a socket of its own, so that its clients are never v4-mapped (HST-013).
        socket.set_only_v6(true)?;
    }
    // On Windows the option would let two programs have one port.
    #[cfg(unix)]
    socket.set_reuse_address(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(TcpListener::from_std(socket.into()))
}

/// Flags of every send: a peer that is gone must be an error, never a SIGPIPE, whose default ends
/// the program. (Rust programs ignore the signal; programs in C do not.)
#[cfg(any(target_os = "linux", target_os = "freebsd"))]
const SEND_FLAGS: i32 = if cfg!(target_os = "linux") {
    0x4000
} else {
    0x20000
};
/// The flag does not exist here: [`prepare`] sets the socket option, or there is no such signal.
#[cfg(not(any(target_os = "linux", target_os = "freebsd")))]
const SEND_FLAGS: i32 = 0;

/// Options of every accepted socket.
pub(crate) fn prepare(stream: &TcpStream) {
    // Without TCP_NODELAY a response in two pieces waits for the client's delayed ACK.
    let _ = stream.set_nodelay(true);
    #[cfg(target_vendor = "apple")]
    let _ = SockRef::from(stream).set_nosigpipe(true);
}

/// Sends the pieces with one call; returns how many bytes were taken.
pub(crate) fn send_pieces(stream: &TcpStream, pieces: &[IoSlice<'_>]) -> io::Result<usize> {
    SockRef::from(stream).send_vectored_with_flags(pieces, SEND_FLAGS)
}

/// As [`send_pieces`] for one piece: the system's vectored call costs more than its plain one.
pub(crate) fn send(stream: &TcpStream, bytes: &[u8]) -> io::Result<usize> {
    SockRef::from(stream).send_with_flags(bytes, SEND_FLAGS)
}

/// The bytes that the peer has not acknowledged, where the system says.
pub(crate) fn unacknowledged(stream: &TcpStream) -> Option<u64> {
    httpsys_socket::unacknowledged(stream)
}

/// Seconds since 1970-01-01 00:00:00 UTC. Needed for each response: the clock that the kernel keeps
/// per tick is good enough for whole seconds and costs a fifth.
#[cfg(target_os = "linux")]
pub(crate) fn unix_seconds() -> u64 {
    use nix::time::{ClockId, clock_gettime};
    clock_gettime(ClockId::CLOCK_REALTIME_COARSE)
        .ok()
        .and_then(|time| u64::try_from(time.tv_sec()).ok())
        .unwrap_or(0)
}

/// Milliseconds since the system started, from the clock that the kernel keeps per tick.
#[cfg(target_os = "linux")]
pub(crate) fn millis() -> u64 {
    use nix::time::{ClockId, clock_gettime};
    let time = clock_gettime(ClockId::CLOCK_MONOTONIC_COARSE).ok();
    time.map_or(0, |time| {
        time.tv_sec() as u64 * 1000 + time.tv_nsec() as u64 / 1_000_000
    })
}

/// Milliseconds since the first call.
#[cfg(not(target_os = "linux"))]
pub(crate) fn millis() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static ZERO: OnceLock<Instant> = OnceLock::new();
    ZERO.get_or_init(Instant::now).elapsed().as_millis() as u64
}

/// Seconds since 1970-01-01 00:00:00 UTC.
#[cfg(not(target_os = "linux"))]
pub(crate) fn unix_seconds() -> u64 {
    std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

/// Sends at most `length` bytes of `file` from `offset` on; 0 at the end of the file.
#[cfg(target_os = "linux")]
pub(crate) fn send_file(
    stream: &TcpStream,
    file: &File,
    offset: u64,
    length: u64,
) -> io::Result<usize> {
    // The system's own bound for one call is slightly below 2 GiB.
    const MOST: u64 = 1 << 30;
    let mut from = i64::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
    let most = length.min(MOST) as usize;
    let sent = without_sigpipe(most, || {
        nix::sys::sendfile::sendfile64(stream, file, Some(&mut from), most)
    })?;
    Ok(sent)
}

/// Runs a call that knows no MSG_NOSIGNAL and is to send `most` bytes so that the signal cannot end
/// the program. It is raised for the thread that sends, so no other thread sees it.
#[cfg(target_os = "linux")]
fn without_sigpipe(most: usize, call: impl FnOnce() -> nix::Result<usize>) -> nix::Result<usize> {
    use nix::sys::signal::{SigSet, SigmaskHow, Signal};

    let mut pipe = SigSet::empty();
    pipe.add(Signal::SIGPIPE);
    let before = pipe.thread_swap_mask(SigmaskHow::SIG_BLOCK)?;
    let result = call();
    if before.contains(Signal::SIGPIPE) {
        return result;
    }
    // A call that is broken off after some bytes returns their number, and the signal is there.
    let may_be_raised = match result {
        Ok(sent) => sent < most,
        Err(error) => error == nix::Error::EPIPE,
    };
    if !may_be_raised || take_back(&pipe).is_ok() {
        before.thread_set_mask()?;
    } // else it stays blocked in this thread, which is better than the end of the program
    result
}

/// Removes pending signals of this set from the calling thread; never waits.
#[cfg(target_os = "linux")]
fn take_back(signals: &nix::sys::signal::SigSet) -> nix::Result<()> {
    use nix::sys::signalfd::{SfdFlags, SignalFd};

    let pending = SignalFd::with_flags(signals, SfdFlags::SFD_NONBLOCK | SfdFlags::SFD_CLOEXEC)?;
    while pending.read_signal()?.is_some() {}
    Ok(())
}

/// Sends at most `length` bytes of `file` from `offset` on; 0 at the end of the file.
#[cfg(target_os = "macos")]
pub(crate) fn send_file(
    stream: &TcpStream,
    file: &File,
    offset: u64,
    length: u64,
) -> io::Result<usize> {
    const MOST: u64 = 1 << 30;
    let from = i64::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
    let count = Some(length.min(MOST) as i64);
    // It may both send some bytes and report that the socket is full.
    let (result, sent) = nix::sys::sendfile::sendfile(file, stream, from, count, None, None);
    match (sent, result) {
        (0, Err(error)) => Err(error.into()),
        (sent, _) => Ok(sent as usize),
    }
}

/// Sends at most `length` bytes of `file` from `offset` on, through a bounded buffer; 0 at the end
/// of the file.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(crate) fn send_file(
    stream: &TcpStream,
    file: &File,
    offset: u64,
    length: u64,
) -> io::Result<usize> {
    use std::io::Write;
    let mut stream = stream;
    crate::pool::with_scratch(|buffer| {
        let most = usize::try_from(length)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let read = read_at(file, &mut buffer[..most], offset)?;
        if read == 0 {
            Ok(0)
        } else {
            stream.write(&buffer[..read])
        }
    })
}

#[cfg(all(unix, not(any(target_os = "linux", target_os = "macos"))))]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, buffer, offset)
}

#[cfg(windows)]
fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, buffer, offset)
}

/// True for write failures that mean the peer has closed or reset the connection.
pub(crate) fn is_peer_gone(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::NotConnected
            | io::ErrorKind::TimedOut
    )
}

/// True for failures that say "this machine has no such address family or address".
pub(crate) fn is_unavailable(error: &io::Error) -> bool {
    if error.kind() == io::ErrorKind::AddrNotAvailable {
        return true;
    }
    // EAFNOSUPPORT: Linux 97, macOS 47, Winsock 10047.
    let no_family = if cfg!(windows) {
        10047
    } else if cfg!(target_os = "linux") {
        97
    } else {
        47
    };
    error.raw_os_error() == Some(no_family)
}
