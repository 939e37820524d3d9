//! Just enough lexing of Rust and C: code with comments and literals blanked out.
//!
//! Owns: telling code from comments, strings and character literals; finding `fn` names and closing
//! braces in what is left.
//! Does not own: parsing; macros, types and expressions are not understood.
//! Invariant: the masked text has the same length and the same line ends as the original, so that
//! positions found in one are valid in the other.

/// The language of a source file; they differ in raw strings, nested comments and lifetimes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// Rust.
    Rust,
    /// C or C++.
    C,
}

/// `text` with each byte of a comment, string or character literal replaced by a blank.
pub(crate) fn mask(text: &str, language: Language) -> String {
    let bytes = text.as_bytes();
    let mut masked = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_end(bytes, at, language);
        if end == at {
            masked.push(bytes[at]);
            at += 1;
        } else {
            masked.extend(bytes[at..end].iter().map(|&byte| blank(byte)));
            at = end;
        }
    }
    // Only ASCII was put in and only whole literals were taken out; a stray multi-byte character in
    // code (not valid Rust) would survive as it was.
    String::from_utf8(masked).unwrap_or_else(|_| " ".repeat(text.len()))
}

/// Whether `byte` can be part of an identifier.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// Positions of `word` in `masked` where it stands as a whole word.
pub(crate) fn words<'a>(masked: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    let bytes = masked.as_bytes();
    masked
        .match_indices(word)
        .map(|(at, _)| at)
        .filter(move |&at| {
            let before = at.checked_sub(1).map(|index| bytes[index]);
            let after = bytes.get(at + word.len()).copied();
            !before.is_some_and(is_word) && !after.is_some_and(is_word)
        })
}

/// The functions of masked Rust: position of the word `fn` and the name.
pub(crate) fn functions(masked: &str) -> impl Iterator<Item = (usize, &str)> {
    words(masked, "fn").filter_map(move |at| {
        let rest = masked[at + 2..].trim_start();
        let name = identifier(rest);
        (!name.is_empty()).then_some((at, name))
    })
}

/// The identifier at the start of `text`, empty if there is none.
pub(crate) fn identifier(text: &str) -> &str {
    let length = text.bytes().take_while(|&byte| is_word(byte)).count();
    &text[..length]
}

/// The position of the bracket that closes the one at `open`.
pub(crate) fn closing(masked: &str, open: usize) -> Option<usize> {
    let mut depth = 0usize;
    for (offset, byte) in masked.bytes().enumerate().skip(open) {
        match byte {
            b'{' | b'(' | b'[' => depth += 1,
            b'}' | b')' | b']' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(offset);
                }
            }
            _ => {}
        }
    }
    None
}

fn blank(byte: u8) -> u8 {
    if byte == b'\n' || byte == b'\r' {
        byte
    } else {
        b' '
    }
}

/// Where the comment or literal that starts at `at` ends; `at` itself if none starts here.
fn literal_end(bytes: &[u8], at: usize, language: Language) -> usize {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        return at
            + rest
                .iter()
                .position(|&byte| byte == b'\n')
                .unwrap_or(rest.len());
    }
    if rest.starts_with(b"/*") {
        return block_comment_end(bytes, at, language);
    }
    match rest[0] {
        b'"' => quoted_end(bytes, at + 1, b'"'),
        b'\'' if language == Language::C => quoted_end(bytes, at + 1, b'\''),
        b'\'' => character_end(bytes, at),
        b'r' if language == Language::Rust => raw_string_end(bytes, at),
        _ => at,
    }
}

fn block_comment_end(bytes: &[u8], at: usize, language: Language) -> usize {
    let mut depth = 0usize;
    let mut here = at;
    while here < bytes.len() {
        let rest = &bytes[here..];
        if rest.starts_with(b"/*") && (language == Language::Rust || depth == 0) {
            depth += 1;
            here += 2;
        } else if rest.starts_with(b"*/") {
            depth -= 1;
            here += 2;
            if depth == 0 {
                return here;
            }
        } else {
            here += 1;
        }
    }
    bytes.len()
}

fn quoted_end(bytes: &[u8], from: usize, quote: u8) -> usize {
    let mut here = from;
    while here < bytes.len() {
        match bytes[here] {
            b'\\' => here += 2,
            byte if byte == quote => return here + 1,
            _ => here += 1,
        }
    }
    bytes.len()
}

/// A character literal, or nothing for a lifetime.
fn character_end(bytes: &[u8], at: usize) -> usize {
    let Some(&first) = bytes.get(at + 1) else {
        return at;
    };
    if first == b'\\' {
        return quoted_end(bytes, at + 1, b'\'');
    }
    let length = match first {
        0x00..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    if bytes.get(at + 1 + length) == Some(&b'\'') {
        at + length + 2
    } else {
        at
    }
}

/// A raw string that starts with `r` at `at`; nothing for identifiers such as `r#type` or `for`.
fn raw_string_end(bytes: &[u8], at: usize) -> usize {
    let starts_word = match at.checked_sub(1).map(|index| bytes[index]) {
        Some(b'b' | b'c') => at < 2 || !is_word(bytes[at - 2]),
        Some(before) => !is_word(before),
        None => true,
    };
    let hashes = bytes[at + 1..]
        .iter()
        .take_while(|&&byte| byte == b'#')
        .count();
    let open = at + 1 + hashes;
    if !starts_word || bytes.get(open) != Some(&b'"') {
        return at;
    }
    let mut here = open + 1;
    while here < bytes.len() {
        let tail = &bytes[here + 1..];
        if bytes[here] == b'"' && tail.iter().take_while(|&&byte| byte == b'#').count() >= hashes {
            return here + 1 + hashes;
        }
        here += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rust(text: &str) -> String {
        let masked = mask(text, Language::Rust);
        assert_eq!(masked.len(), text.len());
        masked.split_whitespace().collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_literals_are_blanked_and_code_is_kept() {
        assert_eq!(rust("a // fn x\nb"), "a b");
        assert_eq!(rust("a /* x /* y */ z */ b"), "a b");
        assert_eq!(rust(r#"f("fn \" x", 'y', '\'', 'é') g"#), "f( , , , ) g");
        assert_eq!(rust("r\"a\\\" b r##\"c\"# d\"## e br\"f\" g"), "b e b g");
        assert_eq!(rust("fn f<'a>(x: &'a str) {}"), "fn f<'a>(x: &'a str) {}");
        assert_eq!(rust("r#type for\"x\" y"), "r#type for y");
    }

    #[test]
    fn unfinished_literals_end_with_the_text() {
        for text in ["\"abc", "/* abc", "'\\", "r#\"abc\"", "'", "\"\\", "// é"] {
            assert_eq!(mask(text, Language::Rust).len(), text.len(), "{text}");
            assert_eq!(mask(text, Language::C).len(), text.len(), "{text}");
        }
    }

    #[test]
    fn c_has_no_nested_comments_and_no_lifetimes() {
        let masked = mask("/* /* */ a = '\"'; b", Language::C);
        assert_eq!(
            masked.split_whitespace().collect::<Vec<_>>(),
            ["a", "=", ";", "b"]
        );
    }

    #[test]
    fn functions_and_brackets_are_found() {
        let masked = mask(
            "pub fn one(){ [(2)] } // fn two\nfn  three<T>() {}",
            Language::Rust,
        );
        let names: Vec<&str> = functions(&masked).map(|(_, name)| name).collect();
        assert_eq!(names, ["one", "three"]);
        assert_eq!(closing(&masked, 12), Some(20));
        assert_eq!(closing("{(", 0), None);
    }
}
