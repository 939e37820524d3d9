//! Uploads and downloads: limits, time limits, clients that vanish.

use std::time::Duration;

use httpsys_sim::{ClientEnd, Sim, SimFault};

use super::{Running, request, under_ten_seeds};
use crate::files::LIMIT;

#[test]
fn a_file_is_stored_whole_and_sent_back() {
    let notes = Running::start();
    let body = "0123456789".repeat(30_000);
    let stored = notes.ask("PUT /files/a.txt", &body);
    assert_eq!(
        (stored.status, stored.text().as_str()),
        (201, r#"{"length":300000,"name":"a.txt"}"#)
    );
    assert_eq!(notes.files(), ["a.txt"]);
    assert!(notes.ask("GET /files/a.txt", "").text() == body);
    let mut client = notes.sim.connect(80);
    client.send("GET /files/a.txt HTTP/1.1\r\nHost: localhost\r\nRange: bytes=11-13\r\n\r\n");
    let part = client.expect_response();
    assert_eq!((part.status, part.text().as_str()), (206, "123"));
    assert_eq!(notes.end(), 0);
}

#[test]
fn a_name_does_not_lead_out_of_the_folder_nor_to_a_device_of_windows() {
    let notes = Running::start();
    let outside = ["..%2Fx", "%2E%2E", ".hidden", "a:b", "a%5Cb", ""];
    let devices = ["CON", "nul", "Nul.txt", "aux.tar.gz", "PRN.", "com1", "LPT0.log"];
    for name in outside.into_iter().chain(devices) {
        let line = format!("PUT /files/{name}");
        let status = notes.ask(&line, "x").status;
        assert!([400, 404, 405].contains(&status), "{name}: {status}");
    }
    assert!(notes.files().is_empty());
    for name in ["CONSOLE", "nul1", "com10", "lpt", "a.nul", "com.1"] {
        let status = notes.ask(&format!("PUT /files/{name}"), "x").status;
        assert_eq!(status, 201, "{name}");
    }
    assert_eq!(notes.end(), 0);
}

#[test]
fn a_file_that_says_that_it_is_too_long_is_not_asked_for() {
    let notes = Running::start();
    let mut client = notes.sim.connect(80);
    client.send(format!(
        "PUT /files/a HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n",
        LIMIT + 1
    ));
    assert_eq!(client.expect_response().status, 413); // and no 100 before
    drop(client);
    assert_eq!(notes.end(), 0);
}

#[test]
fn a_file_that_becomes_too_long_is_refused_and_nothing_stays() {
    // No split bytes: 16 MiB of them take their time.
    let notes = Running::on(Sim::seeded(1).strict());
    let mut client = notes.sim.connect(80);
    client.send("PUT /files/a HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    let chunk = format!("100000\r\n{}\r\n", "x".repeat(1 << 20));
    for _ in 0..16 {
        client.send(&chunk);
    }
    client.send("1\r\nx\r\n0\r\n\r\n");
    assert_eq!(client.expect_response().status, 413);
    assert!(notes.files().is_empty());
    assert_eq!(notes.end(), 0);
}

#[test]
fn an_upload_that_stalls_is_cut_off_after_120_s() {
    let notes = Running::start();
    let mut slow = notes.sim.connect(80);
    slow.send("PUT /files/slow HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n01234");
    assert_eq!(slow.expect_end(), ClientEnd::Reset);
    let passed = notes.sim.now();
    assert!((120..130).contains(&passed.as_secs()), "{passed:?}");
    assert!(notes.files().is_empty());
    assert_eq!(notes.end(), 0);
}

#[test]
fn a_client_that_vanishes_in_an_upload_leaves_nothing_behind() {
    under_ten_seeds(|notes| {
        let mut client = notes.sim.connect(80);
        client.send("PUT /files/a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nabc");
        notes.sim.advance(Duration::from_millis(10)); // under way, or already read
        client.reset();
        notes.sim.advance(Duration::from_secs(1));
        assert!(notes.files().is_empty());
        assert_eq!(notes.ask("PUT /files/a", "whole").status, 201);
    });
}

#[test]
fn a_download_that_breaks_costs_its_client_alone() {
    under_ten_seeds(|notes| {
        notes.ask("PUT /files/a", &"x".repeat(200_000));
        notes.sim.on(SimFault::reset_after(100_000));
        let mut client = notes.sim.connect(80);
        client.send(request("GET /files/a", ""));
        assert!(client.read_response().is_err());
        assert_eq!(notes.ask("GET /files/a", "").body.len(), 200_000);
    });
}
