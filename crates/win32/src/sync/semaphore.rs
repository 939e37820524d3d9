//! Semaphore objects.
//!
//! Owns [`Semaphore`]. Does not own waits ([`crate::sync::signal`]). Invariant: the count is between 0 and
//! the maximum; each wait that is satisfied takes one unit. Threading: any thread.

use crate::object::Object;
use crate::status::{Code, ERROR_INVALID_PARAMETER};
use crate::sync::signal::ObjectSignal;

/// A semaphore object (documented: Semaphore Objects).
#[derive(Debug)]
pub struct Semaphore {
    signal: ObjectSignal,
}

impl Semaphore {
    /// CreateSemaphore.
    ///
    /// # Errors
    /// 87 unless `0 <= count <= most` and `most > 0`.
    pub fn new(count: i32, most: i32) -> Result<Semaphore, Code> {
        match (u32::try_from(count), u32::try_from(most)) {
            (Ok(count), Ok(most)) if most > 0 && count <= most => Ok(Semaphore {
                signal: ObjectSignal::semaphore(count, most),
            }),
            _ => Err(ERROR_INVALID_PARAMETER),
        }
    }

    /// ReleaseSemaphore: adds `units`, returns the count before.
    ///
    /// # Errors
    /// 87 for units below 1; 298 (ERROR_TOO_MANY_POSTS) when the count would pass the maximum, in
    /// which case it is not changed.
    pub fn release(&self, units: i32) -> Result<i32, Code> {
        let units = u32::try_from(units).ok().filter(|&units| units > 0);
        let before = self
            .signal
            .release_units(units.ok_or(ERROR_INVALID_PARAMETER)?)?;
        Ok(before as i32)
    }
}

impl Object for Semaphore {
    fn signal(&self) -> Option<&ObjectSignal> {
        Some(&self.signal)
    }
}
