//! The command line: one string on Windows, a list of arguments here.
//!
//! Owns the quoting in both directions (documented: CommandLineToArgvW; "Parsing C++ command-line
//! arguments"). Does not own memory of the C interface. Invariant: what [`join`] makes of arguments,
//! [`split`] turns back into them, unless the program's name holds a quotation mark. Threading: pure.

const QUOTE: u16 = b'"' as u16;
const BACKSLASH: u16 = b'\\' as u16;

fn is_blank(unit: u16) -> bool {
    unit == u16::from(b' ') || unit == u16::from(b'\t')
}

/// The command line of arguments, the first of which is the program's name.
pub fn join(arguments: &[Vec<u16>]) -> Vec<u16> {
    let mut line = Vec::new();
    for (at, argument) in arguments.iter().enumerate() {
        if at > 0 {
            line.push(u16::from(b' '));
        }
        let plain = !argument.is_empty()
            && !argument
                .iter()
                .any(|&unit| is_blank(unit) || unit == QUOTE || unit < 0x20);
        if plain {
            line.extend(argument);
        } else if at == 0 {
            // The rules of the program's name know no escapes.
            line.push(QUOTE);
            line.extend(argument.iter().filter(|unit| **unit != QUOTE));
            line.push(QUOTE);
        } else {
            quote(argument, &mut line);
        }
    }
    line
}

fn quote(argument: &[u16], line: &mut Vec<u16>) {
    line.push(QUOTE);
    let mut backslashes = 0;
    for &unit in argument {
        match unit {
            BACKSLASH => backslashes += 1,
            // Those before a quotation mark count twice, and one more escapes it.
            QUOTE => {
                line.extend(std::iter::repeat_n(BACKSLASH, backslashes + 1));
                backslashes = 0;
            }
            _ => backslashes = 0,
        }
        line.push(unit);
    }
    line.extend(std::iter::repeat_n(BACKSLASH, backslashes));
    line.push(QUOTE);
}

/// The arguments of a command line, the first of which is the program's name: it ends at a blank, or at
/// the second quotation mark if it begins with one; backslashes mean themselves in it.
pub fn split(line: &[u16]) -> Vec<Vec<u16>> {
    let (name, mut rest) = program_name(line);
    let mut arguments = vec![name];
    loop {
        let blanks = rest.iter().take_while(|unit| is_blank(**unit)).count();
        rest = &rest[blanks..];
        if rest.is_empty() {
            return arguments;
        }
        let (argument, after) = next_argument(rest);
        arguments.push(argument);
        rest = after;
    }
}

fn program_name(line: &[u16]) -> (Vec<u16>, &[u16]) {
    if let Some(quoted) = line.strip_prefix(&[QUOTE]) {
        let end = quoted.iter().position(|unit| *unit == QUOTE);
        let end = end.unwrap_or(quoted.len());
        let after = quoted.get(end + 1..).unwrap_or_default();
        return (quoted[..end].to_vec(), after);
    }
    // Observed: any control character ends it.
    let end = line.iter().position(|unit| *unit <= u16::from(b' '));
    let end = end.unwrap_or(line.len());
    (
        line[..end].to_vec(),
        line.get(end + 1..).unwrap_or_default(),
    )
}

/// 2n backslashes and a quotation mark are n backslashes and the begin or end of quoting, 2n+1 are n
/// and the mark itself; other backslashes mean themselves (documented). In quoting, two marks are one
/// mark and end it, and a third is one that is kept (observed: counted modulo 3).
fn next_argument(line: &[u16]) -> (Vec<u16>, &[u16]) {
    let mut argument = Vec::new();
    let (mut at, mut backslashes, mut marks) = (0, 0, 0);
    while let Some(&unit) = line.get(at) {
        if is_blank(unit) && marks == 0 {
            break;
        }
        at += 1;
        match unit {
            BACKSLASH => {
                argument.push(unit);
                backslashes += 1;
                continue;
            }
            QUOTE if backslashes % 2 == 1 => {
                argument.truncate(argument.len() - backslashes / 2 - 1);
                argument.push(QUOTE);
            }
            QUOTE => {
                argument.truncate(argument.len() - backslashes / 2);
                marks += 1;
                let more = line[at..].iter().take_while(|unit| **unit == QUOTE);
                for _ in more {
                    at += 1;
                    marks += 1;
                    if marks == 3 {
                        argument.push(QUOTE);
                        marks = 0;
                    }
                }
                if marks == 2 {
                    marks = 0;
                }
            }
            _ => argument.push(unit),
        }
        backslashes = 0;
    }
    (argument, &line[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u16> {
        text.encode_utf16().collect()
    }

    fn split_text(line: &str) -> Vec<String> {
        let arguments = split(&wide(line));
        arguments
            .iter()
            .map(|a| String::from_utf16_lossy(a))
            .collect()
    }

    #[test]
    fn the_examples_of_the_documentation() {
        assert_eq!(split_text(r#"p "abc" d e"#), ["p", "abc", "d", "e"]);
        assert_eq!(
            split_text(r#"p a\\b d"e f"g h"#),
            ["p", r"a\\b", "de fg", "h"]
        );
        assert_eq!(split_text(r#"p a\\\"b c d"#), ["p", r#"a\"b"#, "c", "d"]);
        assert_eq!(
            split_text(r#"p a\\\\"b c" d e"#),
            ["p", r"a\\b c", "d", "e"]
        );
    }

    #[test]
    fn the_name_of_the_program() {
        assert_eq!(split_text(r#""C:\a b\" x"#), [r"C:\a b\", "x"]);
        assert_eq!(split_text(r#"C:\a"b x"#), [r#"C:\a"b"#, "x"]);
        assert_eq!(split_text(" x"), ["", "x"]);
        assert_eq!(split_text(r#""open"#), ["open"]);
    }

    #[test]
    fn what_was_joined_is_split_again() {
        let lists: [&[&str]; 4] = [
            &["/bin/p", "a b", "", "c"],
            &["/with blank/p", r#"say "hi""#, r"back\", r"b c\"],
            &["p", r#"\""#, r"\\", "\t", r#"a\\"b c\\\"#],
            &["p"],
        ];
        for list in lists {
            let arguments: Vec<_> = list.iter().map(|text| wide(text)).collect();
            assert_eq!(split(&join(&arguments)), arguments, "{list:?}");
        }
    }
}
