//! Header compression (HPACK, RFC 7541).
//!
//! Owns: integers, strings, both tables, decoding and encoding of field blocks. Does not own: frames,
//! and which fields are allowed.
//!
//! Written here, since the crates that have nothing else cost too much or refuse too little: measured
//! reasons are in docs/ARCHITECTURE.md. Invariant: the work for a block is linear in its bytes and the
//! fields that it may hold; a table never holds more than its limit. Threading: plain values.

mod decoder;
mod dynamic_table;
mod encoder;
mod huffman;
mod integer;
mod static_table;
#[cfg(test)]
mod tests;

pub use decoder::HpackDecoder;
pub use encoder::HpackEncoder;

/// The size of a dynamic table before anybody says otherwise (RFC 9113 section 6.5.2).
pub const DEFAULT_TABLE_SIZE: u32 = 4096;

/// A field block that is not valid: a connection error of the type COMPRESSION_ERROR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HpackError {
    /// The block ends inside a field.
    Truncated,
    /// An integer above 2^32-1, or with more octets than that takes.
    Integer,
    /// An index that is 0 or that no table has.
    Index,
    /// A string whose Huffman code is invalid or not padded as it should be.
    Huffman,
    /// A table size above the limit, or in the middle of a block.
    TableSize,
}
