//! One insert of a message: its format, as in printf, and its value.
//!
//! Owns: the formats that inserts may have (documented: FormatMessage; "Format specification syntax"
//! of printf, without floating point). Does not own where the values are. Invariants: a width or
//! precision is at most 65,535; the values of `*` stand before that of the insert. Threading: pure.

use crate::status::{Code, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY};

/// What characters a string value has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InsertText {
    /// As the function: bytes for FormatMessageA, UTF-16 for FormatMessageW.
    Own,
    /// The other ones (`%S`).
    Other,
    /// Bytes (`%hs`), in UTF-8.
    Bytes,
    /// UTF-16 (`%ls`, `%ws`).
    Wide,
}

/// The values of inserts.
pub trait InsertValues {
    /// The value of that number, counted from 0, of 64 bits.
    ///
    /// # Errors
    /// 87 when there is none.
    fn value(&mut self, number: usize) -> Result<u64, Code>;

    /// The string that a value points to; at most so many of its characters.
    ///
    /// # Errors
    /// 87 for NULL and what else cannot be read.
    fn string(&self, value: u64, text: InsertText, limit: Option<usize>) -> Result<Vec<u16>, Code>;
}

/// A format: `%[-0 #+][width][.precision][size]type` without the percent sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InsertFormat {
    left: bool,
    zeros: bool,
    alternate: bool,
    /// What stands before a number that is not negative.
    plus: Option<char>,
    width: Option<Count>,
    precision: Option<Count>,
    size: Size,
    kind: char,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Count {
    Is(usize),
    /// `*`: a value says so.
    Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Size {
    Plain,
    Short,
    Char,
    Wide,
    Long64,
}

const LONGEST: usize = 65_535;

/// The format behind the number of an insert: `!...!`, or that of a string; and what follows it.
///
/// # Errors
/// 87 for one that does not end or is none.
pub(super) fn format_of(from: &[u16]) -> Result<(InsertFormat, &[u16]), Code> {
    const MARK: u16 = b'!' as u16;
    let string = InsertFormat::parse("s");
    if from.first() != Some(&MARK) {
        return string.map(|format| (format, from));
    }
    let inside = &from[1..];
    let end = inside.iter().position(|unit| *unit == MARK);
    let end = end.ok_or(ERROR_INVALID_PARAMETER)?;
    let text = String::from_utf16(&inside[..end]).map_err(|_| ERROR_INVALID_PARAMETER)?;
    Ok((InsertFormat::parse(&text)?, &inside[end + 1..]))
}

impl InsertFormat {
    fn parse(text: &str) -> Result<InsertFormat, Code> {
        let mut format = InsertFormat {
            left: false,
            zeros: false,
            alternate: false,
            plus: None,
            width: None,
            precision: None,
            size: Size::Plain,
            kind: 's',
        };
        let mut rest = text;
        while let Some(flag) = rest.chars().next() {
            match flag {
                '-' => format.left = true,
                '0' => format.zeros = true,
                '#' => format.alternate = true,
                '+' => format.plus = Some('+'),
                ' ' => format.plus = format.plus.or(Some(' ')),
                _ => break,
            }
            rest = &rest[1..];
        }
        (format.width, rest) = count(rest)?;
        if let Some(after) = rest.strip_prefix('.') {
            let (precision, after) = count(after)?;
            format.precision = precision.or(Some(Count::Is(0)));
            rest = after;
        }
        for (prefix, size) in [
            ("I64", Size::Long64),
            ("I32", Size::Plain),
            ("ll", Size::Long64),
            ("hh", Size::Char),
            ("h", Size::Short),
            ("l", Size::Wide),
            ("w", Size::Wide),
            ("I", Size::Long64),
            ("z", Size::Long64),
            ("j", Size::Long64),
            ("t", Size::Long64),
        ] {
            if let Some(after) = rest.strip_prefix(prefix) {
                format.size = size;
                rest = after;
                break;
            }
        }
        let mut kinds = rest.chars();
        match (kinds.next(), kinds.next()) {
            (Some(kind), None) if "sScCdiuxXop".contains(kind) => format.kind = kind,
            _ => return Err(ERROR_INVALID_PARAMETER),
        }
        Ok(format)
    }
}

/// A number, `*` or nothing.
fn count(text: &str) -> Result<(Option<Count>, &str), Code> {
    if let Some(rest) = text.strip_prefix('*') {
        return Ok((Some(Count::Value), rest));
    }
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 {
        return Ok((None, text));
    }
    let number = text[..digits].parse().ok().filter(|n| *n <= LONGEST);
    let number = number.ok_or(ERROR_INVALID_PARAMETER)?;
    Ok((Some(Count::Is(number)), &text[digits..]))
}

/// What the insert of that number, counted from 0, becomes.
pub(super) fn text(
    mut number: usize,
    format: &InsertFormat,
    values: &mut dyn InsertValues,
) -> Result<Vec<u16>, Code> {
    let mut resolve = |count: Option<Count>, values: &mut dyn InsertValues| match count {
        None => Ok(None),
        Some(Count::Is(count)) => Ok(Some(count as i64)),
        Some(Count::Value) => {
            let value = values.value(number)? as i32;
            number += 1;
            match value.unsigned_abs() as usize <= LONGEST {
                true => Ok(Some(i64::from(value))),
                false => Err(ERROR_NOT_ENOUGH_MEMORY),
            }
        }
    };
    let width = resolve(format.width, values)?.unwrap_or(0);
    let precision = resolve(format.precision, values)?;
    let precision = precision.and_then(|precision| usize::try_from(precision).ok());
    let value = values.value(number)?;
    let left = format.left || width < 0;
    let width = width.unsigned_abs() as usize;
    let (sign, body) = match format.kind {
        's' | 'S' => (
            String::new(),
            values.string(value, string_kind(format), precision)?,
        ),
        'c' | 'C' => (String::new(), character(value)),
        _ => {
            let (sign, digits) = number_text(value, format, precision);
            (sign, digits.encode_utf16().collect())
        }
    };
    let used = sign.len() + body.len();
    let pad = width.saturating_sub(used);
    let number_kind = "diuxXop".contains(format.kind);
    let zeros = format.zeros && !left && number_kind && precision.is_none();
    let mut out = Vec::with_capacity(used + pad);
    let fill = |out: &mut Vec<u16>, unit: u8, when: bool| {
        if when {
            out.extend(std::iter::repeat_n(u16::from(unit), pad));
        }
    };
    fill(&mut out, b' ', !left && !zeros);
    out.extend(sign.encode_utf16());
    fill(&mut out, b'0', zeros);
    out.extend(body);
    fill(&mut out, b' ', left);
    Ok(out)
}

fn string_kind(format: &InsertFormat) -> InsertText {
    match (format.size, format.kind) {
        (Size::Wide | Size::Long64, _) => InsertText::Wide,
        (Size::Short | Size::Char, _) => InsertText::Bytes,
        (Size::Plain, 'S') => InsertText::Other,
        (Size::Plain, _) => InsertText::Own,
    }
}

fn character(value: u64) -> Vec<u16> {
    vec![value as u16]
}

/// The sign or prefix of a number, and its digits.
fn number_text(value: u64, format: &InsertFormat, precision: Option<usize>) -> (String, String) {
    let signed = match format.size {
        Size::Long64 => value as i64,
        Size::Short => i64::from(value as i16),
        Size::Char => i64::from(value as i8),
        Size::Plain | Size::Wide => i64::from(value as i32),
    };
    let unsigned = match format.size {
        Size::Long64 => value,
        Size::Short => u64::from(value as u16),
        Size::Char => u64::from(value as u8),
        Size::Plain | Size::Wide => u64::from(value as u32),
    };
    let (sign, digits) = match format.kind {
        'd' | 'i' => {
            let plus = format.plus.map(String::from).unwrap_or_default();
            let sign = if signed < 0 { "-".into() } else { plus };
            (sign, signed.unsigned_abs().to_string())
        }
        'x' if format.alternate && unsigned != 0 => ("0x".into(), format!("{unsigned:x}")),
        'X' if format.alternate && unsigned != 0 => ("0X".into(), format!("{unsigned:X}")),
        'x' => (String::new(), format!("{unsigned:x}")),
        'X' => (String::new(), format!("{unsigned:X}")),
        'o' if format.alternate => ("0".into(), format!("{unsigned:o}")),
        'o' => (String::new(), format!("{unsigned:o}")),
        'p' => (String::new(), format!("{value:016X}")),
        _ => (String::new(), unsigned.to_string()),
    };
    if precision == Some(0) && digits == "0" {
        return (sign, String::new());
    }
    let missing = precision.unwrap_or(0).saturating_sub(digits.len());
    (sign, format!("{}{digits}", "0".repeat(missing)))
}
