//! The header fields of a response under construction, and how they become a response head.
//!
//! Owns: known names to their slots, the storage (no allocation for the first few fields), and that names
//! are tokens. Does not own how a head looks on the wire, or what else a field may contain
//! (`httpsys-proto`). All of it is checked when the response is sent.

use httpsys_core::proto::header::{id, response_header_id};
use httpsys_core::proto::{InvalidField, ResponseParts, ServerToken};
use httpsys_engine::with_response_parts;

use crate::{Data, Error, Result};

/// Fields that a response holds without allocating.
const INLINE: usize = 4;

#[derive(Clone, Debug)]
struct Field<'a> {
    name: FieldName<'a>,
    value: Data<'a>,
}

#[derive(Clone, Debug)]
enum FieldName<'a> {
    /// A slot of HTTP_RESPONSE_HEADERS.
    Known(u8),
    Unknown(Data<'a>),
}

/// Fields in the order they were given.
#[derive(Clone, Debug, Default)]
pub(crate) struct FieldList<'a> {
    inline: [Option<Field<'a>>; INLINE],
    more: Vec<Field<'a>>,
    /// Bit `i`: slot `i` is filled.
    known: u32,
}

impl<'a> FieldList<'a> {
    pub(crate) fn push(&mut self, name: Data<'a>, value: Data<'a>) {
        let name = match response_header_id(&name).map(u8::try_from) {
            // What is in its slot is never sent (CON-012).
            Some(Ok(id)) if usize::from(id) != id::CONNECTION => FieldName::Known(id),
            _ => FieldName::Unknown(name),
        };
        if let FieldName::Known(id) = name {
            self.known |= 1 << id;
        }
        let field = Field { name, value };
        match self.inline.iter_mut().find(|place| place.is_none()) {
            Some(place) => *place = Some(field),
            None => self.more.push(field),
        }
    }

    /// True when a field says how long the body is or how it is framed.
    pub(crate) fn frame_the_body(&self) -> bool {
        self.known & (1 << id::CONTENT_LENGTH | 1 << id::TRANSFER_ENCODING) != 0
    }

    fn iter(&self) -> impl Iterator<Item = &Field<'a>> {
        self.inline.iter().flatten().chain(&self.more)
    }

    /// Known fields in ascending order of their ids and then the others (RSP-015), each name's
    /// values in the order given (RSP-022).
    fn write(&self, head: &mut ResponseParts, added: Added) -> Result<(), InvalidField> {
        let mut ids = self.known
            | match added {
                Added::Nothing => 0,
                Added::Chunked => 1 << id::TRANSFER_ENCODING,
                Added::Length(_) => 1 << id::CONTENT_LENGTH,
            };
        while ids != 0 {
            let id = ids.trailing_zeros() as usize;
            ids &= ids - 1;
            for field in self.iter() {
                if matches!(field.name, FieldName::Known(known) if usize::from(known) == id) {
                    head.known(id, &field.value, true)?;
                }
            }
            match added {
                Added::Chunked if id == id::TRANSFER_ENCODING => {
                    head.known(id, b"chunked", true)?
                }
                Added::Length(length) if id == id::CONTENT_LENGTH => {
                    head.known(id, length.to_string().as_bytes(), true)?;
                }
                _ => {}
            }
        }
        for field in self.iter() {
            if let FieldName::Unknown(name) = &field.name {
                if !name.iter().copied().all(is_token) {
                    return Err(InvalidField::Name);
                }
                head.unknown(name, &field.value)?;
            }
        }
        Ok(())
    }
}

/// A character of a token, which a field name is (RFC 9110 section 5.6.2).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'!' | b'#'
                | b'$'
                | b'%'
                | b'&'
                | b'\''
                | b'*'
                | b'+'
                | b'-'
                | b'.'
                | b'^'
                | b'_'
                | b'`'
                | b'|'
                | b'~'
        )
}

/// The field about the body that a response gets beside those of the program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Added {
    /// None.
    #[default]
    Nothing,
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// `Content-Length`, of a body that is not sent.
    Length(u64),
}

/// How a response head begins and what goes into it.
#[derive(Debug)]
pub(crate) struct HeadParts<'p, 'a> {
    pub(crate) status: u16,
    pub(crate) reason: &'p [u8],
    pub(crate) fields: &'p FieldList<'a>,
    pub(crate) added: Added,
    /// What becomes of Server (LIM-017, A-03).
    pub(crate) server_token: ServerToken,
}

/// Puts the head together in this thread's parts and passes it on.
///
/// A part that cannot be sent is [`Error::InvalidResponse`] (G-057, G-058), and `send` is not called.
pub(crate) fn with_head<R>(
    parts: &HeadParts<'_, '_>,
    send: impl FnOnce(&mut ResponseParts) -> Result<R>,
) -> Result<R> {
    with_response_parts(|head| {
        let written = head.begin(parts.status, parts.reason).and_then(|()| {
            head.set_server_token(parts.server_token);
            parts.fields.write(head, parts.added)
        });
        match written {
            Ok(()) => send(head),
            Err(why) => Err(Error::InvalidResponse(why)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(fields: &FieldList<'_>, added: Added) -> Vec<String> {
        let parts = HeadParts {
            status: 200,
            reason: b"OK",
            fields,
            added,
            server_token: ServerToken::Never,
        };
        with_head(&parts, |head| {
            let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("ASCII");
            let first = format!("{} {}", head.status(), text(head.reason()));
            let fields = head.fields();
            let fields = fields.map(|field| format!("{}: {}", text(field.name), text(field.value)));
            Ok(std::iter::once(first).chain(fields).collect())
        })
        .expect("a valid head")
    }

    #[test]
    fn rsp_015_known_fields_ascend_and_unknown_ones_follow_in_their_order() {
        let mut fields = FieldList::default();
        let given = [
            ("X-Second", "1"),
            ("vary", "Accept"),
            ("CONTENT-TYPE", "text/plain"),
            ("A-First", "2"),
            ("Cache-Control", "no-store"),
            ("Location", "/"),
        ];
        for (name, value) in given {
            fields.push(name.into(), value.into());
        }
        let expected = [
            "200 OK",
            "Cache-Control: no-store",
            "Content-Type: text/plain",
            "Location: /",
            "Vary: Accept",
            "X-Second: 1",
            "A-First: 2",
        ];
        assert_eq!(lines(&fields, Added::Nothing), expected);
    }

    #[test]
    fn rsp_022_repeated_known_fields_give_one_line_each() {
        let mut fields = FieldList::default();
        for value in ["a=1", "b=2", "c=3", "d=4", "e=5"] {
            fields.push("Set-Cookie".into(), value.into());
        }
        let lines = lines(&fields, Added::Nothing);
        assert_eq!(
            lines[1..].join("|"),
            "Set-Cookie: a=1|Set-Cookie: b=2|Set-Cookie: c=3|Set-Cookie: d=4|Set-Cookie: e=5"
        );
    }

    #[test]
    fn the_added_field_stands_at_its_slot() {
        let mut fields = FieldList::default();
        fields.push("Content-Type".into(), "text/plain".into());
        fields.push("Pragma".into(), "p".into());
        let expected = [
            "200 OK",
            "Pragma: p",
            "Transfer-Encoding: chunked",
            "Content-Type: text/plain",
        ];
        assert_eq!(lines(&fields, Added::Chunked), expected);
        let expected = [
            "200 OK",
            "Pragma: p",
            "Content-Length: 18446744073709551615",
            "Content-Type: text/plain",
        ];
        assert_eq!(lines(&fields, Added::Length(u64::MAX)), expected);
    }

    #[test]
    fn g_058_what_cannot_be_sent_is_named_and_not_sent() {
        let mut values: Vec<_> = ["a\r\nB: c", "a\nb", "a\rb", "a\0b"]
            .map(|value| ("X", value, InvalidField::Value))
            .into();
        values.push(("Location", "/\r\n", InvalidField::Value));
        values.push(("Connection", "a\n", InvalidField::Value));
        for name in [
            "", "a b", "a:", "a\r\nb", "a\0", "a(b)", "a/b", "é", "\"a\"",
        ] {
            values.push((name, "v", InvalidField::Name));
        }
        for (name, value, why) in values {
            let mut fields = FieldList::default();
            fields.push(name.into(), value.into());
            let parts = HeadParts {
                status: 200,
                reason: b"",
                fields: &fields,
                added: Added::Nothing,
                server_token: ServerToken::Behind,
            };
            let sent = with_head(&parts, |_| -> Result<()> { panic!("{name:?}: {value:?}") });
            assert_eq!(
                sent,
                Err(Error::InvalidResponse(why)),
                "{name:?}: {value:?}"
            );
        }
    }
}
