//! Files and directories by their Windows rules.
//!
//! Owns: paths, share modes, enumeration and what is done to names; each in a module. Does not own the
//! objects behind handles of files ([`crate::io::file`]).
//! Threading: as each module says.

pub mod about;
pub mod find;
pub mod names;
pub mod path;
pub mod search;
pub mod shared;
pub mod shell;
pub mod shell_text;
pub mod volume;
pub mod wildcard;
