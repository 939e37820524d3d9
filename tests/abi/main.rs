//! Layout of the C ABI: the C headers, our Rust types and windows-sys against one table.
//!
//! Owns: compiling `layout_c.c` in every supported way, running `native_address.c`, and the proof
//! that each row of data/httpapi-layout.tsv has its assertion in both languages. `layout_rust`
//! holds the assertions in Rust; they are checked when this test is compiled.
//!
//! The compilers are `$CC` or cc and `$CXX` or c++. Without a C++ compiler the C++ half is skipped
//! with a message; without a C compiler the test fails. Not run on Windows, whose SDK has the
//! header.

#[macro_use]
mod layout_rust;

use std::collections::BTreeSet;

const TABLE: &str = include_str!("../data/httpapi-layout.tsv");

/// Every row of the table in one canonical line.
fn rows_of_the_table() -> BTreeSet<String> {
    let rows = TABLE.lines().skip(1).filter(|line| !line.is_empty());
    rows.map(|line| {
        let columns: Vec<&str> = line.split('\t').collect();
        let (owner, name) = (columns[1], columns[2]);
        let (offset, size, align, value) = (columns[3], columns[4], columns[5], columns[6]);
        match columns[0] {
            "type" => format!("type {owner} {size} {align}"),
            "field" => format!("field {owner} {name} {offset} {size}"),
            "const" | "error" | "ntstatus" => format!("value {name} {value}"),
            other => panic!("unknown kind of row: {other}"),
        }
    })
    .collect()
}

/// The rows asserted in C, in the same form: one macro call a line.
fn rows_asserted_in_c() -> BTreeSet<String> {
    let sources = [
        include_str!("layout_c_types.h"),
        include_str!("layout_c_values.h"),
    ];
    let lines = sources.iter().flat_map(|source| source.lines());
    lines
        .filter_map(|line| line.strip_suffix(");")?.split_once('('))
        .map(|(kind, arguments)| {
            let argument: Vec<&str> = arguments.split(", ").collect();
            match kind {
                "TYPE" | "UNION" => format!("type {}", argument[..3].join(" ")),
                "FIELD" | "RENAMED" | "WHOLE" | "CHUNK_MEMBER" | "PARAM_MEMBER" => {
                    format!("field {}", argument[..4].join(" "))
                }
                "VALUE" | "OLDER" | "STATUS" => {
                    let value = argument[1].trim_end_matches("ULL");
                    format!("value {} {value}", argument[0])
                }
                other => panic!("unknown assertion: {other}"),
            }
        })
        .collect()
}

/// The rows asserted in Rust, in the same form: one entry of a macro a line.
fn rows_asserted_in_rust() -> BTreeSet<String> {
    let mut rows = BTreeSet::new();
    let mut owner = "";
    for line in include_str!("layout_rust/types.rs").lines() {
        let Some((name, rest)) = line.trim().split_once(": ") else {
            continue;
        };
        if let Some(numbers) = rest.strip_suffix(';') {
            rows.insert(format!(
                "field {owner} {name} {}",
                numbers.replace(", ", " ")
            ));
        } else if let Some((numbers, _)) = rest.split_once(" {") {
            owner = name;
            rows.insert(format!("type {name} {}", numbers.replace(", ", " ")));
        }
    }
    for line in include_str!("layout_rust/values.rs").lines() {
        if let Some((name, value)) = line.trim().split_once(": ") {
            rows.insert(format!("value {name} {}", value.trim_end_matches(';')));
        }
    }
    rows
}

fn assert_same_rows(asserted: &BTreeSet<String>) {
    let table = rows_of_the_table();
    let missing: Vec<_> = table.difference(asserted).collect();
    let surplus: Vec<_> = asserted.difference(&table).collect();
    assert!(
        missing.is_empty(),
        "rows without an assertion: {missing:#?}"
    );
    assert!(surplus.is_empty(), "assertions without a row: {surplus:#?}");
}

#[test]
fn the_table_has_the_rows_it_is_known_to_have() {
    assert_eq!(
        rows_of_the_table().len(),
        995,
        "a row is missing or doubled"
    );
}

#[test]
fn every_row_is_asserted_in_c() {
    assert_same_rows(&rows_asserted_in_c());
}

#[test]
fn every_row_is_asserted_in_rust() {
    assert_same_rows(&rows_asserted_in_rust());
}

#[cfg(not(windows))]
mod compiled;
