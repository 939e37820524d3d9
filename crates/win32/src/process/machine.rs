//! The machine: processors and memory.
//!
//! Owns what the system says of them. Invariants: there is at least one processor; a mask has a bit for
//! each of the first 64. Threading: any thread.

use crate::status::{self, Code, ERROR_INVALID_PARAMETER};

fn configured(name: libc::c_int) -> Option<usize> {
    // SAFETY: sysconf has no preconditions.
    usize::try_from(unsafe { libc::sysconf(name) })
        .ok()
        .filter(|value| *value > 0)
}

/// Bytes of a page.
pub fn page_size() -> usize {
    configured(libc::_SC_PAGESIZE).unwrap_or(4096)
}

/// The processors that are in use, of 64 at most.
pub fn processors() -> u32 {
    let count = configured(libc::_SC_NPROCESSORS_ONLN).unwrap_or(1);
    count.clamp(1, 64) as u32
}

/// The processors that the process may use at once: fewer than [`processors`] if it is bound to some of them, or has a
/// share of them only. In a simulated world always 4, so that a seed is the same run on every machine.
pub fn usable_processors() -> u32 {
    if crate::time::source::is_simulated() {
        return 4;
    }
    let count = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A mask of all of them.
pub fn all_processors() -> u64 {
    u64::MAX >> (64 - processors())
}

/// The memory of the machine, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MachineMemory {
    /// All of it.
    pub total: u64,
    /// What a program could get.
    pub free: u64,
    /// Of the swap space.
    pub swap_total: u64,
    /// What is free of it.
    pub swap_free: u64,
}

/// The memory of the machine.
#[cfg(not(target_vendor = "apple"))]
pub fn memory() -> MachineMemory {
    let text = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let field = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let number = line.and_then(|line| line.split_ascii_whitespace().next());
        number
            .and_then(|number| number.parse().ok())
            .unwrap_or(0u64)
            * 1024
    };
    MachineMemory {
        total: field("MemTotal:"),
        free: field("MemAvailable:"),
        swap_total: field("SwapTotal:"),
        swap_free: field("SwapFree:"),
    }
}

/// The memory of the machine.
#[cfg(target_vendor = "apple")]
pub fn memory() -> MachineMemory {
    use std::mem::MaybeUninit;

    fn ask<T>(name: &std::ffi::CStr) -> Option<T> {
        let mut value = MaybeUninit::<T>::zeroed();
        let mut size = size_of::<T>();
        // SAFETY: the call writes at most `size` bytes to the address of a live value of plain numbers.
        unsafe {
            let to = value.as_mut_ptr().cast();
            let result =
                libc::sysctlbyname(name.as_ptr(), to, &raw mut size, std::ptr::null_mut(), 0);
            (result == 0 && size == size_of::<T>()).then(|| value.assume_init())
        }
    }
    let pages = |name| u64::from(ask::<u32>(name).unwrap_or(0)) * page_size() as u64;
    let swap = ask::<libc::xsw_usage>(c"vm.swapusage");
    MachineMemory {
        total: ask(c"hw.memsize").unwrap_or(0),
        free: pages(c"vm.page_free_count") + pages(c"vm.page_purgeable_count"),
        swap_total: swap.as_ref().map_or(0, |swap| swap.xsu_total),
        swap_free: swap.as_ref().map_or(0, |swap| swap.xsu_avail),
    }
}

/// What all processors have done since the system started, in 100 nanoseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Times {
    /// Nothing.
    pub idle: u64,
    /// The system's code, and nothing (documented: GetSystemTimes).
    pub kernel: u64,
    /// Programs.
    pub user: u64,
}

/// What all processors have done; `None` where the system does not say.
pub fn times() -> Option<Times> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    let per_second = configured(libc::_SC_CLK_TCK)? as u64;
    times_of(&text, per_second)
}

/// From the first line of proc_stat(5): user, nice, system, idle, iowait, irq, softirq, steal.
fn times_of(text: &str, per_second: u64) -> Option<Times> {
    let line = text.lines().next()?.strip_prefix("cpu ")?;
    let fields = line.split_ascii_whitespace().map(str::parse);
    let fields: Vec<u64> = fields.collect::<Result<_, _>>().ok()?;
    let sum = |numbers: &[usize]| {
        let values = numbers.iter().filter_map(|at| fields.get(*at));
        values.sum::<u64>().saturating_mul(10_000_000) / per_second
    };
    let idle = sum(&[3, 4]);
    Some(Times {
        idle,
        kernel: sum(&[2, 5, 6, 7]) + idle,
        user: sum(&[0, 1]),
    })
}

/// The processor that runs the calling thread.
#[cfg(target_os = "linux")]
pub fn current_processor() -> u32 {
    // SAFETY: no preconditions.
    u32::try_from(unsafe { libc::sched_getcpu() }).unwrap_or(0)
}

/// The processor that runs the calling thread: the system does not say.
#[cfg(not(target_os = "linux"))]
pub fn current_processor() -> u32 {
    0
}

/// The processors that the process (its first thread) may use.
#[cfg(target_os = "linux")]
pub fn affinity() -> u64 {
    // SAFETY: getpid has no preconditions.
    of_thread(unsafe { libc::getpid() }).unwrap_or_else(|_| all_processors())
}

/// The processors that the process may use: all.
#[cfg(not(target_os = "linux"))]
pub fn affinity() -> u64 {
    all_processors()
}

#[cfg(target_os = "linux")]
fn of_thread(thread: libc::pid_t) -> Result<u64, Code> {
    // SAFETY: a set is valid as zeros, and the call writes no more than its size.
    unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        if libc::sched_getaffinity(thread, size_of::<libc::cpu_set_t>(), &raw mut set) != 0 {
            return Err(status::from_io(&std::io::Error::last_os_error()));
        }
        let bits = (0..64).filter(|at| libc::CPU_ISSET(*at, &set));
        Ok(bits.fold(0, |mask, at| mask | 1 << at))
    }
}

/// Lets one thread, or the calling one (0), use these processors; returns those before.
///
/// # Errors
/// 87 for a mask without a processor that there is.
#[cfg(target_os = "linux")]
pub fn set_thread_affinity(thread: i32, mask: u64) -> Result<u64, Code> {
    if mask == 0 || mask & !all_processors() != 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let before = of_thread(thread)?;
    // SAFETY: a set is valid as zeros; the call reads it.
    let result = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        for at in (0..64).filter(|at| mask & 1 << at != 0) {
            libc::CPU_SET(at, &mut set);
        }
        libc::sched_setaffinity(thread, size_of::<libc::cpu_set_t>(), &raw const set)
    };
    match result {
        0 => Ok(before),
        _ => Err(status::from_io(&std::io::Error::last_os_error())),
    }
}

/// Threads cannot be bound to processors here; a mask of all of them is that of now.
///
/// # Errors
/// 87 for a mask without a processor that there is, 50 for fewer than all.
#[cfg(not(target_os = "linux"))]
pub fn set_thread_affinity(_thread: i32, mask: u64) -> Result<u64, Code> {
    match mask {
        0 => Err(ERROR_INVALID_PARAMETER),
        mask if mask & !all_processors() != 0 => Err(ERROR_INVALID_PARAMETER),
        mask if mask == all_processors() => Ok(mask),
        _ => Err(status::ERROR_NOT_SUPPORTED),
    }
}

/// Lets all threads that the process has now, and those that they start, use these processors.
///
/// # Errors
/// As [`set_thread_affinity`].
pub fn set_affinity(mask: u64) -> Result<(), Code> {
    set_thread_affinity(0, mask)?;
    if let Ok(threads) = std::fs::read_dir("/proc/self/task") {
        for thread in threads.flatten() {
            let id = thread.file_name().to_str().and_then(|id| id.parse().ok());
            if let Some(id) = id {
                // A thread may have ended meanwhile.
                let _ = set_thread_affinity(id, mask);
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_has_processors_and_memory() {
        assert!(processors() >= 1 && page_size() >= 4096);
        let memory = memory();
        assert!(memory.total > 1 << 24 && memory.free <= memory.total);
        assert_ne!(affinity() & all_processors(), 0);
    }

    #[test]
    fn the_times_of_proc_stat() {
        let times = times_of("cpu  10 20 30 400 5 6 7 8 0 0\ncpu0 1 2 3\n", 100).unwrap();
        assert_eq!((times.user, times.idle), (3_000_000, 40_500_000));
        assert_eq!(times.kernel, 5_100_000 + 40_500_000);
        assert_eq!(times_of("intr 1", 100), None);
    }

    #[test]
    fn a_thread_may_use_what_there_is() {
        assert_eq!(set_thread_affinity(0, 0), Err(ERROR_INVALID_PARAMETER));
        let before = set_thread_affinity(0, affinity()).unwrap();
        assert_ne!(before, 0);
    }
}
