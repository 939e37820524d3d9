//! HTTP/2 through both doors, over TLS: areas H2X, CXL-011 to CXL-014 and the rows that say what differs from
//! HTTP/1.1.
//!
//! Owns: one module per subject; the client sends and reads single frames. Does not own: the rules of RFC 9113
//! (tests of `httpsys-proto`), nor what an API call does whatever the protocol (the test `conformance`).
#![cfg(not(windows))]

use httpsys_tests::client::Client;
use httpsys_tests::door::{Door, Timeouts, World};
use httpsys_tests::h2::H2Client;
use httpsys_tests::tls::Offer;

/// Makes tests, in the modules `c_abi` and `rust_api`, of functions over a [`Door`] that take a `&World<D>` with an
/// https URL and a certificate for it.
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

mod cache;
mod cancel;
mod connection;
mod content;
mod kept;
mod limits;
mod request;
mod response;
mod rfc;
mod together;

/// A connection on which ALPN has agreed on `h2`.
fn connect<D: Door>(w: &World<D>) -> H2Client {
    connect_with(w, &[])
}

/// As [`connect`], with these SETTINGS.
fn connect_with<D: Door>(w: &World<D>, settings: &[(u16, u32)]) -> H2Client {
    H2Client::begin(agree(w), w.port(), settings)
}

/// ALPN has agreed on `h2`, and nothing was said yet.
fn agree<D: Door>(w: &World<D>) -> Client {
    let client = w.connect_tls(&Offer::new().alpn(&["h2", "http/1.1"]));
    let agreed = client.tls().session().alpn_protocol();
    assert_eq!(agreed, Some(&b"h2"[..]));
    client
}

/// The client may take its time: what a test shows with windows that stay closed must not depend on how fast the
/// machine opens them again (MinSendRate).
fn be_patient<D: Door>(w: &World<D>) {
    let timeouts = Timeouts {
        min_send_rate: u32::MAX,
        ..Timeouts::default()
    };
    let set = w.door.set_session_timeouts(&w.session, timeouts);
    assert_eq!(set, Ok(()));
}
