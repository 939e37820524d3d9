//! Service managers such as systemd: telling them how the program is.
//!
//! Owns the names. Does not own: sending, nor the sockets that a service manager passes, which registrations use
//! without being told (docs/PROXY.md).
//!
//! ```
//! use httpsys::service_manager::{ServiceNews, notify};
//!
//! # fn main() -> std::io::Result<()> {
//! // After `bind`: with `Type=notify`, units that come after this one are started now.
//! notify(ServiceNews::Ready)?;
//! // When the program is asked to end, before `Server::shutdown_gracefully`.
//! notify(ServiceNews::Stopping)?;
//! # Ok(())
//! # }
//! ```

pub use httpsys_engine::{ServiceNews, notify};
