//! Calls of the Rust API in a simulation.

use std::io::Read;
use std::time::{Duration, Instant};

use httpsys::{CloseReason, Error, Parameters, Response, Server, TimerKind};
use httpsys_sim::{ClientEnd, Sim, each_seed};

use crate::{GET, server};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn a_request_is_received_and_answered_by_one_thread() {
    each_seed(20, |sim| {
        let (_service, server) = server(sim);
        let mut client = sim.connect(80);
        for turn in 1..=3 {
            client.send(GET);
            let request = server.receive().unwrap();
            assert_eq!(request.path(), "/a");
            let answer = Response::ok()
                .header("X-Turn", turn.to_string())
                .body("hello");
            request.respond(answer).unwrap();
            let response = client.expect_response();
            assert_eq!((response.status, &*response.reason), (200, "OK"));
            assert_eq!(response.field("x-turn"), Some(&*turn.to_string()));
            assert_eq!(response.text(), "hello");
        }
        assert_eq!(client.end(), None);
        sim.check();
    });
}

#[test]
fn tmo_006_a_body_that_stops_for_120_seconds_costs_the_test_no_time() {
    let began = Instant::now();
    let sim = Sim::seeded(1);
    let (_service, server) = server(&sim);
    let mut client = sim.connect(80);
    client.send("POST /up HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345");
    let request = server.receive().unwrap();
    let mut body = Vec::new();
    request.body().read_to_end(&mut body).unwrap_err();
    assert_eq!(body, b"12345");
    assert_eq!(
        request.why_closed(),
        Some(CloseReason::Timer(TimerKind::EntityBody))
    );
    assert_eq!(client.end(), Some(ClientEnd::Reset));
    assert!(sim.now() >= 120 * SECOND && sim.now() < 122 * SECOND);
    drop(request);
    sim.check();
    drop((server, _service));
    sim.finish();
    // 5 ms in a release build; this one may run on a machine that is busy.
    let took = began.elapsed();
    assert!(took < SECOND, "{took:?}");
    println!("took {took:?}");
}

#[test]
fn a_receive_with_a_limit_ends_in_virtual_time() {
    let sim = Sim::seeded(1);
    let (_service, server) = server(&sim);
    let began = sim.now();
    assert!(server.receive_timeout(3600 * SECOND).unwrap().is_none());
    assert_eq!(sim.now() - began, 3600 * SECOND);
    sim.finish();
}

#[test]
fn cxl_001_another_thread_cancels_a_request_that_waits_for_its_body() {
    each_seed(50, |sim| {
        let (_service, server) = server(sim);
        let mut client = sim.connect(80);
        client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n12");
        let request = server.receive().unwrap();
        let (queue, id) = (server.queue().clone(), request.id());
        let canceller = sim.spawn("canceller", move || {
            httpsys_sim::sleep(7 * SECOND);
            queue.cancel(id).unwrap();
        });
        let mut body = [0; 8];
        let mut read = request.read_body(&mut body);
        while read.is_ok() {
            read = request.read_body(&mut body);
        }
        assert_eq!(read.unwrap_err(), Error::Aborted);
        assert_eq!(client.expect_end(), ClientEnd::Reset);
        assert!((7 * SECOND..8 * SECOND).contains(&sim.now()));
        canceller.join().unwrap();
        sim.check();
    });
}

#[test]
fn threads_serve_clients_of_threads_and_end_with_the_shutdown() {
    each_seed(50, |sim| {
        let (_service, server) = server(sim);
        let servers = [1, 2].map(|number| {
            let queue = server.queue().clone();
            sim.spawn(&format!("server {number}"), move || {
                for request in queue.incoming() {
                    let path = request.path();
                    request.respond(Response::ok().body(path)).unwrap();
                }
            })
        });
        let clients = [1, 2, 3].map(|number| {
            let network = sim.loopback().clone();
            sim.spawn(&format!("client {number}"), move || {
                let to = "127.0.0.1:80".parse().unwrap();
                let mut client = httpsys_sim::Client::connect(&network, to).unwrap();
                for turn in 0..3 {
                    let path = format!("/{number}/{turn}");
                    client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
                    assert_eq!(client.expect_response().text(), path);
                }
            })
        });
        for client in clients {
            client.join().unwrap();
        }
        server.queue().shutdown().unwrap();
        for server in servers {
            server.join().unwrap();
        }
    });
}

#[test]
fn two_services_share_nothing_but_the_ports() {
    let sim = Sim::seeded(1);
    let (_first, server) = server(&sim);
    let second = sim.service(Parameters::default());
    let builder = || Server::builder().service(&second);
    let refused = builder().url("http://localhost:80/").bind().unwrap_err();
    assert_eq!(refused.error(), Error::PortInUse);
    let other = builder().url("http://localhost:0/").bind().unwrap();
    let mut client = sim.try_connect(other.local_addr().unwrap()).unwrap();
    let port = other.local_addr().unwrap().port();
    client.send(format!("GET / HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n"));
    let request = other.receive().unwrap();
    request.respond(Response::ok()).unwrap();
    assert_eq!(client.expect_response().status, 200);
    drop(server);
    sim.finish();
}

#[test]
fn the_date_is_that_of_the_simulation() {
    let sim = Sim::seeded(1).unix_time(784_111_777);
    let (_service, server) = server(&sim);
    let mut client = sim.connect(80);
    client.send(GET);
    let request = server.receive().unwrap();
    sim.advance(60 * SECOND);
    request.respond(Response::ok()).unwrap();
    let response = client.expect_response();
    assert_eq!(
        response.field("Date"),
        Some("Sun, 06 Nov 1994 08:50:37 GMT")
    );
    sim.finish();
}

/// Access log and HTTPERR: nothing is on the disk of the system.
#[test]
fn logs_are_written_to_a_disk_in_memory() {
    // On Windows a log needs a path with a drive.
    let root = if cfg!(windows) { "C:" } else { "" };
    let (logs, errors) = (format!("{root}/logs"), format!("{root}/errors"));
    let sim = Sim::seeded(1);
    let mut parameters = httpsys::Parameters::default();
    parameters.enable_error_logging = true;
    parameters.error_logging_dir = errors.clone();
    let service = sim.service(parameters);
    let builder = httpsys::Server::builder().service(&service);
    let server = builder.url("http://localhost:80/").bind().unwrap();
    let logging = httpsys::Logging::new(httpsys::LogFormat::W3c, &logs)
        .fields(httpsys::LogFields::URI_STEM)
        .rollover(httpsys::Rollover::Daily);
    server.url_group().set_logging(Some(&logging)).unwrap();
    let mut client = sim.connect(80);
    client.send("GET /one HTTP/1.1\r\nHost: localhost\r\n\r\n");
    server
        .receive()
        .unwrap()
        .respond(httpsys::Response::ok())
        .unwrap();
    assert_eq!(client.expect_response().status, 200);
    client.send("GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.expect_response().status, 400);
    assert_eq!(sim.disk().files(), <[&std::path::Path; 0]>::default());
    // A second is the most that an entry waits.
    sim.advance(std::time::Duration::from_secs(1));
    let read = |path: String| {
        let bytes = sim.disk().read(path.as_ref()).expect(&path);
        String::from_utf8(bytes).unwrap()
    };
    assert!(read(format!("{logs}/ex260101.log")).ends_with("\r\n/one\r\n"));
    assert!(read(format!("{errors}/HTTPERR/httperr1.log")).contains(" /%zz - 400 - URL -"));
    assert!(!std::path::Path::new(&logs).exists());
    sim.finish();
}
