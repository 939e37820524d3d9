//! HttpDeclarePush.
//!
//! Owns the call. Does not own what may be declared (`httpsys_core::call`). Nothing is pushed: HTTP/1 has no
//! pushes, and clients of HTTP/2 turn them off (SETTINGS_ENABLE_PUSH 0), Chromium, Firefox and curl among
//! them. Threading: any thread.

use httpsys_core::Error;
use httpsys_core::call::DeclarePush;

use crate::calls::queue::Queue;
use crate::observe::reason;
use crate::service::Service;

impl Service {
    /// HttpDeclarePush: declares a request that the client will make. It succeeds and does nothing where
    /// nothing can be pushed, which is everywhere (H2X-019).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for another verb than GET and HEAD, a path or query that is not
    /// well-formed, and fields that a pushed request cannot have; [`Error::ConnectionInvalid`] (1229) for an
    /// id that is unknown, answered or whose client is gone.
    pub fn declare_push(&self, queue: &Queue, push: &DeclarePush) -> Result<(), Error> {
        push.check()
            .map_err(|why| reason::invalid(why.to_string()))?;
        drop(self.live_request_of("HttpDeclarePush", queue, push.request)?);
        tracing::debug!(
            request = push.request.0,
            path = String::from_utf16_lossy(&push.path),
            "a push is declared: nothing is pushed"
        );
        Ok(())
    }
}
