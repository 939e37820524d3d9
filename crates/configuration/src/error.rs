//! Why the store could not be read or changed.
//!
//! Owns the kinds, their words and their Win32 codes. Threading: plain data.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use httpsys_core::Error;

/// What is the matter with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreFault {
    /// The file is not what it should be. It is left as it is.
    Broken {
        /// Where, counted from 1.
        line: usize,
        /// Where in the line, counted from 1.
        column: usize,
    },
    /// A newer version of this library has written the file. It is left as it is.
    NewerVersion,
    /// The system does not let this program read or write it.
    Denied,
    /// The disk is full, or the file would be larger than it may be. The old one is whole.
    DiskFull,
    /// The system does not read or write it for another reason.
    Unreachable,
    /// A certificate is not in its store, or no server can show it.
    NoCertificate,
    /// The environment names no place for the store.
    NoPlace,
}

/// Why a call on the store failed. Displayed it says where, and what to do where that is not clear.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreError {
    /// The kind.
    pub fault: StoreFault,
    /// The file, where there is one.
    path: Option<PathBuf>,
    words: String,
}

impl StoreError {
    pub(crate) fn new(fault: StoreFault, path: &Path, words: impl Into<String>) -> StoreError {
        StoreError {
            fault,
            path: Some(path.to_owned()),
            words: words.into(),
        }
    }

    pub(crate) fn without_file(fault: StoreFault, words: impl Into<String>) -> StoreError {
        StoreError {
            fault,
            path: None,
            words: words.into(),
        }
    }

    /// `what` completes "cannot be": "read", "written".
    pub(crate) fn of_system(error: &io::Error, path: &Path, what: &str) -> StoreError {
        let fault = match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                StoreFault::Denied
            }
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => StoreFault::DiskFull,
            _ => StoreFault::Unreachable,
        };
        StoreError::new(fault, path, format!("cannot be {what}: {error}"))
    }

    /// The code that a call of the API fails with.
    #[must_use]
    pub fn error(&self) -> Error {
        match self.fault {
            StoreFault::Broken { .. } => Error::ConfigurationBroken,
            StoreFault::NewerVersion => Error::RevisionMismatch,
            StoreFault::Denied => Error::AccessDenied,
            StoreFault::DiskFull => Error::DiskFull,
            StoreFault::Unreachable | StoreFault::NoPlace => Error::ConfigurationUnreachable,
            StoreFault::NoCertificate => Error::NoSuchCertificate,
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(path) = &self.path {
            write!(f, "{}", path.display())?;
            if let StoreFault::Broken { line, column } = self.fault {
                write!(f, ":{line}:{column}")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.words)
    }
}

impl std::error::Error for StoreError {}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Error {
        error.error()
    }
}

/// Why a change was not made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeError {
    /// The records do not take it.
    Refused(Error),
    /// The store cannot be read or written, or a certificate is not there.
    Store(StoreError),
}

impl ChangeError {
    /// The code that a call of the API fails with.
    #[must_use]
    pub fn error(&self) -> Error {
        match self {
            ChangeError::Refused(error) => *error,
            ChangeError::Store(error) => error.error(),
        }
    }
}

impl fmt::Display for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChangeError::Refused(error) => error.fmt(f),
            ChangeError::Store(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ChangeError {}

impl From<StoreError> for ChangeError {
    fn from(error: StoreError) -> ChangeError {
        ChangeError::Store(error)
    }
}

impl From<Error> for ChangeError {
    fn from(error: Error) -> ChangeError {
        ChangeError::Refused(error)
    }
}
