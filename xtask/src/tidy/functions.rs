//! A function fits a screen.
//!
//! Owns: the length of functions' bodies. Does not own: which code is for tests (`modules`).
//! Invariant: what counts are the lines between the braces, comments and empty ones too.

use crate::source;

const MAX_BODY: usize = 70;
/// For tests, whose bodies are often tables.
const MAX_TEST_BODY: usize = 100;

/// A function that is long on purpose.
struct Long {
    path: &'static str,
    name: &'static str,
    /// Why. It is here for readers of this list.
    #[allow(dead_code)]
    why: &'static str,
}

const LONG: &[Long] = &[];

/// Findings about a file. `masked` is its code without literals and comments, `code` also without tests.
pub(super) fn check(path: &str, masked: &str, code: &str) -> Vec<String> {
    let is_test = super::is_test_file(path) || path.starts_with("tests/");
    let limit = |at: usize| match is_test || !source::identifier(&code[at..]).starts_with("fn") {
        true => MAX_TEST_BODY,
        false => MAX_BODY,
    };
    let mut findings = Vec::new();
    for (at, name) in source::functions(masked) {
        let Some(lines) = body_lines(masked, at) else {
            continue;
        };
        let is_listed = LONG
            .iter()
            .any(|long| long.path == path && long.name == name);
        let limit = limit(at);
        if lines > limit && !is_listed {
            let number = masked[..at].matches('\n').count() + 1;
            findings.push(format!(
                "{path}:{number}: the body of `{name}` has {lines} lines, limit {limit}"
            ));
        }
        if is_listed && lines <= limit {
            findings.push(format!(
                "{path}: `{name}` is not long any more: xtask/src/tidy/functions.rs"
            ));
        }
    }
    findings
}

/// Lines between the braces of the function at `at`; `None` if it has no body.
fn body_lines(masked: &str, at: usize) -> Option<usize> {
    let mut here = at;
    loop {
        match masked.as_bytes().get(here)? {
            b'{' => break,
            b';' => return None,
            b'(' | b'[' => here = source::closing(masked, here)? + 1,
            _ => here += 1,
        }
    }
    let close = source::closing(masked, here)?;
    Some(masked[here..close].matches('\n').count().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn function(lines: usize) -> String {
        format!("fn f(a: [u8; 2]) -> u8 {{\n{}}}\n", "x;\n".repeat(lines))
    }

    fn findings(path: &str, masked: &str) -> Vec<String> {
        check(path, masked, &crate::modules::without_tests(masked))
    }

    #[test]
    fn a_body_over_the_limit_is_a_finding() {
        assert_eq!(findings("a.rs", &function(MAX_BODY)), [""; 0]);
        assert_eq!(
            findings("a.rs", &function(MAX_BODY + 1)),
            ["a.rs:1: the body of `f` has 71 lines, limit 70"]
        );
        assert_eq!(
            findings("a.rs", "trait T {\nfn f();\nfn g() {}\n}"),
            [""; 0]
        );
    }

    #[test]
    fn tests_have_a_limit_of_their_own() {
        let inside = |lines| format!("#[cfg(test)]\nmod tests {{\n{}}}", function(lines));
        assert_eq!(findings("a.rs", &inside(MAX_TEST_BODY)), [""; 0]);
        assert_eq!(findings("a.rs", &inside(MAX_TEST_BODY + 1)).len(), 1);
        assert_eq!(
            findings("crates/x/tests/a.rs", &function(MAX_TEST_BODY)),
            [""; 0]
        );
        assert_eq!(
            findings("crates/x/src/a/tests.rs", &function(MAX_TEST_BODY + 1)).len(),
            1
        );
    }
}
