//! Socket options and controls, under Windows's numbers.
//!
//! Owns the table between SO_, IP_, IPV6_ and TCP_ numbers and the system's, and what Windows keeps in
//! another form (milliseconds, a linger of 16-bit members, SO_EXCLUSIVEADDRUSE). Does not own the
//! caller's memory. Invariants: an option is set from at least as many bytes as it has, never partly.
//! Threading: any thread.

use std::time::Duration;

use super::errors::*;
use super::socket::{DATAGRAM, STREAM, Socket};
use crate::status::{Code, WSAEFAULT, WSAEINVAL};

/// SOL_SOCKET.
pub const SOCKET_LEVEL: i32 = 0xFFFF;
const IP_LEVEL: i32 = 0;
const TCP_LEVEL: i32 = 6;
const IPV6_LEVEL: i32 = 41;

const SO_DEBUG: i32 = 0x0001;
const SO_REUSEADDR: i32 = 0x0004;
const SO_LINGER: i32 = 0x0080;
const SO_DONTLINGER: i32 = !SO_LINGER;
const SO_EXCLUSIVEADDRUSE: i32 = !SO_REUSEADDR;
const SO_SNDBUF: i32 = 0x1001;
const SO_RCVBUF: i32 = 0x1002;
const SO_SNDTIMEO: i32 = 0x1005;
const SO_RCVTIMEO: i32 = 0x1006;
const SO_ERROR: i32 = 0x1007;
const SO_TYPE: i32 = 0x1008;
const SO_MAX_MSG_SIZE: i32 = 0x2003;
/// What a datagram of IPv4 holds at most.
const MOST_OF_A_DATAGRAM: u32 = 65_507;

/// FIONREAD: bytes that can be received.
pub const FIONREAD: u32 = 0x4004_667F;
/// FIONBIO: non-blocking mode.
pub const FIONBIO: u32 = 0x8004_667E;

/// How the system has an option.
#[derive(Clone, Copy)]
enum Form {
    /// A number or truth value of four bytes on both sides.
    Number,
    /// As `Number`; only read.
    ReadOnly,
    /// The same bytes on both sides, so many of them.
    Bytes(usize),
    /// Of four bytes here and one there, on systems of BSD.
    Small,
}

/// An option that the system has, too: its level, its number, its form.
fn of_system(level: i32, name: i32) -> Option<(i32, i32, Form)> {
    use Form::{Bytes, Number, ReadOnly, Small};
    #[cfg(target_vendor = "apple")]
    use libc::TCP_KEEPALIVE as IDLE;
    #[cfg(not(target_vendor = "apple"))]
    use libc::TCP_KEEPIDLE as IDLE;
    #[cfg(not(target_vendor = "apple"))]
    use libc::{IPV6_ADD_MEMBERSHIP as JOIN, IPV6_DROP_MEMBERSHIP as LEAVE};
    #[cfg(target_vendor = "apple")]
    use libc::{IPV6_JOIN_GROUP as JOIN, IPV6_LEAVE_GROUP as LEAVE};
    let (system, name, form) = match (level, name) {
        (SOCKET_LEVEL, 0x0002) => (libc::SOL_SOCKET, libc::SO_ACCEPTCONN, ReadOnly),
        (SOCKET_LEVEL, 0x0008) => (libc::SOL_SOCKET, libc::SO_KEEPALIVE, Number),
        (SOCKET_LEVEL, 0x0010) => (libc::SOL_SOCKET, libc::SO_DONTROUTE, Number),
        (SOCKET_LEVEL, 0x0020) => (libc::SOL_SOCKET, libc::SO_BROADCAST, Number),
        (SOCKET_LEVEL, 0x0100) => (libc::SOL_SOCKET, libc::SO_OOBINLINE, Number),
        (SOCKET_LEVEL, SO_SNDBUF) => (libc::SOL_SOCKET, libc::SO_SNDBUF, Number),
        (SOCKET_LEVEL, SO_RCVBUF) => (libc::SOL_SOCKET, libc::SO_RCVBUF, Number),
        (TCP_LEVEL, 1) => (libc::IPPROTO_TCP, libc::TCP_NODELAY, Number),
        (TCP_LEVEL, 3) => (libc::IPPROTO_TCP, IDLE, Number),
        (TCP_LEVEL, 4) => (libc::IPPROTO_TCP, libc::TCP_MAXSEG, ReadOnly),
        (TCP_LEVEL, 16) => (libc::IPPROTO_TCP, libc::TCP_KEEPCNT, Number),
        (TCP_LEVEL, 17) => (libc::IPPROTO_TCP, libc::TCP_KEEPINTVL, Number),
        (IP_LEVEL, 2) => (libc::IPPROTO_IP, libc::IP_HDRINCL, Number),
        (IP_LEVEL, 3) => (libc::IPPROTO_IP, libc::IP_TOS, Number),
        (IP_LEVEL, 4) => (libc::IPPROTO_IP, libc::IP_TTL, Number),
        (IP_LEVEL, 9) => (libc::IPPROTO_IP, libc::IP_MULTICAST_IF, Bytes(4)),
        (IP_LEVEL, 10) => (libc::IPPROTO_IP, libc::IP_MULTICAST_TTL, Small),
        (IP_LEVEL, 11) => (libc::IPPROTO_IP, libc::IP_MULTICAST_LOOP, Small),
        (IP_LEVEL, 12) => (libc::IPPROTO_IP, libc::IP_ADD_MEMBERSHIP, Bytes(8)),
        (IP_LEVEL, 13) => (libc::IPPROTO_IP, libc::IP_DROP_MEMBERSHIP, Bytes(8)),
        (IPV6_LEVEL, 4) => (libc::IPPROTO_IPV6, libc::IPV6_UNICAST_HOPS, Number),
        (IPV6_LEVEL, 9) => (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_IF, Number),
        (IPV6_LEVEL, 10) => (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_HOPS, Number),
        (IPV6_LEVEL, 11) => (libc::IPPROTO_IPV6, libc::IPV6_MULTICAST_LOOP, Number),
        (IPV6_LEVEL, 12) => (libc::IPPROTO_IPV6, JOIN, Bytes(20)),
        (IPV6_LEVEL, 13) => (libc::IPPROTO_IPV6, LEAVE, Bytes(20)),
        (IPV6_LEVEL, 27) => (libc::IPPROTO_IPV6, libc::IPV6_V6ONLY, Number),
        _ => return None,
    };
    Some((system, name, form))
}

impl Socket {
    /// setsockopt.
    ///
    /// # Errors
    /// 10014 for too few bytes; 10022 for an invalid value or a level that the socket does not have;
    /// 10042 for an option that is not known or not to be set.
    pub fn set_option(&self, level: i32, name: i32, value: &[u8]) -> Result<(), Code> {
        if level == SOCKET_LEVEL && self.set_own(name, value)? {
            return Ok(());
        }
        let (system, number, form) = of_system(level, name).ok_or(WSAENOPROTOOPT)?;
        let size = match form {
            Form::Number | Form::Small => 4,
            Form::Bytes(size) => size,
            Form::ReadOnly => return Err(WSAENOPROTOOPT),
        };
        let value = value.get(..size).ok_or(WSAEFAULT)?;
        let small = [value[0]];
        let value = match form {
            Form::Small if cfg!(target_vendor = "apple") => &small,
            _ => value,
        };
        // SAFETY: so many bytes of a slice.
        let set = unsafe {
            libc::setsockopt(
                self.fd(),
                system,
                number,
                value.as_ptr().cast(),
                value.len() as libc::socklen_t,
            )
        };
        match set {
            0 => Ok(()),
            _ => Err(last()),
        }
    }

    /// Those options of SOL_SOCKET that the system has in another form. False for others.
    fn set_own(&self, name: i32, value: &[u8]) -> Result<bool, Code> {
        let number = || {
            let bytes = value.get(..4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u32::from_ne_bytes).ok_or(WSAEFAULT)
        };
        match name {
            SO_DEBUG => {
                let on = number()? != 0;
                self.set(|settings| settings.debug = on);
            }
            SO_REUSEADDR | SO_EXCLUSIVEADDRUSE => {
                let on = number()? != 0;
                let settings = self.settings();
                let other = match name {
                    SO_REUSEADDR => settings.exclusive,
                    _ => settings.reuse,
                };
                if on && other {
                    return Err(WSAEINVAL);
                }
                self.set(|settings| match name {
                    SO_REUSEADDR => settings.reuse = on,
                    _ => settings.exclusive = on,
                });
            }
            SO_RCVTIMEO => {
                let timeout = number()?;
                self.set(|settings| settings.receive_timeout = timeout);
            }
            SO_SNDTIMEO => {
                let timeout = number()?;
                self.set(|settings| settings.send_timeout = timeout);
            }
            SO_LINGER | SO_DONTLINGER => {
                self.can_linger()?;
                let linger = number()?;
                let seconds = match name {
                    // l_onoff, then l_linger.
                    #[cfg(target_endian = "little")]
                    SO_LINGER if linger & 0xFFFF != 0 => Some(linger >> 16),
                    #[cfg(target_endian = "big")]
                    SO_LINGER if linger >> 16 != 0 => Some(linger & 0xFFFF),
                    SO_LINGER => None,
                    _ if linger != 0 => None,
                    _ => return Err(WSAENOPROTOOPT),
                };
                let linger = seconds.map(|seconds| Duration::from_secs(seconds.into()));
                let set = self.system().set_linger(linger);
                set.map_err(|error| from_io(&error))?;
            }
            SO_ERROR | SO_TYPE | SO_MAX_MSG_SIZE => return Err(WSAENOPROTOOPT),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// getsockopt: the bytes of the value, at most 20.
    ///
    /// # Errors
    /// 10042 for an option that is not known or not to be read; what the system reports.
    pub fn option(&self, level: i32, name: i32) -> Result<Vec<u8>, Code> {
        if level == SOCKET_LEVEL {
            if let Some(value) = self.own(name)? {
                return Ok(value.to_ne_bytes().to_vec());
            }
        }
        let (system, number, form) = of_system(level, name).ok_or(WSAENOPROTOOPT)?;
        if matches!(form, Form::Bytes(size) if size > 4) {
            return Err(WSAENOPROTOOPT);
        }
        let mut value = [0; 4];
        let mut length = value.len() as libc::socklen_t;
        // SAFETY: four bytes of an array.
        let got = unsafe {
            libc::getsockopt(
                self.fd(),
                system,
                number,
                value.as_mut_ptr().cast(),
                &raw mut length,
            )
        };
        if got != 0 {
            return Err(last());
        }
        // Linux keeps twice of what it was told, and says so.
        let doubled = cfg!(any(target_os = "linux", target_os = "android"))
            && level == SOCKET_LEVEL
            && matches!(name, SO_SNDBUF | SO_RCVBUF);
        if doubled {
            value = (u32::from_ne_bytes(value) / 2).to_ne_bytes();
        }
        Ok(value.to_vec())
    }

    fn own(&self, name: i32) -> Result<Option<u32>, Code> {
        let settings = self.settings();
        Ok(Some(match name {
            SO_DEBUG => settings.debug.into(),
            SO_REUSEADDR => settings.reuse.into(),
            SO_EXCLUSIVEADDRUSE => settings.exclusive.into(),
            SO_RCVTIMEO => settings.receive_timeout,
            SO_SNDTIMEO => settings.send_timeout,
            SO_ERROR => self.take_error(),
            SO_TYPE => self.kind() as u32,
            SO_MAX_MSG_SIZE if self.kind() == DATAGRAM => MOST_OF_A_DATAGRAM,
            SO_LINGER | SO_DONTLINGER => {
                self.can_linger()?;
                let linger = self.system().linger().map_err(|error| from_io(&error))?;
                match (name, linger) {
                    (SO_DONTLINGER, linger) => linger.is_none().into(),
                    (_, None) => 0,
                    (_, Some(time)) => {
                        let seconds = u16::try_from(time.as_secs()).unwrap_or(u16::MAX);
                        let [a, b] = 1u16.to_ne_bytes();
                        let [c, d] = seconds.to_ne_bytes();
                        u32::from_ne_bytes([a, b, c, d])
                    }
                }
            }
            _ => return Ok(None),
        }))
    }

    fn can_linger(&self) -> Result<(), Code> {
        match self.kind() {
            STREAM => Ok(()),
            _ => Err(WSAENOPROTOOPT),
        }
    }

    /// ioctlsocket: the value after the call.
    ///
    /// # Errors
    /// 10045 for a command that is not known; what the system reports.
    pub fn control(&self, command: u32, value: u32) -> Result<u32, Code> {
        match command {
            FIONBIO => {
                self.set_blocking(value == 0);
                return Ok(value);
            }
            FIONREAD => {}
            _ => return Err(WSAEOPNOTSUPP),
        }
        let mut waiting: libc::c_int = 0;
        // SAFETY: the system writes one int.
        match unsafe { libc::ioctl(self.fd(), libc::FIONREAD, &raw mut waiting) } {
            0 => Ok(waiting as u32),
            _ => Err(last()),
        }
    }

    /// SIO_KEEPALIVE_VALS: probes after so many milliseconds of silence, then in such intervals. The system
    /// counts in seconds: rounded up.
    ///
    /// # Errors
    /// What the system reports.
    pub fn keep_alive(&self, on: bool, time: u32, interval: u32) -> Result<(), Code> {
        let seconds = |milliseconds: u32| milliseconds.div_ceil(1000).max(1);
        self.set_option(SOCKET_LEVEL, 0x0008, &u32::from(on).to_ne_bytes())?;
        if on {
            self.set_option(TCP_LEVEL, 3, &seconds(time).to_ne_bytes())?;
            self.set_option(TCP_LEVEL, 17, &seconds(interval).to_ne_bytes())?;
        }
        Ok(())
    }
}
