//! The blocks in TOML of the pages are manifests that name packages and features of the repository which exist.
//!
//! Owns: reading them with cargo. Does not own: which pages there are (`commands.rs`). What a manifest wants of other
//! crates is not looked up: that would need the network.

use std::fs;
use std::path::Path;

use httpsys_tests::program::root;

use crate::commands::{BESIDE, blocks, packages, pages};

#[test]
fn the_manifests_of_the_pages_name_packages_and_features_that_exist() {
    let (mut count, mut wrong) = (0, Vec::new());
    for (page, text) in pages() {
        for (line, lines) in blocks(&text, &["toml"]) {
            count += 1;
            for problem in problems_of_manifest(&lines.join("\n")) {
                wrong.push(format!("{page}:{line}: {problem}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count >= 5, "{count} blocks: are they marked otherwise?");
    for (dependency, problem) in [
        (
            "httpsys = { path = \"../httpsys/crates/httpsys\", features = [\"tower\", \"towers\"] }",
            "\"httpsys\" has no feature \"towers\"",
        ),
        (
            "http = { path = \"../httpsys/crates/httpsys\" }",
            "is not the package \"http\"",
        ),
    ] {
        let problems = problems_of_manifest(&format!("[dependencies]\n{dependency}\n"));
        assert!(
            problems.len() == 1 && problems[0].ends_with(problem),
            "{problems:?}"
        );
    }
}

/// What the dependencies of a manifest on packages of the repository ask for and do not get.
fn problems_of_manifest(text: &str) -> Vec<String> {
    let folder =
        Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("page-{}", std::process::id()));
    fs::create_dir_all(folder.join("src")).expect("a folder");
    fs::write(folder.join("src/lib.rs"), "").expect("written");
    let beside = format!("{}/", root().display());
    let mut manifest = text.replace(BESIDE, &beside);
    manifest.push_str("\n[workspace]\n");
    if !text.contains("[package]") {
        manifest.push_str("[package]\nname = \"page\"\nversion = \"0.0.0\"\nedition = \"2024\"\n");
    }
    fs::write(folder.join("Cargo.toml"), manifest).expect("written");
    let own = packages(&root().join("Cargo.toml"));
    let read = packages(&folder.join("Cargo.toml"));
    fs::remove_dir_all(&folder).expect("removed");
    let mut problems = Vec::new();
    let mut count = 0;
    for dependency in read[0]["dependencies"].as_array().expect("dependencies") {
        let Some(path) = dependency["path"].as_str() else {
            continue;
        };
        count += 1;
        let manifest = Path::new(path).join("Cargo.toml");
        let found = own.iter().find(|package| {
            Path::new(package["manifest_path"].as_str().expect("a path")) == manifest
        });
        let Some(package) = found.filter(|package| package["name"] == dependency["name"]) else {
            problems.push(format!("{path} is not the package {}", dependency["name"]));
            continue;
        };
        for feature in dependency["features"].as_array().expect("features") {
            if package["features"]
                .get(feature.as_str().expect("a name"))
                .is_none()
            {
                problems.push(format!("{} has no feature {feature}", dependency["name"]));
            }
        }
    }
    if count == 0 {
        problems.push("it names no package of the repository".to_owned());
    }
    problems
}
