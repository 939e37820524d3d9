//! The fields of a request or of its trailers, checked as RFC 9113 section 8 says.
//!
//! Owns: which messages are malformed: pseudo-fields, names, values, fields that belong to a connection,
//! Host beside `:authority`, and the number that Content-Length says. Does not own: the target's syntax,
//! which is judged as on HTTP/1 from its raw bytes, so that the client gets the same page, and the length
//! of the content. Threading: plain values.

use super::field_section::FieldSection;
use super::reason::H2Reason;
use crate::error_page::Reject;
use crate::request::{RequestParts, assemble_head};
use crate::scan::{is_token, trim};
use crate::{Parameters, RequestHead, Version};

/// Fields that say something about an HTTP/1.1 connection (RFC 9113 section 8.2.2).
const CONNECTION_FIELDS: [&[u8]; 5] = [
    b"connection",
    b"keep-alive",
    b"proxy-connection",
    b"transfer-encoding",
    b"upgrade",
];

/// Whether `name`, in any letter case, may not stand in an HTTP/2 message.
pub(crate) fn is_connection_field(name: &[u8]) -> bool {
    CONNECTION_FIELDS
        .iter()
        .any(|field| field.eq_ignore_ascii_case(name))
}

/// The pseudo-fields of a request, as indices of its section.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct PseudoFields {
    method: usize,
    scheme: Option<usize>,
    authority: Option<usize>,
    path: Option<usize>,
    /// How many there are; they stand in front.
    count: usize,
}

/// The fields of a request that is not malformed, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestSection {
    fields: FieldSection,
    pseudo: PseudoFields,
    content_length: Option<u64>,
}

impl RequestSection {
    /// Checks `fields`.
    ///
    /// A section that was too long is taken as far as it goes.
    ///
    /// # Errors
    /// The request is malformed; `fields` comes back, so that its memory is not lost.
    pub fn new(fields: FieldSection) -> Result<Self, (H2Reason, FieldSection)> {
        let checked = pseudo_fields(&fields)
            .and_then(|pseudo| check_regular(&fields, pseudo).map(|length| (pseudo, length)));
        match checked {
            Ok((pseudo, content_length)) => Ok(Self {
                fields,
                pseudo,
                content_length,
            }),
            Err(reason) => Err((reason, fields)),
        }
    }

    /// `:method`, as sent.
    #[must_use]
    pub fn method(&self) -> &[u8] {
        self.value(Some(self.pseudo.method)).unwrap_or_default()
    }

    /// `:scheme`; CONNECT has none.
    #[must_use]
    pub fn scheme(&self) -> Option<&[u8]> {
        self.value(self.pseudo.scheme)
    }

    /// `:authority`, as sent.
    #[must_use]
    pub fn authority(&self) -> Option<&[u8]> {
        self.value(self.pseudo.authority)
    }

    /// `:path`, as sent; CONNECT has none.
    #[must_use]
    pub fn path(&self) -> Option<&[u8]> {
        self.value(self.pseudo.path)
    }

    /// The fields behind the pseudo-fields, in order.
    pub fn regular(&self) -> impl Iterator<Item = (&[u8], &[u8])> + '_ {
        self.fields.iter().skip(self.pseudo.count)
    }

    /// What Content-Length says.
    #[must_use]
    pub fn content_length(&self) -> Option<u64> {
        self.content_length
    }

    /// Fields were left out, since the section was longer than allowed: such a request is refused.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.fields.is_over()
    }

    /// Makes the head of it that the rest of the service works with (CON-015), with the checks that a
    /// request line and its fields get on HTTP/1.
    ///
    /// # Errors
    /// The page with which the request is to be answered; the stream and its connection go on.
    pub fn assemble(
        &self,
        is_end: bool,
        head: &mut RequestHead,
        p: &Parameters,
    ) -> Result<(), Reject> {
        let is_connect = self.method() == b"CONNECT";
        let parts = RequestParts {
            verb: self.method(),
            // A section that was cut may have lost it.
            target: self.path().or((!is_connect).then_some(b"")),
            authority: self.authority(),
            version: Version::HTTP_2_0,
            has_body: !is_end,
            is_cut: self.is_over(),
        };
        assemble_head(head, parts, self.regular(), p)
    }

    /// All fields in order.
    #[must_use]
    pub fn fields(&self) -> &FieldSection {
        &self.fields
    }

    /// The memory, for another section.
    #[must_use]
    pub fn into_fields(self) -> FieldSection {
        self.fields
    }

    fn value(&self, index: Option<usize>) -> Option<&[u8]> {
        self.fields.get(index?).map(|(_, value)| value)
    }
}

/// Checks the fields of trailers. Nobody could refuse those that are too long with a page: the response may be under
/// way.
pub(crate) fn check_trailers(fields: &FieldSection) -> Result<(), H2Reason> {
    if fields.is_over() {
        return Err(H2Reason::TrailersTooLong);
    }
    for (name, value) in fields.iter() {
        if name.first() == Some(&b':') {
            return Err(H2Reason::Trailers);
        }
        check_field(name, value)?;
    }
    Ok(())
}

/// Pseudo-fields: each once, none unknown, all in front, and those that the method needs (RFC 9113
/// sections 8.3, 8.3.1 and 8.5).
fn pseudo_fields(fields: &FieldSection) -> Result<PseudoFields, H2Reason> {
    let mut found = [None; 4];
    let mut count = 0;
    for (index, (name, value)) in fields.iter().enumerate() {
        if name.first() != Some(&b':') {
            continue;
        }
        let place = match name {
            b":method" => 0,
            b":scheme" => 1,
            b":authority" => 2,
            b":path" => 3,
            // Also :protocol: extended CONNECT (RFC 8441) is not offered.
            _ => return Err(H2Reason::PseudoFields),
        };
        if index != count || found[place].is_some() {
            return Err(H2Reason::PseudoFields);
        }
        check_value(value)?;
        found[place] = Some(index);
        count += 1;
    }
    let [method, scheme, authority, path] = found;
    let value = |index: Option<usize>| index.and_then(|index| fields.get(index));
    let method_text = value(method).map_or(&b""[..], |(_, value)| value);
    let is_empty = |index| value(index).is_some_and(|(_, value): (&[u8], &[u8])| value.is_empty());
    let is_complete = match method_text {
        b"CONNECT" => authority.is_some() && scheme.is_none() && path.is_none(),
        _ => scheme.is_some() && path.is_some() && !is_empty(path) && !is_empty(scheme),
    };
    // What a section that was cut misses is not its fault.
    let is_complete = is_complete || (fields.is_over() && method.is_some());
    match method.filter(|_| is_complete && !method_text.is_empty()) {
        Some(method) => Ok(PseudoFields {
            method,
            scheme,
            authority,
            path,
            count,
        }),
        None => Err(H2Reason::PseudoFields),
    }
}

/// The fields behind the pseudo-fields; what Content-Length says.
fn check_regular(fields: &FieldSection, pseudo: PseudoFields) -> Result<Option<u64>, H2Reason> {
    let pseudo_value = |index: Option<usize>| {
        let field = index.and_then(|index| fields.get(index));
        field.map(|(_, value)| value)
    };
    let authority = pseudo_value(pseudo.authority);
    let is_https = pseudo_value(pseudo.scheme).is_some_and(|s| s.eq_ignore_ascii_case(b"https"));
    let mut content_length = None;
    for (name, value) in fields.iter().skip(pseudo.count) {
        check_field(name, value)?;
        match name {
            b"content-length" => {
                let length = number(value).ok_or(H2Reason::ContentLength)?;
                if content_length.is_some_and(|other| other != length) {
                    return Err(H2Reason::ContentLength);
                }
                content_length = Some(length);
            }
            b"host" if authority.is_some_and(|authority| !is_same(authority, value, is_https)) => {
                return Err(H2Reason::HostMismatch);
            }
            _ => {}
        }
    }
    Ok(content_length)
}

/// A field that is no pseudo-field (RFC 9113 sections 8.2.1 and 8.2.2).
fn check_field(name: &[u8], value: &[u8]) -> Result<(), H2Reason> {
    let is_name = |byte: &u8| is_token(*byte) && !byte.is_ascii_uppercase();
    if name.is_empty() || !name.iter().all(is_name) {
        return Err(H2Reason::FieldName);
    }
    check_value(value)?;
    let is_te = name == b"te" && !value.eq_ignore_ascii_case(b"trailers");
    if is_te || CONNECTION_FIELDS.contains(&name) {
        return Err(H2Reason::ConnectionField);
    }
    Ok(())
}

/// No NUL, CR, LF, and no blanks around it (RFC 9113 section 8.2.1).
fn check_value(value: &[u8]) -> Result<(), H2Reason> {
    let is_bad = value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n'));
    if is_bad || trim(value).len() != value.len() {
        return Err(H2Reason::FieldValue);
    }
    Ok(())
}

/// Whether two authorities are the same: without case, and without the scheme's own port.
fn is_same(one: &[u8], other: &[u8], is_https: bool) -> bool {
    let port: &[u8] = if is_https { b":443" } else { b":80" };
    let short = |authority| <[u8]>::strip_suffix(authority, port).unwrap_or(authority);
    short(one).eq_ignore_ascii_case(short(other))
}

/// Digits only, at most 64 bits.
fn number(text: &[u8]) -> Option<u64> {
    let digits = text.iter().try_fold(0u64, |value, digit| {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        value.checked_mul(10)?.checked_add(digit)
    });
    digits.filter(|_| !text.is_empty())
}
