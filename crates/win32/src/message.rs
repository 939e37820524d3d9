//! Messages: the texts of error codes, and message definitions with inserts (documented:
//! FormatMessage, Message Compiler).
//!
//! Owns: the escapes of a message definition, its inserts and the breaking of lines. Does not own the
//! formats of single inserts (`insert`), the texts (`sentences`), the names of codes (`names`), or
//! where the values of inserts come from ([`InsertValues`]). Invariants: text is UTF-16 throughout; a
//! definition asks for no value that it has no insert for. Threading: pure functions.

mod insert;
mod names;
mod sentences;

pub use insert::{InsertText, InsertValues};

use crate::status::{Code, ERROR_INVALID_PARAMETER};

/// How lines are broken (documented: FORMAT_MESSAGE_MAX_WIDTH_MASK).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// As in the definition.
    Kept,
    /// Line breaks of the definition become blanks; only `%n` breaks.
    Joined,
    /// As [`Width::Joined`], and lines of at most so many characters; a longer word stays whole.
    At(usize),
}

impl Width {
    /// From the low byte of the flags.
    pub fn from_flags(flags: u32) -> Width {
        match flags & 0xFF {
            0 => Width::Kept,
            0xFF => Width::Joined,
            width => Width::At(width as usize),
        }
    }
}

/// The text of a system error, with CR LF at its end; `None` for a number that is no known code.
/// HRESULTs of the facility Win32 have the text of their code.
pub fn system(code: u32) -> Option<String> {
    let code = match code >> 16 {
        0x8007 => code & 0xFFFF,
        _ => code,
    };
    if let Some(sentence) = sentences::of(code) {
        return Some(format!("{sentence}\r\n"));
    }
    let name = names::of(code)?;
    Some(format!("The call failed with {name}.\r\n"))
}

/// What a definition becomes.
///
/// # Errors
/// 87 for an insert without a value or with an invalid format; those of `values`.
pub fn format(
    definition: &[u16],
    width: Width,
    mut values: Option<&mut dyn InsertValues>,
) -> Result<Vec<u16>, Code> {
    let mut out = MessageText::new(width);
    let mut rest = definition;
    while let Some((&unit, after)) = rest.split_first() {
        rest = after;
        match char::from_u32(unit.into()) {
            Some('%') => {
                let Some((&escape, after)) = rest.split_first() else {
                    // Nothing follows: assumed to be an error, as an unfinished format is.
                    return Err(ERROR_INVALID_PARAMETER);
                };
                if escape == u16::from(b'0') {
                    break;
                }
                if (u16::from(b'1')..=u16::from(b'9')).contains(&escape) {
                    rest = out.insert(rest, &mut values)?;
                    continue;
                }
                rest = after;
                out.escape(escape);
            }
            Some('\r') => {
                rest = rest.strip_prefix(&[u16::from(b'\n')]).unwrap_or(rest);
                out.line_end();
            }
            Some('\n') => out.line_end(),
            _ => out.push(unit),
        }
    }
    Ok(out.finish())
}

const CR_LF: [u16; 2] = [0x0D, 0x0A];
const BLANK: u16 = 0x20;

/// The text so far.
struct MessageText {
    width: Width,
    text: Vec<u16>,
    /// Where the line begins that may still be broken, and its last blank.
    line: usize,
    blank: Option<usize>,
}

impl MessageText {
    fn new(width: Width) -> MessageText {
        MessageText {
            width,
            text: Vec::new(),
            line: 0,
            blank: None,
        }
    }

    fn push(&mut self, unit: u16) {
        if unit == BLANK {
            self.blank = Some(self.text.len());
        }
        self.text.push(unit);
        if let Width::At(width) = self.width {
            if self.text.len() - self.line > width {
                self.break_line();
            }
        }
    }

    /// Breaks at the last blank of the line, which goes away. No word is split (documented).
    fn break_line(&mut self) {
        let Some(at) = self.blank.take() else {
            return;
        };
        self.text.splice(at..=at, CR_LF);
        self.line = at + CR_LF.len();
    }

    /// The end of a line of the definition.
    fn line_end(&mut self) {
        match self.width {
            Width::Kept => self.hard_break(),
            Width::Joined | Width::At(_) => self.push(BLANK),
        }
    }

    fn hard_break(&mut self) {
        self.text.extend(CR_LF);
        self.line = self.text.len();
        self.blank = None;
    }

    /// `%` and something that is neither 0 nor an insert.
    fn escape(&mut self, escape: u16) {
        match char::from_u32(escape.into()) {
            Some('n') => self.hard_break(),
            Some('r') => self.text.push(CR_LF[0]),
            Some('t') => self.text.push(0x09), // observed
            // Not a place to break the line.
            Some(' ') => self.text.push(BLANK),
            _ => self.push(escape),
        }
    }

    /// An insert: `1` to `99`, perhaps with a format between exclamation marks.
    fn insert<'a>(
        &mut self,
        from: &'a [u16],
        values: &mut Option<&mut dyn InsertValues>,
    ) -> Result<&'a [u16], Code> {
        let digits = from.iter().take(2).take_while(|unit| is_digit(**unit));
        let length = digits.count();
        let number = from[..length]
            .iter()
            .fold(0, |number, digit| number * 10 + usize::from(digit - 0x30));
        let (format, rest) = insert::format_of(&from[length..])?;
        match values {
            Some(values) => {
                for unit in insert::text(number - 1, &format, *values)? {
                    self.push(unit);
                }
            }
            // FORMAT_MESSAGE_IGNORE_INSERTS: they stay as they are.
            None => {
                self.push(u16::from(b'%'));
                for &unit in &from[..from.len() - rest.len()] {
                    self.push(unit);
                }
            }
        }
        Ok(rest)
    }

    fn finish(self) -> Vec<u16> {
        self.text
    }
}

fn is_digit(unit: u16) -> bool {
    (0x30..=0x39).contains(&unit)
}

#[cfg(test)]
mod tests;
