//! Parameters and choices of HTTP/2: a service of its own for each line, in clear text by prior knowledge.
//!
//! Owns: H2X-001, LIM-020. Does not own: HTTP/2 over TLS (the test `h2`).

use httpsys::Parameters;
use httpsys_core::proto::h2::PREFACE;
use httpsys_core::proto::h2::frame::kind;
use httpsys_tests::h2::H2Client;

use crate::parameter::{Lab, set};

/// With prior knowledge, and one parameter more.
fn with(name: &str, value: &str) -> Parameters {
    let mut parameters = set("Http2PriorKnowledge", "1");
    parameters.set(name, value).expect("a parameter");
    parameters
}

fn begin(lab: &Lab) -> H2Client {
    H2Client::begin(lab.client(), lab.port, &[])
}

/// A SETTINGS frame of so many settings that change nothing.
fn settings(count: usize) -> Vec<u8> {
    [0, 5, 0, 0, 0x40, 0].repeat(count)
}

#[test]
fn h2x_001_clear_text_speaks_http_2_only_if_it_is_asked_to() {
    Lab::run(Parameters::default(), |lab| {
        assert_eq!(lab.status(PREFACE), 505);
    });
    Lab::run(set("Http2PriorKnowledge", "1"), |lab| {
        let mut client = begin(lab);
        for _ in 0..3 {
            let stream = client.get("/x?y");
            let response = client.response(stream);
            assert_eq!(response.status, "200");
            assert_eq!(response.body, b"Get /x?y|");
        }
        // HTTP/1.1 goes on beside it, also behind a line like the preface's.
        assert_eq!(lab.status("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
        assert_eq!(lab.status("PRI * HTTP/2.0\r\nHost: localhost\r\n\r\n"), 505);
    });
}

#[test]
fn h2x_001_the_preface_may_come_byte_by_byte() {
    Lab::run(set("Http2PriorKnowledge", "1"), |lab| {
        let mut client = lab.client();
        for byte in &PREFACE[..PREFACE.len() - 1] {
            client.send([*byte]);
        }
        client.send([PREFACE[23], 0, 0, 0, kind::SETTINGS, 0, 0, 0, 0, 0]);
        let front = client.read_exactly(9);
        assert_eq!(front[3], kind::SETTINGS);
    });
}

#[test]
fn lim_020_more_settings_in_a_frame_end_the_connection() {
    Lab::run(with("Http2MaxSettingsPerFrame", "7"), |lab| {
        let mut client = begin(lab);
        client.send(kind::SETTINGS, 0, 0, &settings(7));
        assert_eq!(client.next_text(), "SETTINGS ack");
        client.send(kind::SETTINGS, 0, 0, &settings(8));
        assert_eq!(client.next_text(), "GOAWAY 0 ENHANCE_YOUR_CALM");
        client.client().expect_eof();
    });
}

#[test]
fn lim_020_more_settings_in_a_minute_end_the_connection() {
    Lab::run(with("Http2MaxSettingsPerMinute", "10"), |lab| {
        let mut client = begin(lab);
        for _ in 0..2 {
            client.send(kind::SETTINGS, 0, 0, &settings(5));
            assert_eq!(client.next_text(), "SETTINGS ack");
        }
        client.send(kind::SETTINGS, 0, 0, &settings(1));
        assert_eq!(client.next_text(), "GOAWAY 0 ENHANCE_YOUR_CALM");
        client.client().expect_eof();
    });
}
