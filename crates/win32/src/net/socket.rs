//! Socket objects.
//!
//! Owns [`Socket`]: creation, names, connecting, accepting, shutting down and closing. Does not own sending
//! and receiving (`transfer`), options nor waiting for several sockets. Invariants: the system's socket
//! is always in its non-blocking mode, so that a call of a blocking socket sleeps only where closing it
//! wakes it; a descriptor lives as long as somebody holds the object. Threading: any thread.

use std::io;
use std::net::SocketAddr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use httpsys_socket::lock::Mutex;
use socket2::{SockAddr, SockRef};

mod object;

use super::errors::*;
use super::ready::{self, Interest, Polled, Wake};
use crate::handle::{self, Handle};
use crate::io::state::IoState;
use crate::status::{Code, WSAEAFNOSUPPORT, WSAEINVAL};
use crate::wsa;

/// SOCK_STREAM.
pub const STREAM: i32 = 1;
/// SOCK_DGRAM.
pub const DATAGRAM: i32 = 2;
/// SOCK_RAW.
pub const RAW: i32 = 3;
/// IPPROTO_TCP.
pub const TCP: i32 = 6;
/// IPPROTO_UDP.
pub const UDP: i32 = 17;

/// A socket of the program (documented: socket).
#[derive(Debug)]
pub struct Socket {
    fd: OwnedFd,
    ipv6: bool,
    kind: i32,
    settings: Mutex<Settings>,
    closed: AtomicBool,
    /// The threads that sleep until the socket is ready.
    waiting: Mutex<Vec<Arc<Wake>>>,
    io: IoState,
}

/// What the system's socket does not keep as Windows has it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    pub(crate) blocking: bool,
    /// SO_RCVTIMEO in milliseconds; 0 for none.
    pub(crate) receive_timeout: u32,
    /// SO_SNDTIMEO in milliseconds; 0 for none.
    pub(crate) send_timeout: u32,
    /// SO_REUSEADDR as the program set it.
    pub(crate) reuse: bool,
    /// SO_EXCLUSIVEADDRUSE.
    pub(crate) exclusive: bool,
    /// SO_DEBUG, which does nothing.
    pub(crate) debug: bool,
    pub(crate) connecting: Connecting,
    /// A stream that has a peer, or had one.
    pub(crate) connected: bool,
    pub(crate) shut_receive: bool,
    pub(crate) shut_send: bool,
}

/// How far connect is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Connecting {
    No,
    /// The system does it.
    Begun,
    /// It failed with this code, which nobody has been told yet.
    Failed(Code),
}

/// Which half of a connection ends (documented: shutdown).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// SD_RECEIVE.
    Receive,
    /// SD_SEND.
    Send,
    /// SD_BOTH.
    Both,
}

impl Settings {
    fn new() -> Settings {
        Settings {
            blocking: true,
            receive_timeout: 0,
            send_timeout: 0,
            reuse: false,
            exclusive: false,
            debug: false,
            connecting: Connecting::No,
            connected: false,
            shut_receive: false,
            shut_send: false,
        }
    }
}

impl Socket {
    /// socket: `family` 2 or 23 (0: told by the protocol), `kind` 1 to 3, `protocol` 0 for the usual one.
    ///
    /// # Errors
    /// 10043, 10044, 10047, 10022 when neither family nor protocol are given, and what the system reports.
    pub fn new(family: i32, kind: i32, protocol: i32) -> Result<Socket, Code> {
        let ipv6 = match u16::try_from(family) {
            Ok(0) if protocol == 0 => return Err(WSAEINVAL),
            Ok(0 | wsa::AF_INET) => false,
            Ok(family) if wsa::is_inet6(family) => true,
            _ => return Err(WSAEAFNOSUPPORT),
        };
        let system = match (kind, protocol) {
            (STREAM, 0 | TCP) => libc::SOCK_STREAM,
            (DATAGRAM, 0 | UDP) => libc::SOCK_DGRAM,
            (RAW, 1..=255) => libc::SOCK_RAW,
            (STREAM..=RAW, _) => return Err(WSAEPROTONOSUPPORT),
            _ => return Err(WSAESOCKTNOSUPPORT),
        };
        let domain = match ipv6 {
            true => socket2::Domain::IPV6,
            false => socket2::Domain::IPV4,
        };
        // Closed in a program that is executed, as Windows's are closed in one that inherits no handles.
        let protocol = (protocol != 0).then(|| protocol.into());
        let made = socket2::Socket::new(domain, system.into(), protocol);
        let made = made.map_err(|error| from_io(&error))?;
        if ipv6 {
            // Windows has it on; a program that wants both says so.
            let _ = made.set_only_v6(true);
        }
        Socket::around(made, ipv6, kind, Settings::new())
    }

    fn around(
        made: socket2::Socket,
        ipv6: bool,
        kind: i32,
        settings: Settings,
    ) -> Result<Socket, Code> {
        let prepared = made.set_nonblocking(true);
        #[cfg(target_vendor = "apple")]
        let prepared = prepared.and_then(|()| made.set_nosigpipe(true));
        prepared.map_err(|error| from_io(&error))?;
        Ok(Socket {
            fd: made.into(),
            ipv6,
            kind,
            settings: Mutex::new(settings),
            closed: AtomicBool::new(false),
            waiting: Mutex::default(),
            io: IoState::new(),
        })
    }

    /// The system's socket.
    pub(crate) fn fd(&self) -> i32 {
        self.fd.as_raw_fd()
    }

    pub(crate) fn system(&self) -> SockRef<'_> {
        SockRef::from(&self.fd)
    }

    /// SOCK_STREAM and so on.
    pub fn kind(&self) -> i32 {
        self.kind
    }

    /// Whether its addresses are those of IPv6.
    pub fn is_ipv6(&self) -> bool {
        self.ipv6
    }

    /// Whether its handle is closed.
    pub fn is_closed(&self) -> bool {
        self.closed.load(Ordering::SeqCst)
    }

    pub(crate) fn settings(&self) -> Settings {
        *self.settings.lock()
    }

    pub(crate) fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings.lock());
    }

    /// ioctlsocket with FIONBIO.
    pub fn set_blocking(&self, blocking: bool) {
        self.set(|settings| settings.blocking = blocking);
    }

    /// Sleeps until the system says so much of the socket.
    ///
    /// # Errors
    /// 10060 after the timeout (milliseconds, 0 for none); 10004 when the socket is closed meanwhile.
    pub(crate) fn sleep(self: &Arc<Self>, events: i16, timeout: u32) -> Result<(), Code> {
        let timeout = Duration::from_millis(timeout.into());
        let deadline = (!timeout.is_zero()).then(|| Instant::now() + timeout);
        loop {
            let ready = ready::wait(&mut [Interest::new(self.clone(), events)], deadline)?;
            match ready {
                _ if self.is_closed() => return Err(WSAEINTR),
                0 if deadline.is_some_and(|deadline| deadline <= Instant::now()) => {
                    return Err(WSAETIMEDOUT);
                }
                0 => {}
                _ => return Ok(()),
            }
        }
    }

    /// bind.
    ///
    /// # Errors
    /// 10013, 10022 (bound already), 10047, 10048, 10049.
    pub fn bind(&self, address: &SocketAddr) -> Result<(), Code> {
        if address.is_ipv6() != self.ipv6 {
            return Err(WSAEAFNOSUPPORT);
        }
        let settings = self.settings();
        // A port whose last connections are not yet forgotten is free on Windows without asking.
        if settings.reuse || (self.kind == STREAM && !settings.exclusive) {
            let _ = self.system().set_reuse_address(true);
        }
        let address = SockAddr::from(*address);
        self.system()
            .bind(&address)
            .map_err(|error| from_io(&error))
    }

    /// listen. A backlog below 0 is SOMAXCONN_HINT.
    ///
    /// # Errors
    /// 10022 when it is not bound; 10045 for a socket without connections; 10056 when it is connected.
    pub fn listen(&self, backlog: i32) -> Result<(), Code> {
        if self.kind != STREAM {
            return Err(WSAEOPNOTSUPP);
        }
        if self.system().peer_addr().is_ok() {
            return Err(WSAEISCONN);
        }
        self.local()?;
        let backlog = backlog.checked_abs().unwrap_or(i32::MAX);
        self.system()
            .listen(backlog)
            .map_err(|error| from_io(&error))
    }

    /// accept: the new socket and its peer. It has the blocking mode and the timeouts of this one.
    ///
    /// # Errors
    /// 10004, 10022 (not listening), 10024, 10035, 10045.
    pub fn accept(self: &Arc<Self>) -> Result<(Socket, Option<SocketAddr>), Code> {
        if self.kind != STREAM {
            return Err(WSAEOPNOTSUPP);
        }
        loop {
            let error = match self.system().accept() {
                Ok((socket, peer)) => {
                    let settings = Settings {
                        connecting: Connecting::No,
                        connected: true,
                        shut_receive: false,
                        shut_send: false,
                        ..self.settings()
                    };
                    let socket = Socket::around(socket, self.ipv6, STREAM, settings)?;
                    return Ok((socket, peer.as_socket()));
                }
                Err(error) => error,
            };
            match error.kind() {
                // A peer that has gone again is not a reason to fail.
                io::ErrorKind::Interrupted | io::ErrorKind::ConnectionAborted => {}
                io::ErrorKind::WouldBlock if self.settings().blocking => {
                    self.sleep(libc::POLLIN, 0)?;
                }
                _ => return Err(from_io(&error)),
            }
        }
    }

    /// connect.
    ///
    /// # Errors
    /// 10035 when it goes on (non-blocking); 10037 while it goes on; 10056; 10047, 10049, 10060, 10061, 10065
    /// and what else the system reports.
    pub fn connect(self: &Arc<Self>, address: &SocketAddr) -> Result<(), Code> {
        if address.is_ipv6() != self.ipv6 {
            return Err(WSAEAFNOSUPPORT);
        }
        self.progress();
        match self.settings().connecting {
            Connecting::Begun => return Err(WSAEALREADY),
            Connecting::No | Connecting::Failed(_) => {}
        }
        if self.kind == STREAM && self.system().peer_addr().is_ok() {
            return Err(WSAEISCONN);
        }
        let begun = self.system().connect(&SockAddr::from(*address));
        let error = match begun {
            Ok(()) => {
                self.set(|settings| {
                    settings.connecting = Connecting::No;
                    settings.connected = true;
                });
                return Ok(());
            }
            Err(error) => error,
        };
        // An interrupted connect goes on, as one that would block.
        if !matches!(error.raw_os_error(), Some(libc::EINPROGRESS | libc::EINTR)) {
            return Err(from_io(&error));
        }
        self.set(|settings| settings.connecting = Connecting::Begun);
        if !self.settings().blocking {
            return Err(WSAEWOULDBLOCK);
        }
        self.sleep(libc::POLLOUT, 0)?;
        self.progress();
        match self.take_error() {
            0 => Ok(()),
            code => Err(code),
        }
    }

    /// Looks how far a connect is that goes on; says whether it has failed.
    pub(crate) fn progress(&self) -> bool {
        let mut settings = self.settings.lock();
        if settings.connecting == Connecting::Begun {
            let mut polled = libc::pollfd {
                fd: self.fd(),
                events: libc::POLLOUT,
                revents: 0,
            };
            // SAFETY: one entry.
            let ready = unsafe { libc::poll(&raw mut polled, 1, 0) };
            if ready == 1 {
                settings.connecting = match self.system().take_error() {
                    Ok(None) => {
                        settings.connected = true;
                        Connecting::No
                    }
                    Ok(Some(error)) | Err(error) => Connecting::Failed(from_io(&error)),
                };
            }
        }
        matches!(settings.connecting, Connecting::Failed(_))
    }

    /// SO_ERROR: the code that nobody has been told yet, or 0.
    pub(crate) fn take_error(&self) -> Code {
        self.progress();
        let mut settings = self.settings.lock();
        if let Connecting::Failed(code) = settings.connecting {
            settings.connecting = Connecting::No;
            return code;
        }
        drop(settings);
        match self.system().take_error() {
            Ok(None) => 0,
            Ok(Some(error)) | Err(error) => from_io(&error),
        }
    }

    /// shutdown.
    ///
    /// # Errors
    /// 10057 when it is not connected.
    pub fn shut_down(&self, half: Half) -> Result<(), Code> {
        let how = match half {
            Half::Receive => std::net::Shutdown::Read,
            Half::Send => std::net::Shutdown::Write,
            Half::Both => std::net::Shutdown::Both,
        };
        // The system would take it for a listening socket, and end that.
        if self.kind == STREAM && !self.settings().connected {
            return Err(WSAENOTCONN);
        }
        match self.system().shutdown(how) {
            // Without a peer only later calls are concerned.
            Err(error) if self.kind != STREAM && error.kind() == io::ErrorKind::NotConnected => {}
            result => result.map_err(|error| from_io(&error))?,
        }
        self.set(|settings| {
            settings.shut_receive |= half != Half::Send;
            settings.shut_send |= half != Half::Receive;
        });
        Ok(())
    }

    /// getsockname.
    ///
    /// # Errors
    /// 10022 when it is neither bound nor connected.
    pub fn local(&self) -> Result<SocketAddr, Code> {
        let address = self.system().local_addr();
        let address = address.map_err(|error| from_io(&error))?.as_socket();
        match address {
            Some(address) if address.port() != 0 || self.kind == RAW => Ok(address),
            _ => Err(WSAEINVAL),
        }
    }

    /// getpeername.
    ///
    /// # Errors
    /// 10057 when it is not connected.
    pub fn peer(&self) -> Result<SocketAddr, Code> {
        let address = self.system().peer_addr();
        let address = address.map_err(|error| from_io(&error))?.as_socket();
        address.ok_or(WSAENOTCONN)
    }
}

impl Polled for Socket {
    fn descriptor(&self) -> i32 {
        self.fd()
    }

    fn is_gone(&self) -> bool {
        self.is_closed()
    }

    fn begin_wait(&self, wake: &Arc<Wake>) {
        self.waiting.lock().push(wake.clone());
    }

    fn end_wait(&self, wake: &Arc<Wake>) {
        let mut waiting = self.waiting.lock();
        if let Some(at) = waiting.iter().position(|other| Arc::ptr_eq(other, wake)) {
            waiting.swap_remove(at);
        }
    }
}

/// The socket behind a SOCKET.
///
/// # Errors
/// 10093 before WSAStartup, 10038 for anything else.
pub fn find(socket: usize) -> Result<Arc<Socket>, Code> {
    wsa::started()?;
    handle::lookup_as(socket as Handle).ok_or(WSAENOTSOCK)
}

/// Opens a SOCKET; 10024 when the handle table is full.
///
/// # Errors
/// 10024.
pub fn open(socket: Socket) -> Result<usize, Code> {
    let handle = handle::insert(Arc::new(socket));
    match handle.is_null() {
        true => Err(WSAEMFILE),
        false => Ok(handle as usize),
    }
}

/// closesocket: calls that sleep on it end with 10004.
///
/// # Errors
/// 10093, 10038.
pub fn close(socket: usize) -> Result<(), Code> {
    find(socket)?;
    match handle::close(socket as Handle) {
        true => Ok(()),
        false => Err(WSAENOTSOCK),
    }
}
