//! The notes as JSON, and the metrics.

use super::{Running, request};

#[test]
fn a_note_is_created_shown_listed_and_deleted() {
    let notes = Running::start();
    let created = notes.ask("POST /notes", r#"{"text": "Grüße, \"Welt\""}"#);
    assert_eq!(
        (created.status, created.field("Location")),
        (201, Some("/notes/1"))
    );
    let note = r#"{"id":1,"text":"Grüße, \"Welt\""}"#;
    assert_eq!(created.text(), note);
    assert_eq!(notes.ask("GET /notes/1", "").text(), note);
    assert_eq!(notes.ask("GET /notes", "").text(), format!("[{note}]"));
    assert_eq!(notes.ask("DELETE /notes/1", "").status, 204);
    assert_eq!(notes.ask("GET /notes/1", "").status, 404);
    assert_eq!(notes.ask("GET /notes", "").text(), "[]");
    assert_eq!(notes.end(), 0);
}

#[test]
fn what_is_wrong_gets_its_status_and_the_connection_stays_open() {
    let notes = Running::start();
    let long = format!(r#"{{"text": "{}"}}"#, "x".repeat(64 * 1024));
    let mut client = notes.sim.connect(80);
    for (line, body, status) in [
        ("POST /notes", "{", 400),
        ("POST /notes", r#"{"txt": "a"}"#, 400),
        ("POST /notes", &long, 413),
        ("GET /notes/one", "", 404),
        ("GET /elsewhere", "", 404),
        ("PUT /notes", "", 405),
        ("GET /live", "", 426),
    ] {
        client.send(request(line, body));
        let response = client.expect_response();
        assert_eq!(response.status, status, "{line}");
        assert!(response.text().starts_with(r#"{"error":"#), "{line}");
    }
    client.send(request("HEAD /notes", ""));
    assert_eq!(client.expect_head().field("Content-Length"), Some("2"));
    assert_eq!(notes.end(), 0);
}

#[test]
fn metrics_are_under_their_own_url_only() {
    let notes = Running::start();
    assert_eq!(notes.ask("GET /metrics", "").status, 404);
    let mut client = notes.sim.connect(81);
    client.send("GET /metrics HTTP/1.1\r\nHost: localhost:81\r\n\r\n");
    let metrics = client.expect_response().text();
    let requests = metrics
        .lines()
        .find(|line| line.starts_with("httpsys_requests_total"));
    assert_eq!(requests, Some("httpsys_requests_total 2"), "{metrics}");
    assert_eq!(notes.end(), 0);
}
