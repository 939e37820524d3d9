//! Why a call of the C ABI was refused, in words: HttpsysLastReason, and an event for each 87.
//!
//! Owns: how a failure of a function becomes a text, and which failures do not count. Does not own the
//! text of the reason (`httpsys_engine::reason`). Threading: the text belongs to the calling thread.

use std::borrow::Cow;
use std::cell::Cell;

use httpsys_core::Error;
use httpsys_engine::reason;

use crate::code::ErrorCode;

/// What is wrong with an argument: "Flags has unknown bits". The code is 87.
#[cold]
#[inline(never)]
pub(crate) fn invalid(words: impl Into<Cow<'static, str>>) -> ErrorCode {
    reason::invalid(words).into()
}

/// Names the argument of checks that do not know it.
pub(crate) trait NamedArgument: Sized {
    /// The result; a failure with 87 is one of `argument`, called as the documentation does.
    fn named(self, argument: &'static str) -> Self;
}

impl<T> NamedArgument for Result<T, ErrorCode> {
    #[inline]
    fn named(self, argument: &'static str) -> Self {
        self.map_err(|code| name(code, argument))
    }
}

#[cold]
#[inline(never)]
fn name(code: ErrorCode, argument: &'static str) -> ErrorCode {
    if code.win32() == Error::InvalidParameter.win32() {
        reason::name_argument(argument);
    }
    code
}

/// Keeps a text that is to outlive a failure of the function that was asked for it.
#[cold]
pub(crate) fn keep(text: String) {
    drop(reason::take());
    KEPT.with(|kept| kept.set(Some(text)));
}

thread_local! {
    static KEPT: Cell<Option<String>> = const { Cell::new(None) };
}

/// Codes that are not refusals: the call continues, there is more data or no more, or the request
/// is over.
const ORDINARY: [u32; 8] = [38, 64, 234, 258, 259, 995, 997, 1229];

/// Remembers why a function failed, logs it if an argument was the cause, and returns the reason. `None` if the failure
/// does not count.
#[cold]
#[inline(never)]
pub(crate) fn refused(function: &'static str, code: ErrorCode) -> Option<String> {
    if let Ok(Some(text)) = KEPT.try_with(Cell::take) {
        reason::set_last(text);
        return None;
    }
    let code = code.win32();
    if ORDINARY.contains(&code) {
        return None;
    }
    // HttpFindUrlGroupId and HttpDelegateRequestEx.
    let is_status = code >= 0xC000_0000;
    let win32 = if is_status {
        httpsys_win32::status::win32_from_nt(code)
    } else {
        code
    };
    let error = Error::from_win32(win32);
    let note = reason::take().filter(|note| note.error.win32() == win32);
    let (words, is_told) = match note {
        Some(note) => (note.words, note.is_told),
        None => (error.map_or("it failed", Error::meaning).into(), false),
    };
    let text = match error {
        _ if is_status => format!("{words}: NTSTATUS {code:#010X}"),
        Some(error) => format!("{words}: {} ({code})", error.name()),
        None => format!("{words}: error {code}"),
    };
    if win32 == Error::InvalidParameter.win32() && !is_told {
        tracing::warn!(function, reason = text, "refused: an argument is invalid");
    }
    reason::set_last(format!("{function}: {text}"));
    Some(text)
}
