//! Version, the reason of a refusal, and the log callback: `httpsys/extension.h`.
//!
//! Owns the functions. Does not own the reasons (`reason`, `httpsys_engine::reason`) or the events
//! (`httpsys_win32::trace`). Threading: any thread.

use std::ffi::{c_char, c_void};

use super::counters::{text_buffer, write_text};
use super::extension::name_of;
use crate::code::ErrorCode;
use crate::entry::entry;
use crate::pointers::Out;
use crate::reason::{NamedArgument, invalid};
use crate::types::{HTTPSYS_LOG_CALLBACK, HTTPSYS_VERSION_INFO};
use httpsys_win32::trace::{self, callback::TraceCallback};

entry! {
    /// The version of the library, as numbers and as text. 87 for NULL.
    fn HttpsysVersion(info: *mut HTTPSYS_VERSION_INFO) -> u32, needs Nothing {
        // SAFETY: by the contract of the function.
        let info = unsafe { Out::required(info) }.named("Info")?;
        let number = |text: &str| text.parse().unwrap_or(0);
        info.set(HTTPSYS_VERSION_INFO {
            Major: number(env!("CARGO_PKG_VERSION_MAJOR")),
            Minor: number(env!("CARGO_PKG_VERSION_MINOR")),
            Patch: number(env!("CARGO_PKG_VERSION_PATCH")),
            Name: name_of(env!("CARGO_PKG_VERSION")),
        });
        Ok(())
    }

    /// Why the last call of this thread was refused that was: function, argument or rule, code. The text
    /// is empty when none was.
    ///
    /// 87 for NULL, 234 for a buffer that is too small, with the size in `needed`; neither changes the
    /// text.
    fn HttpsysLastReason(buffer: *mut c_char, length: u32, needed: *mut u32) -> u32, needs Nothing {
        let text = httpsys_engine::reason::last().unwrap_or_default();
        // SAFETY: by the contract of the function.
        let written = unsafe { text_buffer(buffer, length, needed) }
            .and_then(|(buffer, needed)| write_text(buffer, needed, text.replace('\0', " ")));
        written.inspect_err(|_| crate::reason::keep(text))
    }

    /// Sets the function that gets the events of the library up to a level, or removes it with NULL. It
    /// runs on a thread of its own, with no lock held.
    ///
    /// 87 for a level that there is not; 183 when the program is in Rust and has a subscriber of the crate
    /// tracing; 170 from inside the callback while another thread changes it; 8 without a thread.
    fn HttpsysSetLogCallback(
        level: u32,
        function: HTTPSYS_LOG_CALLBACK,
        context: *mut c_void,
    ) -> u32, needs Nothing {
        let wanted = match (u8::try_from(level), function) {
            (Ok(level @ 1..=5), Some(function)) => (level, Some(TraceCallback { function, context })),
            (_, None) => (0, None),
            _ => return Err(invalid(format!("Level is {level}, not 1 to 5"))),
        };
        trace::set_callback(wanted.0, wanted.1).map_err(ErrorCode::from_win32)
    }
}
