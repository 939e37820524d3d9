//! HTTPS: handshakes, certificates, and what TLS changes in everything else. Area TLS.
//!
//! Owns: one module per subject. Does not own: what requests and responses are like, which the other tests
//! show. With `HTTPSYS_TEST_TLS=1` those of `conformance` run over TLS (`make test-conformance-tls`).
#![cfg(not(windows))]

/// Makes tests, in the modules `c_abi` and `rust_api`, of functions over a [`Door`](httpsys_tests::door::Door)
/// that take a `&World<D>` with an https URL and a certificate for it.
macro_rules! secure_doors {
    ($($name:ident),+ $(,)?) => {
        mod c_abi {
            $(#[test]
            fn $name() {
                super::$name(&httpsys_tests::door::World::<httpsys_tests::door::CAbi>::secure());
            })+
        }
        mod rust_api {
            $(#[test]
            fn $name() {
                super::$name(&httpsys_tests::door::World::<httpsys_tests::door::RustApi>::secure());
            })+
        }
    };
}

mod cancel_races;
mod close_notify;
mod configured;
mod exchange;
mod handshake;
mod proxied;
mod records;
mod told;
