//! Conversion between the structures of http.h and the types of the service.
//!
//! Owns: packing a request into the program's buffer ([`request`]), reading a response
//! ([`response`]) and its body chunks ([`chunks`]). Does not own the layouts (`types`) or any call
//! into the service. Invariants: nothing is written outside of the program's buffer, and every
//! pointer written into it points into it (RCV-030). Threading: values belong to one call.

pub(crate) mod chunks;
pub(crate) mod log_data;
pub(crate) mod request;
pub(crate) mod response;
