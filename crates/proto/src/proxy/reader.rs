//! Reading a PROXY header from bytes as they come.
//!
//! Owns: which version it is, and how many bytes may be read. Does not own what a whole header says (`v1.rs`,
//! `v2.rs`). Invariants: [`ProxyReader::wanted`] never reaches beyond the end of a valid header, so that nothing of TLS
//! or HTTP is ever read here; the outcome does not depend on how the bytes are split; a fault is found with the first
//! byte that shows it. Threading: plain values.

use super::v1::{self, LONGEST_V1};
use super::{ProxyFault, ProxyHeader, agrees, v2};

/// No header of either version is shorter: `PROXY UNKNOWN` with CR and LF has as many bytes.
const SHORTEST: usize = 15;

/// Reads one header.
#[derive(Debug, Default)]
pub struct ProxyReader {
    bytes: Vec<u8>,
}

impl ProxyReader {
    /// At the beginning of a connection.
    #[must_use]
    pub fn new() -> ProxyReader {
        ProxyReader::default()
    }

    /// How many bytes may be read and pushed now; a valid header has at least that many left. Never 0 before the header
    /// is whole.
    #[must_use]
    pub fn wanted(&self) -> usize {
        let have = self.bytes.len();
        if have < SHORTEST {
            return SHORTEST - have;
        }
        if self.bytes[0] == v1::NAME[0] {
            return v1::least_left(&self.bytes).min(LONGEST_V1 - have);
        }
        v2::length(&self.bytes).saturating_sub(have)
    }

    /// Takes the next bytes, at most as many as are wanted. `None`: the header goes on.
    ///
    /// # Errors
    /// There is no valid header. Nothing can be pushed any more.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Option<ProxyHeader>, ProxyFault> {
        debug_assert!(bytes.len() <= self.wanted(), "bytes behind the header");
        let mut header = None;
        for byte in bytes {
            self.bytes.push(*byte);
            header = self.look()?;
        }
        Ok(header)
    }

    /// Looks at the bytes after each one that has come.
    fn look(&self) -> Result<Option<ProxyHeader>, ProxyFault> {
        let bytes = &self.bytes;
        if agrees(bytes, v1::NAME) {
            v1::look(bytes)
        } else if agrees(bytes, v2::SIGNATURE) {
            v2::look(bytes)
        } else {
            Err(ProxyFault::Missing)
        }
    }
}
