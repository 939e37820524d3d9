//! Windows Sockets error codes, and those of the system as such.
//!
//! Owns the numbers that sockets need beyond [`crate::status`] and the table from `errno`. Invariant:
//! an `errno` without a code of its own becomes 10022 (WSAEINVAL). Threading: pure functions.

use std::io;

use crate::status::{Code, WSAEAFNOSUPPORT, WSAEFAULT, WSAEINVAL};

macro_rules! codes {
    ($($name:ident = $value:literal;)*) => {
        $(#[doc = concat!("Code ", stringify!($value), " (documented: Windows Sockets Error Codes).")]
        pub const $name: Code = $value;)*
    };
}

codes! {
    WSA_NOT_ENOUGH_MEMORY = 8;
    WSAEINTR = 10004;
    WSAEACCES = 10013;
    WSAEMFILE = 10024;
    WSAEWOULDBLOCK = 10035;
    WSAEINPROGRESS = 10036;
    WSAEALREADY = 10037;
    WSAENOTSOCK = 10038;
    WSAEDESTADDRREQ = 10039;
    WSAEMSGSIZE = 10040;
    WSAEPROTOTYPE = 10041;
    WSAENOPROTOOPT = 10042;
    WSAEPROTONOSUPPORT = 10043;
    WSAESOCKTNOSUPPORT = 10044;
    WSAEOPNOTSUPP = 10045;
    WSAEPFNOSUPPORT = 10046;
    WSAEADDRINUSE = 10048;
    WSAEADDRNOTAVAIL = 10049;
    WSAENETDOWN = 10050;
    WSAENETUNREACH = 10051;
    WSAENETRESET = 10052;
    WSAECONNABORTED = 10053;
    WSAECONNRESET = 10054;
    WSAENOBUFS = 10055;
    WSAEISCONN = 10056;
    WSAENOTCONN = 10057;
    WSAESHUTDOWN = 10058;
    WSAETIMEDOUT = 10060;
    WSAECONNREFUSED = 10061;
    WSAELOOP = 10062;
    WSAENAMETOOLONG = 10063;
    WSAEHOSTDOWN = 10064;
    WSAEHOSTUNREACH = 10065;
    WSATYPE_NOT_FOUND = 10109;
    WSAHOST_NOT_FOUND = 11001;
    WSATRY_AGAIN = 11002;
    WSANO_RECOVERY = 11003;
    WSANO_DATA = 11004;
}

/// The Winsock code of an `errno`.
pub fn from_errno(errno: i32) -> Code {
    match errno {
        0 => 0,
        libc::EINTR => WSAEINTR,
        libc::EACCES | libc::EPERM => WSAEACCES,
        libc::EFAULT => WSAEFAULT,
        libc::EMFILE | libc::ENFILE => WSAEMFILE,
        // EAGAIN is the same number on every system that is built for.
        libc::EWOULDBLOCK => WSAEWOULDBLOCK,
        libc::EINPROGRESS => WSAEINPROGRESS,
        libc::EALREADY => WSAEALREADY,
        libc::ENOTSOCK | libc::EBADF => WSAENOTSOCK,
        libc::EDESTADDRREQ => WSAEDESTADDRREQ,
        libc::EMSGSIZE => WSAEMSGSIZE,
        libc::EPROTOTYPE => WSAEPROTOTYPE,
        libc::ENOPROTOOPT => WSAENOPROTOOPT,
        libc::EPROTONOSUPPORT => WSAEPROTONOSUPPORT,
        libc::ESOCKTNOSUPPORT => WSAESOCKTNOSUPPORT,
        libc::EOPNOTSUPP => WSAEOPNOTSUPP,
        libc::EPFNOSUPPORT => WSAEPFNOSUPPORT,
        libc::EAFNOSUPPORT => WSAEAFNOSUPPORT,
        libc::EADDRINUSE => WSAEADDRINUSE,
        libc::EADDRNOTAVAIL => WSAEADDRNOTAVAIL,
        libc::ENETDOWN => WSAENETDOWN,
        libc::ENETUNREACH => WSAENETUNREACH,
        libc::ENETRESET => WSAENETRESET,
        libc::ECONNABORTED => WSAECONNABORTED,
        // What the system says after it has said ECONNRESET once; Windows says 10054 again.
        libc::ECONNRESET | libc::EPIPE => WSAECONNRESET,
        libc::ENOBUFS | libc::ENOMEM => WSAENOBUFS,
        libc::EISCONN => WSAEISCONN,
        libc::ENOTCONN => WSAENOTCONN,
        libc::ESHUTDOWN => WSAESHUTDOWN,
        libc::ETIMEDOUT => WSAETIMEDOUT,
        libc::ECONNREFUSED => WSAECONNREFUSED,
        libc::ELOOP => WSAELOOP,
        libc::ENAMETOOLONG => WSAENAMETOOLONG,
        libc::EHOSTDOWN => WSAEHOSTDOWN,
        libc::EHOSTUNREACH => WSAEHOSTUNREACH,
        _ => WSAEINVAL,
    }
}

/// The Winsock code of a system call that failed.
pub fn from_io(error: &io::Error) -> Code {
    error.raw_os_error().map_or(WSAEINVAL, from_errno)
}

/// The Winsock code of what just failed on this thread.
pub(crate) fn last() -> Code {
    from_io(&io::Error::last_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_codes_of_the_system() {
        for (errno, code) in [
            (libc::EAGAIN, 10035),
            (libc::ECONNREFUSED, 10061),
            (libc::EADDRINUSE, 10048),
            (libc::EPIPE, 10054),
            (libc::EBADF, 10038),
            (libc::ENOSPC, 10022),
            (0, 0),
        ] {
            assert_eq!(from_errno(errno), code, "{errno}");
        }
    }
}
