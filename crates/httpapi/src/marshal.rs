//! Conversion between the structures of http.h and the types of the service.
//!
//! Owns: packing a request into the program's buffer ([`request`]) with the TLS session it came over
//! ([`tls`]), reading a response ([`response`]), its body chunks ([`chunks`]) and its cache policy
//! ([`cache_policy`]). Does not own the layouts (`types`) or any call into the service. Invariants:
//! nothing is written outside of the program's buffer, and every pointer written into it points into it
//! (RCV-030). Threading: values belong to one call.

pub(crate) mod cache_policy;
pub(crate) mod chunks;
pub(crate) mod log_data;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod tls;
