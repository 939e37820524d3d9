//! Message definitions and their inserts.

use super::*;
use crate::status::ERROR_NOT_ENOUGH_MEMORY;

/// Values that are numbers; strings are looked up by number.
struct List(&'static [u64]);

const STRINGS: [&str; 3] = ["Bill", "Bob", "a%1b"];

impl InsertValues for List {
    fn value(&mut self, number: usize) -> Result<u64, Code> {
        self.0.get(number).copied().ok_or(ERROR_INVALID_PARAMETER)
    }

    fn string(
        &self,
        value: u64,
        _text: InsertText,
        limit: Option<usize>,
    ) -> Result<Vec<u16>, Code> {
        let text = STRINGS.get(value as usize).ok_or(ERROR_INVALID_PARAMETER)?;
        Ok(text
            .encode_utf16()
            .take(limit.unwrap_or(usize::MAX))
            .collect())
    }
}

fn run(text: &str, width: Width, values: Option<&'static [u64]>) -> Result<String, Code> {
    let wide: Vec<u16> = text.encode_utf16().collect();
    let mut list = List(values.unwrap_or_default());
    let given = values
        .is_some()
        .then_some(&mut list as &mut dyn InsertValues);
    format(&wide, width, given).map(|text| String::from_utf16_lossy(&text))
}

fn plain(text: &str, values: &'static [u64]) -> String {
    run(text, Width::Kept, Some(values)).unwrap()
}

#[test]
fn the_escapes_of_the_documentation() {
    assert_eq!(plain("a%nb%rc%%d% e%.f%!g%zh", &[]), "a\r\nb\rc%d e.f!gzh");
    assert_eq!(plain("one%0two", &[]), "one");
    assert_eq!(plain("a\nb\r\nc", &[]), "a\r\nb\r\nc");
    assert_eq!(run("%", Width::Kept, None), Err(ERROR_INVALID_PARAMETER));
}

#[test]
fn the_example_of_the_documentation() {
    let values = &[4, 2, 0, 1, 6, 0];
    assert_eq!(plain("%1!*.*s! %4 %5!*s!", values), "  Bi Bob   Bill");
}

#[test]
fn numbers() {
    let values = &[0xFFFF_FFFF_FFFF_FFFE, 255, 42];
    assert_eq!(
        plain("%1!d! %1!u! %1!I64u!", values),
        "-2 4294967294 18446744073709551614"
    );
    assert_eq!(
        plain("%2!x! %2!#X! %2!08X! %2!-6u!|", values),
        "ff 0XFF 000000FF 255   |"
    );
    assert_eq!(
        plain("%2!+d! %2!.5u! %2!ld! %2!hd!", values),
        "+255 00255 255 255"
    );
    assert_eq!(plain("%3!c!%3!5c!", values), "*    *");
}

#[test]
fn a_value_is_not_read_as_a_definition() {
    assert_eq!(plain("%1", &[2]), "a%1b");
    assert_eq!(plain("%10", &[0, 0, 0, 0, 0, 0, 0, 0, 0, 1]), "Bob");
}

#[test]
fn ignored_inserts_stay() {
    let text = run("%1 %2!d!%n100%%", Width::Kept, None).unwrap();
    assert_eq!(text, "%1 %2!d!\r\n100%");
}

#[test]
fn bad_formats_and_missing_values_are_refused() {
    for text in ["%1!d", "%1!f!", "%1!dd!", "%1!!", "%1!99999999d!", "%2"] {
        let result = run(text, Width::Kept, Some(&[0]));
        assert_eq!(result, Err(ERROR_INVALID_PARAMETER), "{text}");
    }
    let result = run("%1!*d!", Width::Kept, Some(&[0x7FFF_FFFF, 0]));
    assert_eq!(result, Err(ERROR_NOT_ENOUGH_MEMORY));
}

#[test]
fn widths() {
    let text = "one two three four";
    let at = |width| run(text, Width::At(width), Some(&[])).unwrap();
    assert_eq!(at(9), "one two\r\nthree\r\nfour");
    assert_eq!(at(100), text);
    let joined = run("a\r\nb%nc\r\n", Width::Joined, Some(&[])).unwrap();
    assert_eq!(joined, "a b\r\nc ");
}

#[test]
fn the_texts_of_codes() {
    assert_eq!(system(5).unwrap(), "Access is denied.\r\n");
    assert_eq!(system(0x8007_0005), system(5));
    assert_eq!(
        system(1292).unwrap(),
        "The call failed with ERROR_IMPLEMENTATION_LIMIT.\r\n"
    );
    assert_eq!(system(0x1234_5678), None);
}
