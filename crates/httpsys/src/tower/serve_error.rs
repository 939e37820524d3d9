//! Why serving ended early.

use std::error::Error as StdError;
use std::fmt;

use crate::Error;
#[cfg(doc)]
use crate::RequestQueue;
use crate::http::BoxError;

/// Why [`serve`](super::serve) ended before its queue did. It receives nothing more, and returns the error when
/// the requests in progress have ended.
#[derive(Debug)]
#[non_exhaustive]
pub enum ServeError {
    /// The service will never be ready: its `poll_ready` failed.
    NotReady(BoxError),
    /// The graceful shutdown failed, see [`RequestQueue::shutdown_gracefully`].
    Shutdown(Error),
}

impl fmt::Display for ServeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ServeError::NotReady(error) => write!(f, "the service is not ready: {error}"),
            ServeError::Shutdown(error) => write!(f, "the queue was not shut down: {error}"),
        }
    }
}

impl StdError for ServeError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            ServeError::NotReady(error) => Some(&**error),
            ServeError::Shutdown(error) => Some(error),
        }
    }
}
