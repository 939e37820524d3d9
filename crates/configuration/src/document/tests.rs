//! The format of the file: what it means, what stays, and what is wrong where.

use httpsys_core::configuration::ssl::{SslFlags, SslKey};
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedKind};
use httpsys_core::configuration::{Change, ServiceTimeout};
use httpsys_core::reservation::Reservation;

use super::*;

/// Everything once, with members that mean nothing.
const WHOLE: &str = r#"{
  "$schema": "x",
  "version": 1,
  "ip_listen": ["127.0.0.1", "::1"],
  "url_acls": [
    {"url": "http://+:80/app/", "sddl": "D:(A;;GX;;;WD)", "comment": "for all"},
    {"sddl": "D:", "url": "http://+:81/a"}
  ],
  "ssl": [
    {
      "ipport": "0.0.0.0:443",
      "cert_hash": "01 02:03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f 10 11 12 13 14",
      "store": "MY",
      "app_id": "{00112233-4455-6677-8899-aabbccddeeff}",
      "check_mode": 1,
      "flags": ["negotiate_client_cert", "disable_http2", 65536],
      "extended": {"http2_window": 65535, "later": true},
      "note": 7
    },
    {"hostnameport": "Example.org:443", "cert_hash": "aa"},
    {"ccs": 444}
  ],
  "timeouts": {"idle_connection_seconds": 30, "other": 1},
  "cache": {"max_response_bytes": 1000},
  "settings": {"tls_throttle": 1},
  "parameters": {"MaxFieldLength": 1024, "AllowRestrictedChars": true, "ErrorLoggingDir": "/x"}
}
"#;

fn whole() -> Document {
    Document::parse(WHOLE).expect("a document")
}

fn everywhere() -> SslKey {
    SslKey::IpPort("0.0.0.0:443".parse().unwrap())
}

#[test]
fn each_kind_of_record_is_read() {
    let document = whole();
    let configuration = &document.records().configuration;
    assert_eq!(configuration.listen_addresses().len(), 2);
    assert_eq!(configuration.timeout(ServiceTimeout::IdleConnection), 30);
    let record = configuration.ssl_of(&everywhere()).expect("a record");
    let value = &record.parameters;
    assert_eq!(
        (value.hash.len(), value.hash[19], value.check_mode),
        (20, 0x14, 1)
    );
    assert_eq!(value.app_id[..6], [0x33, 0x22, 0x11, 0x00, 0x55, 0x44]);
    assert_eq!(value.flags, SslFlags(0x1_0012));
    let window = configuration.ssl_extended_of(&everywhere(), SslExtendedKind::Http2Window);
    let expected = SslExtended::Http2Window {
        receive_window: 65_535,
    };
    assert_eq!(window, Some(&expected));
    let host = SslKey::host_name_port("example.org", 443).unwrap();
    assert!(configuration.ssl_of(&host).is_some());
    assert_eq!(document.records().reservations.iter().count(), 2);
    let parameters = document.parameters();
    assert_eq!(
        parameters[1],
        ("AllowRestrictedChars".into(), "true".into())
    );
}

#[test]
fn members_that_mean_nothing_are_told_with_the_way_to_them_at_every_depth() {
    let found = [
        "$schema",
        "url_acls[0].comment",
        "ssl[0].extended.later",
        "ssl[0].note",
        "timeouts.other",
    ];
    assert_eq!(whole().unknown_members(), found);
    let text = r#"{"version": 1, "cache": {"max_bytes": 1}, "settings": {"throttle": 1},
      "ssl": [{"ccs": 1, "extended": {
        "http2_settings_limits": {"frames": 1}, "performance": {"size": 1},
        "error_headers": {"status": 503, "headers": [{"name": "a", "value": "b", "x": 1}], "y": 1},
        "certificates": [{"cert_hash": "0102030405060708090a0b0c0d0e0f1011121314", "store": "MY", "z": 1}]}}]}"#;
    let found = [
        "cache.max_bytes",
        "settings.throttle",
        "ssl[0].extended.http2_settings_limits.frames",
        "ssl[0].extended.performance.size",
        "ssl[0].extended.error_headers.headers[0].x",
        "ssl[0].extended.error_headers.y",
        "ssl[0].extended.certificates[0].z",
    ];
    let document = Document::parse(text).expect("a document");
    assert_eq!(document.unknown_members(), found);
    // A change of the record keeps them.
    let mut records = document.records().clone();
    let key = SslKey::Ccs(1);
    let mut record = records.configuration.ssl_of(&key).unwrap().clone();
    record.parameters.flags = SslFlags::REJECT;
    let value = SslExtended::HttpPerformance {
        parameter: 3,
        value: vec![1],
    };
    let extended = httpsys_core::configuration::ssl_extended::SslExtendedRecord { key, value };
    for change in [
        Change::UpdateSsl(record),
        Change::UpdateSslExtended(extended),
    ] {
        records.configuration.apply(change).unwrap();
    }
    let changed = document.with_records(records.clone());
    let mut after = changed.unknown_members();
    after.sort_unstable();
    let mut before = found;
    before.sort_unstable();
    assert_eq!(after, before, "{}", changed.to_text());
    let read = Document::parse(&changed.to_text()).expect("what was written");
    assert_eq!(read.records().configuration, records.configuration);
}

#[test]
fn what_has_not_changed_is_written_as_it_was() {
    let document = whole();
    let again = document.with_records(document.records().clone());
    assert_eq!(again.to_text(), document.to_text());
    assert_eq!(Document::parse(&again.to_text()), Ok(document));
}

#[test]
fn a_change_keeps_what_the_format_does_not_know_also_in_the_changed_record() {
    let document = whole();
    let mut records = document.records().clone();
    let mut record = records.configuration.ssl_of(&everywhere()).unwrap().clone();
    record.parameters.flags = SslFlags::REJECT;
    record.parameters.check_mode = 0;
    let key = SslKey::Ccs(444);
    for change in [Change::UpdateSsl(record), Change::RemoveSsl(key)] {
        records.configuration.apply(change).unwrap();
    }
    let url: Vec<u16> = "http://+:81/a/".encode_utf16().collect();
    records.reservations.remove(&url).unwrap();
    let text = document.with_records(records).to_text();
    let json = Json::parse(&text).unwrap();
    let Some(Json::List(ssl)) = json.get("ssl") else {
        panic!("{text}");
    };
    assert_eq!(ssl.len(), 2);
    assert_eq!(ssl[0].get("note"), Some(&Json::number(7_u32)));
    assert_eq!(
        ssl[0].get("flags"),
        Some(&Json::list([Json::text("reject")].into_iter()))
    );
    assert_eq!(ssl[0].get("check_mode"), None);
    let extended = ssl[0].get("extended").expect("extended");
    assert_eq!(extended.get("later"), Some(&Json::Bool(true)));
    assert_eq!(
        extended.get("http2_window"),
        Some(&Json::number(65_535_u32))
    );
    let Some(Json::List(acls)) = json.get("url_acls") else {
        panic!("{text}");
    };
    assert_eq!(
        (acls.len(), acls[0].get("comment")),
        (1, Some(&Json::text("for all")))
    );
    let other = json
        .get("timeouts")
        .and_then(|timeouts| timeouts.get("other"));
    assert_eq!(other, Some(&Json::number(1_u32)));
    assert!(Document::parse(&text).is_ok(), "{text}");
}

#[test]
fn records_of_an_empty_document_come_back_from_its_text() {
    let mut records = whole().records().clone();
    let value = SslExtended::ErrorHeaders {
        status: 503,
        headers: vec![("Retry-After".into(), "5 \"é\"".into())],
    };
    let certificates = vec![([7; 20], "MY".to_owned())];
    for value in [
        value,
        SslExtended::Http2SettingsLimits {
            per_frame: 7,
            per_minute: 8,
        },
        SslExtended::HttpPerformance {
            parameter: 2,
            value: vec![0, 255],
        },
        SslExtended::CertConfig { certificates },
    ] {
        let key = everywhere();
        let record = httpsys_core::configuration::ssl_extended::SslExtendedRecord { key, value };
        records
            .configuration
            .apply(Change::AddSslExtended(record))
            .unwrap();
    }
    let document = Document::empty().with_records(records.clone());
    let read = Document::parse(&document.to_text()).expect("what was written");
    assert_eq!(read.records().configuration, records.configuration);
    // What is written is known.
    assert_eq!(read.unknown_members(), [""; 0]);
    let all =
        |records: &Records| -> Vec<Reservation> { records.reservations.iter().cloned().collect() };
    assert_eq!(all(read.records()), all(&records));
    assert!(!Document::empty().to_text().contains("url_acls"));
}

/// A text, the line and the column of what is wrong with it, and the words.
const WRONG: &[(&str, usize, usize, &str)] = &[
    ("", 1, 1, "EOF while parsing a value"),
    ("[]", 1, 1, "this has to be an object, {...}"),
    (
        "{}",
        1,
        1,
        "the member \"version\" is missing; this format is version 1",
    ),
    (
        "{\"version\": \"1\"}",
        1,
        13,
        "version: this has to be a number from 0 to 18446744073709551615",
    ),
    (
        "{\"version\": 1,\n \"version\": 1}",
        2,
        10,
        "the member \"version\" is there twice",
    ),
    (
        "{\"version\": 1,\n \"url_acls\": {}}",
        2,
        14,
        "url_acls: this has to be a list, [...]",
    ),
    (
        "{\"version\": 1, \"url_acls\": [\n{\"url\": \"http://+:80/\"}]}",
        2,
        1,
        "url_acls[0]: the member \"sddl\" is missing",
    ),
    (
        "{\"version\": 1, \"url_acls\": [\n{\"url\": \"http://+/\", \"sddl\": \"D:\"}]}",
        2,
        9,
        "url_acls[0].url: it has no port, which cannot be left out",
    ),
    (
        "{\"version\": 1, \"url_acls\": [{\"url\": \"http://+:80/\", \"sddl\": \"all\"}]}",
        1,
        61,
        "url_acls[0].sddl: it is not a security descriptor in SDDL: parts O:, G:, D: and S:, each once",
    ),
    (
        "{\"version\": 1, \"url_acls\": [{\"url\": \"http://+:80/\", \"sddl\": \"D:\"},\n\
             {\"url\": \"https://+:80/b/\", \"sddl\": \"D:\"}]}",
        2,
        1,
        "url_acls[1]: there is such a record already, or its port has the other scheme",
    ),
    (
        "{\"version\": 1, \"ip_listen\": [\"x\"]}",
        1,
        30,
        "ip_listen[0]: \"x\" is not an IP address",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ccs\": 1, \"ipport\": \"[::]:1\"}]}",
        1,
        24,
        "ssl[0]: a certificate record has one of ipport, hostnameport, ccs and scopedccs",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ipport\": \"[::]:1\"}]}",
        1,
        24,
        "ssl[0]: the member \"cert_hash\" is missing",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ipport\": \"[::]:0\"}]}",
        1,
        35,
        "ssl[0].ipport: the port is 0",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ccs\": 0}]}",
        1,
        32,
        "ssl[0].ccs: the port is 0",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ccs\": 1, \"store\": \"a/b\"}]}",
        1,
        44,
        "ssl[0].store: the name of the store is empty, too long or no name of a folder",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ccs\": 1, \"ctl_store\": \"\"}]}",
        1,
        48,
        "ssl[0].ctl_store: the name of the store of issuers is empty, too long or no name of a folder",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ccs\": 1, \"extended\": {\"error_headers\": {\"status\": 7}}}]}",
        1,
        76,
        "ssl[0].extended.error_headers.status: the status is not of three digits",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ccs\": 1, \"extended\": {\"certificates\": [{\"store\": \"MY\"}]}}]}",
        1,
        65,
        "ssl[0].extended.certificates[0]: the member \"cert_hash\" is missing",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ccs\": 1, \"extended\": {\"http2_window\": 4294967295}}]}",
        1,
        64,
        "ssl[0].extended.http2_window: a window of HTTP/2 is at most 2147483647 bytes",
    ),
    (
        "{\"version\": 1, \"ssl\": [{\"ccs\": 1, \"flags\": [\"x\"]}]}",
        1,
        45,
        "ssl[0].flags[0]: there is no flag \"x\"",
    ),
    (
        "{\"version\": 1, \"timeouts\": {\"header_wait_seconds\": 0}}",
        1,
        52,
        "timeouts.header_wait_seconds: the record cannot have this value",
    ),
    (
        "{\"version\": 1, \"parameters\": {\"MaxFieldLength\": 1}}",
        1,
        49,
        "parameters.MaxFieldLength: MaxFieldLength is 1, but must be between 64 and 65534",
    ),
];

#[test]
fn what_is_wrong_is_said_with_its_place() {
    for &(text, line, column, words) in WRONG {
        let error = Document::parse(text).expect_err(text);
        let position = Position { line, column };
        assert_eq!(
            error,
            Unreadable::Broken(position, words.to_owned()),
            "{text}"
        );
    }
    assert_eq!(
        Document::parse("{\"version\": 2, \"ssl\": 7}"),
        Err(Unreadable::Newer(2))
    );
}

#[test]
fn a_text_that_is_cut_off_anywhere_is_refused() {
    let end = WHOLE.trim_end().len();
    for cut in (0..end).filter(|cut| WHOLE.is_char_boundary(*cut)) {
        assert!(Document::parse(&WHOLE[..cut]).is_err(), "{cut}");
    }
}

#[test]
fn damaged_texts_are_read_or_refused_but_nothing_panics() {
    let bytes = WHOLE.as_bytes();
    let mut seed = 0x1234_5678_u64;
    for _ in 0..4000 {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        let mut damaged = bytes.to_vec();
        let at = (seed >> 33) as usize % damaged.len();
        let letters = b"{}[]\",:0-9eE.\\ntf \0";
        damaged[at] = letters[(seed >> 20) as usize % letters.len()];
        if seed & 1 == 0 {
            damaged.truncate((seed >> 40) as usize % bytes.len() + 1);
        }
        let Ok(text) = String::from_utf8(damaged) else {
            continue;
        };
        if let Ok(document) = Document::parse(&text) {
            let again = document.with_records(document.records().clone());
            assert_eq!(Document::parse(&again.to_text()), Ok(document));
        }
    }
}
