//! The blocks in C of all pages in docs compile.
//!
//! Owns: taking the blocks out of the pages, and what stands in front of those that include nothing. Does not own
//! the blocks in Rust, which are doc tests (`tests/src/lib.rs`), nor the pages of the functions, whose examples are
//! quoted from programs that other tests build.
//! A block is a whole source, or declarations behind `#include <windows.h>` and `<http.h>`.

use std::fs;
use std::path::Path;
use std::process::Command;

use httpsys_tests::program::{is_there, root};

/// What a block without an `#include` may use.
const INCLUDES: &str = "#include <windows.h>\n#include <http.h>\n#include <httpsys_sim.h>\n\
    #include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n";

/// The blocks in C of a page, each with the number of its first line.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let mut blocks = Vec::new();
    let mut open = None;
    for (index, line) in page.lines().enumerate() {
        match &mut open {
            None if line == "```c" => open = Some((index + 2, String::new())),
            None => {}
            Some(_) if line == "```" => blocks.extend(open.take()),
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    blocks
}

#[test]
fn each_block_in_c_compiles() {
    if !is_there("cc") {
        return;
    }
    let pages = fs::read_dir(root().join("docs")).expect("docs");
    let mut names: Vec<_> = pages.map(|page| page.expect("a page").path()).collect();
    names.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    let (mut count, mut wrong) = (0, Vec::new());
    for page in names {
        let text = fs::read_to_string(&page).expect("a page");
        for (line, block) in blocks(&text) {
            count += 1;
            if let Some(said) = refused(&block) {
                wrong.push(format!("{}:{line}: {said}", page.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 4, "{count} blocks: are they marked otherwise?");
}

#[test]
fn a_block_that_does_not_compile_is_refused() {
    if is_there("cc") {
        assert_eq!(refused("static int f(void) { return 1; }\n"), None);
        assert!(refused("static int f(void) { return HttpNothing(); }\n").is_some());
    }
}

/// What the compiler says of a block that it refuses.
fn refused(block: &str) -> Option<String> {
    let includes = if block.contains("#include") {
        ""
    } else {
        INCLUDES
    };
    let name = format!("block-{}-{}.c", std::process::id(), block.len());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    fs::write(&file, format!("{includes}#line 1\n{block}")).expect("written");
    let output = Command::new(root().join("tools/httpsys-cc"))
        .args([
            "-fsyntax-only",
            "-Wall",
            "-Wextra",
            "-Werror",
            "-Wno-unused-function",
        ])
        .arg(&file)
        .output()
        .expect("httpsys-cc");
    fs::remove_file(&file).expect("removed");
    (!output.status.success()).then(|| String::from_utf8_lossy(&output.stderr).into_owned())
}
