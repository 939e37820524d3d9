//! Which functions a C header declares, defines, or makes of macros, with the comments above them.
//!
//! Owns: reading the headers of `crates/httpapi/include` that are ours to write. Does not own: C in
//! general; conditionals are not understood, both branches count. Invariant: names that start with
//! `httpsys_` or an underscore and a capital are the headers' own business and left out.

use crate::source::{self, Language};

/// How a header provides a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FunctionKind {
    /// Declared: the library has it.
    Declared,
    /// Declared under another name of the system's C library.
    System,
    /// Defined in the header.
    Inline,
    /// A macro with parameters.
    Macro,
    /// A macro that stands for another name.
    Alias,
}

/// A function of a header.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct HeaderFunction {
    pub(super) name: String,
    pub(super) kind: FunctionKind,
    /// What an alias stands for.
    pub(super) target: Option<String>,
    /// The comment right above it, one string a line.
    pub(super) comment: Vec<String>,
}

/// Words before a parenthesis that are no functions.
const NOT_NAMES: &[&str] = &[
    "__attribute__",
    "__asm__",
    "DECLSPEC_ALIGN",
    "HTTPSYS_SYMBOL",
    "static_assert",
    "_Static_assert",
    "decltype",
    "noexcept",
    "if",
    "while",
    "for",
    "switch",
    "return",
    "sizeof",
];

/// The functions of a header, in its order.
pub(super) fn scan(text: &str) -> Vec<HeaderFunction> {
    let masked = source::mask(text, Language::C);
    let mut items = Vec::new();
    let code = without_directives(text, &masked, &mut items);
    let bytes = code.as_bytes();
    let mut start = 0;
    let mut at = 0;
    // Behind the braces of a type or value, up to its semicolon.
    let mut in_type = false;
    while at < bytes.len() {
        match bytes[at] {
            b'(' | b'[' => {
                let word = word_before(&code[start..at]);
                let end = source::closing(&code, at).unwrap_or(bytes.len());
                // A macro that is the whole body.
                if word.ends_with("_BODY") {
                    let before = (start, at - word.len());
                    declaration(text, &code, before, true, &mut items);
                    start = end + 1;
                }
                at = end;
            }
            b';' => {
                if !in_type {
                    declaration(text, &code, (start, at), false, &mut items);
                }
                in_type = false;
                start = at + 1;
            }
            b'{' => {
                let before = code[start..at].trim();
                if is_bracket(before) {
                    start = at + 1;
                } else {
                    in_type = is_type(before);
                    if !in_type {
                        declaration(text, &code, (start, at), true, &mut items);
                    }
                    at = source::closing(&code, at).unwrap_or(bytes.len());
                    start = at + 1;
                }
            }
            b'}' => start = at + 1,
            _ => {}
        }
        at += 1;
    }
    items.retain(|item| {
        let target = item.target.as_deref().unwrap_or_default();
        !is_internal(&item.name) && !is_internal(target)
    });
    items
}

/// The comment at the top of a header, one string a line.
pub(super) fn head(text: &str) -> Vec<String> {
    comment_lines(text.find("*/").map_or("", |end| &text[..end + 2]))
}

fn is_internal(name: &str) -> bool {
    let rest = name.strip_prefix('_');
    let reserved = rest.is_some_and(|rest| {
        !rest.starts_with(|second: char| second.is_ascii_lowercase())
            && !["Interlocked", "_WSA"]
                .iter()
                .any(|start| rest.starts_with(start))
    });
    reserved || name.to_ascii_lowercase().starts_with("httpsys_")
}

/// Whether a brace behind `before` only opens a bracket around declarations.
fn is_bracket(before: &str) -> bool {
    before.ends_with("extern") || before.split_whitespace().any(|word| word == "namespace")
}

/// Whether what stands before a brace begins a type or a value, which go on behind it.
fn is_type(before: &str) -> bool {
    let word = |wanted: &str| before.split_whitespace().any(|word| word == wanted);
    let kinds = ["struct", "union", "enum", "class"];
    word("typedef")
        || before.ends_with('=')
        || kinds.into_iter().any(word) && !before.ends_with(')')
        || kinds.into_iter().any(|kind| before.starts_with(kind)) && function_name(before).is_none()
}

/// `masked` with each preprocessor line blanked; the macros among them become items.
fn without_directives(text: &str, masked: &str, items: &mut Vec<HeaderFunction>) -> String {
    let mut code = String::with_capacity(masked.len());
    let mut position = 0;
    let mut continues = false;
    for line in masked.split_inclusive('\n') {
        let directive = continues || line.trim_start().starts_with('#');
        if directive && !continues {
            items.extend(macro_item(line, text, position));
        }
        continues = directive && line.trim_end().ends_with('\\');
        if directive {
            code.extend(line.chars().map(|character| match character {
                '\n' => '\n',
                _ => ' ',
            }));
            // Positions stay valid: what is not ASCII takes several bytes.
            let missing = position + line.len() - code.len();
            code.insert_str(position, &" ".repeat(missing));
        } else {
            code.push_str(line);
        }
        position += line.len();
    }
    code
}

/// `#define NAME(parameters) ...` or `#define NAME OTHER`.
fn macro_item(line: &str, text: &str, position: usize) -> Option<HeaderFunction> {
    let rest = line.trim_start().strip_prefix('#')?.trim_start();
    let rest = rest.strip_prefix("define")?.trim_start();
    let name = source::identifier(rest);
    let body = &rest[name.len()..];
    let (kind, target) = if body.starts_with('(') {
        (FunctionKind::Macro, None)
    } else {
        let target = body.trim();
        // A generic name of tchar.h.
        if is_function_like(name) && target.starts_with("HTTPSYS_TCHAR(") {
            return Some(HeaderFunction {
                name: name.to_owned(),
                kind: FunctionKind::Macro,
                target: None,
                comment: comment_above(text, position),
            });
        }
        let is_name = !target.is_empty()
            && source::identifier(target) == target
            && !target.starts_with(|first: char| first.is_ascii_digit());
        (is_name && is_function_like(name)).then_some(())?;
        (FunctionKind::Alias, Some(target.to_owned()))
    };
    Some(HeaderFunction {
        name: name.to_owned(),
        kind,
        target,
        comment: comment_above(text, position),
    })
}

/// Whether a name is written as functions are: not in capitals alone.
fn is_function_like(name: &str) -> bool {
    name.bytes().any(|byte| byte.is_ascii_lowercase())
}

fn declaration(
    text: &str,
    code: &str,
    (start, end): (usize, usize),
    has_body: bool,
    items: &mut Vec<HeaderFunction>,
) {
    let statement = &code[start..end];
    if statement.contains("typedef") || statement.trim_start().starts_with("using ") {
        return;
    }
    let Some((at, name)) = function_name(statement) else {
        return;
    };
    let equals = statement.find('=').is_some_and(|equals| equals < at);
    if equals || statement[..at].contains("operator") {
        return;
    }
    let inline = has_body || statement.contains("HTTPSYS_CRT");
    let kind = match statement.find("__asm__") {
        _ if inline => FunctionKind::Inline,
        Some(_) => FunctionKind::System,
        None => FunctionKind::Declared,
    };
    let first = start + (statement.len() - statement.trim_start().len());
    for name in name {
        items.push(HeaderFunction {
            name,
            kind,
            target: None,
            comment: comment_above(text, first),
        });
    }
}

/// Where the first name before a parenthesis stands, and the functions that it makes.
fn function_name(statement: &str) -> Option<(usize, Vec<String>)> {
    let mut from = 0;
    while let Some(found) = statement[from..].find('(') {
        let open = from + found;
        let before = statement[..open].trim_end();
        let name = word_before(before);
        let inside = &statement[open + 1..];
        let at = before.len() - name.len();
        match name {
            "HTTPSYS_CRT_TAKE_OVER" => {
                let third = inside.split(',').nth(2)?.trim();
                return Some((at, vec![third.to_owned()]));
            }
            "HTTPSYS_SAFE" => {
                let inner = source::identifier(inside.trim_start());
                return Some((at, vec![format!("{inner}A"), format!("{inner}W")]));
            }
            // int(name)(...): so that no macro is taken for it.
            "int" => {
                let inner = source::identifier(inside.trim_start());
                return Some((at, vec![inner.to_owned()]));
            }
            "" => from = open + 1,
            _ if NOT_NAMES.contains(&name) => {
                from = source::closing(statement, open)? + 1;
            }
            _ => return Some((at, vec![name.to_owned()])),
        }
    }
    None
}

/// The word that `text` ends with.
fn word_before(text: &str) -> &str {
    let text = text.trim_end();
    let bytes = text.bytes().rev();
    let length = bytes.take_while(|&byte| source::is_word(byte)).count();
    &text[text.len() - length..]
}

/// The comment that ends right above `position`.
fn comment_above(text: &str, position: usize) -> Vec<String> {
    let above = text[..position].trim_end_matches([' ', '\t']);
    let Some(above) = above.strip_suffix('\n') else {
        return Vec::new();
    };
    let touching = above.trim_end_matches([' ', '\t']);
    if !touching.ends_with("*/") {
        return Vec::new();
    }
    comment_lines(&touching[touching.rfind("/*").unwrap_or(touching.len())..])
}

fn comment_lines(comment: &str) -> Vec<String> {
    let inner = comment.trim_start_matches("/*").trim_end_matches("*/");
    inner
        .lines()
        .map(|line| line.trim().trim_start_matches('*').trim().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<(String, FunctionKind)> {
        let items = scan(text).into_iter();
        items.map(|item| (item.name, item.kind)).collect()
    }

    #[test]
    fn declarations_definitions_and_macros_are_told_apart() {
        let text = "\
/* Head. */
#ifdef __cplusplus
extern \"C\" {
#endif
typedef BOOL(CALLBACK *CALLBACK_FN)(PVOID x);
typedef struct DECLSPEC_ALIGN(16) _ENTRY {
    struct _ENTRY *Next;
} ENTRY;
#define CreateEvent CreateEventW
#define FLAG OTHER_FLAG
#define ZeroMemory(target, size) memset((target), 0, \\
    (size))
/* Gone: Old(x); */
WINBASEAPI BOOL WINAPI CloseHandle(HANDLE hObject);
static const int table[] = { f(1) };
extern int _fileno(FILE *stream) __asm__(HTTPSYS_SYMBOL(\"fileno\"));
/* Page: x.
 * Differs: never locks.
 */
HTTPSYS_CRT int _lock_file(FILE *file) { return call(file); }
HTTPSYS_CRT int httpsys_own(void) { return 1; }
HTTPSYS_CRT_TAKE_OVER(HTTPSYS_CRT, size_t, wcslen, (const wchar_t *text))
{ return 0; }
HTTPSYS_CRT HRESULT HTTPSYS_SAFE(StringCchLength)(const HTTPSYS_SAFE_CHAR *text) { return 0; }
struct pair { int f(); };
HTTPSYS_CRT int _scprintf(const char *format, ...)
HTTPSYS_PRINT_BODY(length(format, list))
HTTPSYS_CRT int(swprintf)(wchar_t *target, ...) { return 0; }
#define _tcslen HTTPSYS_TCHAR(strlen, wcslen)
static inline struct pair *Pair(int x) { return 0; }
#ifdef __cplusplus
}
#endif
";
        let expected = [
            ("CreateEvent", FunctionKind::Alias),
            ("ZeroMemory", FunctionKind::Macro),
            ("_tcslen", FunctionKind::Macro),
            ("CloseHandle", FunctionKind::Declared),
            ("_fileno", FunctionKind::System),
            ("_lock_file", FunctionKind::Inline),
            ("wcslen", FunctionKind::Inline),
            ("StringCchLengthA", FunctionKind::Inline),
            ("StringCchLengthW", FunctionKind::Inline),
            ("_scprintf", FunctionKind::Inline),
            ("swprintf", FunctionKind::Inline),
            ("Pair", FunctionKind::Inline),
        ];
        let expected = expected.map(|(name, kind)| (name.to_owned(), kind));
        assert_eq!(names(text), expected);
        let items = scan(text);
        assert_eq!(items[0].target.as_deref(), Some("CreateEventW"));
        assert!(
            items[5]
                .comment
                .contains(&"Differs: never locks.".to_owned())
        );
        assert_eq!(head(text), ["Head."]);
    }
}
