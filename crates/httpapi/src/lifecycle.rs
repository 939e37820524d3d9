//! HttpInitialize and HttpTerminate: whether the API may be used.
//!
//! Owns: one count per flag (SES-001) and the fast answer for every other function (SES-003). Does not
//! own the service (`service`): it stays, and is emptied when the last HTTP_INITIALIZE_SERVER is taken back
//! (G-079). Invariant: the answer is yes exactly while the count is not 0. A simulated world counts for itself. A
//! child made by fork(2) begins as a process that has not called HttpInitialize.
//! Threading: any thread; the counts change in one step, so that no child inherits a lock.

use std::sync::atomic::{AtomicU64, Ordering};

use httpsys_core::Error;
use httpsys_socket::process;

use crate::code::{CallResult, ErrorCode};
use crate::driver;
use crate::reason::invalid;
use crate::service::{self, CurrentService};
use crate::types::{HTTP_INITIALIZE_CONFIG, HTTP_INITIALIZE_SERVER};
use httpsys_win32::trace;

const FLAGS: [u32; 2] = [HTTP_INITIALIZE_SERVER, HTTP_INITIALIZE_CONFIG];
const ALL_FLAGS: u32 = HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG;

/// Which initialisation a function needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Needs {
    /// None.
    Nothing,
    /// HTTP_INITIALIZE_SERVER.
    Server,
    /// HTTP_INITIALIZE_CONFIG.
    Config,
}

/// How often each of [`FLAGS`] was given: that of the server in the low half. 0 in each process that a
/// fork begins.
static COUNTS: AtomicU64 = AtomicU64::new(0);

/// ERROR_DLL_INIT_FAILED (1114) unless the API was initialised as needed (SES-003, G-100).
pub(crate) fn check(needs: Needs) -> CallResult {
    let count = match needs {
        Needs::Nothing => return Ok(()),
        Needs::Server => counts() as u32,
        Needs::Config => (counts() >> 32) as u32,
    };
    match count {
        0 => Err(Error::NotInitialized.into()),
        _ => Ok(()),
    }
}

/// What was counted for the calling thread.
#[inline]
fn counts() -> u64 {
    #[cfg(feature = "sim")]
    if let Some(home) = crate::simulation::home::current() {
        return home.counts.load(Ordering::Acquire);
    }
    COUNTS.load(Ordering::Acquire)
}

/// The service behind all functions.
///
/// # Errors
/// As [`service::current`].
#[inline]
pub(crate) fn service() -> Result<CurrentService, ErrorCode> {
    service::current()
}

/// HttpInitialize: counts each flag.
pub(crate) fn initialize(flags: u32) -> CallResult {
    // First, so that refusals can be logged.
    trace::install();
    check_flags(flags)?;
    service()?;
    if flags & HTTP_INITIALIZE_SERVER != 0 {
        driver::install();
    }
    // Before there is a count that a child could inherit.
    if process::watch().is_err() || !process::zero_in_children(&COUNTS) {
        return Err(Error::NoResources.into());
    }
    change(flags, |count| count.checked_add(1)).ok_or(Error::NoResources)?;
    Ok(())
}

/// HttpTerminate: 87 for a flag that was not given before, and then nothing changes (G-102). True if this was the
/// last one for the server: everything of the service is closed, and the handles of its queues must be ended.
pub(crate) fn terminate(flags: u32) -> Result<bool, ErrorCode> {
    check_flags(flags)?;
    let before = change(flags, |count| count.checked_sub(1));
    let before = before
        .ok_or_else(|| invalid("Flags: HttpInitialize was not called that many times with them"))?;
    let is_last = flags & HTTP_INITIALIZE_SERVER != 0 && before as u32 == 1;
    if is_last {
        let service = service()?;
        service.note_leaks();
        service.close_everything();
    }
    Ok(is_last)
}

/// Changes the counts of `flags`; returns what they were. `None`, and then nothing has changed, if one
/// of them cannot be.
fn change(flags: u32, step: impl Fn(u32) -> Option<u32>) -> Option<u64> {
    let (set, seen) = (Ordering::AcqRel, Ordering::Acquire);
    let next = |counts| changed(counts, flags, &step);
    #[cfg(feature = "sim")]
    if let Some(home) = crate::simulation::home::current() {
        return home.counts.fetch_update(set, seen, next).ok();
    }
    COUNTS.fetch_update(set, seen, next).ok()
}

fn changed(counts: u64, flags: u32, step: &impl Fn(u32) -> Option<u32>) -> Option<u64> {
    let mut halves = [counts as u32, (counts >> 32) as u32];
    for (count, flag) in halves.iter_mut().zip(FLAGS) {
        if flags & flag != 0 {
            *count = step(*count)?;
        }
    }
    Some(u64::from(halves[0]) | u64::from(halves[1]) << 32)
}

fn check_flags(flags: u32) -> CallResult {
    match flags {
        0 => Err(invalid(
            "Flags is 0: neither HTTP_INITIALIZE_SERVER nor HTTP_INITIALIZE_CONFIG",
        )),
        flags if flags & !ALL_FLAGS != 0 => Err(invalid(format!(
            "Flags is {flags:#x}: HttpInitialize takes only flags 1 and 2"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ses_001_each_flag_is_counted_by_itself() {
        let up = |count: u32| count.checked_add(1);
        let down = |count: u32| count.checked_sub(1);
        assert_eq!(changed(1, HTTP_INITIALIZE_SERVER, &up), Some(2));
        assert_eq!(changed(1, ALL_FLAGS, &up), Some(2 | 1 << 32));
        assert_eq!(changed(1, HTTP_INITIALIZE_SERVER, &down), Some(0));
        // G-102: not even the flag that was given is taken back.
        assert_eq!(changed(1, ALL_FLAGS, &down), None);
        assert_eq!(changed(1, HTTP_INITIALIZE_CONFIG, &down), None);
        assert_eq!(changed(u32::MAX.into(), HTTP_INITIALIZE_SERVER, &up), None);
    }

    #[test]
    fn ses_002_unknown_flags_are_refused() {
        for flags in [0, 4, 7, 0x8000_0001] {
            assert_eq!(check_flags(flags), Err(Error::InvalidParameter.into()));
        }
        assert_eq!(check_flags(ALL_FLAGS), Ok(()));
    }
}
