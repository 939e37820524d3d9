//! The network beside Linux: one body per behaviour, run in memory and on real loopback.
//!
//! Owns: the list of behaviours and where each runs: on an ideal network, on slow ones with small segments,
//! and on the loopback of Linux. Does not own: the sockets (`sockets.rs`). A body asserts what a program
//! sees: bytes, kinds of errors, readiness.

mod closing;
mod connecting;
mod moving;
mod polling;
#[cfg(target_os = "linux")]
mod random;
mod sockets;

/// Runs each body everywhere.
macro_rules! everywhere {
    ($($body:ident,)*) => {
        mod memory {
            $(#[test] fn $body() { super::$body(&crate::sockets::Memory::ideal()); })*
        }

        mod slow_memory {
            $(#[test] fn $body() {
                for seed in 0..10 {
                    super::$body(&crate::sockets::Memory::slow(seed));
                }
            })*
        }

        #[cfg(target_os = "linux")]
        mod loopback {
            $(#[test] fn $body() { super::$body(&crate::sockets::Loopback); })*
        }
    };
}
pub(crate) use everywhere;
