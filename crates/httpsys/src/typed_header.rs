//! Header fields as types of the crate `headers`.
//!
//! Owns: handing the value of a request's field to its type, and the values of a type to a response. Does not own
//! the grammar of any field, which is that crate's, nor what a response may contain (`fields.rs`).

use headers::{Error, Header, HeaderValue};

use crate::{Request, Response};

/// Typed header fields, with the feature `headers`.
impl Request {
    /// A header field as a type of the crate [`headers`](https://docs.rs/headers); `None` if the request does not
    /// have it. A field that was sent several times has one value, in which those that were sent are joined by
    /// `, ` (HDR-007).
    ///
    /// ```
    /// use headers::{ContentType, IfModifiedSince};
    /// use httpsys::{Request, Response};
    ///
    /// /// Answers 415 to everything but JSON, and 400 to a field that cannot be read.
    /// fn upload(request: Request) -> httpsys::Result<u64> {
    ///     match request.typed_header::<ContentType>() {
    ///         Ok(Some(given)) if given == ContentType::json() => {}
    ///         Ok(_) => return request.respond(Response::from_status(415)),
    ///         Err(_) => return request.respond(Response::from_status(400)),
    ///     }
    ///     let body = request.read_body_to_end(64 * 1024)?;
    ///     request.respond(Response::ok().body(body))
    /// }
    /// ```
    ///
    /// # Errors
    /// [`headers::Error`], if the value of the field is not one of the type. It has no further details.
    pub fn typed_header<H: Header>(&self) -> Result<Option<H>, Error> {
        decode(self.header(H::name().as_str()))
    }
}

/// Typed header fields, with the feature `headers`.
impl Response<'_> {
    /// Adds a header field as a type of the crate [`headers`](https://docs.rs/headers): one line for each value that
    /// the type encodes, as [`Response::header`] does for a name that is repeated.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use headers::{CacheControl, ContentType};
    /// use httpsys::Response;
    ///
    /// let hour = CacheControl::new().with_public().with_max_age(Duration::from_secs(3600));
    /// let response = Response::ok()
    ///     .typed_header(ContentType::html())
    ///     .typed_header(hour)
    ///     .body("<p>good for an hour");
    /// assert_eq!(response.check(), Ok(()));
    /// ```
    #[must_use]
    pub fn typed_header<H: Header>(self, header: H) -> Self {
        let mut values = Vec::new();
        header.encode(&mut values);
        values.iter().fold(self, |response, value| {
            response.header(H::name().as_str(), value.as_bytes().to_vec())
        })
    }
}

/// The typed form of a field's value.
fn decode<H: Header>(value: Option<&[u8]>) -> Result<Option<H>, Error> {
    let Some(value) = value else {
        return Ok(None);
    };
    let value = HeaderValue::from_bytes(value).map_err(|_| Error::invalid())?;
    H::decode(&mut std::iter::once(&value)).map(Some)
}
