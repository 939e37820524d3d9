//! Heads of responses of the crate `http` as those of the service.
//!
//! Owns: which fields are the service's business, and what the head says of the length. Does not own how
//! the body is framed (`responder.rs`).

use ::http::header::{CONNECTION, CONTENT_LENGTH, HeaderMap, HeaderName, TRANSFER_ENCODING};
use ::http::{StatusCode, response};

use crate::{DataChunk, Error, Response, Result, Trailers};

/// A head without anything about the length of its body.
#[derive(Debug)]
pub(super) struct SplitHead {
    pub(super) response: Response<'static>,
    /// `Content-Length`.
    pub(super) length: Option<u64>,
}

impl SplitHead {
    /// Of a 101, the fields about the connection are those of the program.
    pub(super) fn of(parts: &response::Parts) -> SplitHead {
        let status = parts.status;
        let upgrades = status == StatusCode::SWITCHING_PROTOCOLS;
        let mut response = Response::from_status(status.as_u16());
        let mut length = None;
        for (name, value) in &parts.headers {
            if name == CONTENT_LENGTH {
                length = length.or_else(|| value.to_str().ok()?.trim().parse().ok());
            } else if name == TRANSFER_ENCODING || (is_of_connection(name) && !upgrades) {
                continue;
            } else {
                let name = name.as_str().to_owned();
                response = response.header(name, value.as_bytes().to_vec());
            }
        }
        if !upgrades && closes(&parts.headers) {
            response = response.disconnect();
        }
        SplitHead { response, length }
    }

    /// The head with `Content-Length`.
    pub(super) fn with_length(self, length: u64) -> Response<'static> {
        self.response.content_length(length)
    }
}

fn is_of_connection(name: &HeaderName) -> bool {
    name == CONNECTION || matches!(name.as_str(), "keep-alive" | "proxy-connection")
}

/// `Connection: close`.
fn closes(headers: &HeaderMap) -> bool {
    let values = headers.get_all(CONNECTION).into_iter();
    values
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|option| option.trim().eq_ignore_ascii_case("close"))
}

/// Trailers as the last chunk of a response.
pub(super) fn trailers(fields: &HeaderMap) -> Result<DataChunk<'static>> {
    let mut trailers = Trailers::new();
    for (name, value) in fields {
        trailers
            .push(name.as_str().as_bytes(), value.as_bytes())
            .map_err(Error::InvalidResponse)?;
    }
    Ok(trailers.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(status: u16, fields: &[(&'static str, &'static str)]) -> response::Parts {
        let mut response = ::http::Response::builder().status(status);
        for (name, value) in fields {
            response = response.header(*name, *value);
        }
        response.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_connection_is_the_business_of_the_service() {
        let fields = [
            ("connection", "x-a, Close"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
        ];
        let head = SplitHead::of(&parts(200, &fields));
        assert!(head.response.disconnects());
        assert!(!head.response.frames_itself());
        let text = format!("{:?}", head.response);
        assert!(!text.to_lowercase().contains("keep"), "{text}");
        assert!(
            !SplitHead::of(&parts(200, &[("connection", "keep-alive")]))
                .response
                .disconnects()
        );
    }

    #[test]
    fn a_length_is_taken_out_of_the_head() {
        let head = SplitHead::of(&parts(200, &[("content-length", "12"), ("x-a", "b")]));
        assert_eq!(head.length, Some(12));
        assert!(!head.response.frames_itself());
        let head = SplitHead::of(&parts(200, &[("content-length", "-1")]));
        assert_eq!(head.length, None);
    }
}
