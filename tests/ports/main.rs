//! Programs as people write them for HTTP.sys on Windows, built here without a changed line.
//!
//! Owns: the list of the programs, how each is driven, and what client and console see of it, in
//! `transcripts`. Does not own: how they are built ([`builds`]) and played ([`play`]). The same transcript
//! holds for every compiler and header set here, and for the program that mingw builds, which
//! `make test-dll` runs under Wine on httpsys_httpapi.dll.
//!
//! Invariant: nothing in a program knows of this project; a name that is missing is to be added there.
#![cfg(not(windows))]

mod builds;
mod files;
mod play;
mod servers;
mod tools;

use std::path::Path;

use builds::{Build, Source};
use play::Play;

/// Builds a program in every way that this machine has, and plays its scenario with each.
fn in_every_build(source: &Source, scenario: impl Fn(&mut Play)) {
    let builds = Build::all(source);
    for build in &builds {
        let mut play = Play::new(build);
        scenario(&mut play);
        compare(source, build, &play.finish());
    }
}

/// The transcript is the one that is kept. With HTTPSYS_PORTS_BLESS=1 it becomes that.
fn compare(source: &Source, build: &Build, seen: &str) {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let name = source.full_name();
    let kept = manifest.join(format!("ports/transcripts/{name}.txt"));
    if std::env::var_os("HTTPSYS_PORTS_BLESS").is_some() {
        std::fs::write(&kept, seen).expect("a transcript is written");
        return;
    }
    let wanted = std::fs::read_to_string(&kept).unwrap_or_default();
    if let Some(line) = wanted
        .lines()
        .chain(std::iter::repeat("(end)"))
        .zip(seen.lines().chain(std::iter::once("(end)")))
        .position(|(wanted, seen)| wanted != seen)
    {
        panic!(
            "{build}: line {} differs from {}:\n{seen}",
            line + 1,
            kept.display()
        );
    }
}
