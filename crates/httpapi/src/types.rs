//! The types and constants of http.h, as the C ABI lays them out on 64-bit Windows.
//!
//! Owns: `#[repr(C)]` structures and constants under their Windows names, for http.h and for the
//! part of Win32 that its functions mention. Does not own: any behaviour, the functions
//! themselves, or the C headers in `include/` (which say the same in C; the layout tests of the
//! workspace hold both to one table).
//!
//! Invariants: sizes, alignments, offsets and values are those of 64-bit Windows on every 64-bit
//! target. BOOLEAN members are `u8`, because callers written in C may store any value; a Rust
//! `bool` would make that undefined behaviour. Where a value changed with a newer SDK (the Maximum
//! members) the newer one is used. Pointers are raw and carry no promise about lifetime.
//!
//! Threading: plain data.
#![allow(non_camel_case_types, non_snake_case, non_upper_case_globals)]
// The names are documented on the pages the comments name; repeating a page for each of some
// thousand members and constants would say nothing more.
#![allow(missing_docs)]

mod common;
mod config;
mod error;
mod extension;
mod info;
mod message;
mod property;
mod win32;

pub use common::*;
pub use config::*;
pub use error::*;
pub use extension::*;
pub use info::*;
pub use message::*;
pub use property::*;
pub use win32::*;
