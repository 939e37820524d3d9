//! Text: code pages, locales, case and comparison.
//!
//! Owns the logic behind the string functions of kernel32; the C form is in [`crate::api`]. Does not own
//! the tables: they are those of encoding_rs and of the standard library. Threading: any thread.

pub mod locale;
