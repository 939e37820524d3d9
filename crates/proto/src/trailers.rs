//! The trailer fields of a response or a request, whichever protocol carries it.
//!
//! Owns: the list in the order given (H2X-015), which names and values can be sent, and those of a chunked request
//! body. Does not own: whether they are sent. HTTP/2 has a field section for them ([`Trailers::section`]); on HTTP/1.1
//! they are not written, as in HTTP.sys (RSP-031). Threading: plain value.

use std::collections::TryReserveError;

use crate::h2::FieldSection;
use crate::response_parts::InvalidField;
use crate::scan::{is_token, trim};

/// HttpDataChunkTrailers: fields behind the body of a response (H2X-014).
///
/// ```
/// use httpsys_proto::{InvalidField, Trailers};
///
/// let mut trailers = Trailers::new();
/// trailers.push(b"grpc-status", b"0")?;
/// assert_eq!(trailers.push(b"grpc:status", b"0"), Err(InvalidField::Name));
/// assert_eq!(trailers.push(b"grpc-message", b"a\r\nb"), Err(InvalidField::Value));
/// assert!(trailers.section().iter().eq([(&b"grpc-status"[..], &b"0"[..])]));
/// # Ok::<(), InvalidField>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trailers {
    fields: FieldSection,
}

impl Trailers {
    /// No fields yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes room for so many fields with so many bytes of names and values in all.
    ///
    /// # Errors
    /// When there is no memory for them; nothing has changed.
    pub fn try_reserve(&mut self, fields: usize, bytes: usize) -> Result<(), TryReserveError> {
        self.fields.try_reserve(fields, bytes)
    }

    /// Adds a field behind those that are there. A name may come several times and gives a field each time
    /// (H2X-015); a value may be empty.
    ///
    /// # Errors
    /// [`InvalidField::Name`] for a name that is not a token (RFC 9110 section 5.6.2), a pseudo-field as
    /// `:status` among them; [`InvalidField::Value`] for CR, LF or NUL in the value. Nothing has changed.
    pub fn push(&mut self, name: &[u8], value: &[u8]) -> Result<(), InvalidField> {
        if name.is_empty() || !name.iter().copied().all(is_token) {
            return Err(InvalidField::Name);
        }
        if value.iter().any(|byte| matches!(byte, 0 | b'\r' | b'\n')) {
            return Err(InvalidField::Value);
        }
        self.fields.push(name, value);
        Ok(())
    }

    /// The fields of a chunked body, whose lines [`BodyDecoder`](crate::BodyDecoder) has accepted: names as they came,
    /// values without the blanks around them.
    #[must_use]
    pub fn of_lines(lines: &[u8]) -> Self {
        let mut fields = FieldSection::new();
        for line in lines.split(|byte| *byte == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            if let Some(colon) = line.iter().position(|byte| *byte == b':') {
                fields.push(&line[..colon], trim(&line[colon + 1..]));
            }
        }
        Self { fields }
    }

    /// The fields in their order: names and values.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> + '_ {
        self.fields.iter()
    }

    /// The value of the first field with this name, in any letter case.
    ///
    /// ```
    /// let mut trailers = httpsys_proto::Trailers::new();
    /// trailers.push(b"Checksum", b"9e107d9d").unwrap();
    /// assert_eq!(trailers.get("checksum"), Some(&b"9e107d9d"[..]));
    /// assert_eq!(trailers.get("check"), None);
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&[u8]> {
        let mut fields = self.iter();
        let found = fields.find(|(own, _)| own.eq_ignore_ascii_case(name.as_bytes()));
        found.map(|(_, value)| value)
    }

    /// The fields as HTTP/2 sends them
    /// ([`H2Connection::finish_with_trailers`](crate::h2::H2Connection::finish_with_trailers), which leaves out
    /// those that belong to a connection of HTTP/1).
    #[must_use]
    pub fn section(&self) -> &FieldSection {
        &self.fields
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }
}

impl From<FieldSection> for Trailers {
    /// The trailers of a request over HTTP/2, which the protocol has checked.
    fn from(fields: FieldSection) -> Self {
        Self { fields }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn h2x_015_repeated_names_stay_separate_fields_in_their_order() {
        let mut trailers = Trailers::new();
        for (name, value) in [("b", "1"), ("a", ""), ("b", "2")] {
            assert_eq!(trailers.push(name.as_bytes(), value.as_bytes()), Ok(()));
        }
        let fields: Vec<_> = trailers.section().iter().collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"b", b"1"), (b"a", b""), (b"b", b"2")];
        assert_eq!(fields, expected);
    }

    #[test]
    fn h2x_016_a_value_of_65535_bytes_is_accepted() {
        let mut trailers = Trailers::new();
        let value = vec![b'v'; 65_535];
        assert!(trailers.try_reserve(1, 4 + value.len()).is_ok());
        assert_eq!(trailers.push(b"long", &value), Ok(()));
        assert_eq!(trailers.section().get(0), Some((&b"long"[..], &value[..])));
    }

    #[test]
    fn g_058_what_would_break_out_of_its_field_is_refused_and_changes_nothing() {
        let mut trailers = Trailers::new();
        let names: [&[u8]; 8] = [
            b"", b" ", b"a b", b"a:", b":status", b"a\r", b"a\0", b"\xE4",
        ];
        for name in names {
            assert_eq!(
                trailers.push(name, b"v"),
                Err(InvalidField::Name),
                "{name:?}"
            );
        }
        for value in [&b"a\r"[..], b"\nb", b"a\0b"] {
            assert_eq!(
                trailers.push(b"n", value),
                Err(InvalidField::Value),
                "{value:?}"
            );
        }
        assert!(trailers.is_empty());
        assert_eq!(trailers.push(b"n", b"\xE4\t "), Ok(()), "other bytes pass");
    }

    #[test]
    fn bdy_020_the_lines_of_a_chunked_body_are_fields() {
        let trailers = Trailers::of_lines(b"X-Sum:  1 \r\na:\r\nX-Sum:a:b\r\n");
        let fields: Vec<_> = trailers.iter().collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"X-Sum", b"1"), (b"a", b""), (b"X-Sum", b"a:b")];
        assert_eq!(fields, expected);
        assert!(Trailers::of_lines(b"").is_empty());
    }
}
