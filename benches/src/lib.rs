//! What the programs of this package share: command lines and the routes every measured server has.
//!
//! Not here: the load generator and the floor (`src/bin`), the method and the scripts (`README.md`,
//! `run.py`). The package depends on nothing of this project, so that a fault of ours cannot bend
//! the yardstick. No state, no threads.
#![forbid(unsafe_code)]

pub mod args;

/// Body of the short answer: `GET /hello` and `GET /api/v1/items/DIGITS`.
pub const HELLO: &[u8] = b"Hello, World!";

/// Bytes of the long answer, `GET /big`: so many times `x`.
pub const BIG_BYTES: usize = 1 << 20;
