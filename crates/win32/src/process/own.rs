//! The process itself: its end, its times, its memory, its priority class.
//!
//! Owns the object behind a handle of OpenProcess, and what the system says about the process. Does not
//! own threads. Invariants: the handle of the process is never signalled while the process can look; an
//! exit code that is not 0 stays so, although the system keeps 8 bits of it. Threading: any thread.

use std::ffi::c_int;
use std::io;
use std::mem::MaybeUninit;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::handle::{self, Handle, INVALID_HANDLE_VALUE};
use crate::object::Object;
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER};
use crate::sync::signal::ObjectSignal;
use crate::sync::word::word;
use crate::time::source;

/// This process, as an object with a handle.
#[derive(Debug)]
pub struct Process {
    /// Never set.
    ended: ObjectSignal,
}

impl Process {
    /// This process.
    pub fn this() -> Process {
        Process {
            ended: ObjectSignal::new(true, false),
        }
    }
}

/// Refuses what does not mean this process: neither the pseudo handle -1 nor a handle of [`Process`].
///
/// # Errors
/// 6.
pub fn check(handle: Handle) -> Result<(), Code> {
    let known = handle == INVALID_HANDLE_VALUE || handle::lookup_as::<Process>(handle).is_some();
    known.then_some(()).ok_or(ERROR_INVALID_HANDLE)
}

impl Object for Process {
    fn signal(&self) -> Option<&ObjectSignal> {
        Some(&self.ended)
    }
}

/// What the parent sees of an exit code: its low 8 bits, or 255 if these alone are 0.
fn native_code(code: u32) -> c_int {
    match code & 0xFF {
        0 if code != 0 => 255,
        low => low as c_int,
    }
}

/// How long the end of the process waits for streams that are in use.
const FLUSH: Duration = Duration::from_secs(1);

/// Ends the process as ExitProcess does: what the C library's streams hold is written, functions of
/// atexit(3) and destructors do not run (on Windows those of the program do not either, and other
/// threads are gone by then). A stream that another thread uses is waited for at most a second.
pub fn exit(code: u32) -> ! {
    let (done, wait) = word();
    let flush = move || {
        // SAFETY: NULL means all streams.
        unsafe { libc::fflush(std::ptr::null_mut()) };
        // Nobody waits any more after the time-out.
        done.give();
    };
    if httpsys_socket::spawn("httpsys-exit", flush).is_ok() {
        // Done, or given up.
        wait.wait(source::now().checked_add(FLUSH));
    }
    terminate(code)
}

/// Ends the process at once.
pub fn terminate(code: u32) -> ! {
    // SAFETY: _exit does not return and needs nothing.
    unsafe { libc::_exit(native_code(code)) }
}

/// 100-nanosecond units.
const PER_SECOND: u64 = 10_000_000;

fn ticks(time: libc::timeval) -> u64 {
    let seconds = u64::try_from(time.tv_sec).unwrap_or(0);
    let micros = u64::try_from(time.tv_usec).unwrap_or(0);
    seconds.saturating_mul(PER_SECOND) + micros * 10
}

/// What the process has used, in 100 nanoseconds.
#[derive(Clone, Copy, Debug, Default)]
pub struct Used {
    /// In the system's code.
    pub kernel: u64,
    /// In its own code.
    pub user: u64,
    /// Page faults, of both kinds.
    pub faults: u64,
    /// The largest resident set, in bytes.
    pub peak: u64,
}

/// What the process has used so far.
pub fn used() -> Used {
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: the call fills the structure, which is valid as zeros too.
    let usage = unsafe {
        libc::getrusage(libc::RUSAGE_SELF, usage.as_mut_ptr());
        usage.assume_init()
    };
    let count = |value: libc::c_long| u64::try_from(value).unwrap_or(0);
    let unit = if cfg!(target_vendor = "apple") {
        1
    } else {
        1024
    };
    Used {
        kernel: ticks(usage.ru_stime),
        user: ticks(usage.ru_utime),
        faults: count(usage.ru_minflt) + count(usage.ru_majflt),
        peak: count(usage.ru_maxrss) * unit,
    }
}

/// When the process began, in 100 nanoseconds since 1970.
#[cfg(not(target_vendor = "apple"))]
pub fn began() -> u64 {
    let now = (source::unix_now().as_nanos() / 100) as u64;
    if let Some(age) = source::age() {
        return now.saturating_sub((age.as_nanos() / 100) as u64);
    }
    // The 20th field behind the name in parentheses, in ticks since the system started; proc(5).
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields);
    let start = fields.split_ascii_whitespace().nth(19);
    let start: Option<u64> = start.and_then(|start| start.parse().ok());
    let up = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
    let up: Option<f64> = up.split(' ').next().and_then(|up| up.parse().ok());
    // SAFETY: sysconf has no preconditions.
    let per_second = unsafe { libc::sysconf(libc::_SC_CLK_TCK) };
    let (Some(start), Some(up), 1..) = (start, up, per_second) else {
        return now;
    };
    let age = (up - start as f64 / per_second as f64).max(0.0);
    now.saturating_sub((age * PER_SECOND as f64) as u64)
}

/// When the process began, in 100 nanoseconds since 1970.
#[cfg(target_vendor = "apple")]
pub fn began() -> u64 {
    let about = apple::about();
    about.map_or(0, |about| {
        about.pbi_start_tvsec * PER_SECOND + about.pbi_start_tvusec * 10
    })
}

/// Bytes of memory: resident, and of the address space.
#[cfg(not(target_vendor = "apple"))]
pub fn memory() -> (u64, u64) {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let mut pages = statm.split(' ').map(|field| field.parse().unwrap_or(0));
    let page = super::machine::page_size() as u64;
    let (total, resident): (u64, u64) = (pages.next().unwrap_or(0), pages.next().unwrap_or(0));
    (resident * page, total * page)
}

/// Bytes of memory: resident, and of the address space.
#[cfg(target_vendor = "apple")]
pub fn memory() -> (u64, u64) {
    let about = apple::task();
    about.map_or((0, 0), |about| {
        (about.pti_resident_size, about.pti_virtual_size)
    })
}

/// Whether a debugger is attached.
#[cfg(not(target_vendor = "apple"))]
pub fn is_traced() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let tracer = status
        .lines()
        .find_map(|line| line.strip_prefix("TracerPid:"));
    tracer.is_some_and(|tracer| tracer.trim() != "0")
}

/// Whether a debugger is attached.
#[cfg(target_vendor = "apple")]
pub fn is_traced() -> bool {
    const PROC_FLAG_TRACED: u32 = 2;
    apple::about().is_some_and(|about| about.pbi_flags & PROC_FLAG_TRACED != 0)
}

/// proc_pidinfo of libproc.
#[cfg(target_vendor = "apple")]
mod apple {
    use std::mem::MaybeUninit;

    fn ask<T>(flavor: libc::c_int) -> Option<T> {
        let mut about = MaybeUninit::<T>::zeroed();
        let size = size_of::<T>() as libc::c_int;
        // SAFETY: the call writes at most `size` bytes to the address of a live value of plain numbers,
        // and says how many.
        unsafe {
            let pid = libc::getpid();
            let got = libc::proc_pidinfo(pid, flavor, 0, about.as_mut_ptr().cast(), size);
            (got == size).then(|| about.assume_init())
        }
    }

    pub(super) fn about() -> Option<libc::proc_bsdinfo> {
        ask(libc::PROC_PIDTBSDINFO)
    }

    pub(super) fn task() -> Option<libc::proc_taskinfo> {
        ask(libc::PROC_PIDTASKINFO)
    }
}

/// NORMAL_PRIORITY_CLASS.
const NORMAL: u32 = 0x20;

/// The priority classes and what they are to setpriority(2).
const CLASSES: [(u32, c_int); 6] = [
    (0x40, 19),   // IDLE_PRIORITY_CLASS
    (0x4000, 10), // BELOW_NORMAL_PRIORITY_CLASS
    (NORMAL, 0),
    (0x8000, -5), // ABOVE_NORMAL_PRIORITY_CLASS
    (0x80, -10),  // HIGH_PRIORITY_CLASS
    (0x100, -20), // REALTIME_PRIORITY_CLASS
];

static CLASS: AtomicU32 = AtomicU32::new(NORMAL);

/// The priority class that was set last.
pub fn priority_class() -> u32 {
    CLASS.load(Ordering::Relaxed)
}

/// Sets the priority class: kept, and asked of the system, which refuses higher ones without a right.
///
/// # Errors
/// 87 for an invalid class.
pub fn set_priority_class(class: u32) -> Result<(), Code> {
    let known = CLASSES.iter().find(|(known, _)| *known == class);
    let (_, nice) = known.ok_or(ERROR_INVALID_PARAMETER)?;
    // SAFETY: touches no memory.
    if unsafe { libc::setpriority(libc::PRIO_PROCESS, 0, *nice) } != 0 {
        // Any user may set these classes on Windows, so a refusal is no failure of the call.
        let _refused = io::Error::last_os_error();
    }
    CLASS.store(class, Ordering::Relaxed);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exit_code_that_is_a_failure_stays_one() {
        assert_eq!(native_code(0), 0);
        assert_eq!(native_code(7), 7);
        assert_eq!(native_code(256), 255);
        assert_eq!(native_code(0xC000_013A), 0x3A);
    }

    #[test]
    fn the_process_began_before_now_and_uses_memory() {
        let now = std::time::SystemTime::now();
        let now = now.duration_since(std::time::UNIX_EPOCH).unwrap();
        let now = (now.as_nanos() / 100) as u64;
        assert!(began() > now - 3600 * PER_SECOND && began() < now + PER_SECOND);
        let (resident, total) = memory();
        assert!(resident > 100_000 && total >= resident);
        assert!(used().peak > 100_000 && used().faults > 0);
    }

    #[test]
    fn only_classes_are_classes() {
        assert_eq!(set_priority_class(3), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(set_priority_class(NORMAL), Ok(()));
        assert_eq!(priority_class(), NORMAL);
    }
}
