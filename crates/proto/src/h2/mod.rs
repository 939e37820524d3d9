//! HTTP/2 (RFC 9113) on bytes: frames, header compression, streams and flow control.
//!
//! Owns: everything between the bytes of a transport and requests and responses as lists of fields.
//! Does not own: what a request means (`request`), routing, sockets, clocks and entity bodies that go
//! out: the driver keeps those and is told how many of their bytes may go now.
//!
//! [`H2Connection`] is fed: bytes, an end, timers go in; events and frames come out.
//!
//! Invariants: no input makes it panic; what it holds for a peer is bounded by [`H2Limits`], and so is
//! the work for a byte; a limit that is passed ends the stream or the connection with a code and a
//! named reason ([`H2Reason`]). Threading: plain values.

pub mod connection;
pub mod field_section;
pub mod frame;
pub mod hpack;
pub mod limits;
pub mod reason;
pub mod request_section;
pub mod response_fields;
mod settings;
mod stream_id;

pub use connection::event::{DataPiece, EndCause, H2Event};
pub use connection::{ContentRead, H2Connection, PREFACE, SendError};
pub use field_section::FieldSection;
pub use limits::{H2BindingLimits, H2Limits, Rate};
pub use reason::{H2Code, H2Fault, H2Reason};
pub use request_section::RequestSection;
pub use response_fields::{StreamResponse, check_parts};
pub use stream_id::StreamId;
