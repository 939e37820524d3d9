//! The directory of an access log, as programs for Windows name it, and in a simulation the path of a log.
//!
//! Owns: which names are fully qualified, and what drive letters mean off Windows. Does not own the
//! rules of paths (`httpsys_win32::files::path`) and the length of the name. Pure, except that it
//! looks at the letter case of existing folders.

use crate::code::ErrorCode;
#[cfg(not(windows))]
use crate::reason::invalid;

/// What the engine takes for a directory: on Windows the name, elsewhere the path that a name with a
/// drive letter or `\\?\` means; a path of the system, which begins with `/`, stays as it is.
///
/// # Errors
/// 87 for a name that is not fully qualified, that names a drive without a folder or another machine,
/// and for characters that no name may have.
pub(crate) fn fully_qualified(name: Vec<u16>) -> Result<Vec<u16>, ErrorCode> {
    #[cfg(windows)]
    return Ok(name);
    #[cfg(not(windows))]
    native(name)
}

#[cfg(not(windows))]
fn native(name: Vec<u16>) -> Result<Vec<u16>, ErrorCode> {
    use httpsys_win32::files::path;

    if name.first() == Some(&u16::from(b'/')) {
        return Ok(name);
    }
    let drive = matches!(name[..], [letter, colon, separator, ..]
        if u8::try_from(letter).is_ok_and(|letter| letter.is_ascii_alphabetic())
            && colon == u16::from(b':')
            && path::is_separator(separator));
    let unc = matches!(name[..], [first, second, ..]
        if path::is_separator(first) && path::is_separator(second));
    if !drive && !unc {
        return Err(invalid(
            "HTTP_LOGGING_INFO.DirectoryName is not fully qualified",
        ));
    }
    let directory = path::native(&name).map_err(|_| {
        invalid("HTTP_LOGGING_INFO.DirectoryName does not name a directory on this system")
    })?;
    let directory = directory.to_str().ok_or_else(|| {
        invalid("HTTP_LOGGING_INFO.DirectoryName is not valid Unicode, which this system needs")
    })?;
    Ok(directory.encode_utf16().collect())
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    fn taken(name: &str) -> Option<String> {
        let directory = fully_qualified(name.encode_utf16().collect()).ok()?;
        Some(String::from_utf16(&directory).expect("a name"))
    }

    #[test]
    fn a_drive_is_a_folder_and_separators_are_the_systems() {
        assert_eq!(taken(r"C:\no such\logs").as_deref(), Some("/no such/logs"));
        assert_eq!(taken("c:/no such/./logs").as_deref(), Some("/no such/logs"));
        assert_eq!(taken(r"\\?\C:\no such\l").as_deref(), Some("/no such/l"));
        assert_eq!(taken("/var/log").as_deref(), Some("/var/log"));
    }

    #[test]
    fn names_that_depend_on_the_current_directory_or_on_others_are_refused() {
        for name in [
            "",
            "logs",
            "C:",
            "C:logs",
            r"\logs",
            r"\\server\share",
            r"Q:\logs",
            r"C:\a|b",
        ] {
            assert_eq!(taken(name), None, "{name}");
        }
    }
}
