//! A structure with what it points at behind it, in the program's buffer.
//!
//! Owns: the places behind the structure. Does not own the buffer (`answer`). Invariant: each place is aligned for
//! any member of http.h. Threading: plain data.

use super::answer::ConfigurationAnswer;
use crate::code::CallResult;

/// The greatest alignment of a structure that is packed.
const ALIGN: usize = 8;

/// What will stand behind a structure.
#[derive(Debug)]
pub(super) struct Packing {
    head: usize,
    tail: Vec<u8>,
    /// The address of the structure.
    base: *mut u8,
}

impl Packing {
    /// Behind a structure of the type `T` in the buffer of an answer.
    pub(super) fn behind<T>(answer: &ConfigurationAnswer) -> Packing {
        Packing {
            head: size_of::<T>(),
            tail: Vec::new(),
            base: answer.buffer.first(),
        }
    }

    /// The address that these bytes will have.
    pub(super) fn bytes<P>(&mut self, bytes: &[u8]) -> *mut P {
        let padded = (self.head + self.tail.len()).next_multiple_of(ALIGN);
        self.tail.resize(padded - self.head, 0);
        self.tail.extend(bytes);
        self.base.wrapping_add(padded).cast()
    }

    /// The address that this text will have, with its NUL; NULL for none.
    pub(super) fn text(&mut self, text: Option<&str>) -> *mut u16 {
        let Some(text) = text else {
            return std::ptr::null_mut();
        };
        let units = text.encode_utf16().chain([0]);
        let bytes: Vec<u8> = units.flat_map(u16::to_ne_bytes).collect();
        self.bytes(&bytes)
    }

    /// Writes all of it, if it fits.
    pub(super) fn write<T: Copy>(self, set: T, mut answer: ConfigurationAnswer) -> CallResult {
        answer.reserve(self.head + self.tail.len())?;
        answer.buffer.put(0, &[set]);
        answer.buffer.put(self.head, &self.tail);
        Ok(())
    }
}
