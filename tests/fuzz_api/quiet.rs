//! The same small round many times: what stays is a leak.
//!
//! Owns: the claim that a round with one client leaves not one byte and not one descriptor behind,
//! whatever order the objects are closed in. Does not own rounds under load, which leave tables as
//! large as they had to be. Threading: one thread, while no other runs.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use httpsys_tests::door::Reply;
use httpsys_tests::raw::{self, RequestBuffer, V2};
use windows_sys::Win32::Networking::HttpServer as http;

use crate::base_line::{descriptors, live_bytes};
use crate::findings::finding;
use crate::random::Random;
use crate::watch::{Call, during};

const WARM_UP: usize = 6;
const MEASURED: usize = 12;
/// Another thread may be about to free what is its own.
const PATIENCE: Duration = Duration::from_secs(2);

/// A thread that does something for the first time keeps what it needs for that; a leak grows each
/// time.
const TIMES: usize = 4;

/// Runs the rounds and compares.
pub(crate) fn check(random: &mut Random) {
    let order = random.next();
    let mut buffer = RequestBuffer::new(4096);
    (0..WARM_UP).for_each(|_| small_round(order, &mut buffer));
    let mut grown = Vec::new();
    for _ in 0..TIMES {
        let before = (live_bytes(), descriptors());
        (0..MEASURED).for_each(|_| small_round(order, &mut buffer));
        let after = (settled(before.0), descriptors());
        if after.0 <= before.0 && after.1 <= before.1 {
            return;
        }
        grown.push((before, after));
    }
    finding!(
        "{MEASURED} small rounds (order {:#x}) leave bytes or descriptors each time: {grown:?}",
        order & 0x3F
    );
}

/// The bytes in use, once they are no more than that or it has been waited for.
fn settled(wanted: usize) -> usize {
    let end = Instant::now() + PATIENCE;
    let mut least = live_bytes();
    while least > wanted && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(10));
        least = least.min(live_bytes());
    }
    least
}

fn small_round(order: u64, buffer: &mut RequestBuffer) {
    let [
        closes_group,
        closes_session,
        terminates_first,
        shuts,
        cancels,
        leaves,
    ] = [0, 1, 2, 3, 4, 5].map(|bit| order >> bit & 1 == 1);
    assert_eq!(during(Call::Lifecycle, 0, raw::initialize), 0);
    let session = raw::create_session(V2).expect("a session");
    let group = raw::create_group(session).expect("a group");
    let queue = raw::create_queue(V2, None, 0).expect("a queue");
    assert_eq!(raw::bind(group, Some(queue)), 0);
    let url = "http://localhost:0/quiet/";
    assert_eq!(raw::add_url_to_group(group, url, 0), 0);
    let port = raw::url_port(None, group, url).expect("a port");
    let mut client = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
    client
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("a deadline");
    let request = format!("GET /quiet/ HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n");
    for last in [false, false, true] {
        client.write_all(request.as_bytes()).expect("sent");
        let code = during(Call::Receive, 0, || {
            raw::receive(queue, 0, 0, buffer, 4096, None)
        });
        assert_eq!(code, 0, "a request");
        let id = buffer.request().Base.RequestId;
        if last && leaves {
            break;
        }
        if last && cancels {
            assert_eq!(during(Call::Cancel, id, || raw::cancel(queue, id)), 0);
            assert!(client.read(&mut [0; 10]).is_err(), "a reset");
            break;
        }
        let code = during(Call::Respond, id, || {
            raw::respond(queue, id, &Reply::ok(), None)
        });
        assert_eq!(code, 0, "a response");
        assert!(client.read(&mut [0; 4096]).expect("a response") > 0);
    }
    let state = raw::state_info(httpsys_tests::door::State::Inactive);
    assert_eq!(
        raw::set_group_property(group, http::HttpServerStateProperty, &state),
        0
    );
    if closes_group {
        assert_eq!(raw::close_group(group), 0);
    }
    if closes_session {
        assert_eq!(raw::close_session(session), 0);
    }
    if shuts {
        assert_eq!(raw::shutdown_queue(queue), 0);
    }
    if terminates_first {
        assert_eq!(raw::terminate(1), 0);
        // CloseHandle is a function of the system: it needs no HttpInitialize.
        assert!(raw::close_handle(queue), "the handle");
    } else {
        assert_eq!(raw::close_queue(queue), 0);
        assert_eq!(raw::terminate(1), 0);
    }
}
