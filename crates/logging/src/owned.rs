//! Log data that outlives the call it came with.
//!
//! Owns: [`FieldsBuf`], a copy of [`FieldsData`] whose memory is reused. Does not own: when a copy
//! is needed. Threading: plain values.

use crate::record::{Address, FieldsData};
use crate::text::Text;

/// The texts of [`FieldsData`].
const TEXTS: usize = 10;

/// A copy of [`FieldsData`] with memory of its own; empty at first.
#[derive(Debug, Default)]
pub struct FieldsBuf {
    /// Numbers, and addresses that are not text.
    plain: FieldsData<'static>,
    texts: [TextPiece; TEXTS],
    client_ip: Option<TextPiece>,
    server_ip: Option<TextPiece>,
    bytes: Vec<u8>,
    units: Vec<u16>,
    present: bool,
}

/// Where a text is.
#[derive(Clone, Copy, Debug, Default)]
struct TextPiece {
    kind: TextKind,
    start: usize,
    end: usize,
}

#[derive(Clone, Copy, Debug, Default)]
enum TextKind {
    #[default]
    Bytes,
    Str,
    Wide,
}

impl FieldsBuf {
    /// Copies the data; what was there before is forgotten, its memory used again.
    pub fn set(&mut self, data: &FieldsData<'_>) {
        self.clear();
        self.texts = [
            data.user_name,
            data.uri_stem,
            data.server_name,
            data.service_name,
            data.method,
            data.uri_query,
            data.host,
            data.user_agent,
            data.cookie,
            data.referrer,
        ]
        .map(|text| self.keep(text));
        let (client, client_ip) = self.keep_address(data.client_ip);
        let (server, server_ip) = self.keep_address(data.server_ip);
        (self.client_ip, self.server_ip) = (client, server);
        self.plain = FieldsData {
            client_ip,
            server_ip,
            server_port: data.server_port,
            protocol_status: data.protocol_status,
            win32_status: data.win32_status,
            method_num: data.method_num,
            sub_status: data.sub_status,
            ..FieldsData::default()
        };
        self.present = true;
    }

    /// Forgets the data.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.units.clear();
        self.present = false;
    }

    /// The data, if there is any.
    #[must_use]
    pub fn get(&self) -> Option<FieldsData<'_>> {
        if !self.present {
            return None;
        }
        let [
            user_name,
            uri_stem,
            server_name,
            service_name,
            method,
            uri_query,
            host,
            user_agent,
            cookie,
            referrer,
        ] = self.texts.map(|piece| self.text(piece));
        let address = |piece: Option<TextPiece>, plain| match piece {
            Some(piece) => Address::Text(&self.bytes[piece.start..piece.end]),
            None => plain,
        };
        Some(FieldsData {
            user_name,
            uri_stem,
            client_ip: address(self.client_ip, self.plain.client_ip),
            server_name,
            service_name,
            server_ip: address(self.server_ip, self.plain.server_ip),
            method,
            uri_query,
            host,
            user_agent,
            cookie,
            referrer,
            ..self.plain
        })
    }

    /// Bytes of memory that it holds.
    #[must_use]
    pub fn capacity(&self) -> usize {
        self.bytes.capacity() + 2 * self.units.capacity()
    }

    fn keep(&mut self, text: Text<'_>) -> TextPiece {
        match text {
            Text::Bytes(bytes) => self.keep_bytes(TextKind::Bytes, bytes),
            Text::Str(text) => self.keep_bytes(TextKind::Str, text.as_bytes()),
            Text::Wide(units) => {
                let start = self.units.len();
                self.units.extend_from_slice(units);
                TextPiece {
                    kind: TextKind::Wide,
                    start,
                    end: self.units.len(),
                }
            }
        }
    }

    fn keep_bytes(&mut self, kind: TextKind, bytes: &[u8]) -> TextPiece {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        let end = self.bytes.len();
        TextPiece { kind, start, end }
    }

    fn keep_address(&mut self, address: Address<'_>) -> (Option<TextPiece>, Address<'static>) {
        match address {
            Address::Absent => (None, Address::Absent),
            Address::Ip(ip) => (None, Address::Ip(ip)),
            Address::Text(text) => (
                Some(self.keep_bytes(TextKind::Bytes, text)),
                Address::Absent,
            ),
        }
    }

    fn text(&self, piece: TextPiece) -> Text<'_> {
        let TextPiece { kind, start, end } = piece;
        match kind {
            TextKind::Bytes => Text::Bytes(&self.bytes[start..end]),
            // It was copied whole from a `str`.
            TextKind::Str => Text::Str(std::str::from_utf8(&self.bytes[start..end]).unwrap_or("")),
            TextKind::Wide => Text::Wide(&self.units[start..end]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_what_was_copied_and_forgets_what_was_before() {
        let mut copy = FieldsBuf::default();
        assert_eq!(copy.get(), None);
        let wide: Vec<u16> = "wide é".encode_utf16().collect();
        let data = FieldsData {
            user_name: Text::Wide(&wide),
            uri_stem: Text::Str("/é"),
            client_ip: Address::Text(b"1.2.3.4"),
            server_name: Text::Bytes(b"\xff"),
            service_name: Text::Bytes(b"service"),
            server_ip: Address::Ip([127, 0, 0, 1].into()),
            method: Text::Bytes(b"GET"),
            uri_query: Text::Wide(&wide[1..]),
            host: Text::Bytes(b"host"),
            user_agent: Text::Bytes(b"agent"),
            cookie: Text::Bytes(b"cookie"),
            referrer: Text::Bytes(b"referrer"),
            server_port: 1,
            protocol_status: 2,
            win32_status: 3,
            method_num: 4,
            sub_status: 5,
        };
        copy.set(&data);
        assert_eq!(copy.get(), Some(data));
        let other = FieldsData {
            server_ip: Address::Text(b"x"),
            ..FieldsData::default()
        };
        copy.set(&other);
        assert_eq!(copy.get(), Some(other));
        copy.clear();
        assert_eq!(copy.get(), None);
    }
}
