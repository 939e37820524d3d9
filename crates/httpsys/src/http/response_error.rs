//! Why a response of the crate `http` was not sent to its end.

use std::error::Error as StdError;
use std::fmt;

use crate::Error;

/// An error of any type, as bodies and services have it.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// Why a response was not sent to its end. Its connection, or over HTTP/2 its stream, was reset, unless the
/// variant says otherwise.
#[derive(Debug)]
#[non_exhaustive]
pub enum ResponseError {
    /// The body failed.
    Body(BoxError),
    /// The body is shorter or longer than its size hint or `Content-Length` has said.
    Length {
        /// What was announced, in bytes.
        announced: u64,
    },
    /// The service does not send such a response, for instance one with a status of 1xx. The client has got a
    /// 500 instead.
    Refused(Error),
    /// The client, the request or the queue is gone.
    Call(Error),
}

impl fmt::Display for ResponseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ResponseError::Body(error) => write!(f, "the body of the response failed: {error}"),
            ResponseError::Length { announced } => {
                write!(
                    f,
                    "the body of the response does not have the {announced} bytes that it has announced"
                )
            }
            ResponseError::Refused(error) => write!(f, "the response was refused: {error}"),
            ResponseError::Call(error) => write!(f, "the response was not sent: {error}"),
        }
    }
}

impl StdError for ResponseError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        match self {
            ResponseError::Body(error) => Some(&**error),
            ResponseError::Length { .. } => None,
            ResponseError::Refused(error) | ResponseError::Call(error) => Some(error),
        }
    }
}

impl From<Error> for ResponseError {
    fn from(error: Error) -> Self {
        ResponseError::Call(error)
    }
}
