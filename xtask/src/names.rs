//! `names`: `tools/windows-names`, the functions and headers of Windows by name.
//!
//! Owns: collecting the names from what others publish, and the form of the file, one name a line,
//! sorted, with ` *` behind those that httpsys has. Does not own: which those are (`win32`).
//! Names are facts; nothing else is taken from the sources: the functions from the crate windows-sys,
//! those of the C runtime from the symbols of mingw-w64's import library, the headers from the names
//! in its include folder. The wrapper httpsys-cc reads the file when a compiler or linker misses a name.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use crate::CommandResult;
use crate::files;

pub(crate) const LIST: &str = "tools/windows-names";
const TOP: &str = "\
# Functions and headers of Windows by name; * marks what httpsys has (docs/WIN32.md). Read by httpsys-cc to
# tell a missing part of Windows from a mistake in a program. Names from `cargo run -p xtask -- names`, marks
# from `make win32`.
";

/// Libraries that other systems have under the same names: what is missing there is the library.
const PORTABLE: &[&str] = &[
    "chakra.dll",
    "glu32.dll",
    "icu.dll",
    "icuin.dll",
    "icuuc.dll",
    "msajapi.dll",
    "odbc32.dll",
    "odbcbcp.dll",
    "opengl32.dll",
    "wldap32.dll",
];

/// Libraries whose names in small letters count too; elsewhere these are mostly words of a program.
const SMALL_LETTERS: &[&str] = &[
    "iphlpapi.dll",
    "kernel32.dll",
    "shlwapi.dll",
    "user32.dll",
    "winmm.dll",
    "ws2_32.dll",
];

/// The file: each name, and whether httpsys has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct WindowsNames(pub(crate) BTreeMap<String, bool>);

impl WindowsNames {
    pub(crate) fn load(root: &Path) -> Result<WindowsNames, Vec<String>> {
        Ok(WindowsNames::parse(&files::required(root, LIST)?))
    }

    fn parse(text: &str) -> WindowsNames {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        let names = lines.filter_map(|line| {
            let mut words = line.split_whitespace();
            Some((words.next()?.to_owned(), words.next().is_some()))
        });
        WindowsNames(names.collect())
    }

    pub(crate) fn render(&self) -> String {
        let mut text = TOP.to_owned();
        for (name, ours) in &self.0 {
            text.push_str(name);
            text.push_str(if *ours { " *\n" } else { "\n" });
        }
        text
    }
}

/// Writes the list anew. `windows_sys` is the folder of that crate's source, `include` and `runtime`
/// are mingw-w64's include folder and its libucrt.a.
pub(crate) fn run(
    root: &Path,
    windows_sys: &Path,
    include: &Path,
    runtime: &Path,
) -> CommandResult {
    let marked = WindowsNames::load(root).unwrap_or_default();
    let mut names = Vec::new();
    functions(&windows_sys.join("src/Windows"), &mut names).map_err(|error| vec![error])?;
    names.extend(headers(include).map_err(|error| vec![error])?);
    names.extend(runtime_functions(runtime).map_err(|error| vec![error])?);
    names.extend(interlocked());
    let list = names.into_iter().map(|name| {
        let ours = marked.0.get(&name).copied().unwrap_or_default();
        (name, ours)
    });
    let list = WindowsNames(list.collect());
    files::generate(root, LIST, &list.render(), false, "")?;
    Ok(format!("{} names in {LIST}", list.0.len()))
}

/// The functions of every module below `folder`.
fn functions(folder: &Path, names: &mut Vec<String>) -> Result<(), String> {
    let unreadable = |error| format!("{}: {error}", folder.display());
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            functions(&path, names)?;
        } else {
            let text = fs::read_to_string(&path).map_err(unreadable)?;
            names.extend(text.lines().filter_map(function).map(str::to_owned));
        }
    }
    Ok(())
}

/// `windows_link::link!("kernel32.dll" "system" fn Sleep(dwmilliseconds : u32));`
fn function(line: &str) -> Option<&str> {
    let (_, rest) = line.split_once("link!(\"")?;
    let (library, rest) = rest.split_once('"')?;
    let (_, rest) = rest.split_once(" fn ")?;
    let name = rest.split('(').next()?.trim();
    let capital = name.starts_with(|first: char| first.is_ascii_uppercase());
    let counts = !PORTABLE.contains(&library) && (capital || SMALL_LETTERS.contains(&library));
    counts.then_some(name)
}

/// The headers that are not folders deeper, in small letters.
fn headers(include: &Path) -> Result<Vec<String>, String> {
    let unreadable = |error| format!("{}: {error}", include.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(include).map_err(unreadable)? {
        let name = entry.map_err(unreadable)?.file_name();
        let name = name.to_string_lossy().to_ascii_lowercase();
        // What starts with an underscore belongs to mingw itself.
        if name.ends_with(".h") && !name.starts_with('_') {
            names.push(name);
        }
    }
    Ok(names)
}

/// The functions of Microsoft's C runtime that no standard knows: `_wfopen`, `strcpy_s`.
fn runtime_functions(library: &Path) -> Result<Vec<String>, String> {
    let output = Command::new("nm").arg(library).output();
    let output = output.map_err(|error| format!("cannot run nm (package binutils): {error}"))?;
    let text = String::from_utf8_lossy(&output.stdout);
    let names = text.lines().filter_map(|line| {
        let (_, name) = line.split_once(" T ")?;
        let second = name.strip_prefix('_').and_then(|rest| rest.chars().next());
        let own = second.is_some_and(|letter| letter.is_ascii_lowercase()) || name.ends_with("_s");
        (own && !name.starts_with("_o_")).then(|| name.to_owned())
    });
    Ok(names.collect())
}

/// The interlocked functions, which Windows's headers define without a library.
fn interlocked() -> Vec<String> {
    let kinds = "Add And AndAffinity CompareExchange Decrement Exchange ExchangeAdd ExchangeSubtract \
                 Increment Or Xor";
    let mut names = Vec::new();
    for kind in kinds.split_whitespace() {
        for width in ["", "8", "16", "64", "Pointer"] {
            for order in ["", "Acquire", "Release", "NoFence", "Raw"] {
                names.push(format!("Interlocked{kind}{width}{order}"));
                names.push(format!("_Interlocked{kind}{width}{order}"));
            }
        }
    }
    for name in [
        "BitTestAndComplement",
        "BitTestAndReset",
        "BitTestAndSet",
        "CompareExchange128",
    ] {
        names.extend([
            format!("Interlocked{name}"),
            format!("_Interlocked{name}"),
            format!("Interlocked{name}64"),
        ]);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_of_windows_count_and_those_of_portable_libraries_do_not() {
        let line = |library: &str, name: &str| {
            format!("windows_link::link!(\"{library}\" \"system\" fn {name}(a : u32) -> u32);")
        };
        assert_eq!(
            function(&line("kernel32.dll", "CreateNamedPipeW")),
            Some("CreateNamedPipeW")
        );
        assert_eq!(
            function(&line("ws2_32.dll", "closesocket")),
            Some("closesocket")
        );
        assert_eq!(function(&line("gdi32.dll", "escape")), None);
        assert_eq!(function(&line("opengl32.dll", "wglCreateContext")), None);
        assert_eq!(function("pub const A: u32 = 1u32;"), None);
    }

    #[test]
    fn the_marks_survive_writing_and_reading() {
        let text = format!("{TOP}CloseHandle *\nCreateNamedPipeW\nwinhttp.h\n");
        let names = WindowsNames::parse(&text);
        assert_eq!(names.0.len(), 3);
        assert_eq!(names.render(), text);
    }
}
