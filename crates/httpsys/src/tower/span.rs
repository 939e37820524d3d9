//! The span around a request, with the feature `tracing`; without it, nothing.
//!
//! Owns the names of its fields. They hold what the request line says without the query, which may be secret.

use crate::Request;

#[cfg(feature = "tracing")]
#[derive(Debug, Clone)]
pub(super) struct RequestSpan(tracing::Span);

#[cfg(feature = "tracing")]
impl RequestSpan {
    pub(super) fn of(request: &Request) -> Self {
        RequestSpan(tracing::info_span!(
            "request",
            method = request.method(),
            path = request.path(),
            request = request.id().0,
            connection = request.connection_id().0,
            client = %request.remote_addr(),
            status = tracing::field::Empty,
        ))
    }

    pub(super) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        self.0.in_scope(run)
    }

    pub(super) fn status(&self, status: u16) {
        self.0.record("status", status);
    }

    /// Something that the client is not told, or only by a 500.
    pub(super) fn failed(&self, what: &str, why: &dyn std::fmt::Display) {
        self.0.in_scope(|| tracing::error!("{what}: {why}"));
    }

    /// The response did not reach the client.
    pub(super) fn not_sent(&self, why: &dyn std::fmt::Display) {
        self.0.in_scope(|| tracing::debug!("{why}"));
    }
}

#[cfg(not(feature = "tracing"))]
#[derive(Debug, Clone)]
pub(super) struct RequestSpan;

#[cfg(not(feature = "tracing"))]
impl RequestSpan {
    pub(super) fn of(_: &Request) -> Self {
        RequestSpan
    }

    pub(super) fn within<R>(&self, run: impl FnOnce() -> R) -> R {
        run()
    }

    pub(super) fn status(&self, _: u16) {}

    pub(super) fn failed(&self, _: &str, _: &dyn std::fmt::Display) {}

    pub(super) fn not_sent(&self, _: &dyn std::fmt::Display) {}
}
