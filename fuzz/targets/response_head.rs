//! Response heads: whatever a program gives, nothing breaks out of its line.
//!
//! Checks: the head ends where it ends and not before; every CR and LF is that of a line end; all
//! fields that were given are there but the slots of Date and Connection, in order, with their
//! values, and at most four more; another reader (httparse) finds the same.
#![no_main]

use httpsys_proto::header::id::CONNECTION;
use httpsys_proto::header::{RESPONSE_HEADER_NAMES, RESPONSE_HEADERS};
use httpsys_proto::{ConnectionLine, Finish, InvalidField, ResponseParts, h1};
use libfuzzer_sys::fuzz_target;

/// Name and value of a line that must come out.
type Field<'a> = (&'a [u8], &'a [u8]);

/// Gives the parts to the head, and returns what is to come out.
fn fill<'a>(
    head: &mut ResponseParts,
    status: u16,
    mut parts: impl Iterator<Item = &'a [u8]>,
) -> Result<Vec<Field<'a>>, InvalidField> {
    head.begin(status, parts.next().unwrap_or_default())?;
    let (mut given, mut last) = (Vec::new(), 0);
    for part in parts {
        let [kind, text @ ..] = part else { continue };
        let id = usize::from(*kind);
        let (name, value) = if id < RESPONSE_HEADERS && id >= last {
            last = id;
            head.known(id, text, true)?;
            // Nothing in the slot of Connection is written (CON-012); Date is looked at below.
            if text.is_empty() || id == CONNECTION {
                continue;
            }
            (RESPONSE_HEADER_NAMES[id].as_bytes(), text)
        } else {
            last = RESPONSE_HEADERS;
            let (name, value) = text.split_at(text.len().min(id % 20));
            head.unknown(name, value)?;
            (name, value)
        };
        if !name.eq_ignore_ascii_case(b"date") {
            given.push((name, value));
        }
    }
    Ok(given)
}

/// Whether a line is that of a field; Server gets the product appended.
fn is_it(line: Field<'_>, given: Field<'_>) -> bool {
    let rest = line.1.strip_prefix(given.1);
    let server = given.0 == b"Server" && rest == Some(b" Microsoft-HTTPAPI/2.0");
    line.0 == given.0 && (line.1 == given.1 || server)
}

/// Every given field is among `lines`, in order.
fn expect_all(lines: &[Field<'_>], given: &[Field<'_>], shown: impl std::fmt::Display) {
    let mut left = lines.iter();
    for field in given {
        let found = left.any(|line| is_it(*line, *field));
        assert!(found, "{} lost: {shown}", field.0.escape_ascii());
    }
    // Server, Date, Connection and Content-Length of the service.
    assert!(lines.len() <= given.len() + 4, "{shown}");
}

/// The status line and the fields of a head. A reader that takes CR alone or LF alone for a line
/// end must see the same lines, so neither stands anywhere else.
fn read(bytes: &[u8]) -> Option<(&[u8], Vec<Field<'_>>)> {
    let mut rest = bytes;
    let mut lines = std::iter::from_fn(|| {
        let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'))?;
        let (line, behind) = rest.split_at(end);
        rest = behind.strip_prefix(b"\r\n")?;
        (!line.is_empty()).then_some(line)
    });
    let status = lines.next()?;
    let fields = lines
        .map(|line| {
            let colon = line.windows(2).position(|two| two == b": ")?;
            Some((&line[..colon], &line[colon + 2..]))
        })
        .collect::<Option<Vec<_>>>()?;
    rest.is_empty().then_some((status, fields))
}

/// Compares with httparse where it is to read this: it knows tokens as names, and visible ASCII
/// elsewhere.
fn expect_read_by_another(bytes: &[u8], status: u16, lines: &[Field<'_>]) {
    let is_name = |b: &u8| b.is_ascii_alphanumeric() || *b == b'-';
    let is_plain = |b: &u8| matches!(b, 0x20..0x7F | b'\r' | b'\n');
    let names = lines.iter().all(|(name, _)| name.iter().all(is_name));
    if status < 100 || lines.len() > 100 || !names || !bytes.iter().all(is_plain) {
        return;
    }
    let shown = bytes.escape_ascii();
    let mut storage = [httparse::EMPTY_HEADER; 100];
    let mut parsed = httparse::Response::new(&mut storage);
    let result = parsed.parse(bytes);
    assert_eq!(
        result,
        Ok(httparse::Status::Complete(bytes.len())),
        "{shown}"
    );
    assert_eq!(parsed.code, Some(status));
    let read = parsed.headers.iter();
    let read = read.map(|field| (field.name.as_bytes(), field.value.trim_ascii()));
    let ours = lines
        .iter()
        .map(|(name, value)| (*name, value.trim_ascii()));
    assert!(read.eq(ours), "{shown}");
}

fuzz_target!(|data: &[u8]| {
    let [a, b, flags, rest @ ..] = data else {
        return;
    };
    let status = u16::from_le_bytes([*a, *b & 3]);
    let parts = rest.split(|byte| *byte == 0xFF);
    let reason = parts.clone().next().unwrap_or_default();
    let mut head = ResponseParts::new();
    let Ok(given) = fill(&mut head, status, parts) else {
        return;
    };
    let finish = Finish {
        date: b"Tue, 24 Nov 2026 09:00:00 GMT",
        connection: match flags & 3 {
            1 => ConnectionLine::Close,
            2 => ConnectionLine::KeepAlive,
            _ => ConnectionLine::None,
        },
        content_length: (flags & 4 != 0).then_some(u64::from(*flags)),
    };
    let bytes = h1::response::write(&mut head, &finish).into_bytes();
    let shown = bytes.escape_ascii();
    let Some((first, lines)) = read(bytes) else {
        panic!("not a head: {shown}");
    };
    let expected = [format!("HTTP/1.1 {status:03} ").as_bytes(), reason].concat();
    assert_eq!(first, expected);
    expect_read_by_another(bytes, status, &lines);
    expect_all(&lines, &given, &shown);
});
