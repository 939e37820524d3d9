//! The findings of strict mode, for C: `httpsys/extension.h`.
//!
//! Owns the functions. Does not own the findings (`httpsys_engine`), nor what C can do wrong that the engine does not
//! see (`strict`). Threading: any thread.

use std::ffi::c_char;

use super::counters::{text_buffer, write_text};
use crate::entry::entry;
use crate::lifecycle;

entry! {
    /// Writes the findings of strict mode, a line for each.
    fn HttpsysReadFindings(buffer: *mut c_char, length: u32, needed: *mut u32) -> u32, needs Nothing {
        // SAFETY: by the contract of the function.
        let (buffer, needed) = unsafe { text_buffer(buffer, length, needed) }?;
        let findings = lifecycle::service()?.findings();
        let lines = findings.iter().map(|finding| format!("{finding}\n"));
        write_text(buffer, needed, lines.collect())
    }

    /// Forgets the findings of strict mode.
    fn HttpsysClearFindings() -> u32, needs Nothing {
        lifecycle::service()?.clear_findings();
        Ok(())
    }
}
