//! Field blocks to fields (RFC 7541 sections 3 and 6).
//!
//! Owns: the representations of fields and the table that they change. Does not own: how long a block
//! may be. Invariant: a block that is too large for its list is decoded all the same, since the table
//! has to stay in step with the peer's; what does not fit is counted and not copied. Threading: plain
//! value.

use super::dynamic_table::DynamicTable;
use super::{DEFAULT_TABLE_SIZE, HpackError, huffman, integer, static_table};
use crate::h2::field_section::FieldSection;

/// The decoding side of a connection.
#[derive(Debug)]
pub struct HpackDecoder {
    table: DynamicTable,
    /// SETTINGS_HEADER_TABLE_SIZE: what the peer may set the table's size to.
    table_limit: usize,
    /// Largest size of a list.
    list_limit: usize,
}

/// A field as it is written in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Representation {
    Indexed(usize),
    Literal { name: usize, is_added: bool },
}

impl HpackDecoder {
    /// A decoder with a table of the default size, for lists up to `list_limit`.
    #[must_use]
    pub fn new(list_limit: usize) -> Self {
        Self {
            table: DynamicTable::new(DEFAULT_TABLE_SIZE as usize),
            table_limit: DEFAULT_TABLE_SIZE as usize,
            list_limit,
        }
    }

    /// Appends the fields of a whole block to `out`; those beyond the limit are left out there
    /// ([`FieldSection::is_over`]).
    ///
    /// # Errors
    /// The block is broken; the decoder is of no more use then.
    pub fn decode(&mut self, block: &[u8], out: &mut FieldSection) -> Result<(), HpackError> {
        let mut rest = self.decode_sizes(block)?;
        while let Some(first) = rest.first() {
            let (representation, length) = match first {
                0x80..=0xFF => {
                    let (index, length) = integer::read(rest, 7)?;
                    (Representation::Indexed(index), length)
                }
                0x40..=0x7F => {
                    let (name, length) = integer::read(rest, 6)?;
                    let is_added = true;
                    (Representation::Literal { name, is_added }, length)
                }
                0x20..=0x3F => return Err(HpackError::TableSize),
                0x00..=0x1F => {
                    let (name, length) = integer::read(rest, 4)?;
                    let is_added = false;
                    (Representation::Literal { name, is_added }, length)
                }
            };
            rest = rest.get(length..).unwrap_or_default();
            match representation {
                Representation::Indexed(index) => self.copy(index, out)?,
                Representation::Literal { name, is_added } => {
                    rest = self.literal(name, is_added, rest, out)?;
                }
            }
        }
        Ok(())
    }

    /// The changes of the table's size in front of the first field (RFC 7541 section 4.2).
    fn decode_sizes<'a>(&mut self, mut block: &'a [u8]) -> Result<&'a [u8], HpackError> {
        while let [0x20..=0x3F, ..] = block {
            let (size, length) = integer::read(block, 5)?;
            if size > self.table_limit {
                return Err(HpackError::TableSize);
            }
            self.table.set_limit(size);
            block = block.get(length..).unwrap_or_default();
        }
        Ok(block)
    }

    /// An indexed field.
    fn copy(&self, index: usize, out: &mut FieldSection) -> Result<(), HpackError> {
        let (name, value) = self.entry(index)?;
        if out.is_over() {
            out.skip(name.len() + value.len());
            return Ok(());
        }
        let start = out.bytes_mut().len();
        out.bytes_mut().extend_from_slice(name);
        out.bytes_mut().extend_from_slice(value);
        out.commit(start, start + name.len(), self.list_limit);
        Ok(())
    }

    /// A literal field whose name is that of the entry `name`, or follows if that is 0. Returns what is
    /// behind it.
    fn literal<'a>(
        &mut self,
        name: usize,
        is_added: bool,
        mut rest: &'a [u8],
        out: &mut FieldSection,
    ) -> Result<&'a [u8], HpackError> {
        let start = out.bytes_mut().len();
        if name == 0 {
            rest = string(rest, out.bytes_mut())?;
        } else {
            let (name, _) = self.entry(name)?;
            out.bytes_mut().extend_from_slice(name);
        }
        let name_end = out.bytes_mut().len();
        rest = string(rest, out.bytes_mut())?;
        if is_added {
            let field = out.tail(start);
            let (name, value) = field.split_at_checked(name_end - start).unwrap_or_default();
            self.table.insert(name, value);
        }
        out.commit(start, name_end, self.list_limit);
        Ok(rest)
    }

    fn entry(&self, index: usize) -> Result<(&[u8], &[u8]), HpackError> {
        if let Some(entry) = static_table::get(index) {
            return Ok(entry);
        }
        let index = index.checked_sub(static_table::ENTRIES + 1);
        index
            .and_then(|index| self.table.get(index))
            .ok_or(HpackError::Index)
    }

    /// The sum of the sizes of the table's entries.
    #[cfg(test)]
    pub(super) fn table_size(&self) -> usize {
        self.table.size()
    }
}

/// Appends the string literal at the front of `input` to `out`, and returns what is behind it.
fn string<'a>(input: &'a [u8], out: &mut Vec<u8>) -> Result<&'a [u8], HpackError> {
    let is_coded = input.first().is_some_and(|byte| byte & 0x80 != 0);
    let (length, front) = integer::read(input, 7)?;
    let rest = input.get(front..).unwrap_or_default();
    let (text, rest) = rest.split_at_checked(length).ok_or(HpackError::Truncated)?;
    if is_coded {
        huffman::decode(text, out)?;
    } else {
        out.extend_from_slice(text);
    }
    Ok(rest)
}
