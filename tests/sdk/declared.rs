//! Which types, members and constants our headers declare, read from what the preprocessor makes of them.
//!
//! Owns: a reader of C declarations that is good enough for headers written in the way ours are. Does not
//! own what is done with the names. Pure: text in, names out.

use std::collections::{BTreeMap, BTreeSet};

/// A type that a program can name, and the members whose place is part of the ABI.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Type {
    pub name: String,
    pub members: Vec<String>,
}

/// Parts of names of headers that go on to the system's.
const AROUND_THE_SYSTEM: [&str; 6] = [
    "/win32/sys/",
    "/win32/arpa/",
    "/win32/netinet/",
    "/win32/native/",
    "/win32/netdb.h",
    "/win32/unistd.h",
];

/// The lines that come from one of our headers, of a text with line markers.
fn ours(preprocessed: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for line in preprocessed.lines() {
        if let Some(marker) = line.strip_prefix("# ") {
            let file = marker.split('"').nth(1).unwrap_or_default();
            inside = ["include/win32/", "include/httpsys/", "include/./httpsys/"]
                .iter()
                .any(|folder| file.contains(folder))
                && !AROUND_THE_SYSTEM.iter().any(|part| file.contains(part));
        } else if inside && (!line.starts_with('#') || line.starts_with("#define ")) {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// Names, numbers and single characters; attributes and assembler names are left out.
fn tokens(text: &str) -> Vec<&str> {
    let mut kept = qualified_tokens(text);
    kept.retain(|token| !matches!(*token, "const" | "volatile"));
    kept
}

/// The same with const and volatile.
fn qualified_tokens(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = rest
            .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
            .unwrap_or(rest.len());
        let length = match first {
            '"' => rest[1..].find('"').map_or(rest.len(), |end| end + 2),
            '.' if rest.starts_with("...") => 3,
            _ => word.max(first.len_utf8()),
        };
        found.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    let mut kept = Vec::new();
    let mut at = 0;
    while at < found.len() {
        match found[at] {
            "__attribute__" | "__asm__" => at = closing(&found, at + 1) + 1,
            "__extension__" => at += 1,
            token => {
                kept.push(token);
                at += 1;
            }
        }
    }
    kept
}

/// The place of the bracket that closes the one at `open`.
fn closing(tokens: &[&str], open: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match *token {
            "(" | "{" | "[" => depth += 1,
            ")" | "}" | "]" => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    tokens.len() - 1
}

/// Parts between separators that are in no bracket. Bodies of functions end a declaration, too.
fn split<'a, 'b>(tokens: &'a [&'b str], separator: &str) -> Vec<&'a [&'b str]> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while at < tokens.len() {
        match tokens[at] {
            "(" | "{" | "[" => {
                let body = tokens[at] == "{" && at > 0 && tokens[at - 1] == ")";
                at = closing(tokens, at);
                if body {
                    from = at + 1;
                }
            }
            token if token == separator => {
                parts.push(&tokens[from..at]);
                from = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    if from < tokens.len() {
        parts.push(&tokens[from..]);
    }
    parts
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// The name that a declarator declares, and whether it is a pointer; none for a function.
fn declared<'a>(declarator: &[&'a str]) -> Option<(&'a str, bool)> {
    if let Some(open) = declarator.iter().position(|token| *token == "(") {
        let inside = &declarator[open + 1..closing(declarator, open)];
        let pointer = inside.contains(&"*");
        let name = inside.iter().rev().find(|token| is_word(token))?;
        return pointer.then_some((name, true));
    }
    let end = declarator.iter().position(|token| *token == "[");
    let end = end.unwrap_or(declarator.len());
    let name = declarator[..end].iter().rev().find(|t| is_word(t))?;
    Some((name, declarator.contains(&"*")))
}

/// Names of the members of a body; those of unnamed parts count as the body's own.
fn members(body: &[&str], found: &mut Vec<String>) {
    for member in split(body, ";") {
        if let Some(open) = member.iter().position(|token| *token == "{") {
            let close = closing(member, open);
            if close + 1 == member.len() {
                members(&member[open + 1..close], found);
                continue;
            }
            for declarator in split(&member[close + 1..], ",") {
                found.extend(declared(declarator).map(|(name, _)| name.to_owned()));
            }
            continue;
        }
        for declarator in split(member, ",") {
            if !declarator.contains(&":") {
                found.extend(declared(declarator).map(|(name, _)| name.to_owned()));
            }
        }
    }
}

/// The types of our headers, sorted by name; those without a definition are left out.
pub(crate) fn types(preprocessed: &str) -> Vec<Type> {
    let text = ours(preprocessed);
    let tokens = tokens(&text);
    let declarations = split(&tokens, ";");
    // Tags whose body is there.
    let mut complete = BTreeSet::new();
    for part in &declarations {
        if let Some(open) = part.iter().position(|token| *token == "{") {
            complete.extend(part[..open].iter().copied());
        }
    }
    // Names that were given to tags before their bodies.
    let mut names_of_tags = BTreeMap::new();
    for part in &declarations {
        if let ["typedef", "struct" | "union", tag, name, ..] = part {
            if is_word(name) {
                names_of_tags.insert(*tag, *name);
            }
        }
    }
    let mut found = BTreeMap::new();
    for part in &declarations {
        let ["typedef", rest @ ..] = part else {
            if let [kind @ ("struct" | "union"), tag, "{", ..] = part {
                let mut fields = Vec::new();
                members(&part[3..closing(part, 2)], &mut fields);
                let name = names_of_tags.get(tag).copied();
                let name = name.map_or_else(|| format!("{kind} {tag}"), str::to_owned);
                found.insert(name, fields);
            }
            continue;
        };
        let open = rest.iter().position(|token| *token == "{");
        let (body, names) = match open {
            Some(open) => {
                let close = closing(rest, open);
                (&rest[open + 1..close], &rest[close + 1..])
            }
            None => (&rest[..0], rest),
        };
        let is_enum = rest.first() == Some(&"enum");
        let opaque = open.is_none()
            && matches!(rest.first(), Some(&"struct" | &"union"))
            && !complete.contains(rest[1]);
        for declarator in split(names, ",") {
            let Some((name, pointer)) = declared(declarator) else {
                continue;
            };
            let mut fields = Vec::new();
            if !pointer && !is_enum {
                members(body, &mut fields);
            }
            if pointer || !opaque {
                found.entry(name.to_owned()).or_insert(fields);
            }
        }
    }
    found
        .into_iter()
        .map(|(name, members)| Type { name, members })
        .collect()
}

/// A function that our headers declare or define.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Function {
    pub name: String,
    /// What it returns, and its parameters with their brackets.
    pub returns: String,
    pub parameters: String,
}

/// The functions of our headers, sorted by name.
pub(crate) fn functions(preprocessed: &str) -> Vec<Function> {
    const STORAGE: [&str; 7] = [
        "static",
        "extern",
        "inline",
        "__inline",
        "__inline__",
        "_Noreturn",
        "__forceinline",
    ];
    let text = ours(preprocessed);
    let tokens = qualified_tokens(&text);
    let mut found = BTreeMap::new();
    let (mut from, mut at) = (0, 0);
    while at < tokens.len() {
        match tokens[at] {
            ";" => from = at + 1,
            "{" => {
                at = closing(&tokens, at);
                // The end of a body, or the type of what follows.
                if tokens.get(from) != Some(&"typedef") && tokens.get(at + 1) != Some(&";") {
                    from = at + 1;
                }
            }
            "(" => {
                let end = closing(&tokens, at);
                let ends = matches!(tokens.get(end + 1), Some(&";" | &"{"));
                if ends && tokens[from] != "typedef" && at > from + 1 && is_word(tokens[at - 1]) {
                    let returns: Vec<_> = tokens[from..at - 1]
                        .iter()
                        .copied()
                        .filter(|token| !STORAGE.contains(token))
                        .collect();
                    let name = tokens[at - 1].to_owned();
                    let function = Function {
                        name: name.clone(),
                        returns: returns.join(" "),
                        parameters: tokens[at..=end].join(" "),
                    };
                    found.insert(name, function);
                }
                at = end;
            }
            _ => {}
        }
        at += 1;
    }
    found.into_values().collect()
}

/// The macros of our headers that stand for one number: their text is a number, in brackets and behind a
/// cast perhaps, or such a macro, or a sum of both. From a text made with -dD.
pub(crate) fn constants(with_macros: &str) -> BTreeSet<String> {
    let text = ours(with_macros);
    let mut bodies = BTreeMap::new();
    for line in text.lines() {
        if let Some((name, body)) = line
            .strip_prefix("#define ")
            .and_then(|definition| definition.split_once(' '))
        {
            if !name.contains('(') {
                bodies.insert(name, body);
            }
        }
    }
    bodies
        .keys()
        .filter(|name| is_number(name, &bodies, 0))
        .map(|name| (*name).to_owned())
        .collect()
}

fn is_number(name: &str, bodies: &BTreeMap<&str, &str>, depth: u32) -> bool {
    const CASTS: [&str; 12] = [
        "DWORD",
        "ULONG",
        "LONG",
        "HRESULT",
        "NTSTATUS",
        "int",
        "unsigned",
        "USHORT",
        "UCHAR",
        "WORD",
        "ULONGLONG",
        "LONGLONG",
    ];
    let Some(body) = bodies.get(name) else {
        return false;
    };
    if depth > 8 || body.is_empty() {
        return false;
    }
    let mut number = false;
    let parts = tokens(body);
    let good = parts.iter().all(|part| {
        if part.starts_with(|c: char| c.is_ascii_digit()) || is_number(part, bodies, depth + 1) {
            number = true;
            return true;
        }
        CASTS.contains(part) || "()|+-~<*".contains(part)
    });
    good && number
}

#[cfg(test)]
mod tests {
    use super::{constants, functions, types};

    fn named(text: &str) -> Vec<(String, Vec<String>)> {
        let text = format!("# 1 \"/x/include/win32/a.h\"\n{text}");
        let found = types(&text).into_iter();
        found.map(|found| (found.name, found.members)).collect()
    }

    #[test]
    fn members_of_unnamed_parts_are_the_structures_own() {
        let found = named(
            "typedef struct _A { int x, *y; union { struct { short low; short high; }; long z; };\n\
             union { char c; } u; int bits : 3; char text[4]; void (*call)(int a, int b); } A, *PA;",
        );
        let members = ["x", "y", "low", "high", "z", "u", "text", "call"].map(String::from);
        assert_eq!(
            found,
            [("A".into(), members.to_vec()), ("PA".into(), vec![])]
        );
    }

    #[test]
    fn functions_bodies_and_what_has_no_definition_are_left_out() {
        let found = named(
            "typedef struct _B B, *PB; int f(int a); static int g(void) { return 1; }\n\
             typedef int (*CALL)(void); typedef int FUNCTION(int); typedef unsigned C; struct d { int e; };\n\
             typedef struct _L L; struct _L { int first; };\n",
        );
        let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["C", "CALL", "L", "PB", "struct d"]);
        assert_eq!(found[2].1, ["first"]);
    }

    #[test]
    fn functions_have_their_types() {
        let text = "# 1 \"/x/include/win32/a.h\"\nextern const int *f(volatile int *a, void (*g)(int));\n\
                    static inline int h(void) { if (1) { return 2; } return 3; } struct s { int a; };\n\
                    typedef int (*CALL)(void); __attribute__((noreturn)) void stop(void);\n";
        let found: Vec<_> = functions(text)
            .into_iter()
            .map(|found| format!("{} {} {}", found.returns, found.name, found.parameters))
            .collect();
        let expected = [
            "const int * f ( volatile int * a , void ( * g ) ( int ) )",
            "int h ( void )",
            "void stop ( void )",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn numbers_are_told_from_other_macros() {
        let text = "# 1 \"/x/include/win32/a.h\"\n#define A 5\n#define B ((DWORD)0x80000000)\n#define C A\n\
                    #define D (A | B)\n#define E CreateFileW\n#define F() 1\n#define G\n#define H \"x\"\n";
        let found: Vec<_> = constants(text).into_iter().collect();
        assert_eq!(found, ["A", "B", "C", "D"]);
    }
}
