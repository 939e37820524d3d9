//! The text of docs/WIN32.md.
//!
//! Owns: the introduction, which is the promise to users, and the tables. Does not own: what is there.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::header::{FunctionKind, HeaderFunction};
use super::notes::{self, Notes};
use super::{Exported, Header, Surface, description};

const INTRODUCTION: &str = "\
# The Win32 functions

This page lists the Windows functions that a program can use in addition to the HTTP Server API, whose functions
are in [COMPATIBILITY.md](COMPATIBILITY.md). It is generated from the code by `make win32`, and `make check`
compares it with the code. Do not edit it.

## What is promised

- **A function in these tables does what Microsoft documents**: results, last-error codes, structures, threads
  and ownership of memory. *Partial* says which part is missing and what a program gets instead; *Differs* says
  how the behaviour differs from Windows. A function with neither is meant to behave as on Windows, and any
  difference is a bug. The functions were written from documentation and compared with Wine by the programs of
  `tests/win32` and `tests/ports`. They have not been compared with Windows.
- **Anything else fails before the program runs, with a one-line message.** Calling a function that is not on this
  page is an error of the compiler or the linker; there are no stubs. `httpsys-cc` and `httpsys-c++` add a line that
  names the function: `httpsys-cc: CreateNamedPipeW is not part of httpsys: .../docs/WIN32.md lists what is`. They do
  the same for a header. A list of Windows's names (`tools/windows-names`) distinguishes these functions from missing
  functions of the program itself. In a build with pkg-config or CMake, the messages of the compiler and the linker
  name the function, without the additional line. gcc before 14 only warns about a function that no header declares,
  unless it is called with `-Werror=implicit-function-declaration`; the linker then rejects it.
- **At run time**, GetProcAddress for a name that is not on this page returns NULL with 127 (ERROR_PROC_NOT_FOUND)
  and emits a warning event (`HTTPSYS_TRACE=warn` shows it).
- **Functions whose names end in A take and return UTF-8**, as on Windows with the UTF-8 code page (CP_ACP is 65001);
  those ending in W use UTF-16. `UNICODE` decides to which of them a generic name (`CreateFile`) refers, as in the SDK.
- **wchar_t has 16 bits** (`-fshort-wchar`): the library's headers define the wide functions of the C runtime for it,
  and those of the C library are neither called nor replaced.
- **Handles belong to the process.** The names of events, mutexes and so on are shared within the process, not
  between processes; handles are not inherited; security attributes are accepted but have no effect, unless a
  line says otherwise.
- The same promises hold with the SDK headers of mingw-w64 (`httpsys-cc --sdk`): if a program calls a function that
  these headers declare and this page does not list, linking fails.

## Paths

- Both `\\` and `/` are separators, also in the C runtime (`fopen`, `_wfopen`). In C++, `std::filesystem` and
  `std::ifstream` take the host system's paths only: `/` is the separator, and `C:` is a file name.
- `C:` stands for the root of the system, `/`: `C:\\srv\\www` is `/srv/www`. A path that begins with a single
  separator is a path of the host system. Paths that functions return have a drive: GetFullPathNameW returns
  `C:\\srv\\www` for `/srv/www`.
- `HTTPSYS_DRIVE_C=/srv/c` makes `C:` stand for a folder, and then `Z:` stands for `/`; `HTTPSYS_DRIVE_D=/data` adds
  a drive `D:`. A drive letter without a folder gives 3 (ERROR_PATH_NOT_FOUND).
- A file whose name matches exactly takes precedence; otherwise a file whose name differs only in case is used.
  `HTTPSYS_CASE_SENSITIVE=1` switches the latter off.
- After `\\\\?\\`, names are taken literally; `\\\\server\\share` gives 53; `NUL` and `CON` are devices.

## The environment

These environment variables affect a program. Each is read once.

| Variable | Meaning |
|---|---|
| `HTTPSYS_TRACE` | `warn`, `info` ...: events on standard error, including why a call failed ([WHY.md](WHY.md)) |
| `HTTPSYS_STRICT` | `1`: misuse of the API is named on standard error ([SIMULATION.md](SIMULATION.md#strict-mode)) |
| `HTTPSYS_REGISTRY` | the JSON file that the registry functions read ([REGISTRY.md](REGISTRY.md)) |
| `HTTPSYS_PARAMETERS` and others | the parameters of HTTP.sys ([PARAMETERS.md](PARAMETERS.md)) |
| `HTTPSYS_DRIVE_C` ... `HTTPSYS_DRIVE_Z`, `HTTPSYS_CASE_SENSITIVE` | paths, see above |
| `HTTPSYS_HUNG_APP_TIMEOUT` | milliseconds from CTRL_CLOSE_EVENT to the end of the process, by default 5000 |

A shell script starts `./server &` with SIGINT and SIGQUIT ignored, so `kill -INT` does not reach the handlers of
SetConsoleCtrlHandler. Send SIGTERM, which they get as CTRL_CLOSE_EVENT.

ReportEvent also emits its text as an event (HTTPSYS_TRACE), with the target `httpsys::event_log`.

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

The headers define these functions and macros, so they need no library. They behave as documented unless a line
says otherwise. The rest of the C runtime (`fopen`, `malloc`, `strtol`, `qsort` ...) comes from the host system.

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
        "| Function | State | What it does and how it differs | Header |\n|---|---|---|---|\n",
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
