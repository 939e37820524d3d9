//! Sockets as Winsock has them, on the system's.
//!
//! Owns the socket objects, their options, waiting for several of them and the resolution of names.
//! Does not own the text of addresses nor the count of WSAStartup ([`crate::wsa`]), nor the C form.
//! Threading: any thread.

pub mod errors;
pub mod options;
pub mod pending;
pub mod ready;
pub mod resolve;
pub mod socket;
pub mod transfer;
