//! The workspace's own checks and generators, run as `cargo run -p xtask -- COMMAND`.
//!
//! Owns: choosing the command, printing findings, the exit code (0 clean, 1 findings, 2 usage).
//! Does not own: formatting, lints and tests, which are cargo's (see the Makefile).
//! Threading: single-threaded; no command builds anything.

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use imports::Drawing;

mod book;
mod catalog;
mod codes;
mod coverage;
mod deps;
mod files;
mod functions;
mod imports;
mod links;
mod matrix;
mod modules;
mod names;
mod rows;
mod sim_header;
mod source;
mod symbols;
mod tidy;
mod win32;

/// What a command hands back: a line for the reader, or everything that is wrong.
type CommandResult = Result<String, Vec<String>>;

const USAGE: &str = "\
usage: cargo run -p xtask -- COMMAND

  deps              direct dependencies of each crate against the allowed table
  imports           circles among the files of each crate
  imports --graph [CRATE]  print the graph of imports, for readers; --dot for Graphviz
  tidy              heads, sizes, left-over markers, SAFETY comments, forbid(unsafe_code)
  symbols [LIBRARY] exports of a built libhttpapi against crates/httpapi/symbols.txt
  codes SOURCE      write the header of error codes from windows-sys's Foundation/mod.rs
  names WINDOWS_SYS INCLUDE LIBUCRT  write tools/windows-names from that crate's folder and mingw-w64's
  matrix [--check]  write docs/COMPATIBILITY.md from the code, or compare with it
  rows [--check]    write docs/ROWS.md from the catalog and the tests, or compare with it
  functions [--check]  write docs/functions, a page for each C function, or compare them
  links             dead links in Markdown files, pages that the book lacks
  book FOLDER       write the sources from which mdBook builds the book
  win32 [--check]   write docs/WIN32.md and the marks of tools/windows-names, or compare with them";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let root = match files::workspace_root() {
        Ok(root) => root,
        Err(message) => return report("xtask", Err(vec![message])),
    };
    match dispatch(&root, &words) {
        Some(Ok(text)) if words.len() > 1 && words[0] == "imports" => print_whole(&text),
        Some(outcome) => report(words[0], outcome),
        None if matches!(words.first(), Some(&"help" | &"--help" | &"-h")) => {
            println!("{USAGE}");
            ExitCode::SUCCESS
        }
        None => {
            eprintln!("{USAGE}");
            ExitCode::from(2)
        }
    }
}

/// Runs the command that `words` name; `None` if they name none.
fn dispatch(root: &Path, words: &[&str]) -> Option<CommandResult> {
    Some(match words {
        ["deps"] => deps::run(root),
        ["imports"] => imports::run(root),
        ["imports", "--graph"] => imports::draw(root, None, Drawing::Text),
        ["imports", "--graph", name] => imports::draw(root, Some(name), Drawing::Text),
        ["imports", "--dot"] => imports::draw(root, None, Drawing::Dot),
        ["imports", "--dot", name] => imports::draw(root, Some(name), Drawing::Dot),
        ["tidy"] => tidy::run(root),
        ["symbols"] => symbols::run(root, None),
        ["symbols", library] => symbols::run(root, Some(Path::new(library))),
        ["codes", source] => codes::run(root, Path::new(source)),
        ["names", sources, include, runtime] => names::run(
            root,
            Path::new(sources),
            Path::new(include),
            Path::new(runtime),
        ),
        ["matrix"] => matrix::run(root, false),
        ["matrix", "--check"] => matrix::run(root, true),
        ["rows"] => rows::run(root, false),
        ["functions"] => functions::run(root, false),
        ["functions", "--check"] => functions::run(root, true),
        ["links"] => links::run(root),
        ["book", folder] => book::run(root, Path::new(folder)),
        ["win32"] => win32::run(root, false),
        ["win32", "--check"] => win32::run(root, true),
        ["rows", "--check"] => rows::run(root, true),
        _ => return None,
    })
}

/// Prints what is the command's product. A reader who has seen enough (`| head`) is no failure.
fn print_whole(text: &str) -> ExitCode {
    let _ = std::io::stdout().write_all(text.as_bytes());
    ExitCode::SUCCESS
}

fn report(command: &str, outcome: CommandResult) -> ExitCode {
    match outcome {
        Ok(line) => {
            println!("xtask {command}: {line}");
            ExitCode::SUCCESS
        }
        Err(findings) => {
            for finding in &findings {
                eprintln!("xtask {command}: {finding}");
            }
            eprintln!("xtask {command}: {} finding(s)", findings.len());
            ExitCode::FAILURE
        }
    }
}
