//! The names of the Win32 error codes.
//!
//! Owns the look-up in `names.txt`, which `xtask codes` writes together with the header of the codes.
//! Does not own texts. Invariant: the file is sorted by number. Threading: pure.

const NAMES: &str = include_str!("names.txt");

/// The name of a code; that which begins with ERROR_ if it has several.
pub(super) fn of(code: u32) -> Option<&'static str> {
    let lines = NAMES.lines().filter_map(|line| line.split_once(' '));
    let mut names = lines
        .skip_while(|(number, _)| number.parse().is_ok_and(|number: u32| number < code))
        .take_while(|(number, _)| number.parse() == Ok(code))
        .map(|(_, name)| name);
    let first = names.next()?;
    let mut all = std::iter::once(first).chain(names);
    Some(all.find(|name| name.starts_with("ERROR_")).unwrap_or(first))
}

#[cfg(test)]
mod tests {
    #[test]
    fn codes_have_names() {
        assert_eq!(super::of(5), Some("ERROR_ACCESS_DENIED"));
        assert_eq!(super::of(14), Some("ERROR_OUTOFMEMORY"));
        assert_eq!(super::of(0), Some("ERROR_SUCCESS"));
        assert_eq!(super::of(20_000_000), None);
    }
}
