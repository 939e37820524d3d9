//! HTTP/1.0 and HTTP/1.1 on bytes, with the rules and the limits of HTTP.sys.
//!
//! Owns: request heads ([`parse_head`]), request bodies ([`BodyDecoder`]), response heads
//! ([`ResponseHead`]), the answers that HTTP.sys writes by itself ([`Reject`]), the header tables
//! and the registry parameters that bear on them ([`Parameters`]).
//!
//! Does not own: URL path validation and decoding, routing, connection state, and any I/O. There
//! is no clock, socket, file, thread or randomness in this crate: time is an argument.
//!
//! Invariants: no input makes a function of this crate panic; the outcome of a parse depends on
//! the bytes alone and not on how they were split between calls, once the line has ended that
//! decides (a fault in an unfinished line is told earlier if it came in one read); nothing allocates
//! once the
//! buffers of a reused [`RequestHead`] or [`ResponseHead`] have grown to what the traffic needs.
//!
//! Threading: plain values, `Send` and `Sync`, no interior mutability.
//!
//! Behaviours are marked with the id of their catalog row (`PRS-004`) or of the open question that
//! was decided (`G-009`).
#![forbid(unsafe_code)]

pub mod body;
mod choices;
pub mod date;
pub mod error_page;
pub mod header;
mod parameters;
pub mod request;
pub mod response;
mod scan;
mod setting;
#[cfg(test)]
mod test_support;
pub mod verb;
pub mod version;

pub use body::{BodyDecoder, BodyError, Decoded};
pub use choices::Choices;
pub use date::imf_fixdate;
pub use error_page::Reject;
pub use parameters::Parameters;
pub use request::{Framing, Parsed, RequestHead, Span, Target, parse_head};
pub use response::{ConnectionLine, Finish, InvalidField, ResponseHead, ServerToken};
pub use setting::{InvalidParameter, InvalidSetting};
pub use verb::Verb;
pub use version::Version;
