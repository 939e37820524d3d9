//! Functions that HTTP.sys does not have: `httpsys/extension.h`.
//!
//! Owns the functions. Does not own what they tell (`httpsys_engine`). Threading: any thread.

use httpsys_core::ConnectionId;
use httpsys_engine::Fate;

use crate::code::Code;
use crate::entry::entry;
use crate::lifecycle;
use crate::pointers::Out;
use crate::types::{HTTPSYS_CLOSE_INFO, HTTPSYS_NAME_LENGTH};

entry! {
    /// Why a connection ended: whoever ended it, and whatever for. `Reason` is 0 while it is open.
    ///
    /// ERROR_NOT_FOUND (1168) for an id that never was, or whose end is forgotten: the last 4,096
    /// are remembered. 87 for NULL.
    fn HttpsysWhyClosed(connection: u64, info: *mut HTTPSYS_CLOSE_INFO) -> u32 {
        // SAFETY: by the contract of the function.
        let info = unsafe { Out::required(info) }?;
        let (reason, status, name) = match lifecycle::service()?.fate_of(ConnectionId(connection)) {
            Fate::Open => (0, 0, "Open"),
            Fate::Ended(end) => (end.number(), end.error().win32(), end.name()),
            Fate::Unknown => return Err(Code::NOT_FOUND),
        };
        info.set(HTTPSYS_CLOSE_INFO {
            Reason: reason,
            Win32Status: status,
            Name: name_of(name),
        });
        Ok(())
    }
}

/// A name as C has it; all of ours are shorter.
fn name_of(name: &str) -> [u8; HTTPSYS_NAME_LENGTH] {
    let mut text = [0; HTTPSYS_NAME_LENGTH];
    let length = name.len().min(HTTPSYS_NAME_LENGTH - 1);
    text[..length].copy_from_slice(&name.as_bytes()[..length]);
    text
}
