//! The environment.
//!
//! Owns: which variable a name means, and `%name%` in texts. Does not own the variables: they are the
//! process's own, which getenv(3) and child processes see. Invariants: a name that exists as it is
//! written means that variable, else one that differs only in the case of ASCII letters (on Windows
//! case never counts; here two such variables can come from outside); a name is not empty and holds no
//! `=`. Code that calls getenv(3) at the same time is not disturbed (`environ`).
//!
//! Threading: any thread.

use super::environ;
use crate::status::{Code, ERROR_ENVVAR_NOT_FOUND, ERROR_INVALID_PARAMETER};

/// The variable that a name means.
fn find(name: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    environ::find(|other| other == name)
        .or_else(|| environ::find(|other| other.eq_ignore_ascii_case(name)))
}

fn checked(name: &[u16]) -> Result<Vec<u8>, Code> {
    let wrong = |unit: &u16| *unit == u16::from(b'=') || *unit == 0;
    match name.is_empty() || name.iter().any(wrong) {
        true => Err(ERROR_INVALID_PARAMETER),
        false => Ok(native(name)),
    }
}

fn native(text: &[u16]) -> Vec<u8> {
    String::from_utf16_lossy(text).into_bytes()
}

fn wide(text: &[u8]) -> Vec<u16> {
    String::from_utf8_lossy(text).encode_utf16().collect()
}

/// The value of a variable.
///
/// # Errors
/// 203 when there is none; a name that can be none is not found either.
pub fn get(name: &[u16]) -> Result<Vec<u16>, Code> {
    let name = checked(name).map_err(|_| ERROR_ENVVAR_NOT_FOUND)?;
    let (_, value) = find(&name).ok_or(ERROR_ENVVAR_NOT_FOUND)?;
    Ok(wide(&value))
}

/// Sets a variable, or removes it.
///
/// # Errors
/// 87 for a name that can be none. One that is not there can be removed (observed).
pub fn set(name: &[u16], value: Option<&[u16]>) -> Result<(), Code> {
    let wanted = checked(name)?;
    let value = value.map(native);
    if value.as_ref().is_some_and(|value| value.contains(&0)) {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let name = find(&wanted).map_or(wanted, |(name, _)| name);
    environ::change(&name, value.as_deref());
    Ok(())
}

/// All variables as `name=value`, sorted by name without regard to case, as Windows keeps them.
pub fn all() -> Vec<Vec<u16>> {
    let mut all: Vec<_> = environ::all()
        .into_iter()
        .map(|(name, value)| (name.to_ascii_uppercase(), name, value))
        .collect();
    all.sort();
    let line = |(_, name, value): (Vec<u8>, Vec<u8>, Vec<u8>)| {
        let mut line = wide(&name);
        line.push(u16::from(b'='));
        line.extend(wide(&value));
        line
    };
    all.into_iter().map(line).collect()
}

/// The text with each `%name%` of a variable replaced by its value; others stay (documented:
/// ExpandEnvironmentStrings).
pub fn expand(text: &[u16]) -> Vec<u16> {
    const PERCENT: u16 = b'%' as u16;
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.iter().position(|unit| *unit == PERCENT) {
        out.extend(&rest[..at]);
        rest = &rest[at..];
        let end = rest[1..].iter().position(|unit| *unit == PERCENT);
        let Some(end) = end else {
            break;
        };
        match get(&rest[1..=end]) {
            Ok(value) => {
                out.extend(value);
                rest = &rest[end + 2..];
            }
            // The second sign may be the first of another name.
            Err(_) => {
                out.extend(&rest[..=end]);
                rest = &rest[end + 1..];
            }
        }
    }
    out.extend(rest);
    out
}

#[cfg(test)]
mod tests {
    use std::env;

    use super::*;

    fn wide_of(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    #[test]
    fn a_variable_is_found_in_any_case_and_keeps_its_name() {
        let name = wide_of("Httpsys_Test_Case");
        set(&name, Some(&wide_of("one"))).unwrap();
        assert_eq!(get(&wide_of("HTTPSYS_TEST_CASE")), Ok(wide_of("one")));
        set(&wide_of("httpsys_test_case"), Some(&wide_of("two"))).unwrap();
        assert_eq!(env::var("Httpsys_Test_Case").as_deref(), Ok("two"));
        assert_eq!(env::var_os("httpsys_test_case"), None);
        set(&name, None).unwrap();
        assert_eq!(get(&name), Err(ERROR_ENVVAR_NOT_FOUND));
        assert_eq!(set(&name, None), Ok(()));
    }

    #[test]
    fn names_that_can_be_none() {
        for name in ["", "a=b", "=C:"] {
            assert_eq!(set(&wide_of(name), Some(&[])), Err(ERROR_INVALID_PARAMETER));
            assert_eq!(get(&wide_of(name)), Err(ERROR_ENVVAR_NOT_FOUND));
        }
    }

    #[test]
    fn variables_come_and_go_beside_a_reader() {
        let name = |at: usize| wide_of(&format!("HTTPSYS_TEST_ENVIRON_{}", at % 7));
        std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for at in 0..2000 {
                    set(&name(at), Some(&wide_of(&format!("value{}", at % 3)))).unwrap();
                    set(&name(at + 3), None).unwrap();
                }
            });
            while !writer.is_finished() {
                // SAFETY: a terminated name; what it gives is never freed.
                let value = unsafe { libc::getenv(c"HTTPSYS_TEST_ENVIRON_3".as_ptr()) };
                assert!(
                    value.is_null() || {
                        // SAFETY: as above.
                        unsafe { std::ffi::CStr::from_ptr(value) }
                            .to_bytes()
                            .starts_with(b"value")
                    }
                );
                assert!(env::var_os("PATH").is_some());
            }
        });
        (0..7).for_each(|at| set(&name(at), None).unwrap());
        assert!(!all().iter().any(|line| line.starts_with(&name(0)[..20])));
    }

    #[test]
    fn texts_are_expanded() {
        set(&wide_of("HTTPSYS_TEST_EXPAND"), Some(&wide_of("value"))).unwrap();
        let expand = |text| String::from_utf16(&expand(&wide_of(text))).unwrap();
        assert_eq!(expand("a%httpsys_test_expand%b"), "avalueb");
        assert_eq!(expand("%no such%HTTPSYS_TEST_EXPAND%"), "%no suchvalue");
        assert_eq!(expand("100% %%"), "100% %%");
    }
}
