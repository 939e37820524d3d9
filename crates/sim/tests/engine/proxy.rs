//! Headers of the PROXY protocol over the simulated network, cut at each byte and in segments of any size.
//!
//! Owns: that no cut, no delay and no order of threads changes what the program is told. Does not own: the form of
//! headers (`httpsys-proto`).

use std::io::ErrorKind;

use httpsys_engine::Verdict;
use httpsys_engine::core::RequestId;
use httpsys_engine::core::call::Receive;
use httpsys_engine::core::proto::Parameters;
use httpsys_network::Rules;

use crate::simulated::{GET, Simulated, rest};

const V1: &[u8] = b"PROXY TCP4 192.0.2.1 198.51.100.2 56324 443\r\n";
const V2: &[u8] =
    b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0C\xC0\0\x02\x01\xC6\x33\x64\x02\xDC\x04\x01\xBB";

fn world(seed: u64) -> Simulated {
    let mut parameters = Parameters::default();
    let set = parameters.set("ProxyProtocol", "80=127.0.0.0/8");
    set.expect("a value");
    Simulated::with(seed, Rules::default(), parameters)
}

/// The next request, with the addresses that it came between.
fn received(world: &Simulated) -> (RequestId, String) {
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let mut told = None;
    let received = world
        .service
        .receive(&world.queue, &next, None, &mut |arrival| {
            let own = arrival.request();
            told = Some((own.id, format!("{} to {}", own.remote, own.local)));
            Verdict::Taken
        });
    received.expect("a request");
    told.expect("a request")
}

#[test]
fn pxy_002_pxy_003_a_header_may_be_cut_at_each_byte() {
    for header in [V1, V2] {
        let whole = [header, GET].concat();
        let world = world(1);
        for cut in 0..whole.len() {
            let client = world.connect();
            client.send(&whole[..cut]);
            rest();
            client.send(&whole[cut..]);
            let (request, told) = received(&world);
            assert_eq!(told, "192.0.2.1:56324 to 198.51.100.2:443", "cut at {cut}");
            world.respond(request);
            assert!(client.head().starts_with("HTTP/1.1 200 OK\r\n"));
        }
        world.end();
    }
}

#[test]
fn pxy_005_what_is_no_header_is_reset_wherever_it_is_cut() {
    let invalid: [&[u8]; 3] = [
        GET,
        b"PROXY TCP4 192.0.2.1\r\n",
        b"\r\n\r\n\0\r\nQUIT\n\x22",
    ];
    let world = world(2);
    for bytes in invalid {
        for cut in 0..bytes.len() {
            let client = world.connect();
            client.send(&bytes[..cut]);
            rest();
            match client.write(&bytes[cut..]) {
                Ok(()) => client.expect_reset(),
                // The first byte was enough.
                Err(error) => assert_eq!(error.kind(), ErrorKind::ConnectionReset),
            }
        }
    }
    world.end();
}

#[test]
fn pxy_009_a_header_that_does_not_come_has_120_seconds() {
    let world = world(3);
    let client = world.connect();
    client.send(&V1[..V1.len() - 1]);
    let began = httpsys_socket::now();
    client.expect_reset();
    assert!((120..=121).contains(&(httpsys_socket::now() - began).as_secs()));
    world.end();
}
