//! The blocks in C of all pages in docs compile, and each page with blocks in Rust belongs to a test.
//!
//! Owns: taking the blocks in C out of the pages, and what stands in front of those that include nothing. Does not
//! own the tests of the blocks in Rust: these are doc tests (`tests/src/lib.rs`, `examples/axum`) or compared with the
//! source of a test. Nor the pages of the functions, whose examples are quoted from programs that other tests build.
//! A block is a whole source, or declarations behind `#include <windows.h>` and `<http.h>`.

use std::fs;
use std::path::{Path, PathBuf};
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

/// Files that contain the text of a page, as doc tests or to compare it with their own.
const READERS: [&str; 5] = [
    "tests/src/lib.rs",
    "examples/axum/src/lib.rs",
    "examples/notes/src/tests.rs",
    "crates/sim/tests/example.rs",
    "crates/sim/tests/first_steps.rs",
];

/// The pages in docs.
fn pages() -> Vec<PathBuf> {
    let pages = fs::read_dir(root().join("docs")).expect("docs");
    let mut names: Vec<_> = pages.map(|page| page.expect("a page").path()).collect();
    names.retain(|page| page.extension().is_some_and(|extension| extension == "md"));
    names
}

#[test]
fn each_page_with_a_block_in_rust_belongs_to_a_test() {
    let readers = READERS.map(|file| fs::read_to_string(root().join(file)).expect(file));
    let mut count = 0;
    for page in pages() {
        if fs::read_to_string(&page)
            .expect("a page")
            .contains("\n```rust")
        {
            let name = page.file_name().expect("a name").to_string_lossy();
            let end = format!("/docs/{name}\")");
            let is_read = readers.iter().any(|text| text.contains(&end));
            assert!(is_read, "no test compiles the code of docs/{name}");
            count += 1;
        }
    }
    assert!(
        count >= 8,
        "{count} pages: are the blocks marked otherwise?"
    );
}

#[test]
fn each_block_in_c_compiles() {
    if !is_there("cc") {
        return;
    }
    let (mut count, mut wrong) = (0, Vec::new());
    for page in pages() {
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
