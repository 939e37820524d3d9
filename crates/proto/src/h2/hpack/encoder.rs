//! Fields to field blocks (RFC 7541 sections 3 and 6).
//!
//! Owns: which representation a field gets, and the table that the peer's decoder mirrors. Does not own:
//! frames. Invariant: names go out in lower case; the table is never larger than what both sides
//! allow. Threading: plain value.

use super::dynamic_table::DynamicTable;
use super::{DEFAULT_TABLE_SIZE, huffman, integer, static_table};

/// Longer fields do not go into the table: they would push out too many others.
const LONGEST_ADDED: usize = 512;
/// Names whose values hardly ever come twice, or that nobody should be able to guess: they are sent
/// as literals that no proxy may index (RFC 7541 section 7.1.3).
const NEVER_INDEXED: [&[u8]; 2] = [b"set-cookie", b"authorization"];
/// Names whose values differ from response to response.
const NOT_ADDED: [&[u8]; 8] = [
    b"content-length",
    b"content-range",
    b"etag",
    b"last-modified",
    b"location",
    b"age",
    b":path",
    b"expires",
];

/// The encoding side of a connection.
#[derive(Debug)]
pub struct HpackEncoder {
    table: DynamicTable,
    /// Sizes to announce in front of the next block: the smallest since the last one, and the present
    /// one (RFC 7541 section 4.2).
    announced: Option<(usize, usize)>,
    /// A name in lower case.
    name: Vec<u8>,
}

impl Default for HpackEncoder {
    fn default() -> Self {
        Self {
            table: DynamicTable::new(DEFAULT_TABLE_SIZE as usize),
            announced: None,
            name: Vec::new(),
        }
    }
}

impl HpackEncoder {
    /// An encoder with an empty table of the default size.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The peer's SETTINGS_HEADER_TABLE_SIZE. More than the default is not used.
    pub fn set_table_limit(&mut self, limit: u32) {
        let limit = limit.min(DEFAULT_TABLE_SIZE) as usize;
        if limit == self.table.limit() && self.announced.is_none() {
            return;
        }
        let smallest = self.announced.map_or(limit, |(small, _)| small.min(limit));
        self.announced = Some((smallest, limit));
        self.table.set_limit(limit);
    }

    /// Begins a block.
    pub fn begin(&mut self, out: &mut Vec<u8>) {
        if let Some((smallest, limit)) = self.announced.take() {
            if smallest < limit {
                integer::write(out, 0x20, 5, smallest);
            }
            integer::write(out, 0x20, 5, limit);
        }
    }

    /// Appends a field to the block that was begun.
    pub fn field(&mut self, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
        let mut lower = std::mem::take(&mut self.name);
        lower.clear();
        lower.extend(name.iter().map(u8::to_ascii_lowercase));
        self.lower_field(&lower, value, out);
        self.name = lower;
    }

    fn lower_field(&mut self, name: &[u8], value: &[u8], out: &mut Vec<u8>) {
        let in_static = static_table::find(name, value);
        if let Some((index, true)) = in_static {
            return integer::write(out, 0x80, 7, index);
        }
        let (exact, named) = self.table.find(name, value);
        if let Some(index) = exact {
            return integer::write(out, 0x80, 7, index + static_table::ENTRIES + 1);
        }
        let in_static = in_static.map(|(index, _)| index);
        let in_table = named.map(|index| index + static_table::ENTRIES + 1);
        let name_index = in_static.or(in_table).unwrap_or_default();
        let is_secret = NEVER_INDEXED.contains(&name);
        let is_added = !is_secret
            && name.len() + value.len() <= LONGEST_ADDED
            && self.table.limit() > 0
            && !NOT_ADDED.contains(&name);
        match (is_added, is_secret) {
            (true, _) => integer::write(out, 0x40, 6, name_index),
            (false, true) => integer::write(out, 0x10, 4, name_index),
            (false, false) => integer::write(out, 0x00, 4, name_index),
        }
        if name_index == 0 {
            string(name, out);
        }
        string(value, out);
        if is_added {
            self.table.insert(name, value);
        }
    }
}

/// Appends a string literal, in the shorter of its two forms.
fn string(text: &[u8], out: &mut Vec<u8>) {
    let length = huffman::encoded_len(text);
    if length < text.len() {
        integer::write(out, 0x80, 7, length);
        huffman::encode(text, out);
    } else {
        integer::write(out, 0x00, 7, text.len());
        out.extend_from_slice(text);
    }
}
