//! What each call of the API returns and does, area by area of the catalog.
//!
//! Owns: one module per function or area. Does not own: bytes on the wire for their own sake (the
//! test `wire`). Bodies over a [`Door`](httpsys_tests::door::Door) run through the C ABI and
//! through httpsys; what only C can say (pointers, sizes, OVERLAPPED) runs through C alone.
//!
//! "Does not happen" is shown by order, not by waiting: something that came later is seen first.
//! `timeouts` and `bandwidth` are about time itself and let it pass.

mod bandwidth;
mod cache;
mod cache_observed;
mod cancel;
mod cancel_blocked;
mod cancel_overlapped;
mod cancel_stress;
mod client_certificate;
mod connection;
mod counters;
mod counters_stress;
mod disconnect;
mod entity_body;
// Handles from descriptors, and functions that windows-sys lacks: extensions of ours.
#[cfg(not(windows))]
mod file_chunk;
mod fragments;
mod fragments_raw;
mod graceful;
mod httperr;
mod limits;
mod logging;
mod logging_files;
mod opaque;
mod opaque_overlapped;
mod overlapped;
mod port_zero;
mod property;
mod queue;
mod queue_handle;
mod ranges;
mod receive;
mod receive_buffer;
#[cfg(not(windows))]
mod request_property;
mod routing;
mod send;
mod send_raw;
mod send_waits;
mod session;
mod shutdown;
mod timeouts;
mod trailers;
// Windows: not tried.
#[cfg(not(windows))]
mod urgent;
mod url_prefix;
mod web_socket;
mod why_closed;
