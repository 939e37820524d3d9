//! Why a URL was not registered, or a server not set up.
//!
//! Owns: the error of [`UrlGroup::add_url`](crate::UrlGroup::add_url) and
//! [`ServerBuilder::bind`](crate::ServerBuilder::bind), which knows more than the [`Error`] of the data
//! path: that one is a plain number, because it is made for each client that goes away. Does not own:
//! the reasons ([`Refusal`]).

use std::fmt;

use httpsys_core::refusal::Refusal;
use httpsys_engine::Refused;

use crate::Error;

/// A URL that was not registered, with the reason, or another step of a server's set-up that failed.
///
/// In a function that returns [`crate::Result`], `?` converts it to an [`Error`]. The reason is
/// then lost, except in the warning event that is emitted for each refused registration.
///
/// ```
/// use httpsys::{Error, Server};
///
/// let error = Server::builder().url("http://localhost/").bind().unwrap_err();
/// assert_eq!(error, Error::InvalidParameter);
/// assert_eq!(
///     error.to_string(),
///     "cannot register http://localhost/: it has no port, which cannot be left out: \
///      ERROR_INVALID_PARAMETER (87)"
/// );
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct RegisterError(Box<RegisterFailure>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct RegisterFailure {
    url: Option<String>,
    /// What could not be done, of the other steps.
    step: Option<String>,
    refused: Refused,
}

impl RegisterError {
    pub(crate) fn new(url: &str, refused: Refused) -> Self {
        RegisterError(Box::new(RegisterFailure {
            url: Some(url.to_owned()),
            step: None,
            refused,
        }))
    }

    /// The failure of a step that has nothing to do with a URL.
    pub(crate) fn of_step(step: String, error: Error) -> Self {
        RegisterError(Box::new(RegisterFailure {
            url: None,
            step: Some(step),
            refused: error.into(),
        }))
    }

    /// The error without its reason.
    #[must_use]
    pub fn error(&self) -> Error {
        self.0.refused.error
    }

    /// The Win32 error code.
    #[must_use]
    pub fn win32(&self) -> u32 {
        self.error().win32()
    }

    /// The URL, as it was given; `None` when another step of [`ServerBuilder::bind`] failed.
    ///
    /// [`ServerBuilder::bind`]: crate::ServerBuilder::bind
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        self.0.url.as_deref()
    }

    /// What was wrong with the URL, its port or its address; `None` when the cause is something
    /// else, such as a closed URL group.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        self.0.refused.refusal.as_ref()
    }
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RegisterFailure { url, step, refused } = &*self.0;
        match (url, step) {
            (Some(url), _) => write!(f, "cannot register {url}: {refused}"),
            (None, Some(step)) => write!(f, "{step}: {refused}"),
            (None, None) => write!(f, "{refused}"),
        }
    }
}

/// The text, because that is what a `main` that returns this error prints.
impl fmt::Debug for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegisterError({self})")
    }
}

impl std::error::Error for RegisterError {}

impl From<Error> for RegisterError {
    fn from(error: Error) -> Self {
        RegisterError(Box::new(RegisterFailure {
            url: None,
            step: None,
            refused: error.into(),
        }))
    }
}

impl From<RegisterError> for Error {
    fn from(error: RegisterError) -> Self {
        error.error()
    }
}

impl PartialEq<Error> for RegisterError {
    fn eq(&self, other: &Error) -> bool {
        self.error() == *other
    }
}
