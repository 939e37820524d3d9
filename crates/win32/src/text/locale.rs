//! Locales: the invariant one and en-US.
//!
//! Owns their names and numbers. en-US is what the user, the system and the thread have; what a program
//! does with it (dates, times, case) does not follow the environment (assumed: a server that prints for
//! machines prints the same everywhere). Threading: pure functions.

use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// A locale that there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Locale {
    /// LOCALE_INVARIANT, the name "".
    Invariant,
    /// en-US, LCID 0x0409.
    EnglishUs,
}

/// The LCID of en-US.
pub const ENGLISH_US: u32 = 0x0409;
/// LOCALE_INVARIANT.
pub const INVARIANT: u32 = 0x007F;

/// The locale of an LCID; its sort order (the upper half) does not count. 87 for one that is not there.
pub fn by_id(id: u32) -> Result<Locale, Code> {
    match id & 0xFFFF {
        INVARIANT => Ok(Locale::Invariant),
        // English; the user's, the system's, the neutral ones of both.
        ENGLISH_US | 0x0009 | 0x0000 | 0x0400 | 0x0800 | 0x0C00 | 0x1000 | 0x1400 => {
            Ok(Locale::EnglishUs)
        }
        _ => Err(ERROR_INVALID_PARAMETER),
    }
}

/// The locale of a name; `None` is LOCALE_NAME_USER_DEFAULT. 87 for one that is not there.
pub fn by_name(name: Option<&[u16]>) -> Result<Locale, Code> {
    let Some(name) = name else {
        return Ok(Locale::EnglishUs);
    };
    match String::from_utf16_lossy(name).to_ascii_lowercase().as_str() {
        "" => Ok(Locale::Invariant),
        "en" | "en-us" | "!x-sys-default-locale" => Ok(Locale::EnglishUs),
        _ => Err(ERROR_INVALID_PARAMETER),
    }
}

impl Locale {
    /// Its LCID.
    pub fn id(self) -> u32 {
        match self {
            Locale::Invariant => INVARIANT,
            Locale::EnglishUs => ENGLISH_US,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Locale::Invariant => "",
            Locale::EnglishUs => "en-US",
        }
    }
}
