//! Request heads whose parts came apart, as those of HTTP/2 do.
//!
//! Owns: making a [`RequestHead`] of them, with the rules and limits of the text form, so that everything
//! behind the parser is the same for both. Does not own: what makes an HTTP/2 message malformed (`h2`).
//! Invariant: the head is what the parser would make of the same request as HTTP/1.1 text, but for its
//! version. Threading: none.

use super::{RequestHead, Span, Stage, UnknownField, authority, fields, framing, line};
use crate::error_page::Reject;
use crate::header::{id, request_header_id, request_id};
use crate::scan::{TARGET_BAD, TARGET_END, class, is_token};
use crate::{Parameters, Version};

/// Stands behind each part: no two of them touch.
const SEPARATOR: u8 = 0;
/// What a line of text has beside name and value: colon, blank, CR, LF.
const LINE_REST: usize = 4;
/// What a request line has beside verb and target: two blanks, the version, CR, LF.
const REQUEST_LINE_REST: usize = 12;

/// What is in front of the fields.
#[derive(Clone, Copy, Debug)]
pub struct RequestParts<'a> {
    /// The verb, as sent.
    pub verb: &'a [u8],
    /// The target: a path with its query, or `*`; `None` for CONNECT, whose target is the authority.
    pub target: Option<&'a [u8]>,
    /// Takes the place of Host, if there is one.
    pub authority: Option<&'a [u8]>,
    /// What the program sees as the version.
    pub version: Version,
    /// Content may follow.
    pub has_body: bool,
    /// More was sent than is here, since it was too long.
    pub is_cut: bool,
}

/// Makes a head of its parts.
///
/// Cookie fields become one, joined as RFC 9113 section 8.2.3 says. A body without Content-Length gets
/// `Transfer-Encoding: chunked`, as programs expect of one (H2X-006); a POST or PUT without either is
/// refused with 411 (H2X-004).
///
/// # Errors
/// The page with which the request is to be answered. `head` has what was read so far.
pub fn assemble_head<'a>(
    head: &mut RequestHead,
    parts: RequestParts<'a>,
    fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    p: &Parameters,
) -> Result<(), Reject> {
    head.clear();
    head.version = parts.version;
    let target = parts.target.or(parts.authority).unwrap_or_default();
    head.parsed = parts.verb.len() + target.len() + REQUEST_LINE_REST;
    let limit = p.max_request_bytes as usize;
    if parts.verb.len() + 1 + target.len() >= limit || (parts.is_cut && target.is_empty()) {
        return Err(Reject::UrlTooLong);
    }
    take_line(head, parts, target, p)?;
    take_fields(head, parts, fields, p)?;
    head.stage = Stage::Complete;
    framing::apply(head)?;
    authority::check_host(head)?;
    fields::join(head);
    Ok(())
}

/// Verb and target, with the checks of the request line.
fn take_line(
    head: &mut RequestHead,
    parts: RequestParts<'_>,
    target: &[u8],
    p: &Parameters,
) -> Result<(), Reject> {
    let is_verb = parts.verb.len() <= line::MAX_VERB && parts.verb.iter().all(|b| is_token(*b));
    if !is_verb || parts.verb.is_empty() {
        head.verb = crate::Verb::Invalid;
        return Err(Reject::InvalidVerb);
    }
    head.verb = line::verb_of(parts.verb, p);
    head.verb_text = push(head, parts.verb);
    head.raw_url = push(head, target);
    let seen = target.iter().fold(0, |seen, byte| seen | class(*byte));
    let is_bad = seen & TARGET_BAD != 0 && !line::is_weak_target(target, p);
    if is_bad || seen & TARGET_END != 0 {
        return Err(Reject::InvalidUrl);
    }
    // An absolute form would be a second authority.
    let is_form = matches!(target, [b'/', ..] | b"*") || parts.target.is_none();
    if !is_form {
        return Err(Reject::InvalidUrl);
    }
    head.target = line::target_form(head.verb, &head.bytes, head.raw_url)?;
    line::check_parts(head)
}

fn take_fields<'a>(
    head: &mut RequestHead,
    parts: RequestParts<'a>,
    fields: impl Iterator<Item = (&'a [u8], &'a [u8])>,
    p: &Parameters,
) -> Result<(), Reject> {
    let limit = p.max_request_bytes as usize;
    let mut cookies = Vec::new();
    let host = parts.authority.map(|authority| (&b"host"[..], authority));
    let has_host = host.is_some();
    for (name, value) in host.into_iter().chain(fields) {
        let known = request_header_id(name);
        let is_second_host = known == Some(request_id::HOST)
            && has_host
            && head.present >> request_id::HOST & 1 == 1;
        if is_second_host {
            continue;
        }
        let length = name.len() + value.len() + LINE_REST;
        if length - 2 > p.field_limit() {
            return Err(Reject::FieldTooLong);
        }
        head.parsed += length;
        match known {
            Some(request_id::COOKIE) => cookies.push(value),
            Some(id) => {
                let value = push(head, value);
                fields::store_known(head, id, value);
            }
            None => {
                let (name, value) = (push(head, name), push(head, value));
                head.unknown.push(UnknownField { name, value });
            }
        }
    }
    head.parsed += 2;
    if parts.is_cut || head.parsed >= limit {
        return Err(Reject::RequestTooLong);
    }
    if !cookies.is_empty() {
        let cookie = push(head, &cookies.join(&b"; "[..]));
        fields::store_known(head, request_id::COOKIE, cookie);
    }
    if parts.has_body && head.known(id::CONTENT_LENGTH).is_none() {
        let chunked = push(head, b"chunked");
        fields::store_known(head, id::TRANSFER_ENCODING, chunked);
    }
    Ok(())
}

/// Appends a part.
fn push(head: &mut RequestHead, part: &[u8]) -> Span {
    let start = head.bytes.len();
    head.bytes.extend_from_slice(part);
    let span = Span::between(start, head.bytes.len());
    head.bytes.push(SEPARATOR);
    span
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Framing, Parsed, Target, parse_head};

    const GET: RequestParts<'static> = RequestParts {
        verb: b"GET",
        target: Some(b"/a?b"),
        authority: Some(b"host:81"),
        version: Version::HTTP_2_0,
        has_body: false,
        is_cut: false,
    };

    type Fields<'a> = &'a [(&'a str, &'a str)];

    fn assemble(parts: RequestParts<'_>, fields: Fields<'_>) -> (RequestHead, Result<(), Reject>) {
        let mut head = RequestHead::new();
        let fields = fields.iter().map(|(n, v)| (n.as_bytes(), v.as_bytes()));
        let done = assemble_head(&mut head, parts, fields, &Parameters::default());
        (head, done)
    }

    /// What a program sees of a head.
    fn facts(head: &RequestHead) -> impl PartialEq + std::fmt::Debug + use<> {
        let known = (0..41).map(|id| head.known(id).map(<[u8]>::to_vec));
        let unknown = head.unknown().map(|(n, v)| (n.to_vec(), v.to_vec()));
        (
            (
                head.verb(),
                head.verb_text().to_vec(),
                head.raw_url().to_vec(),
            ),
            (head.host().to_vec(), head.framing(), head.close()),
            (head.expects_continue(), head.head_len()),
            (known.collect::<Vec<_>>(), unknown.collect::<Vec<_>>()),
        )
    }

    #[test]
    fn h2_a_head_of_parts_is_that_of_the_same_text() {
        let mut parts = GET;
        for (verb, target, has_body, fields) in [
            ("GET", "/", false, &[][..]),
            (
                "get",
                "/%41//../x?y=%zz",
                false,
                &[("user-agent", "me"), ("x-a", "1")][..],
            ),
            ("OPTIONS", "*", false, &[]),
            (
                "POST",
                "/up",
                true,
                &[("content-length", "5"), ("expect", "100-continue")],
            ),
            ("PUT", "/up", true, &[("transfer-encoding", "chunked")]),
            (
                "GET",
                "/",
                false,
                &[
                    ("accept", "a"),
                    ("x", "1"),
                    ("accept", "b"),
                    ("x", "2"),
                    ("y", ""),
                ],
            ),
            ("DELETE", "/\u{e4}", false, &[("cookie", "a=1; b=2")]),
        ] {
            (parts.verb, parts.target) = (verb.as_bytes(), Some(target.as_bytes()));
            parts.has_body = has_body;
            let mut text = format!("{verb} {target} HTTP/1.1\r\nhost: host:81\r\n");
            for (name, value) in fields {
                text.push_str(&format!("{name}: {value}\r\n"));
            }
            text.push_str("\r\n");
            let mut parsed = RequestHead::new();
            let done = parse_head(&mut parsed, text.as_bytes(), 0, &Parameters::default());
            assert!(matches!(done, Parsed::Complete { .. }), "{text}");
            let without_coding = |(name, _): &&(&str, &str)| *name != "transfer-encoding";
            let fields: Vec<_> = fields.iter().filter(without_coding).copied().collect();
            let (head, done) = assemble(parts, &fields);
            assert_eq!(done, Ok(()), "{text}");
            let added = if text.contains("chunked") { 28 } else { 0 };
            head_len_differs(&parsed, &head, added);
            assert_eq!(head.version(), Version::HTTP_2_0);
        }
    }

    /// The same facts, but for a line that was added and not received.
    fn head_len_differs(parsed: &RequestHead, head: &RequestHead, added: usize) {
        assert_eq!(parsed.head_len(), head.head_len() + added);
        if added == 0 {
            assert_eq!(facts(parsed), facts(head));
        }
        assert_eq!(parsed.framing(), head.framing());
        assert_eq!(
            parsed.known(id::TRANSFER_ENCODING),
            head.known(id::TRANSFER_ENCODING)
        );
    }

    #[test]
    fn h2_cookies_become_one_field() {
        let (head, done) = assemble(GET, &[("cookie", "a=1"), ("x", "y"), ("cookie", "b=2")]);
        assert_eq!(done, Ok(()));
        assert_eq!(head.known(request_id::COOKIE), Some(&b"a=1; b=2"[..]));
    }

    #[test]
    fn h2_the_authority_takes_the_place_of_host() {
        let (head, done) = assemble(GET, &[("host", "host:81"), ("host", "other")]);
        assert_eq!((done, head.host()), (Ok(()), &b"host:81"[..]));
        let parts = RequestParts {
            authority: None,
            ..GET
        };
        let (head, done) = assemble(parts, &[("host", "name")]);
        assert_eq!((done, head.host()), (Ok(()), &b"name"[..]));
        for fields in [&[][..], &[("host", "a"), ("host", "a")], &[("host", "a b")]] {
            assert_eq!(
                assemble(parts, fields).1,
                Err(Reject::InvalidHostname),
                "{fields:?}"
            );
        }
    }

    #[test]
    fn h2_a_body_without_a_length_is_chunked_and_a_post_without_either_is_refused() {
        let post = RequestParts {
            verb: b"POST",
            ..GET
        };
        let (_, done) = assemble(post, &[]);
        assert_eq!(done, Err(Reject::LengthRequired));
        let (head, done) = assemble(post, &[("content-length", "0")]);
        assert_eq!((done, head.framing()), (Ok(()), Framing::Length(0)));
        let has_body = true;
        let (head, done) = assemble(RequestParts { has_body, ..post }, &[]);
        assert_eq!((done, head.framing()), (Ok(()), Framing::Chunked));
        assert_eq!(head.known(id::TRANSFER_ENCODING), Some(&b"chunked"[..]));
        let (head, done) = assemble(GET, &[]);
        assert_eq!((done, head.framing()), (Ok(()), Framing::None));
    }

    #[test]
    fn h2_targets_and_verbs_are_refused_as_in_text() {
        for (target, reject) in [
            ("/a b", Reject::InvalidUrl),
            ("/a#b", Reject::InvalidUrl),
            ("/a\tb", Reject::InvalidUrl),
            ("a", Reject::InvalidUrl),
            ("*", Reject::InvalidUrl),
            ("http://other/", Reject::InvalidUrl),
        ] {
            let target = Some(target.as_bytes());
            let (head, done) = assemble(RequestParts { target, ..GET }, &[]);
            assert_eq!(done, Err(reject), "{target:?}");
            assert_eq!(Some(head.raw_url()), target, "the log has it");
        }
        for verb in [&b"A@B"[..], b"", b"A B", &[b'A'; 256]] {
            let (_, done) = assemble(RequestParts { verb, ..GET }, &[]);
            assert_eq!(done, Err(Reject::InvalidVerb));
        }
        let connect = RequestParts {
            verb: b"CONNECT",
            target: None,
            ..GET
        };
        let (head, done) = assemble(connect, &[]);
        assert_eq!(done, Err(Reject::BadRequest));
        assert_eq!(head.target(), Target::Authority(b"host:81"));
    }

    #[test]
    fn h2_heads_have_the_limits_of_text() {
        for (length, fits) in [(16_383, true), (16_384, false)] {
            let text = "GET /a?b HTTP/1.1\r\nhost: host:81\r\na: \r\n\r\n".len();
            let value = "x".repeat(length - text);
            let (head, done) = assemble(GET, &[("a", &value)]);
            assert_eq!(head.head_len(), length);
            assert_eq!(done.is_ok(), fits, "{done:?}");
            assert!(fits || done == Err(Reject::RequestTooLong));
        }
        let long = vec![b'/'; 16_380];
        let target = Some(&long[..]);
        assert_eq!(
            assemble(RequestParts { target, ..GET }, &[]).1,
            Err(Reject::UrlTooLong)
        );
        let target = Some(&long[1..]);
        assert_eq!(
            assemble(RequestParts { target, ..GET }, &[]).1,
            Err(Reject::RequestTooLong)
        );
        let is_cut = true;
        assert_eq!(
            assemble(RequestParts { is_cut, ..GET }, &[]).1,
            Err(Reject::RequestTooLong)
        );
        let target = Some(&b""[..]);
        let cut = RequestParts {
            is_cut,
            target,
            ..GET
        };
        assert_eq!(assemble(cut, &[]).1, Err(Reject::UrlTooLong));
    }

    #[test]
    fn h2_fields_have_the_limit_of_text() {
        let p = Parameters {
            max_field_length: 64,
            ..Parameters::default()
        };
        for (length, fits) in [(61, true), (62, false)] {
            let value = vec![b'x'; length];
            let fields = [(&b"a"[..], &value[..])];
            let mut head = RequestHead::new();
            let done = assemble_head(&mut head, GET, fields.into_iter(), &p);
            assert_eq!(done.is_ok(), fits, "{length}");
            assert!(fits || done == Err(Reject::FieldTooLong));
            let text = [b"GET / HTTP/1.1\r\nhost: a\r\na: ", &value[..], b"\r\n\r\n"].concat();
            let parsed = parse_head(&mut head, &text, 0, &p);
            assert_eq!(matches!(parsed, Parsed::Complete { .. }), fits, "as text");
        }
    }
}
