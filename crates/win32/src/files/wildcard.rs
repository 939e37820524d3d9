//! Names against patterns with `*` and `?`.
//!
//! Owns the rules (documented: FindFirstFileW; MS-FSA 2.1.4.4, whose DOS_STAR, DOS_QM and DOS_DOT are
//! what Windows makes of `*.`, `?` and a dot before one). Letter case does not matter. Does not own
//! where names come from. Threading: pure functions.

use crate::text::case::upper;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum WildcardPiece {
    Unit(u16),
    /// `*`: any number of characters.
    Star,
    /// `?`: one character; none before a dot or at the end (DOS_QM).
    One,
    /// `.` before `*` or `?`: a dot, or nothing at the end (DOS_DOT).
    Dot,
    /// `*` of a last `*.`: what has no dot behind it (DOS_STAR).
    Stem,
}

/// A pattern of FindFirstFile.
#[derive(Debug)]
pub struct Pattern(Vec<WildcardPiece>);

const DOT: u16 = b'.' as u16;

impl Pattern {
    /// From its text. `*.*` and an empty one match everything.
    pub fn new(text: &[u16]) -> Pattern {
        let star = u16::from(b'*');
        let question = u16::from(b'?');
        if text.is_empty() || text == [star, DOT, star] {
            return Pattern(vec![WildcardPiece::Star]);
        }
        let pieces = text.iter().enumerate().map(|(at, &unit)| {
            let next = text.get(at + 1).copied();
            let follows = next == Some(star) || next == Some(question);
            let (ends, after_star) = (next.is_none(), at > 0 && text[at - 1] == star);
            if unit == star {
                match next == Some(DOT) && at + 2 == text.len() {
                    true => WildcardPiece::Stem,
                    false => WildcardPiece::Star,
                }
            } else if unit == question {
                WildcardPiece::One
            } else if unit == DOT && (follows || ends && after_star) {
                WildcardPiece::Dot
            } else {
                WildcardPiece::Unit(upper(unit))
            }
        });
        Pattern(pieces.collect())
    }

    /// Whether a name matches.
    pub fn matches(&self, name: &[u16]) -> bool {
        // The places in the pattern that the part of the name so far may have led to.
        let mut states = vec![false; self.0.len() + 1];
        states[0] = true;
        self.skip(&mut states, name.first() == Some(&DOT));
        for (at, &unit) in name.iter().enumerate() {
            let last_dot = unit == DOT && !name[at + 1..].contains(&DOT);
            let mut next = vec![false; self.0.len() + 1];
            for (place, &piece) in self.0.iter().enumerate() {
                if !states[place] {
                    continue;
                }
                match piece {
                    WildcardPiece::Star => next[place] = true,
                    // It takes every dot but the last one.
                    WildcardPiece::Stem => {
                        next[place] = !last_dot;
                        next[place + 1] |= last_dot;
                    }
                    WildcardPiece::One if unit == DOT => {}
                    WildcardPiece::One => next[place + 1] = true,
                    WildcardPiece::Dot if unit == DOT => next[place + 1] = true,
                    WildcardPiece::Unit(wanted) if wanted == upper(unit) => next[place + 1] = true,
                    WildcardPiece::Dot | WildcardPiece::Unit(_) => {}
                }
            }
            states = next;
            let before_dot = name.get(at + 1) == Some(&DOT);
            self.skip(&mut states, before_dot);
        }
        self.skip(&mut states, true);
        let mut end = states;
        for (place, piece) in self.0.iter().enumerate() {
            if end[place]
                && matches!(
                    piece,
                    WildcardPiece::Star
                        | WildcardPiece::Stem
                        | WildcardPiece::One
                        | WildcardPiece::Dot
                )
            {
                end[place + 1] = true;
            }
        }
        end[self.0.len()]
    }

    /// Goes over what may stand for nothing.
    fn skip(&self, states: &mut [bool], may_skip_one: bool) {
        for (place, piece) in self.0.iter().enumerate() {
            let empty = match piece {
                WildcardPiece::Star | WildcardPiece::Stem => true,
                WildcardPiece::One => may_skip_one,
                WildcardPiece::Unit(_) | WildcardPiece::Dot => false,
            };
            if states[place] && empty {
                states[place + 1] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, name: &str) -> bool {
        let units = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
        Pattern::new(&units(pattern)).matches(&units(name))
    }

    #[test]
    fn what_matches_and_what_does_not() {
        for (pattern, yes, no) in [
            ("*.*", &["a", "a.b", ".x", "a.b.c"][..], &[][..]),
            ("*", &["a", "a.b"], &[]),
            (
                "*.txt",
                &["a.txt", "A.TXT", "a.b.txt", ".txt"],
                &["atxt", "a.txt2", "txt"],
            ),
            ("a*", &["a", "abc", "A.x"], &["ba"]),
            ("a?", &["a", "ab"], &["abc", "b"]),
            ("?.txt", &["a.txt", ".txt"], &["ab.txt"]),
            ("a??.c", &["a.c", "ab.c", "abc.c"], &["abcd.c"]),
            ("*.", &["abc", "a"], &["a.b"]),
            ("a.*", &["a", "a.b"], &["ab"]),
            ("grüß*", &["GRÜße"], &["gruss"]),
            ("*a*b*", &["xaxbx", "ab"], &["ba"]),
            ("x", &["X"], &["xx", ""]),
        ] {
            for name in yes {
                assert!(matches(pattern, name), "{pattern} {name}");
            }
            for name in no {
                assert!(!matches(pattern, name), "{pattern} {name}");
            }
        }
    }
}
