//! The C programs of `examples/c` that are written as programs for Windows are: wide strings,
//! wmain, version 1 and 2 of the API, file chunks, thread-pool I/O, a completion port.
//!
//! Owns: that they compile without a warning as C11 and as C++17 with every compiler there is, link
//! to the shared and to the static library, do what their heads say when driven over sockets, end
//! with exit code 0, and leak nothing. Does not own: the fine points of the API, which are the
//! conformance tests'. What the machine lacks (a compiler, valgrind) is said and skipped.
#![cfg(unix)]

mod build;
mod drive;
mod folder;
mod server;

mod matrix;
mod memory;

mod async_file_server;
mod iocp_load;
mod v1_echo;
mod v2_file_post;
