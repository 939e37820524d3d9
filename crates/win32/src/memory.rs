//! Memory that programs ask for: heaps, objects that may move, pages.
//!
//! Owns private heaps, local and global memory and virtual memory. Does not own the blocks themselves
//! ([`crate::heap`]). Threading: any thread.

pub mod heaps;
pub mod movable;
pub mod pages;
pub mod probe;
