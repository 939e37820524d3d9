//! Response heads: what is given is what another reader finds.
//!
//! Owns: the comparison with httparse. Does not own: order and form of each line. Invariant: values
//! are visible ASCII, which every reader takes. Threading: none.

use httpsys_proto::header::{RESPONSE_HEADER_NAMES, response_header_id};
use httpsys_proto::{ConnectionLine, Finish, InvalidField, ResponseParts, h1};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::config;

const DATE: &[u8; 29] = b"Tue, 24 Nov 2026 09:00:00 GMT";

/// Known fields by ascending id, and unknown ones.
type Fields = (Vec<(usize, String)>, Vec<(String, String)>);

/// Fields that the service neither adds nor changes.
fn fields() -> impl Strategy<Value = Fields> {
    let is_plain = |id: &usize| {
        !matches!(
            RESPONSE_HEADER_NAMES[*id],
            "Date" | "Server" | "Connection" | "Content-Length" | "Transfer-Encoding"
        )
    };
    let value = "[!-~]([ -~]{0,20}[!-~])?";
    let known =
        vec(((0..30usize).prop_filter("ours", is_plain), value), 0..8).prop_map(|mut list| {
            list.sort();
            list
        });
    let name = "[A-Za-z][A-Za-z0-9-]{0,12}".prop_filter("ours", |name: &String| {
        response_header_id(name.as_bytes()).is_none()
    });
    (known, vec((name, value), 0..8))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn fields_that_are_given_are_read(
        status in 100..1000u16,
        reason in "[!-~]?[ -~]{0,20}",
        (known, unknown) in fields(),
        length in proptest::option::of(any::<u64>()),
        close in any::<bool>(),
    ) {
        let mut head = ResponseParts::new();
        prop_assert_eq!(head.begin(status, reason.as_bytes()), Ok(()));
        for (id, value) in &known {
            prop_assert_eq!(head.known(*id, value.as_bytes(), true), Ok(()));
        }
        for (name, value) in &unknown {
            prop_assert_eq!(head.unknown(name.as_bytes(), value.as_bytes()), Ok(()));
        }
        let finish = Finish {
            connection: if close { ConnectionLine::Close } else { ConnectionLine::None },
            content_length: length,
            ..Finish::new(DATE)
        };
        let bytes = h1::response::write(&mut head, &finish).into_bytes();
        let mut storage = [httparse::EMPTY_HEADER; 32];
        let mut parsed = httparse::Response::new(&mut storage);
        let result = parsed.parse(bytes);
        prop_assert_eq!(result, Ok(httparse::Status::Complete(bytes.len())));
        prop_assert_eq!((parsed.code, parsed.version), (Some(status), Some(1)));
        let mut expected: Vec<(String, String)> = known
            .into_iter()
            .map(|(id, value)| (RESPONSE_HEADER_NAMES[id].to_owned(), value))
            .chain(unknown)
            .chain([("Date".to_owned(), String::from_utf8_lossy(DATE).into_owned())])
            .chain(close.then(|| ("Connection".to_owned(), "close".to_owned())))
            .chain(length.map(|length| ("Content-Length".to_owned(), length.to_string())))
            .collect();
        let mut read = Vec::new();
        for field in parsed.headers.iter() {
            let pair = (field.name.to_owned(), String::from_utf8_lossy(field.value).into_owned());
            // At its place among the known ones.
            if field.name == "Server" {
                let server = ("Server", "Microsoft-HTTPAPI/2.0");
                expected.insert(read.len(), (server.0.to_owned(), server.1.to_owned()));
            }
            read.push(pair);
        }
        prop_assert_eq!(read, expected);
    }

    /// G-058.
    #[test]
    fn what_would_end_a_line_is_refused(
        front in "[ -~]{0,9}",
        byte in prop_oneof![Just('\r'), Just('\n'), Just('\0')],
        rest in "[ -~]{0,9}",
    ) {
        let bad = format!("{front}{byte}{rest}").into_bytes();
        let mut head = ResponseParts::new();
        prop_assert_eq!(head.begin(200, &bad), Err(InvalidField::Reason));
        prop_assert_eq!(head.begin(200, b"OK"), Ok(()));
        prop_assert_eq!(head.known(12, &bad, true), Err(InvalidField::Value));
        prop_assert_eq!(head.begin(200, b"OK"), Ok(()));
        prop_assert_eq!(head.unknown(b"X", &bad), Err(InvalidField::Value));
        prop_assert_eq!(head.begin(200, b"OK"), Ok(()));
        prop_assert_eq!(head.unknown(&bad, b"x"), Err(InvalidField::Name));
    }
}
