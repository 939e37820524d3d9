//! The cryptography that certificates and sessions are computed with: ring, or AWS-LC where only that is built in.
//!
//! Invariant: it is handed to rustls as an argument, and none is installed for the process. Threading: shared.

use std::sync::Arc;

use rustls::crypto::CryptoProvider;
#[cfg(all(feature = "aws-lc", not(feature = "ring")))]
use rustls::crypto::aws_lc_rs as built_in;
#[cfg(feature = "ring")]
use rustls::crypto::ring as built_in;
use rustls::server::ProducesTickets;

/// What computes signatures, key exchanges and ciphers.
pub(crate) fn provider() -> Arc<CryptoProvider> {
    Arc::new(built_in::default_provider())
}

/// What encrypts tickets, with a key that nobody else has.
pub(crate) fn ticketer() -> Result<Arc<dyn ProducesTickets>, rustls::Error> {
    built_in::Ticketer::new()
}
