//! What a caller of the HTTP Server API can cause, and the Win32 code each cause is reported as.
//!
//! Owns the one table from causes to numbers. Does not own NTSTATUS values: the completion layer
//! of the C ABI maps those from the numbers here.

use core::fmt;

use httpsys_proto::InvalidField;
use httpsys_sddl::InvalidDescriptor;

/// A failed call. The Win32 code is [`Error::win32`]; names and numbers are part of the API and
/// never /// change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Error {
    /// ERROR_FILE_NOT_FOUND (2): no such URL registration (PFX-025) or queue name (SES-018).
    NotFound,
    /// ERROR_PATH_NOT_FOUND (3): a fragment is not in the cache (SND-029).
    FragmentNotFound,
    /// ERROR_ACCESS_DENIED (5): the caller may not register the URL or open the queue (PFX-014,
    /// SES-021).
    AccessDenied,
    /// ERROR_INVALID_HANDLE (6): not a queue, or a closed one (RCV-001, PFX-017).
    InvalidHandle,
    /// ERROR_NOT_ENOUGH_MEMORY (8): a limit of the service is reached.
    NoResources,
    /// ERROR_BAD_COMMAND (22): another send on this request is outstanding (SND-019).
    SendOutstanding,
    /// ERROR_SHARING_VIOLATION (32): another program's socket uses the port (PFX-013).
    PortInUse,
    /// ERROR_HANDLE_EOF (38): the entity body, or the request, has been delivered completely
    /// (ENT-005); for a send, a file is shorter than it should be (SND-028).
    EndOfBody,
    /// ERROR_NOT_SUPPORTED (50): not supported for this kind of object (SES-023).
    NotSupported,
    /// ERROR_NETNAME_DELETED (64): the peer broke the connection during this call (G-061).
    PeerReset,
    /// ERROR_INVALID_PARAMETER (87).
    InvalidParameter,
    /// ERROR_INVALID_PARAMETER (87): a part of a response cannot be sent, and nothing was sent
    /// (G-057, G-058).
    InvalidResponse(InvalidField),
    /// ERROR_DISK_FULL (112): the configuration could not be written; the old file is unchanged.
    DiskFull,
    /// ERROR_INSUFFICIENT_BUFFER (122): the buffer is smaller than the fixed structure; nothing was
    /// written (RCV-008).
    InsufficientBuffer,
    /// ERROR_INVALID_NAME (123): a bad queue name (SES-019).
    InvalidName,
    /// ERROR_ALREADY_EXISTS (183): the URL or the name is taken (PFX-010, SES-017).
    AlreadyExists,
    /// ERROR_MORE_DATA (234): `needed` bytes are required (RCV-009, ENT-013).
    MoreData {
        /// The size in bytes that the caller's buffer has to have.
        needed: u32,
    },
    /// WAIT_TIMEOUT (258): the caller's own time limit ran out; nothing was consumed.
    Timeout,
    /// ERROR_OPERATION_ABORTED (995): cancelled, or the queue was closed (RCV-007, CXL-003).
    Aborted,
    /// ERROR_NOACCESS (998): a misaligned or inaccessible buffer (RCV-022).
    NoAccess,
    /// ERROR_BADDB (1009): the configuration file is not valid, and is left unchanged.
    ConfigurationBroken,
    /// ERROR_REGISTRY_IO_FAILED (1016): the configuration file cannot be read or written.
    ConfigurationUnreachable,
    /// ERROR_DLL_INIT_FAILED (1114): `HttpInitialize` was not called (SES-003).
    NotInitialized,
    /// ERROR_INVALID_NETNAME (1214): an address that this machine does not have (PFX-033).
    InvalidNetName,
    /// ERROR_CONNECTION_INVALID (1229): the id is unknown or belongs to another queue, the request
    /// has been answered or cancelled, or its client is gone (RCV-002, SND-001, CXL-005).
    ConnectionInvalid,
    /// ERROR_REVISION_MISMATCH (1306): a version that the object does not have (SES-006).
    RevisionMismatch,
    /// ERROR_NO_SUCH_LOGON_SESSION (1312): a certificate record names a certificate that is not in its
    /// store, or cannot be used (documented: HttpSetServiceConfiguration).
    NoSuchCertificate,
    /// ERROR_INVALID_ACL (1336): an entry of a security descriptor is not valid.
    InvalidAcl,
    /// ERROR_INVALID_SID (1337): an account of a security descriptor is not valid.
    InvalidSid,
    /// ERROR_INVALID_ID_AUTHORITY (1343): the caller is not the controller (QUE-013).
    NotController,
    /// ERROR_INTERNAL_ERROR (1359): an error inside the library, which affects only this call.
    Internal,
}

impl Error {
    /// The Win32 error code.
    #[must_use]
    pub const fn win32(self) -> u32 {
        match self {
            Error::NotFound => 2,
            Error::FragmentNotFound => 3,
            Error::AccessDenied => 5,
            Error::InvalidHandle => 6,
            Error::NoResources => 8,
            Error::SendOutstanding => 22,
            Error::PortInUse => 32,
            Error::EndOfBody => 38,
            Error::NotSupported => 50,
            Error::PeerReset => 64,
            Error::InvalidParameter | Error::InvalidResponse(_) => 87,
            Error::DiskFull => 112,
            Error::InsufficientBuffer => 122,
            Error::InvalidName => 123,
            Error::AlreadyExists => 183,
            Error::MoreData { .. } => 234,
            Error::Timeout => 258,
            Error::Aborted => 995,
            Error::NoAccess => 998,
            Error::ConfigurationBroken => 1009,
            Error::ConfigurationUnreachable => 1016,
            Error::NotInitialized => 1114,
            Error::InvalidNetName => 1214,
            Error::ConnectionInvalid => 1229,
            Error::RevisionMismatch => 1306,
            Error::NoSuchCertificate => 1312,
            Error::InvalidAcl => 1336,
            Error::InvalidSid => 1337,
            Error::NotController => 1343,
            Error::Internal => 1359,
        }
    }

    /// The name of the Win32 code, as the documentation spells it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Error::NotFound => "ERROR_FILE_NOT_FOUND",
            Error::FragmentNotFound => "ERROR_PATH_NOT_FOUND",
            Error::AccessDenied => "ERROR_ACCESS_DENIED",
            Error::InvalidHandle => "ERROR_INVALID_HANDLE",
            Error::NoResources => "ERROR_NOT_ENOUGH_MEMORY",
            Error::SendOutstanding => "ERROR_BAD_COMMAND",
            Error::PortInUse => "ERROR_SHARING_VIOLATION",
            Error::EndOfBody => "ERROR_HANDLE_EOF",
            Error::NotSupported => "ERROR_NOT_SUPPORTED",
            Error::PeerReset => "ERROR_NETNAME_DELETED",
            Error::InvalidParameter | Error::InvalidResponse(_) => "ERROR_INVALID_PARAMETER",
            Error::DiskFull => "ERROR_DISK_FULL",
            Error::InsufficientBuffer => "ERROR_INSUFFICIENT_BUFFER",
            Error::InvalidName => "ERROR_INVALID_NAME",
            Error::AlreadyExists => "ERROR_ALREADY_EXISTS",
            Error::MoreData { .. } => "ERROR_MORE_DATA",
            Error::Timeout => "WAIT_TIMEOUT",
            Error::Aborted => "ERROR_OPERATION_ABORTED",
            Error::NoAccess => "ERROR_NOACCESS",
            Error::ConfigurationBroken => "ERROR_BADDB",
            Error::ConfigurationUnreachable => "ERROR_REGISTRY_IO_FAILED",
            Error::NotInitialized => "ERROR_DLL_INIT_FAILED",
            Error::InvalidNetName => "ERROR_INVALID_NETNAME",
            Error::ConnectionInvalid => "ERROR_CONNECTION_INVALID",
            Error::RevisionMismatch => "ERROR_REVISION_MISMATCH",
            Error::NoSuchCertificate => "ERROR_NO_SUCH_LOGON_SESSION",
            Error::InvalidAcl => "ERROR_INVALID_ACL",
            Error::InvalidSid => "ERROR_INVALID_SID",
            Error::NotController => "ERROR_INVALID_ID_AUTHORITY",
            Error::Internal => "ERROR_INTERNAL_ERROR",
        }
    }
}

impl From<InvalidDescriptor> for Error {
    fn from(error: InvalidDescriptor) -> Error {
        match error {
            InvalidDescriptor::Text => Error::InvalidParameter,
            InvalidDescriptor::Acl => Error::InvalidAcl,
            InvalidDescriptor::Sid => Error::InvalidSid,
        }
    }
}

impl Error {
    /// An error with this Win32 code, if one of these has it; of those that carry more the plain one.
    #[must_use]
    pub fn from_win32(code: u32) -> Option<Error> {
        const ALL: [Error; 28] = [
            Error::NotFound,
            Error::FragmentNotFound,
            Error::AccessDenied,
            Error::InvalidHandle,
            Error::NoResources,
            Error::SendOutstanding,
            Error::PortInUse,
            Error::EndOfBody,
            Error::NotSupported,
            Error::PeerReset,
            Error::InvalidParameter,
            Error::DiskFull,
            Error::InsufficientBuffer,
            Error::InvalidName,
            Error::AlreadyExists,
            Error::Timeout,
            Error::Aborted,
            Error::NoAccess,
            Error::ConfigurationBroken,
            Error::ConfigurationUnreachable,
            Error::NotInitialized,
            Error::InvalidNetName,
            Error::ConnectionInvalid,
            Error::RevisionMismatch,
            Error::NoSuchCertificate,
            Error::InvalidAcl,
            Error::InvalidSid,
            Error::NotController,
        ];
        let found = ALL.into_iter().find(|error| error.win32() == code);
        found.or((code == Error::Internal.win32()).then_some(Error::Internal))
    }

    /// What has happened, in words for whoever reads a log.
    #[must_use]
    pub const fn meaning(self) -> &'static str {
        match self {
            Error::NotFound => "no such URL, name or record",
            Error::FragmentNotFound => "the fragment is not in the cache",
            Error::AccessDenied => "that is not allowed here",
            Error::InvalidHandle => "the queue is closed, or shut down",
            Error::NoResources => "the service or the system has no room for it",
            Error::SendOutstanding => "another send of this request is under way",
            Error::PortInUse => "another socket has the port",
            Error::EndOfBody => "there is no more of it",
            Error::NotSupported => "that is not supported",
            Error::PeerReset => "the client broke the connection",
            Error::InvalidParameter | Error::InvalidResponse(_) => "an argument is not valid",
            Error::DiskFull => "the disk has no room for the configuration",
            Error::InsufficientBuffer => "the buffer has no room for the fixed part",
            Error::InvalidName => "that is no name of a queue",
            Error::AlreadyExists => "the URL, the name or the record is there already",
            Error::MoreData { .. } => "the buffer has no room for all of it",
            Error::Timeout => "the time limit of the call is over",
            Error::Aborted => "the call was cancelled, or its queue was closed",
            Error::NoAccess => "the buffer is not aligned, or not accessible",
            Error::ConfigurationBroken => "the configuration file is broken, and is left as it is",
            Error::ConfigurationUnreachable => "the configuration file cannot be read or written",
            Error::NotInitialized => "HttpInitialize was not called",
            Error::InvalidNetName => "that is no address of this machine",
            Error::ConnectionInvalid => "the request is over, or its client is gone",
            Error::RevisionMismatch => "the object has no such version",
            Error::NoSuchCertificate => "the certificate is not in its store, or cannot be used",
            Error::InvalidAcl => "an entry of the security descriptor is not valid",
            Error::InvalidSid => "an account of the security descriptor is not valid",
            Error::NotController => "this handle is not that of the queue's controller",
            Error::Internal => "a fault of this library, contained to the call",
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::MoreData { needed } => {
                write!(f, "{} (234): {needed} bytes needed", self.name())
            }
            Error::InvalidResponse(why) => write!(f, "{} (87): {why}", self.name()),
            _ => write!(f, "{} ({}): {}", self.name(), self.win32(), self.meaning()),
        }
    }
}

impl std::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::{Error, InvalidField};

    #[test]
    fn every_error_has_its_documented_number_and_says_it() {
        let table = [
            (Error::NotFound, 2),
            (Error::FragmentNotFound, 3),
            (Error::AccessDenied, 5),
            (Error::InvalidHandle, 6),
            (Error::NoResources, 8),
            (Error::SendOutstanding, 22),
            (Error::PortInUse, 32),
            (Error::EndOfBody, 38),
            (Error::NotSupported, 50),
            (Error::PeerReset, 64),
            (Error::InvalidParameter, 87),
            (Error::InvalidResponse(InvalidField::Value), 87),
            (Error::DiskFull, 112),
            (Error::InsufficientBuffer, 122),
            (Error::InvalidName, 123),
            (Error::AlreadyExists, 183),
            (Error::MoreData { needed: 7 }, 234),
            (Error::Timeout, 258),
            (Error::Aborted, 995),
            (Error::NoAccess, 998),
            (Error::ConfigurationBroken, 1009),
            (Error::ConfigurationUnreachable, 1016),
            (Error::NotInitialized, 1114),
            (Error::InvalidNetName, 1214),
            (Error::ConnectionInvalid, 1229),
            (Error::RevisionMismatch, 1306),
            (Error::NoSuchCertificate, 1312),
            (Error::InvalidAcl, 1336),
            (Error::InvalidSid, 1337),
            (Error::NotController, 1343),
            (Error::Internal, 1359),
        ];
        for (error, number) in table {
            assert_eq!(error.win32(), number);
            assert!(error.to_string().contains(&number.to_string()));
            let found = Error::from_win32(number).map(Error::win32);
            assert_eq!(found, (number != 234).then_some(number));
        }
    }
}
