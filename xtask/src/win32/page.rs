//! The text of docs/WIN32.md.
//!
//! Owns: the introduction, which is the promise to users, and the tables. Does not own: what is there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::header::{FunctionKind, HeaderFunction};
use super::notes::{self, Notes};
use super::{Exported, Header, Surface, description};

const INTRODUCTION: &str = "\
# Windows functions off Windows

What a program written for Windows finds here besides the HTTP Server API, whose functions are in
[COMPATIBILITY.md](COMPATIBILITY.md). Generated from the code by `make win32`; `make check` compares it. Do
not edit.

## What is promised

- **A function in these tables does what Microsoft documents**: results, last-error codes, structures, threads
  and ownership of memory. *Partial* says which part is missing and what a program gets instead; *differs* says
  where the behaviour is not that of Windows. What has neither is meant to be the same, and a difference is a
  bug. It was built from documentation and compared with Wine by the programs of `tests/win32` and
  `tests/ports`, not with Windows.
- **Anything else fails before the program runs, with one line.** A function that is not here is an error of
  the compiler or the linker, never a stub that pretends. `httpsys-cc` and `httpsys-c++` add a line that
  names it: `httpsys-cc: CreateNamedPipeW is not part of httpsys: .../docs/WIN32.md lists what is`; the same for
  a header. They know Windows's names (`tools/windows-names`) from a program's own missing functions. In a
  build with pkg-config or CMake the compiler's and the linker's own messages name the function, without that
  line; and gcc before 14 only warns of a function that no header declares, unless it is given
  `-Werror=implicit-function-declaration`: the linker then refuses it.
- **At run time** GetProcAddress of a name that is not here returns NULL with 127 (ERROR_PROC_NOT_FOUND) and
  writes a warning event (`HTTPSYS_TRACE=warn` shows it).
- **Names ending in A take and give UTF-8**, as on Windows with the UTF-8 code page (CP_ACP is 65001); those
  ending in W UTF-16. The generic name (`CreateFile`) is one or the other by `UNICODE`, as in the SDK.
- **wchar_t has 16 bits** (`-fshort-wchar`): the wide functions of the C runtime are defined by our headers
  for it, and the C library's are neither called nor replaced.
- **Handles are this process's own.** Names of events, mutexes and so on are shared in the process, not
  between processes; handles are not inherited; security attributes are accepted and mean nothing, unless a
  line says otherwise.
- The same functions are promised with the SDK's headers of mingw-w64 (`httpsys-cc --sdk`): what these declare
  and this page does not list fails when the program is linked.

## Paths

- `\\` and `/` both separate, in the C runtime (`fopen`, `_wfopen`), too. In C++ `std::filesystem` and `std::ifstream`
  take the system's paths alone: `/` separates, and `C:` is a name.
- `C:` is the root of the system, `/`: `C:\\srv\\www` is `/srv/www`. A path that begins with one separator is the
  system's own. What functions tell has a drive: GetFullPathNameW makes `C:\\srv\\www` of `/srv/www`.
- `HTTPSYS_DRIVE_C=/srv/c` puts `C:` into a folder, and `Z:` is `/` then; `HTTPSYS_DRIVE_D=/data` makes a drive
  `D:`. A letter without a folder gives 3 (ERROR_PATH_NOT_FOUND).
- A name that is there as it is written comes first, then one that differs in case only;
  `HTTPSYS_CASE_SENSITIVE=1` switches the second look off.
- `\\\\?\\` takes names as they are, `\\\\server\\share` gives 53, `NUL` and `CON` are devices.

## The environment

What a program's surroundings can set. Each variable is read once.

| Variable | |
|---|---|
| `HTTPSYS_TRACE` | `warn`, `info` ...: events on standard error, with why a call failed ([WHY.md](WHY.md)) |
| `HTTPSYS_REGISTRY` | the JSON file that the registry functions read ([REGISTRY.md](REGISTRY.md)) |
| `HTTPSYS_PARAMETERS` and others | the parameters of HTTP.sys ([PARAMETERS.md](PARAMETERS.md)) |
| `HTTPSYS_DRIVE_C` ... `HTTPSYS_DRIVE_Z`, `HTTPSYS_CASE_SENSITIVE` | paths, see above |
| `HTTPSYS_HUNG_APP_TIMEOUT` | milliseconds from CTRL_CLOSE_EVENT to the end, else 5000 |

A shell script starts `./server &` with SIGINT and SIGQUIT ignored, and then no handler of SetConsoleCtrlHandler
hears of `kill -INT`: send SIGTERM, which is CTRL_CLOSE_EVENT.

What ReportEvent writes is an event of HTTPSYS_TRACE, too, with the target `httpsys::event_log`.

";

/// Functions of the library by family, then those that the headers define.
pub(super) fn render(surface: &Surface) -> String {
    let mut page = INTRODUCTION.to_owned();
    // Writing to a String cannot fail.
    let _ = writeln!(
        page,
        "In numbers: {}.\n\n## In the library\n",
        summary(surface)
    );
    let mut families: Vec<(&str, Vec<&Exported>)> = Vec::new();
    for function in &surface.exported {
        match families
            .iter_mut()
            .find(|(name, _)| *name == function.family)
        {
            Some((_, functions)) => functions.push(function),
            None => families.push((&function.family, vec![function])),
        }
    }
    families.sort_by_key(|(name, _)| name.to_ascii_lowercase());
    for (name, functions) in &families {
        family(&mut page, name, functions, &surface.headers);
    }
    header_list(&mut page, &surface.headers);
    page.push_str(HEADERS);
    for (header, items) in provided(&surface.headers) {
        header_section(&mut page, header, &items, &surface.headers);
    }
    page.truncate(page.trim_end().len());
    page.push('\n');
    page
}

const HEADERS: &str = "\
## In the headers

Functions and macros that the headers define, so that they need no library. As documented where no line says
otherwise. The rest of the C runtime (`fopen`, `malloc`, `strtol`, `qsort` ...) is the system's.

";

pub(super) fn summary(surface: &Surface) -> String {
    let exported = &surface.exported;
    let partial = exported.iter().filter(|one| !one.notes.partial.is_empty());
    let inline: usize = provided(&surface.headers)
        .iter()
        .map(|(_, items)| items.len())
        .sum();
    format!(
        "{} functions in the library, {} of them partial, and {inline} in the headers",
        exported.len(),
        partial.count()
    )
}

fn family(page: &mut String, name: &str, functions: &[&Exported], headers: &[Header]) {
    let _ = writeln!(page, "### {name}\n");
    page.push_str(
        "| Function | State | What it does, and what differs | Header |\n|---|---|---|---|\n",
    );
    for function in functions {
        let state = if function.notes.partial.is_empty() {
            "complete"
        } else {
            "**partial**"
        };
        let mut text = capital(&description(function));
        append(&mut text, &function.notes);
        let header = public_names(&function.header, headers).join(", ");
        let name = &function.name;
        let _ = writeln!(page, "| {name} | {state} | {} | {header} |", cell(&text));
    }
    page.push('\n');
}

/// Adds what is missing and what differs to a text.
fn append(text: &mut String, notes: &Notes) {
    for (label, texts) in [("Partial", &notes.partial), ("Differs", &notes.differs)] {
        for one in texts {
            let _ = write!(text, " *{label}:* {}", notes::plain(one));
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

fn cell(text: &str) -> String {
    text.trim().replace('|', "\\|")
}

/// The headers that define something themselves, and what: each name once, where it comes first.
fn provided(headers: &[Header]) -> Vec<(&Header, Vec<&HeaderFunction>)> {
    let mut known = BTreeSet::new();
    let mut sections = Vec::new();
    for header in headers {
        // A part of parts, whose macros only choose between functions of others.
        if public_names(&header.path, headers).is_empty()
            && header
                .items
                .iter()
                .all(|item| item.kind == FunctionKind::Macro)
        {
            continue;
        }
        let mut items = Vec::new();
        for item in &header.items {
            let provides = match item.kind {
                FunctionKind::Declared => false,
                FunctionKind::Alias => !is_generic(item),
                _ => true,
            };
            if provides && known.insert(item.name.as_str()) {
                items.push(item);
            }
        }
        if !items.is_empty() {
            sections.push((header, items));
        }
    }
    sections
}

/// All headers that a program can include.
fn header_list(page: &mut String, headers: &[Header]) {
    let mut names: Vec<&str> = headers
        .iter()
        .filter_map(|header| public_name(&header.path))
        .collect();
    names.sort_unstable();
    names.dedup();
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    let _ = writeln!(
        page,
        "## The headers\n\n\
         `http.h` and, for sources written for Windows, {}. The usual spellings with capitals \
         (`Windows.h`, `WinSock2.h`) are there too; those of the C library pass on to the \
         system's own.\n",
        names.join(", ")
    );
}

/// Whether an alias only chooses between A and W.
pub(super) fn is_generic(item: &HeaderFunction) -> bool {
    let target = item.target.as_deref().unwrap_or_default();
    let rest = target.strip_prefix(item.name.as_str());
    matches!(rest, Some("A" | "W"))
}

fn header_section(page: &mut String, header: &Header, items: &[&HeaderFunction], all: &[Header]) {
    let head = Notes::read(header.head.iter().map(String::as_str));
    let names = public_names(&header.path, all);
    let title = if names.is_empty() {
        "The C runtime".to_owned()
    } else {
        names.join(", ")
    };
    let _ = match sentence(&head.first) {
        "" => writeln!(page, "### {title}\n"),
        text => writeln!(page, "### {title}: {text}\n"),
    };
    let names: Vec<String> = items
        .iter()
        .map(|item| format!("`{}`", item.name))
        .collect();
    let _ = writeln!(page, "{}.\n", names.join(", "));
    let mut rows = String::new();
    let mut whole = String::new();
    append(
        &mut whole,
        &Notes {
            first: String::new(),
            ..head
        },
    );
    if !whole.is_empty() {
        let _ = writeln!(page, "{}\n", whole.trim());
    }
    for item in items {
        let notes = Notes::read(item.comment.iter().map(String::as_str));
        let mut text = String::new();
        append(&mut text, &notes);
        if !text.is_empty() {
            let _ = writeln!(rows, "| {} | {} |", item.name, cell(&text));
        }
    }
    if !rows.is_empty() {
        let _ = writeln!(page, "| Function | Differences |\n|---|---|\n{rows}");
    }
}

/// The first sentence up to a semicolon, without the full stop; nothing if it lists pages.
fn sentence(text: &str) -> &str {
    let text = text.split([';', '\n']).next().unwrap_or(text);
    let text = text.split(". ").next().unwrap_or(text);
    if text.starts_with("Page") {
        return "";
    }
    text.trim_end_matches('.')
}

/// The name by which a program includes a header; none for parts of others: those in `crt`, and those whose
/// name has an underscore, which no header of Windows has among ours.
pub(super) fn public_name(path: &str) -> Option<&str> {
    let (_, name) = path.split_once('/')?;
    (!name.starts_with("crt/") && !name.contains('_')).then_some(name)
}

/// The headers by which a program reaches this one: itself, or those that include a part.
fn public_names<'a>(path: &'a str, all: &'a [Header]) -> Vec<&'a str> {
    if let Some(name) = public_name(path) {
        return vec![name];
    }
    let (folder, part) = path.rsplit_once('/').unwrap_or(("", path));
    let include = match folder.rsplit('/').next() {
        Some("crt") => format!("\"crt/{part}\""),
        _ => format!("\"{part}\""),
    };
    let users = all.iter().filter(|other| other.text.contains(&include));
    users.filter_map(|other| public_name(&other.path)).collect()
}
