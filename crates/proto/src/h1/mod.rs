//! HTTP/1.x as text: how what is structured goes on the wire.
//!
//! Owns nothing itself. Request heads and bodies are read in `request` and `body`.

pub mod response;
