//! Children made by fork(2) without executing another program, and those that execute one.
//!
//! Owns: what such a child cannot touch of its parent's service, what it is told, and that it can
//! begin anew. Does not own: the systems' calls (`crates/socket`), or cancels without children
//! (`conformance`). Each test has a server of its own, in a process of its own.
#![cfg(unix)]

mod c_program;
mod rust_api;
