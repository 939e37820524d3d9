//! A list of fields in order, as raw bytes: what a field block holds once it is decompressed.
//!
//! Owns: the storage and the limit of its size (SETTINGS_MAX_HEADER_LIST_SIZE). Does not own: which
//! fields are allowed (`request_section`), or compression. Invariant: what goes beyond the limit is not
//! kept, but counted. Threading: plain value.

use std::collections::TryReserveError;

use crate::Span;

/// What a field counts beside its bytes (RFC 9113 section 6.5.2, RFC 7541 section 4.1).
pub(crate) const FIELD_OVERHEAD: usize = 32;

/// Name and value as places in the bytes of a [`FieldSection`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FieldPlace {
    name: Span,
    value: Span,
}

/// Fields in the order in which they came, names and values as they came. Reusable.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldSection {
    bytes: Vec<u8>,
    fields: Vec<FieldPlace>,
    size: usize,
    is_over: bool,
}

impl FieldSection {
    /// An empty section that owns no memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets the fields and keeps the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.fields.clear();
        self.size = 0;
        self.is_over = false;
    }

    /// Makes room for so many fields with so many bytes of names and values.
    pub(crate) fn try_reserve(
        &mut self,
        fields: usize,
        bytes: usize,
    ) -> Result<(), TryReserveError> {
        self.fields.try_reserve(fields)?;
        self.bytes.try_reserve(bytes)
    }

    /// Adds a field, whatever the size is.
    pub fn push(&mut self, name: &[u8], value: &[u8]) {
        self.bytes.extend_from_slice(name);
        let name_end = self.bytes.len();
        self.bytes.extend_from_slice(value);
        let _ = self.commit(name_end - name.len(), name_end, usize::MAX);
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&[u8], &[u8])> + '_ {
        let part = |span: Span| span.of(&self.bytes);
        let fields = self.fields.iter();
        fields.map(move |field| (part(field.name), part(field.value)))
    }

    /// The field at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let field = self.fields.get(index)?;
        Some((field.name.of(&self.bytes), field.value.of(&self.bytes)))
    }

    /// Number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.fields.len()
    }

    /// Whether there is no field.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.fields.is_empty()
    }

    /// The size as RFC 9113 section 6.5.2 counts it: 32 for each field, and its bytes.
    #[must_use]
    pub fn size(&self) -> usize {
        self.size
    }

    /// Fields were left out, since the section was longer than allowed.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Memory that is kept for the next use.
    pub(crate) fn capacity(&self) -> usize {
        self.bytes.capacity() + self.fields.capacity() * size_of::<FieldPlace>()
    }

    /// The end of the section, to write a field there: name, value, then [`commit`](Self::commit).
    pub(crate) fn bytes_mut(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// What was written from `start` on.
    pub(crate) fn tail(&self, start: usize) -> &[u8] {
        self.bytes.get(start..).unwrap_or_default()
    }

    /// Takes what was written from `start` on as a field whose name ends at `name_end`. False: with it
    /// the section is larger than `limit`, and it was thrown away.
    pub(crate) fn commit(&mut self, start: usize, name_end: usize, limit: usize) -> bool {
        let end = self.bytes.len();
        let size = end.saturating_sub(start) + FIELD_OVERHEAD;
        self.size = self.size.saturating_add(size);
        if self.is_over || self.size > limit {
            self.is_over = true;
            self.bytes.truncate(start);
            return false;
        }
        self.fields.push(FieldPlace {
            name: Span::between(start, name_end),
            value: Span::between(name_end, end),
        });
        true
    }

    /// Counts a field of `length` bytes that does not fit, without its bytes.
    pub(crate) fn skip(&mut self, length: usize) {
        self.is_over = true;
        self.size = self.size.saturating_add(length + FIELD_OVERHEAD);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_9113_6_5_2_the_limit_counts_32_for_each_field() {
        let mut section = FieldSection::new();
        for (limit, fits) in [(39, false), (40, true), (41, true)] {
            section.clear();
            section.bytes_mut().extend_from_slice(b"name");
            section.bytes_mut().extend_from_slice(b"1234");
            assert_eq!(section.commit(0, 4, limit), fits, "{limit}");
            assert_eq!(section.size(), 40);
            assert_eq!(section.is_over(), !fits);
            assert_eq!(section.len(), usize::from(fits));
        }
    }

    #[test]
    fn fields_come_back_in_order() {
        let mut section = FieldSection::new();
        section.push(b"b", b"1");
        section.push(b"a", b"");
        section.push(b"b", b"2");
        let fields: Vec<_> = section.iter().collect();
        let expected: [(&[u8], &[u8]); 3] = [(b"b", b"1"), (b"a", b""), (b"b", b"2")];
        assert_eq!(fields, expected);
        assert_eq!(section.get(1), Some((&b"a"[..], &b""[..])));
        assert_eq!(section.get(3), None);
    }
}
