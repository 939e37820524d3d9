//! HTTP/1.0, HTTP/1.1 and HTTP/2 on bytes, with the rules and limits of HTTP.sys.
//!
//! Owns: request heads ([`parse_head`]), request bodies ([`BodyDecoder`]), response heads
//! ([`ResponseParts`], [`h1::response`]), trailers ([`Trailers`]), byte ranges ([`range`]),
//! connections of HTTP/2 ([`h2`]), headers of the PROXY protocol ([`proxy`]), the
//! responses that HTTP.sys generates itself ([`Reject`]), the header tables, and the registry parameters that
//! affect them ([`Parameters`]).
//!
//! Does not own: validating and decoding URL paths, routing, connection state, or any I/O. This
//! crate has no clock, socket, file, thread or source of randomness: time is an argument.
//!
//! Invariants: no input makes a function of this crate panic; the outcome of a parse depends only
//! on the bytes, not on how they were split between calls, once the line that decides it has ended
//! (a fault in an unfinished line is reported earlier if the line came in one read); nothing is
//! allocated once the buffers of a reused [`RequestHead`] or [`ResponseParts`] have grown to what
//! the traffic needs.
//!
//! Threading: plain values, `Send` and `Sync`, no interior mutability.
//!
//! Behaviour is marked with the id of its catalog row (`PRS-004`) or of the open question that was
//! decided (`G-009`).
#![forbid(unsafe_code)]

mod choices;
pub mod date;
pub mod error_page;
pub mod h1;
pub mod h2;
pub mod header;
mod parameters;
pub mod partial;
pub mod proxy;
pub mod range;
pub mod request;
pub mod response_parts;
mod scan;
mod setting;
mod strict;
#[cfg(test)]
mod test_support;
pub mod trailers;
pub mod verb;
pub mod version;

pub use choices::Choices;
pub use date::imf_fixdate;
pub use error_page::Reject;
pub use h1::body::{BodyDecoder, BodyError, Decoded};
pub use h1::response::{ConnectionLine, Finish};
pub use parameters::Parameters;
pub use proxy::{IpNetwork, ProxyProtocol};
pub use request::{Framing, Parsed, RequestHead, Span, Target, parse_head};
pub use response_parts::{InvalidField, ResponseField, ResponseParts, ServerToken};
pub use setting::{InvalidParameter, InvalidSetting};
pub use strict::StrictMode;
pub use trailers::Trailers;
pub use verb::Verb;
pub use version::Version;
