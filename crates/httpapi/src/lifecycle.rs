//! HttpInitialize and HttpTerminate: whether the API may be used.
//!
//! Owns: one count per flag (SES-001) and the fast answer for every other function (SES-003). Does not
//! own the service: that is the process-wide one of the engine, which stays and is emptied when the last HTTP_INITIALIZE_SERVER
//! is taken back (G-079). Invariant: the fast answer is yes exactly while the count is not 0.
//! Threading: any thread; the counts have a lock.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use httpsys_core::Error;
use httpsys_engine::Service;

use crate::code::{Code, Outcome};
use crate::driver;
use crate::trace;
use crate::types::{HTTP_INITIALIZE_CONFIG, HTTP_INITIALIZE_SERVER};

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

/// How often each of [`FLAGS`] was given.
#[derive(Debug)]
struct Counts([u32; 2]);

static COUNTS: Mutex<Counts> = Mutex::new(Counts([0, 0]));
static READY: AtomicU32 = AtomicU32::new(0);

/// ERROR_DLL_INIT_FAILED (1114) unless the API was initialised as needed (SES-003, G-100).
pub(crate) fn check(needs: Needs) -> Outcome {
    let flag = match needs {
        Needs::Nothing => return Ok(()),
        Needs::Server => HTTP_INITIALIZE_SERVER,
        Needs::Config => HTTP_INITIALIZE_CONFIG,
    };
    match READY.load(Ordering::Acquire) & flag {
        0 => Err(Error::NotInitialized.into()),
        _ => Ok(()),
    }
}

/// The service behind all functions, with the parameters of the environment if this is its first
/// use in the process.
///
/// # Errors
/// 87 for a setting that cannot be applied; it is said once on standard error.
pub(crate) fn service() -> Result<&'static Service, Code> {
    Ok(Service::global()?)
}

/// HttpInitialize: counts each flag.
pub(crate) fn initialize(flags: u32) -> Outcome {
    check_flags(flags)?;
    trace::install();
    service()?;
    if flags & HTTP_INITIALIZE_SERVER != 0 {
        driver::install();
    }
    let mut counts = counts();
    let raised = counts
        .change(flags, |count| count.checked_add(1))
        .ok_or(Error::NoResources)?;
    counts.store(raised);
    Ok(())
}

/// HttpTerminate: 87 for a flag that was not given before, and then nothing changes (G-102).
pub(crate) fn terminate(flags: u32) -> Outcome {
    check_flags(flags)?;
    let last = {
        let mut counts = counts();
        let lowered = counts
            .change(flags, |count| count.checked_sub(1))
            .ok_or(Error::InvalidParameter)?;
        let last = counts.0[0] != 0 && lowered[0] == 0;
        counts.store(lowered);
        last
    };
    if last {
        service()?.close_everything();
    }
    Ok(())
}

impl Counts {
    /// The counts with those of `flags` changed; `None` if one of them cannot be.
    fn change(&self, flags: u32, step: impl Fn(u32) -> Option<u32>) -> Option<[u32; 2]> {
        let mut changed = self.0;
        for (count, flag) in changed.iter_mut().zip(FLAGS) {
            if flags & flag != 0 {
                *count = step(*count)?;
            }
        }
        Some(changed)
    }

    fn store(&mut self, counts: [u32; 2]) {
        self.0 = counts;
        let given = counts.iter().zip(FLAGS).filter(|(count, _)| **count != 0);
        READY.store(given.map(|(_, flag)| flag).sum(), Ordering::Release);
    }
}

fn check_flags(flags: u32) -> Outcome {
    match flags {
        0 => Err(Error::InvalidParameter.into()),
        flags if flags & !ALL_FLAGS != 0 => Err(Error::InvalidParameter.into()),
        _ => Ok(()),
    }
}

fn counts() -> MutexGuard<'static, Counts> {
    COUNTS.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ses_001_each_flag_is_counted_by_itself() {
        let counts = Counts([1, 0]);
        let up = |count: u32| count.checked_add(1);
        let down = |count: u32| count.checked_sub(1);
        assert_eq!(counts.change(HTTP_INITIALIZE_SERVER, up), Some([2, 0]));
        assert_eq!(counts.change(ALL_FLAGS, up), Some([2, 1]));
        assert_eq!(counts.change(HTTP_INITIALIZE_SERVER, down), Some([0, 0]));
        // G-102: not even the flag that was given is taken back.
        assert_eq!(counts.change(ALL_FLAGS, down), None);
        assert_eq!(counts.change(HTTP_INITIALIZE_CONFIG, down), None);
    }

    #[test]
    fn ses_002_unknown_flags_are_refused() {
        for flags in [0, 4, 7, 0x8000_0001] {
            assert_eq!(check_flags(flags), Err(Error::InvalidParameter.into()));
        }
        assert_eq!(check_flags(ALL_FLAGS), Ok(()));
    }
}
