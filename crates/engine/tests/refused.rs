//! Refused registrations, as the program and its log are told: the sentence beside the code, and one
//! warning event for each.
//!
//! Owns: the events of the calls that take a prefix; both doors make them here. Does not own: the rules
//! (`httpsys_core`).
#![allow(missing_docs, reason = "a test program")]

#[path = "support/events.rs"]
mod events;

use std::net::TcpListener;

use httpsys_core::call::{ApiVersion, Control, Outcome, Query};
use httpsys_core::reservation::Reservation;
use httpsys_core::{Error, QueueId, UrlGroupId};
use httpsys_engine::Service;
use httpsys_proto::Parameters;

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn service() -> (Service, UrlGroupId, QueueId) {
    let service = Service::new(Parameters::default()).expect("a service");
    let version = ApiVersion::V2;
    let Ok(Outcome::ServerSession(session)) =
        service.control(Control::CreateServerSession { version })
    else {
        panic!("no session");
    };
    let Ok(Outcome::UrlGroup(group)) = service.control(Control::CreateUrlGroup { session }) else {
        panic!("no group");
    };
    let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
        panic!("no queue");
    };
    (service, group, queue)
}

fn add(group: UrlGroupId, url: &str) -> Control {
    let url = utf16(url);
    Control::AddUrlToUrlGroup {
        group,
        url,
        context: 0,
    }
}

/// The one event about this URL.
fn told(url: &str) -> String {
    let all = events::with(&format!("{url:?}"));
    assert_eq!(all.len(), 1, "{url}: {all:?}");
    all[0].clone()
}

#[test]
fn pfx_001_each_malformed_prefix_is_a_warning_with_its_rule() {
    let _turn = events::turn();
    let (service, group, queue) = service();
    for (url, rule) in [
        (
            "http://localhost:8080",
            "no slash follows its host and port",
        ),
        (
            "http://localhost/",
            "it has no port, which cannot be left out",
        ),
        (
            "HTTP://localhost:80/",
            "it does not begin with http:// or https:// in lower case",
        ),
        (
            "http://a:080/",
            "its port is no number from 1 to 65535 without a leading zero",
        ),
        ("http://a b:80/", "its host has the character ' '"),
        (
            "http://a.*.b:80/",
            "its host has a *, which stands alone or for the whole leftmost label",
        ),
        ("http://192.:80/", "its host is no valid IP address"),
        ("http://a:80/x?y", "its path has a query"),
        (
            "http://a:80/x//",
            "its path has an empty segment or a dot segment",
        ),
    ] {
        let reason = format!("{rule}: ERROR_INVALID_PARAMETER (87)");
        let wanted = format!("WARN registration refused url={url:?} reason={reason}");
        // Each door, each version of the API: a registration, a reservation.
        let refused = service.register(add(group, url)).unwrap_err();
        assert_eq!(
            (refused.error, refused.to_string()),
            (Error::InvalidParameter, reason.clone())
        );
        assert_eq!(told(url), wanted);
        for call in [
            Control::AddUrl {
                queue,
                url: utf16(url),
            },
            Control::AddReservation(Reservation {
                url: utf16(url),
                descriptor: utf16("D:"),
            }),
        ] {
            events::all().clear();
            assert_eq!(service.control(call), Err(Error::InvalidParameter));
            assert_eq!(told(url), wanted);
        }
        // What only names a prefix says so once as well.
        let removal = Control::RemoveUrlFromUrlGroup {
            group,
            url: Some(utf16(url)),
        };
        events::all().clear();
        assert_eq!(service.control(removal), Err(Error::InvalidParameter));
        assert_eq!(
            told(url),
            format!("WARN no URL prefix url={url:?} reason={reason}")
        );
        events::all().clear();
        let query = Query::PortOfUrl {
            group,
            url: utf16(url),
        };
        assert_eq!(service.query(&query).err(), Some(Error::InvalidParameter));
        assert_eq!(
            told(url),
            format!("WARN no URL prefix url={url:?} reason={reason}")
        );
        events::all().clear();
    }
    service.stop();
}

#[test]
fn refusals_name_the_address_the_port_and_its_owner() {
    let _turn = events::turn();
    let (service, group, _) = service();
    let socket = TcpListener::bind("127.0.0.1:0").expect("a socket");
    let port = socket.local_addr().expect("bound").port();
    let owner = match cfg!(target_os = "linux") {
        true => "another socket of this process",
        false => "another socket",
    };
    let own = service
        .register(add(group, "http://localhost:0/"))
        .expect("a port");
    let taken = format!("http://localhost:{own}/");
    for (url, reason) in [
        (
            format!("http://localhost:{port}/"),
            format!("127.0.0.1:{port} is in use by {owner}: ERROR_SHARING_VIOLATION (32)"),
        ),
        (
            "http://203.0.113.7:8080/".to_owned(),
            "203.0.113.7 is no address of this machine: ERROR_INVALID_NETNAME (1214)".to_owned(),
        ),
        (
            "http://0.0.0.0:8080/".to_owned(),
            "its host is the unspecified address: + or * stands for all addresses: \
             ERROR_NOT_SUPPORTED (50)"
                .to_owned(),
        ),
        (
            taken.clone(),
            "this URL group has it already: ERROR_ALREADY_EXISTS (183)".to_owned(),
        ),
        (
            taken.replace("http:", "https:"),
            format!(
                "port {own} is registered for http, and carries one scheme: ERROR_ALREADY_EXISTS (183)"
            ),
        ),
    ] {
        let refused = service.register(add(group, &url)).unwrap_err();
        assert_eq!(refused.to_string(), reason);
        let wanted = format!("WARN registration refused url={url:?} reason={reason}");
        assert_eq!(told(&url), wanted);
    }
    // Not of the URL: the event says what it is of.
    let unknown = service
        .register(add(UrlGroupId(7), "http://localhost:0/x/"))
        .unwrap_err();
    assert_eq!(
        (unknown.error, unknown.refusal.clone()),
        (Error::InvalidParameter, None)
    );
    let reason = "UrlGroupId names no open URL group: ERROR_INVALID_PARAMETER (87)";
    let wanted = format!("WARN registration refused url=\"http://localhost:0/x/\" reason={reason}");
    assert_eq!(told("http://localhost:0/x/"), wanted);
    // Removing what is not there is no event.
    events::all().clear();
    let removal = Control::RemoveUrlFromUrlGroup {
        group,
        url: Some(utf16("http://localhost:0/none/")),
    };
    assert_eq!(service.control(removal), Err(Error::NotFound));
    assert!(events::all().is_empty());
    service.stop();
}
