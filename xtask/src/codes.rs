//! `codes`: the header of all Win32 error codes, and their names for FormatMessage, from the names and
//! numbers of the crate windows-sys.
//!
//! Owns: finding the crate's source and writing `winerror_codes.h` and `names.txt`. Does not own: what a
//! code means.
//! The source is where `cargo vendor` or the registry's cache has it; its path is an argument.

use std::fs;
use std::path::Path;

use crate::CommandResult;

const HEADER: &str = "crates/httpapi/include/win32/winerror_codes.h";
const NAMES: &str = "crates/win32/src/message/names.txt";
const TOP: &str = "\
/* Every Win32 error code, by name. Page: System Error Codes.
 * Written by `cargo run -p xtask -- codes`, from the names and numbers of the crate windows-sys.
 */
#ifndef HTTPSYS_WIN32_WINERROR_CODES_H
#define HTTPSYS_WIN32_WINERROR_CODES_H

";

/// Writes the header; `source` is `src/Windows/Win32/Foundation/mod.rs` of windows-sys.
pub(crate) fn run(root: &Path, source: &Path) -> CommandResult {
    let text = fs::read_to_string(source)
        .map_err(|error| vec![format!("{}: {error}", source.display())])?;
    let mut codes: Vec<(u32, &str)> = text.lines().filter_map(code).collect();
    codes.sort_unstable();
    codes.dedup();
    let mut header = TOP.to_owned();
    for (number, name) in &codes {
        header.push_str(&format!("#define {name} {number}\n"));
    }
    header.push_str("\n#endif /* HTTPSYS_WIN32_WINERROR_CODES_H */\n");
    fs::write(root.join(HEADER), &header).map_err(|error| vec![format!("{HEADER}: {error}")])?;
    let names: String = codes
        .iter()
        .map(|(number, name)| format!("{number} {name}\n"))
        .collect();
    fs::write(root.join(NAMES), &names).map_err(|error| vec![format!("{NAMES}: {error}")])?;
    Ok(format!("{} codes in {HEADER} and {NAMES}", codes.len()))
}

/// `pub const ERROR_X: WIN32_ERROR = 5u32;`
fn code(line: &str) -> Option<(u32, &str)> {
    let line = line.trim().strip_prefix("pub const ")?;
    let (name, rest) = line.split_once(": WIN32_ERROR = ")?;
    let number = rest.strip_suffix("u32;")?.parse().ok()?;
    Some((number, name))
}
