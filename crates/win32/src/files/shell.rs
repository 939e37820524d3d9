//! The path functions of shlwapi and pathcch: text alone, in UTF-16 and in UTF-8.
//!
//! Owns where parts of a path begin and end, and joining and tidying paths. Does not own files, nor the
//! rules by which a path finds one ([`super::path`]). Documented difference: `/` separates, too, and a path
//! that begins with it is absolute. Threading: pure functions.

use crate::text::case;
use crate::text::unit::{Unit, wide_of};

/// What these functions ask of a unit of text.
pub trait ShellUnit: Unit {
    /// The unit of an ASCII character.
    fn of(byte: u8) -> Self;
    /// The unit with which those that differ in letter case agree; of UTF-8 for ASCII letters.
    fn fold(self) -> Self;
    /// The number of the unit.
    fn number(self) -> u32;
    /// The text in UTF-16; `None` for bytes that are no UTF-8.
    fn wide(text: &[Self]) -> Option<Vec<u16>>;
}

impl ShellUnit for u16 {
    fn of(byte: u8) -> u16 {
        u16::from(byte)
    }
    fn fold(self) -> u16 {
        case::upper(self)
    }
    fn number(self) -> u32 {
        u32::from(self)
    }
    fn wide(text: &[u16]) -> Option<Vec<u16>> {
        Some(text.to_vec())
    }
}

impl ShellUnit for u8 {
    fn of(byte: u8) -> u8 {
        byte
    }
    fn fold(self) -> u8 {
        self.to_ascii_uppercase()
    }
    fn number(self) -> u32 {
        u32::from(self)
    }
    fn wide(text: &[u8]) -> Option<Vec<u16>> {
        std::str::from_utf8(text).ok().map(wide_of)
    }
}

/// Whether a unit is this ASCII character.
pub fn is<T: ShellUnit>(unit: T, byte: u8) -> bool {
    unit == T::of(byte)
}

/// Whether a unit separates.
pub fn separates<T: ShellUnit>(unit: T) -> bool {
    is(unit, b'\\') || is(unit, b'/')
}

/// Whether it begins with a drive.
pub fn is_drive<T: ShellUnit>(path: &[T]) -> bool {
    path.len() >= 2
        && u8::try_from(path[0].number()).is_ok_and(|byte| byte.is_ascii_alphabetic())
        && is(path[1], b':')
}

/// Where the extension begins, with its dot; the length if there is none.
pub fn extension<T: ShellUnit>(path: &[T]) -> usize {
    let mut at = path.len();
    for (index, &unit) in path.iter().enumerate() {
        if is(unit, b'.') {
            at = index;
        } else if separates(unit) || is(unit, b' ') {
            at = path.len();
        }
    }
    at
}

/// Where the file name begins. A name with a separator behind it counts with it.
pub fn file_name<T: ShellUnit>(path: &[T]) -> usize {
    let mut at = 0;
    for index in 0..path.len().saturating_sub(1) {
        let next = path[index + 1];
        if (separates(path[index]) || is(path[index], b':')) && !separates(next) && !is(next, b':')
        {
            at = index + 1;
        }
    }
    at
}

/// Whether it names nothing by itself: no separator in front and no drive.
pub fn is_relative<T: ShellUnit>(path: &[T]) -> bool {
    !path.first().is_some_and(|&unit| separates(unit)) && !is_drive(path)
}

/// Whether it begins as the name of a server.
pub fn is_network<T: ShellUnit>(path: &[T]) -> bool {
    path.len() >= 2 && is(path[0], b'\\') && is(path[1], b'\\') && !is_verbatim(path)
}

/// Whether it begins with `\\?\`.
pub fn is_verbatim<T: ShellUnit>(path: &[T]) -> bool {
    path.len() >= 4
        && path
            .iter()
            .zip(br"\\?\")
            .all(|(&unit, &byte)| is(unit, byte))
}

/// The length of what cannot be removed: `C:\`, `C:`, `\`, `\\server\share`; behind `\\?\`, too.
pub fn root<T: ShellUnit>(path: &[T]) -> usize {
    if is_verbatim(path) {
        let rest = &path[4..];
        if rest.len() >= 4
            && rest
                .iter()
                .zip(br"UNC\")
                .all(|(&unit, &byte)| is(unit.fold(), byte))
        {
            return 8 + share(&rest[4..]);
        }
        return 4 + root(rest);
    }
    if is_network(path) {
        return 2 + share(&path[2..]);
    }
    if is_drive(path) {
        return if path.get(2).is_some_and(|&unit| separates(unit)) {
            3
        } else {
            2
        };
    }
    usize::from(path.first().is_some_and(|&unit| separates(unit)))
}

/// The length of `server\share`.
fn share<T: ShellUnit>(rest: &[T]) -> usize {
    let mut seen = 0;
    for (at, &unit) in rest.iter().enumerate() {
        if separates(unit) {
            seen += 1;
            if seen == 2 {
                return at;
            }
        }
    }
    rest.len()
}

/// Whether it is a root and nothing else.
pub fn is_root<T: ShellUnit>(path: &[T]) -> bool {
    let root = root(path);
    root == path.len() && root > 0 && !(is_drive(path) && root == 2)
}

/// The length without the last component and the separator in front of it.
pub fn parent<T: ShellUnit>(path: &[T]) -> usize {
    let root = root(path);
    let rest = &path[root..];
    match rest.iter().rposition(|&unit| separates(unit)) {
        Some(0) | None => root,
        Some(at) => root + at,
    }
}

/// Without `.` and `..`; `\` if nothing is left.
pub fn canonical<T: ShellUnit>(path: &[T]) -> Vec<T> {
    let root_length = root(path);
    let mut text: Vec<T> = path[..root_length].to_vec();
    let mut parts: Vec<&[T]> = Vec::new();
    let rest = &path[root_length..];
    let dot = T::of(b'.');
    let all: Vec<&[T]> = rest.split(|&unit| separates(unit)).collect();
    for (at, &part) in all.iter().enumerate() {
        match part {
            [one] if *one == dot => {}
            [one, two] if *one == dot && *two == dot => {
                // As Windows: what is removed takes its place in front with it, `a\..\b` is `\b`.
                let removed = parts.pop().is_some();
                if removed && parts.is_empty() && text.is_empty() {
                    text.push(T::of(b'\\'));
                }
            }
            // Of the end there is a separator to keep.
            [] if at + 1 < all.len() || parts.is_empty() => {}
            part => parts.push(part),
        }
    }
    let joined = parts.join(&T::of(b'\\'));
    let network =
        !joined.is_empty() && !text.is_empty() && !text.last().is_some_and(|&unit| separates(unit));
    if network && !(is_drive(path) && root_length == 2) {
        text.push(T::of(b'\\'));
    }
    text.extend(joined);
    for unit in &mut text[root_length..] {
        if is(*unit, b'/') {
            *unit = T::of(b'\\');
        }
    }
    if text.is_empty() || is_drive(&text) && text.len() == 2 {
        text.push(T::of(b'\\'));
    }
    text
}

/// The directory and the rest as one path, tidied. An absolute rest stands alone, one that begins with a
/// separator in the root of the directory.
pub fn combine<T: ShellUnit>(directory: &[T], rest: &[T]) -> Vec<T> {
    if directory.is_empty() || is_network(rest) || is_verbatim(rest) || is_drive(rest) {
        return canonical(if rest.is_empty() { directory } else { rest });
    }
    let mut whole = match rest.first().is_some_and(|&unit| separates(unit)) {
        true => directory[..root(directory)].to_vec(),
        false => directory.to_vec(),
    };
    if whole.last().is_some_and(|&unit| !separates(unit))
        && rest.first().is_some_and(|&unit| !separates(unit))
    {
        whole.push(T::of(b'\\'));
    }
    let skip = usize::from(
        whole.last().is_some_and(|&unit| separates(unit))
            && rest.first().is_some_and(|&unit| separates(unit)),
    );
    whole.extend(&rest[skip..]);
    canonical(&whole)
}

/// The directory and the rest, whose separators in front count for nothing.
pub fn append<T: ShellUnit>(directory: &[T], rest: &[T]) -> Vec<T> {
    if is_network(rest) {
        return combine(directory, rest);
    }
    let rest = &rest[rest.iter().take_while(|&&unit| separates(unit)).count()..];
    combine(directory, rest)
}

/// Whether a name matches one of the patterns, separated by `;`: `*` is anything, `?` one character; `*.*`
/// matches names without a dot, too.
pub fn matches<T: ShellUnit>(name: &[T], patterns: &[T]) -> bool {
    patterns.split(|&unit| is(unit, b';')).any(|pattern| {
        let pattern = &pattern[pattern.iter().take_while(|&&unit| is(unit, b' ')).count()..];
        let all = pattern.len() == 3
            && pattern
                .iter()
                .zip(b"*.*")
                .all(|(&unit, &byte)| is(unit, byte));
        all || matches_one(name, pattern)
    })
}

fn matches_one<T: ShellUnit>(name: &[T], pattern: &[T]) -> bool {
    let (mut at, mut place) = (0, 0);
    // Where the last `*` was, and what it stands for so far.
    let mut star: Option<(usize, usize)> = None;
    while at < name.len() {
        match pattern.get(place) {
            Some(&unit) if is(unit, b'*') => {
                star = Some((place, at));
                place += 1;
            }
            Some(&unit) if is(unit, b'?') || unit.fold() == name[at].fold() => {
                at += 1;
                place += 1;
            }
            _ => match star {
                Some((star_at, begin)) => {
                    place = star_at + 1;
                    at = begin + 1;
                    star = Some((star_at, begin + 1));
                }
                None => return false,
            },
        }
    }
    pattern[place..].iter().all(|&unit| is(unit, b'*'))
}

/// How many units two paths have in common, in whole components.
pub fn common<T: ShellUnit>(one: &[T], other: &[T]) -> usize {
    let same = one
        .iter()
        .zip(other)
        .take_while(|(one, other)| one.fold() == other.fold())
        .count();
    let ends = |path: &[T]| path.len() == same || separates(path[same]);
    if ends(one) && ends(other) {
        return same;
    }
    let last = one[..same]
        .iter()
        .rposition(|&unit| separates(unit))
        .unwrap_or(0);
    // Of a root with its separator.
    if last == 2 && is_drive(one) { 3 } else { last }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(units: &[u16]) -> String {
        String::from_utf16_lossy(units)
    }
    fn u(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn parts_of_paths() {
        for (path, at) in [
            ("a.b", 1),
            (r"a.b\c", 5),
            ("a.b c", 5),
            ("a.b.c", 3),
            ("", 0),
        ] {
            assert_eq!(extension(&u(path)), at, "{path}");
            assert_eq!(extension(path.as_bytes()), at, "{path}");
        }
        for (path, at) in [
            (r"c:\a\b", 5),
            (r"c:\a\", 3),
            ("c:a", 2),
            ("a", 0),
            (r"\\s\h", 4),
        ] {
            assert_eq!(file_name(&u(path)), at, "{path}");
        }
        for (path, length) in [
            (r"c:\a\b", 4),
            (r"c:\a", 3),
            (r"c:\", 3),
            ("a", 0),
            (r"\a", 1),
            (r"\\s\h\a", 5),
            (r"\\s\h", 5),
            (r"a\b", 1),
        ] {
            assert_eq!(parent(&u(path)), length, "{path}");
        }
        for path in [r"c:\", r"\", r"\\s\h", r"\\s"] {
            assert!(is_root(&u(path)), "{path}");
        }
        assert!(!is_root(&u("c:")) && !is_root(&u(r"c:\a")) && !is_root(&u("")));
    }

    #[test]
    fn joined_and_tidied() {
        for (path, to) in [
            (r"a\..\b", r"\b"),
            (r"c:\a\..\..\b", r"c:\b"),
            (r"a\.\b\", r"a\b\"),
            ("a/b", r"a\b"),
            (r"\\s\h\..\x", r"\\s\h\x"),
            ("..", r"\"),
            ("c:", r"c:\"),
        ] {
            assert_eq!(text(&canonical(&u(path))), to, "{path}");
        }
        for (directory, rest, to) in [
            (r"c:\a", "b", r"c:\a\b"),
            (r"c:\a\", r"..\b", r"c:\b"),
            (r"c:\a", r"\b", r"c:\b"),
            (r"c:\a", r"d:\b", r"d:\b"),
            ("", "b", "b"),
            (r"c:\a", "", r"c:\a"),
        ] {
            assert_eq!(
                text(&combine(&u(directory), &u(rest))),
                to,
                "{directory} {rest}"
            );
        }
        assert_eq!(
            text(&append(&u(r"c:\a"), &u(r"\\b"[1..].as_ref()))),
            r"c:\a\b"
        );
    }

    #[test]
    fn patterns() {
        for (name, pattern, yes) in [
            ("a.txt", "*.txt", true),
            ("a.TXT", "*.htm;*.txt", true),
            ("a.txt", "?.t?t", true),
            ("ab.txt", "?.txt", false),
            ("noext", "*.*", true),
            ("aXbXc", "a*b*c", true),
            ("a", "", false),
        ] {
            assert_eq!(matches(&u(name), &u(pattern)), yes, "{name} {pattern}");
        }
        assert_eq!(common(&u(r"c:\a\b"), &u(r"C:\A\c")), 4);
        assert_eq!(common(&u(r"c:\a"), &u(r"c:\b")), 3);
    }
}
