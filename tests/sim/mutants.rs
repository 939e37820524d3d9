//! The faults of `mutants.patch`, which `mutants.sh` plants, are still faults of this code.
#![allow(missing_docs, reason = "a test program")]

use std::path::Path;
use std::process::Command;

#[test]
fn the_planted_faults_apply() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut git = Command::new("git");
    git.current_dir(&root)
        .args(["apply", "--check", "tests/sim/mutants.patch"]);
    match git.output() {
        Err(_) => println!("SKIPPED: no git"),
        Ok(output) => assert!(
            output.status.success(),
            "plant them anew: {}",
            String::from_utf8_lossy(&output.stderr)
        ),
    }
}
