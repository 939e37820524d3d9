//! What HTTP/1.x alone needs: the framing of request bodies, and the text of responses.
//!
//! Owns nothing itself. Request heads are read in `request`, whose head HTTP/2 fills as well.

pub mod body;
pub mod response;
