//! Who answers: the service, as far as it is looked at from outside.
//!
//! Threading: called on the socket's own thread only.

use httpsys_core::Error;
use httpsys_core::call::{Query, QueryAnswer};

/// A service that is asked.
pub trait Source: Send + 'static {
    /// Answers a query, as every door has it.
    ///
    /// # Errors
    /// As the service's; [`Error::NotInitialized`] (1114) once it is gone.
    fn query(&self, query: &Query) -> Result<QueryAnswer, Error>;

    /// Drops what is cached under a URL, or with `recursive` at and below it, or everything; how many entries went.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a URL that is no UrlPrefix; [`Error::NotInitialized`] (1114) once the
    /// service is gone.
    fn flush_cache(&self, url: Option<&[u16]>, recursive: bool) -> Result<u64, Error>;

    /// Waits until all that was logged is in its files.
    ///
    /// # Errors
    /// [`Error::NotInitialized`] (1114) once the service is gone.
    fn flush_logs(&self) -> Result<(), Error>;
}
