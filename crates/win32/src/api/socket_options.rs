//! Winsock's options, controls and waits for several sockets.
//!
//! Owns the C form only: where the values are, fd_set and WSAPOLLFD. Threading: any thread.

#![allow(non_snake_case, reason = "documented names behind Httpsys_")]

use std::ffi::c_void;
use std::time::{Duration, Instant};

use super::sockets::zero;
use super::{fence, put};
use crate::net::errors::{WSAENOTSOCK, WSAEOPNOTSUPP};
use crate::net::options::{FIONBIO, FIONREAD};
use crate::net::ready::{self, Interest};
use crate::net::socket::{self, Socket};
use crate::status::{Code, WSAEFAULT, WSAEINVAL};
use crate::wsa;

use super::winsock::SOCKET_ERROR;

/// SIO_KEEPALIVE_VALS.
const KEEPALIVE_VALS: u32 = 0x9800_0004;

/// The head of fd_set: the sockets follow at 8.
#[repr(C)]
#[derive(Debug)]
pub struct FdSet {
    /// How many there are.
    pub fd_count: u32,
    /// The first.
    pub fd_array: [usize; 1],
}

/// WSAPOLLFD: 16 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct WSAPOLLFD {
    /// The socket.
    pub fd: usize,
    /// What to wait for.
    pub events: i16,
    /// What is so.
    pub revents: i16,
}

/// setsockopt: sets an option, with Windows's levels and numbers; values of four bytes (a DWORD of milliseconds for
/// timeouts), LINGER of two u_short, IN_ADDR, ip_mreq and ipv6_mreq. SOCKET_ERROR with 10014 (too few bytes), 10022,
/// 10038, 10042.
///
/// Differs: SO_REUSEADDR does not let a socket take the port of another that listens; SO_DEBUG does nothing.
/// Sizes of buffers are what the system makes of them.
///
/// # Safety
/// `value` is NULL or points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_setsockopt(
    handle: usize,
    level: i32,
    name: i32,
    value: *const c_void,
    length: i32,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        let length = usize::try_from(length).map_err(|_| WSAEFAULT)?;
        if value.is_null() {
            return Err(WSAEFAULT);
        }
        let mut copy = [0; 32];
        let used = length.min(copy.len());
        // SAFETY: `used` bytes can be read by the contract of this function.
        unsafe { std::ptr::copy_nonoverlapping(value.cast(), copy.as_mut_ptr(), used) };
        socket.set_option(level, name, &copy[..used])
    })
}

/// getsockopt: gets an option; SO_ERROR is a Winsock code. SOCKET_ERROR with 10014 (no room), 10038, 10042.
///
/// # Safety
/// `value` is NULL or has room for `*length` bytes; `length` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_getsockopt(
    handle: usize,
    level: i32,
    name: i32,
    value: *mut c_void,
    length: *mut i32,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        if value.is_null() || length.is_null() {
            return Err(WSAEFAULT);
        }
        let bytes = socket.option(level, name)?;
        // SAFETY: valid by the contract of this function.
        let room = usize::try_from(unsafe { length.read_unaligned() }).unwrap_or(0);
        if room < bytes.len() {
            return Err(WSAEFAULT);
        }
        // SAFETY: there is room by the contract of this function.
        unsafe {
            std::ptr::copy_nonoverlapping(bytes.as_ptr(), value.cast(), bytes.len());
            put(length, bytes.len() as i32);
        }
        Ok(())
    })
}

/// ioctlsocket: carries out FIONBIO and FIONREAD. SOCKET_ERROR with 10014, 10038, 10045 for other commands.
///
/// # Safety
/// `value` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ioctlsocket(handle: usize, command: i32, value: *mut u32) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        if value.is_null() {
            return Err(WSAEFAULT);
        }
        // SAFETY: valid by the contract of this function.
        let after = socket.control(command as u32, unsafe { value.read_unaligned() })?;
        if command as u32 == FIONREAD {
            // SAFETY: as above.
            unsafe { put(value, after) };
        }
        Ok(())
    })
}

/// WSAIoctl: carries out FIONBIO, FIONREAD and SIO_KEEPALIVE_VALS, which end within the call. SOCKET_ERROR with
/// 10014, 10038, 10045 for other commands and for an OVERLAPPED.
///
/// Partial: no extension functions (SIO_GET_EXTENSION_FUNCTION_POINTER), no interface lists; not overlapped.
///
/// # Safety
/// `input` points to `input_bytes`, `output` has room for `output_bytes`, `returned` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAIoctl(
    handle: usize,
    command: u32,
    input: *const c_void,
    input_bytes: u32,
    output: *mut c_void,
    output_bytes: u32,
    returned: *mut u32,
    overlapped: *mut c_void,
    routine: *const c_void,
) -> i32 {
    zero(|| {
        let socket = socket::find(handle)?;
        if !overlapped.is_null() || !routine.is_null() {
            return Err(WSAEOPNOTSUPP);
        }
        if returned.is_null() {
            return Err(WSAEFAULT);
        }
        let word = |at: usize| match input.is_null() || (input_bytes as usize) < (at + 1) * 4 {
            true => Err(WSAEFAULT),
            // SAFETY: within the bytes that the caller vouched for.
            false => Ok(unsafe { input.cast::<u32>().add(at).read_unaligned() }),
        };
        let written = match command {
            FIONBIO => socket.control(command, word(0)?).map(|_| 0)?,
            FIONREAD if output.is_null() || output_bytes < 4 => return Err(WSAEFAULT),
            FIONREAD => {
                // SAFETY: room for four bytes, as just tested.
                unsafe { put(output.cast(), socket.control(command, 0)?) };
                4
            }
            KEEPALIVE_VALS => {
                socket.keep_alive(word(0)? != 0, word(1)?, word(2)?)?;
                0
            }
            _ => return Err(WSAEOPNOTSUPP),
        };
        // SAFETY: not NULL, so valid by the contract of this function.
        unsafe { put(returned, written) };
        Ok(())
    })
}

/// select: waits until a socket of the sets is ready. Each set is a count and an array of any length, in which the
/// sockets that are ready stay. Returns their number, 0 when the time is over; SOCKET_ERROR with 10022 (no socket in
/// any set, more than 1,048,576 in one, a negative time), 10038.
///
/// Differs: `timeout` is the system's struct timeval, whose members have 64 bits.
///
/// # Safety
/// The sets are NULL or have as many sockets as they say; `timeout` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn Httpsys_select(
    _count: i32,
    read: *mut FdSet,
    write: *mut FdSet,
    except: *mut FdSet,
    timeout: *const libc::timeval,
) -> i32 {
    fence(SOCKET_ERROR, || {
        wsa::started()?;
        // SAFETY: by the contract of this function.
        let sets = unsafe { [members(read)?, members(write)?, members(except)?] };
        let deadline = match timeout.is_null() {
            true => None,
            // SAFETY: not NULL, so valid by the contract of this function.
            false => deadline_of(unsafe { timeout.read_unaligned() })?,
        };
        let mut interests = Vec::new();
        let events = [libc::POLLIN, libc::POLLOUT, libc::POLLPRI];
        for (set, events) in sets.iter().zip(events) {
            for &handle in set {
                interests.push(Interest::new(socket::find(handle)?, events));
            }
        }
        if interests.is_empty() {
            return Err(WSAEINVAL);
        }
        let found = loop {
            ready::wait(&mut interests, deadline)?;
            if interests.iter().any(|interest| interest.socket.is_closed()) {
                return Err(WSAENOTSOCK);
            }
            let found = sift(&sets, &interests);
            let past = deadline.is_some_and(|deadline| deadline <= Instant::now());
            if past || found.iter().any(|set| !set.is_empty()) {
                break found;
            }
        };
        let mut total = 0;
        for (set, found) in [read, write, except].into_iter().zip(&found) {
            total += found.len();
            // SAFETY: each set has at least as many places, by the contract of this function.
            unsafe { fill(set, found) };
        }
        Ok(total as i32)
    })
}

/// Which sockets of each set are ready.
fn sift(sets: &[Vec<usize>; 3], interests: &[Interest<Socket>]) -> [Vec<usize>; 3] {
    let mut found = [const { Vec::new() }; 3];
    let mut interests = interests.iter();
    for (kind, set) in sets.iter().enumerate() {
        for (&handle, interest) in set.iter().zip(&mut interests) {
            let ready = interest.ready;
            let failed = ready != 0 && interest.socket.progress();
            let is_ready = match kind {
                0 => ready & (libc::POLLIN | libc::POLLHUP | libc::POLLERR) != 0 && !failed,
                1 => ready & (libc::POLLOUT | libc::POLLHUP | libc::POLLERR) != 0 && !failed,
                _ => ready & libc::POLLPRI != 0 || failed,
            };
            if is_ready && !found[kind].contains(&handle) {
                found[kind].push(handle);
            }
        }
    }
    found
}

fn deadline_of(timeout: libc::timeval) -> Result<Option<Instant>, Code> {
    let seconds = u64::try_from(timeout.tv_sec).map_err(|_| WSAEINVAL)?;
    let micros = u64::try_from(timeout.tv_usec).map_err(|_| WSAEINVAL)?;
    let time = Duration::from_secs(seconds).checked_add(Duration::from_micros(micros));
    Ok(time.and_then(|time| Instant::now().checked_add(time)))
}

/// More than there can be handles: what a program calls a set of so many was never filled.
const MOST_MEMBERS: u32 = 1 << 20;

unsafe fn members(set: *const FdSet) -> Result<Vec<usize>, Code> {
    if set.is_null() {
        return Ok(Vec::new());
    }
    // SAFETY: a set with as many sockets as it says, by the contract of `select`.
    unsafe {
        let count = (&raw const (*set).fd_count).read_unaligned();
        if count > MOST_MEMBERS {
            return Err(WSAEINVAL);
        }
        let first = (&raw const (*set).fd_array).cast::<usize>();
        Ok((0..count as usize)
            .map(|at| first.add(at).read_unaligned())
            .collect())
    }
}

unsafe fn fill(set: *mut FdSet, found: &[usize]) {
    if set.is_null() {
        return;
    }
    // SAFETY: no more than there were, by the contract of `select`.
    unsafe {
        put(&raw mut (*set).fd_count, found.len() as u32);
        let first = (&raw mut (*set).fd_array).cast::<usize>();
        for (at, &handle) in found.iter().enumerate() {
            put(first.add(at), handle);
        }
    }
}

/// __WSAFDIsSet: returns whether a socket is in a set; FD_ISSET calls it.
///
/// # Safety
/// `set` is NULL or has as many sockets as it says.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn __WSAFDIsSet(handle: usize, set: *const FdSet) -> i32 {
    // SAFETY: by the contract of this function.
    fence(0, || Ok(unsafe { members(set) }?.contains(&handle).into()))
}

const POLLERR: i16 = 1;
const POLLHUP: i16 = 2;
const POLLNVAL: i16 = 4;
const POLLOUT: i16 = 0x10;
const POLLRDNORM: i16 = 0x100;
const POLLRDBAND: i16 = 0x200;

/// WSAPoll: waits so many milliseconds (0: looks, negative: forever). Returns how many entries are
/// ready, with what is so; an invalid socket has POLLNVAL. SOCKET_ERROR with 10014, 10022 (no
/// entries, no valid socket, POLLPRI or a bit that says what is so).
///
/// # Safety
/// `entries` is NULL or points to `count` entries.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WSAPoll(entries: *mut WSAPOLLFD, count: u32, timeout: i32) -> i32 {
    fence(SOCKET_ERROR, || {
        wsa::started()?;
        if count == 0 {
            return Err(WSAEINVAL);
        }
        if entries.is_null() {
            return Err(WSAEFAULT);
        }
        let deadline = u64::try_from(timeout).ok().map(Duration::from_millis);
        let mut deadline = deadline.map(|time| Instant::now() + time);
        let (mut interests, mut at) = (Vec::new(), Vec::new());
        let mut invalid = 0;
        for index in 0..count as usize {
            // SAFETY: below the count that the caller vouched for.
            let mut entry = unsafe { entries.add(index).read_unaligned() };
            if entry.events & !(POLLOUT | POLLRDNORM | POLLRDBAND | 0x20) != 0 {
                return Err(WSAEINVAL);
            }
            entry.revents = 0;
            match socket::find(entry.fd) {
                Ok(socket) => {
                    interests.push(Interest::new(socket, system_events(entry.events)));
                    at.push(index);
                }
                Err(_) => {
                    entry.revents = POLLNVAL;
                    invalid += 1;
                }
            }
            // SAFETY: as above.
            unsafe { put(entries.add(index), entry) };
        }
        if interests.is_empty() {
            return Err(WSAENOTSOCK);
        }
        if invalid > 0 {
            deadline = Some(Instant::now());
        }
        let ready = ready::wait(&mut interests, deadline)?;
        for (interest, index) in interests.iter().zip(at) {
            let so = match interest.socket.is_closed() {
                true => POLLNVAL,
                false => windows_events(interest),
            };
            // SAFETY: as above.
            unsafe { put(&raw mut (*entries.add(index)).revents, so) };
        }
        Ok(ready as i32 + invalid)
    })
}

fn system_events(events: i16) -> i16 {
    let mut system = 0;
    if events & POLLRDNORM != 0 {
        system |= libc::POLLIN;
    }
    if events & POLLRDBAND != 0 {
        system |= libc::POLLPRI;
    }
    if events & POLLOUT != 0 {
        system |= libc::POLLOUT;
    }
    system
}

fn windows_events(interest: &Interest<Socket>) -> i16 {
    let ready = interest.ready;
    let failed = ready != 0 && interest.socket.progress();
    let mut so = 0;
    for (system, bit) in [
        (libc::POLLIN, POLLRDNORM),
        (libc::POLLPRI, POLLRDBAND),
        (libc::POLLOUT, POLLOUT),
        (libc::POLLERR, POLLERR),
        (libc::POLLHUP, POLLHUP),
        (libc::POLLNVAL, POLLNVAL),
    ] {
        if ready & system != 0 {
            so |= bit;
        }
    }
    match failed {
        true => (so & !POLLOUT) | POLLERR | POLLHUP,
        false => so,
    }
}
