//! Text: units, code pages, locales, case and comparison.
//!
//! Owns the logic behind the string functions of kernel32; the C form is in [`crate::api`]. Does not own
//! the tables: they are those of encoding_rs, icu_normalizer, idna and of the standard library. Threading:
//! any thread.

pub mod case;
pub mod code_page;
pub mod compare;
pub mod guid;
pub mod locale;
pub mod normal;
pub mod unit;
