//! Server sessions: HttpCreateServerSession and related functions.
//!
//! Owns the functions of the family. Does not own sessions (`httpsys_core::model`) or the
//! structures of properties (`property`). Threading: any thread.

use std::ffi::c_void;

use httpsys_core::call::{Control, Outcome, Query};
use httpsys_core::property::Properties;
use httpsys_core::{Error, ServerSessionId};

use super::{property, reserved as check_reserved, version as api_version};
use crate::entry::entry;
use crate::lifecycle;
use crate::pointers::Out;
use crate::reason::NamedArgument;
use crate::types::{HTTP_SERVER_PROPERTY, HTTPAPI_VERSION};

entry! {
    /// Creates a server session, the parent of URL groups.
    ///
    /// 1306 for a version other than 1.0 and 2.0 (SES-006 to SES-008, observed); 87 for NULL
    /// (SES-005).
    fn HttpCreateServerSession(version: HTTPAPI_VERSION, session: *mut u64, reserved: u32) -> u32 {
        // SAFETY: by the contract of the function.
        let session = unsafe { Out::required(session) }.named("ServerSessionId")?;
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

    /// Sets a property of a session, which its URL groups inherit.
    ///
    /// 87 for an unknown session, a property that sessions do not have (such as a connection
    /// limit), NULL, a length other than the structure's (G-105), and a value out of range; 50 for
    /// an authentication scheme: none is implemented, and a request must not wait forever for its
    /// challenge. With `Flags.Present` 0 the property is unset.
    ///
    /// When the call returns, a new log is open, and the previous one is closed, with all its
    /// entries written; 87 for a log directory that cannot be used (G-143).
    ///
    /// Partial: the security descriptor of a log directory is not applied.
    /// Differs: the drive letter of a log directory stands for a folder, as for CreateFileW; a directory
    /// in the form of this system, which begins with `/`, is accepted, too.
    fn HttpSetServerSessionProperty(
        session: u64,
        property: HTTP_SERVER_PROPERTY,
        information: *const c_void,
        length: u32,
    ) -> u32 {
        // SAFETY: by the contract of the function.
        let property = unsafe { property::read(property, information, length) }?;
        let session = ServerSessionId(session);
        let call = Control::SetServerSessionProperty { session, property };
        lifecycle::service()?.control(call)?;
        Ok(())
    }

    /// Queries a property as it was set: state, timeouts, quality of service, authentication or
    /// channel binding. For a property that was never set, the call returns `Flags.Present` 0 and
    /// zeros (G-107).
    ///
    /// 234 for a buffer that is too small, with the required size in `return_length` (G-105); 87
    /// for an unknown session, NULL, a length of 0, and a property that cannot be queried. For the
    /// quality of service, the buffer contains the type, and the setting follows
    /// HTTP_QOS_SETTING_INFO in the same buffer (assumed).
    fn HttpQueryServerSessionProperty(
        session: u64,
        property: HTTP_SERVER_PROPERTY,
        information: *mut c_void,
        length: u32,
        return_length: *mut u32,
    ) -> u32 {
        // SAFETY: by the contract of the function.
        let answer = unsafe { property::answer(information, length, return_length) }?;
        let query = Query::ServerSessionProperties { session: ServerSessionId(session) };
        let properties: Properties = lifecycle::service()?.query(&query)?.try_into()?;
        property::write(property, &properties, answer)
    }
}
