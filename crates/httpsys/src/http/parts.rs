//! Requests of the service as those of the crate `http`.
//!
//! Owns the conversion. Does not own the body (`body.rs`) or the response (`responder.rs`).

use ::http::header::{HeaderMap, HeaderName, HeaderValue};
use ::http::{Method, Uri, Version};

use super::{Body, OnUpgrade, RequestInfo, Responder};
use crate::{Headers, Request};

impl Request {
    /// Splits the request into a `http::Request`, whose body reads the entity body, and what sends the
    /// response. See [`crate::http`] for what becomes of URI, fields and body.
    ///
    /// Needs the feature `http`.
    ///
    /// # Errors
    /// The request itself if the types of the crate `http` cannot hold it: a URI or a field of 64 KiB, or
    /// tens of thousands of fields, which the service accepts only with larger limits than the
    /// default. Answer it with 400.
    pub fn into_http(self) -> Result<(::http::Request<Body>, Responder), Request> {
        let Some((method, uri, headers)) = parts(&self) else {
            return Err(self);
        };
        let mut request = ::http::Request::new(Body::of(&self));
        *request.method_mut() = method;
        *request.uri_mut() = uri;
        *request.version_mut() = version(self.version());
        *request.headers_mut() = headers;
        let extensions = request.extensions_mut();
        extensions.insert(RequestInfo::of(&self));
        let sender = self.header("Upgrade").map(|_| {
            let (upgrade, sender) = OnUpgrade::pair();
            extensions.insert(upgrade);
            sender
        });
        Ok((request, Responder::new(self, sender)))
    }
}

fn parts(request: &Request) -> Option<(Method, Uri, HeaderMap)> {
    let method = Method::from_bytes(request.method().as_bytes()).ok()?;
    let uri = uri(request.raw_url())?;
    Some((method, uri, headers(request.headers())?))
}

fn headers(fields: Headers<'_>) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
        let value = HeaderValue::from_bytes(value).ok()?;
        headers.try_append(name, value).ok()?;
    }
    Some(headers)
}

fn version(version: crate::Version) -> Version {
    if version >= crate::Version::HTTP_2_0 {
        Version::HTTP_2
    } else if version >= crate::Version::HTTP_1_1 {
        Version::HTTP_11
    } else if version >= crate::Version::HTTP_1_0 {
        Version::HTTP_10
    } else {
        Version::HTTP_09
    }
}

/// The target as it was sent; bytes that are not allowed in it are percent-encoded.
fn uri(raw: &[u8]) -> Option<Uri> {
    if let Ok(uri) = Uri::try_from(raw) {
        return Some(uri);
    }
    let mut encoded = String::with_capacity(raw.len() + 16);
    for &byte in raw {
        match byte {
            b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}' | b'#' => {
                encode(&mut encoded, byte);
            }
            b'!'..=b'~' => encoded.push(char::from(byte)),
            _ => encode(&mut encoded, byte),
        }
    }
    Uri::try_from(encoded).ok()
}

fn encode(out: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.push('%');
    out.push(char::from(DIGITS[usize::from(byte >> 4)]));
    out.push(char::from(DIGITS[usize::from(byte & 15)]));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_stays_as_it_was_sent_where_the_type_allows_it() {
        for target in [
            "/",
            "*",
            "/a%20b?c=%zz&d",
            "http://localhost:80/a/../b",
            "/a//b?",
            "localhost:80",
        ] {
            assert_eq!(uri(target.as_bytes()).unwrap(), target);
        }
    }

    #[test]
    fn bytes_that_the_type_does_not_allow_are_encoded() {
        assert_eq!(uri(b"/a<b>#\\`?x=\"").unwrap(), "/a%3Cb%3E%23%5C%60?x=%22");
        assert_eq!(
            uri("/größe ".as_bytes()).unwrap().path(),
            "/gr%C3%B6%C3%9Fe%20"
        );
        assert!(uri(&vec![b'/'; 70_000]).is_none());
    }
}
