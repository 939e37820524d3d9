//! A setting given as text, and what can be wrong with it.
//!
//! Owns: the types of values that a parameter or a choice can have, reading them from text, and the
//! errors. Does not own: which settings exist (`parameters`, `choices`). Threading: plain values.

use std::fmt;

/// A kind of value that a text can be read as.
pub(crate) trait ParameterValue: Sized {
    /// What the text may be, for the message that refuses another one; empty if the name of the parameter says it.
    const FORM: &'static str = "";

    fn from_text(text: &str) -> Option<Self>;
    /// The number, for the check of a range.
    fn number(&self) -> Option<u32> {
        None
    }
}

impl ParameterValue for u32 {
    fn from_text(text: &str) -> Option<Self> {
        match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) if !digits.starts_with('+') => u32::from_str_radix(digits, 16).ok(),
            None if !text.starts_with('+') => text.parse().ok(),
            _ => None,
        }
    }

    fn number(&self) -> Option<u32> {
        Some(*self)
    }
}

impl ParameterValue for Option<u32> {
    fn from_text(text: &str) -> Option<Self> {
        u32::from_text(text).map(Some)
    }

    fn number(&self) -> Option<u32> {
        *self
    }
}

impl ParameterValue for bool {
    fn from_text(text: &str) -> Option<Self> {
        match text {
            _ if text.eq_ignore_ascii_case("true") => Some(true),
            _ if text.eq_ignore_ascii_case("false") => Some(false),
            _ => u32::from_text(text).map(|number| number != 0),
        }
    }
}

impl ParameterValue for String {
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

/// Checks a value against the documented range of its parameter; what has no number is in any range.
pub(crate) fn check(
    name: &'static str,
    value: &impl ParameterValue,
    range: std::ops::RangeInclusive<u32>,
) -> Result<(), InvalidParameter> {
    match value.number() {
        Some(value) if !range.contains(&value) => Err(InvalidParameter {
            name,
            value,
            min: *range.start(),
            max: *range.end(),
        }),
        _ => Ok(()),
    }
}

/// A registry parameter outside its documented range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InvalidParameter {
    /// Registry name.
    pub name: &'static str,
    /// Refused value.
    pub value: u32,
    /// Smallest value allowed.
    pub min: u32,
    /// Largest value allowed.
    pub max: u32,
}

impl fmt::Display for InvalidParameter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            name,
            value,
            min,
            max,
        } = self;
        write!(f, "{name} is {value}, but must be between {min} and {max}")
    }
}

impl std::error::Error for InvalidParameter {}

/// A setting that cannot be applied: a line of a file, or a variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidSetting {
    /// The line of the text, from 1 on, if it came from one.
    pub line: Option<usize>,
    problem: SettingProblem,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum SettingProblem {
    Line(String),
    Name(String),
    /// Parameter, value, and the form that it should have.
    Value(&'static str, String, &'static str),
    Range(InvalidParameter),
}

impl InvalidSetting {
    /// A line without `=`.
    pub(crate) fn line(line: &str) -> Self {
        SettingProblem::Line(line.to_owned()).into()
    }

    pub(crate) fn name(name: &str) -> Self {
        SettingProblem::Name(name.to_owned()).into()
    }

    /// A text that is no value of this type.
    pub(crate) fn value<T: ParameterValue>(name: &'static str, text: &str) -> Self {
        SettingProblem::Value(name, text.to_owned(), T::FORM).into()
    }

    pub(crate) fn range(error: InvalidParameter) -> Self {
        SettingProblem::Range(error).into()
    }
}

impl From<SettingProblem> for InvalidSetting {
    fn from(problem: SettingProblem) -> Self {
        InvalidSetting {
            line: None,
            problem,
        }
    }
}

impl fmt::Display for InvalidSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        match &self.problem {
            SettingProblem::Line(line) => write!(f, "{line:?} is not of the form Name = value"),
            SettingProblem::Name(name) => write!(f, "there is no parameter {name:?}"),
            SettingProblem::Value(name, text, form) => {
                write!(f, "{text:?} is not a value for {name}")?;
                match *form {
                    "" => Ok(()),
                    form => write!(f, ", which is {form}"),
                }
            }
            SettingProblem::Range(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for InvalidSetting {}
