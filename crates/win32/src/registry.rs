//! The registry of the process.
//!
//! Owns the tree of keys and values ([`tree`]), its first content from a JSON file of the user ([`mod@file`]) and the
//! keys that are open ([`key`]). Does not own the C form. What a program writes is kept as long as the
//! process lives. Threading: any thread; one lock for the tree.

pub mod file;
pub mod key;
pub mod tree;
