//! Server sessions: HttpCreateServerSession and its companions.
//!
//! Owns the functions of the family. Does not own sessions (`httpsys_core::model`). Threading: any
//! thread.

use std::ffi::c_void;

use httpsys_core::operation::{Control, Outcome};
use httpsys_core::{Error, ServerSessionId};

use super::{reserved as check_reserved, version as api_version};
use crate::code::Code;
use crate::entry::{entry, entry_missing};
use crate::lifecycle;
use crate::pointers::Out;
use crate::types::{HTTP_SERVER_PROPERTY, HTTPAPI_VERSION};

entry! {
    /// Creates a server session, the parent of URL groups.
    ///
    /// 1306 for a version other than 1.0 and 2.0 (SES-006 to SES-008, observed); 87 for NULL
    /// (SES-005).
    fn HttpCreateServerSession(version: HTTPAPI_VERSION, session: *mut u64, reserved: u32) -> u32 {
        // SAFETY: by the contract of the function.
        let session = unsafe { Out::required(session) }?;
        check_reserved(reserved)?;
        let call = Control::CreateServerSession { version: api_version(version) };
        match lifecycle::service()?.control(call)? {
            Outcome::ServerSession(id) => session.set(id.0),
            _ => Err(Error::Internal)?,
        }
        Ok(())
    }

    /// Closes a session together with its URL groups (SES-012). 87 for an unknown id (SES-009).
    fn HttpCloseServerSession(session: u64) -> u32 {
        let session = ServerSessionId(session);
        lifecycle::service()?.control(Control::CloseServerSession { session })?;
        Ok(())
    }
}

entry_missing! {
    /// Missing: returns ERROR_NOT_SUPPORTED (50) for every property.
    fn HttpSetServerSessionProperty(
        session: u64,
        property: HTTP_SERVER_PROPERTY,
        information: *const c_void,
        length: u32,
    ) -> u32 = Code::NOT_SUPPORTED;

    /// Missing: returns ERROR_NOT_SUPPORTED (50) for every property.
    fn HttpQueryServerSessionProperty(
        session: u64,
        property: HTTP_SERVER_PROPERTY,
        information: *mut c_void,
        length: u32,
        return_length: *mut u32,
    ) -> u32 = Code::NOT_SUPPORTED;
}
