//! Functions that HTTP.sys does not have: `httpsys/extension.h`.
//!
//! Owns the functions. Does not own what they report (`httpsys_engine`). Threading: any thread.

use httpsys_core::call::Query;
use httpsys_core::{ConnectionId, UrlGroupId};
use httpsys_engine::ConnectionStatus;

use crate::code::ErrorCode;
use crate::entry::entry;
use crate::lifecycle;
use crate::pointers::{self, Out};
use crate::queue_handle::QueueObject;
use crate::reason::{NamedArgument, invalid};
use crate::types::{HANDLE, HTTPSYS_CLOSE_INFO, HTTPSYS_NAME_LENGTH};

entry! {
    /// Why a connection ended, whichever side ended it. `Reason` is 0 while it is open.
    ///
    /// ERROR_NOT_FOUND (1168) for an id that never was, or whose end is forgotten: the last 4,096
    /// are remembered. 87 for NULL.
    fn HttpsysWhyClosed(connection: u64, info: *mut HTTPSYS_CLOSE_INFO) -> u32 {
        // SAFETY: by the contract of the function.
        let info = unsafe { Out::required(info) }.named("Info")?;
        let (reason, status, name) = match lifecycle::service()?.fate_of(ConnectionId(connection)) {
            ConnectionStatus::Open => (0, 0, "Open"),
            ConnectionStatus::Ended(end) => (end.number(), end.error().win32(), end.name()),
            ConnectionStatus::Unknown => return Err(ErrorCode::NOT_FOUND),
        };
        info.set(HTTPSYS_CLOSE_INFO {
            Reason: reason,
            Win32Status: status,
            Name: name_of(name),
        });
        Ok(())
    }

    /// The port of a URL of a URL group, or of a version 1 queue: for port 0 the one that was taken
    /// (G-129). The URL is given as it was registered, or with its port.
    ///
    /// 87 for a NULL pointer, a string that is not a UrlPrefix, an unknown group, a queue of version
    /// 2, and unless exactly one of queue and group is given; 6 for a closed queue; 2 for a URL that
    /// is not registered there.
    fn HttpsysQueryUrlPort(queue: HANDLE, group: u64, url: *const u16, port: *mut u16) -> u32 {
        // SAFETY: by the contract of the function.
        let (url, port) = unsafe { (
                pointers::utf16(url).named("FullyQualifiedUrl")?,
                Out::required(port).named("Port")?,
            ) };
        let service = lifecycle::service()?;
        let url = url.to_vec();
        let query = match (queue.is_null(), group) {
            (true, group) if group != 0 => Query::PortOfUrl { group: UrlGroupId(group), url },
            (false, 0) => {
                let queue = QueueObject::lookup(queue)?.queue().id();
                Query::PortOfV1Url { queue, url }
            }
            _ => return Err(invalid("exactly one of RequestQueueHandle and UrlGroupId must be given")),
        };
        port.set(service.query(&query)?.try_into()?);
        Ok(())
    }
}

/// A name as C has it; all of ours are shorter.
pub(super) fn name_of(name: &str) -> [u8; HTTPSYS_NAME_LENGTH] {
    let mut text = [0; HTTPSYS_NAME_LENGTH];
    let length = name.len().min(HTTPSYS_NAME_LENGTH - 1);
    text[..length].copy_from_slice(&name.as_bytes()[..length]);
    text
}
