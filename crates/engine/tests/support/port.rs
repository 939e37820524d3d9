//! A port of a test's own.
//!
//! Owns: the registration with port 0, which takes one. Does not own: the URL.

use httpsys_engine::Refused;

/// The port that was taken for the URL that `register` registers with the port it is given, which is 0.
pub(crate) fn take(register: impl FnOnce(u16) -> Result<u16, Refused>) -> u16 {
    register(0).expect("a URL")
}
