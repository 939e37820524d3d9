//! Our request parser against independent ones, on generated requests.
//!
//! Owns: running all parsers on the same bytes, and the rule that every disagreement has a class in
//! the table `classes`, and every class occurs. Does not own: what is right; a class names the row
//! or the gap that says so. docs/DIFFERENTIAL.md is written from the table:
//!
//! ```text
//! HTTPSYS_WRITE=1 cargo test -p httpsys-tests --test differential document
//! ```
//!
//! `HTTPSYS_SEED` and `HTTPSYS_CASES` change what is generated. A disagreement without a class is
//! printed with its bytes: either a bug of ours, or a new class with its own example.
//!
//! The peers: httparse (heads only), hyper's server, and llhttp inside Node.js where there is one.
#![cfg(not(windows))]

mod case;
mod classes;
mod document;
mod engine;
mod generator;
mod model;
mod ours;
mod peer;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use case::Case;
use classes::Disagreement;
use model::Reading;
use peer::Peer;

/// Inputs of one run; enough for every class to occur many times.
const CASES: usize = 40_000;
/// Inputs that are read by all parsers before they are compared.
const BATCH: usize = 10_000;
/// Disagreements without a class that a failure shows, the shortest inputs first.
const SHOWN: usize = 60;

#[test]
fn every_disagreement_has_a_reason_and_every_reason_occurs() {
    let seed = setting("HTTPSYS_SEED", 1);
    let cases = setting("HTTPSYS_CASES", CASES as u64) as usize;
    let mut random = generator::Random::new(seed);
    let peers = peers();
    let mut counts: BTreeMap<(&str, Peer), usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for start in (0..cases).step_by(BATCH) {
        let inputs: Vec<Vec<u8>> = (start..cases.min(start + BATCH))
            .map(|_| generator::generate(&mut random))
            .collect();
        let ours: Vec<Reading> = inputs.iter().map(|input| ours::read(input)).collect();
        for peer in &peers {
            for ((input, ours), theirs) in inputs.iter().zip(&ours).zip(peer.read_all(&inputs)) {
                match judge(*peer, input, ours, &theirs) {
                    Verdict::Same => {}
                    Verdict::Explained(class) => {
                        *counts.entry((class.name, *peer)).or_default() += 1;
                    }
                    Verdict::Unexplained(what) => unexplained.push((input.len(), what)),
                }
            }
        }
    }
    report(&counts);
    unexplained.sort();
    let shown: String = unexplained
        .iter()
        .take(SHOWN)
        .map(|(_, what)| what.as_str())
        .collect();
    assert!(
        unexplained.is_empty(),
        "seed {seed}: {} disagreements without a class:\n{shown}",
        unexplained.len()
    );
    let missing: Vec<String> = expected(&peers)
        .filter(|key| !counts.contains_key(key))
        .map(|(class, peer)| format!("{class} ({})", peer.name()))
        .collect();
    assert!(
        missing.is_empty(),
        "seed {seed}: never occurred: {missing:?}"
    );
}

#[test]
fn the_example_of_each_class_shows_it() {
    for peer in peers() {
        let classes: Vec<&Disagreement> = classes::all()
            .filter(|class| class.peers.contains(&peer))
            .collect();
        let examples: Vec<Vec<u8>> = classes.iter().map(|c| c.example.to_vec()).collect();
        for (class, theirs) in classes.iter().zip(peer.read_all(&examples)) {
            let ours = ours::read(class.example);
            let found = match judge(peer, class.example, &ours, &theirs) {
                Verdict::Explained(found) => found.name.to_owned(),
                Verdict::Same => format!("no disagreement: {ours:?}"),
                Verdict::Unexplained(what) => what,
            };
            assert_eq!(found, class.name, "{}", peer.name());
        }
    }
}

#[test]
fn the_document_is_written_from_the_table() {
    document::check();
}

#[test]
fn the_engine_reads_as_the_parser_does() {
    let cases = setting("HTTPSYS_ENGINE_CASES", engine::CASES as u64) as usize;
    engine::check(setting("HTTPSYS_SEED", 1), cases);
}

/// What a comparison found.
enum Verdict {
    Same,
    Explained(&'static Disagreement),
    /// Readable, with the bytes.
    Unexplained(String),
}

fn judge(peer: Peer, input: &[u8], ours: &Reading, theirs: &Reading) -> Verdict {
    let Some(difference) = model::compare(ours, theirs) else {
        return Verdict::Same;
    };
    let case = Case::new(peer, input, difference, ours, theirs);
    if let Some(class) = classes::explain(&case) {
        return Verdict::Explained(class);
    }
    let side = |reading: &Reading| match reading.messages.get(difference.at) {
        Some(message) => format!("{message:?}"),
        None => format!("{:?}", reading.end),
    };
    Verdict::Unexplained(format!(
        "{:?} in request {} with {}: {}\n  ours:   {}\n  theirs: {}\n",
        difference.aspect,
        difference.at + 1,
        peer.name(),
        input.escape_ascii(),
        side(ours),
        side(theirs),
    ))
}

/// The peers that this machine has.
fn peers() -> Vec<Peer> {
    let has_llhttp = peer::llhttp::version().is_some();
    if !has_llhttp {
        eprintln!("not compared with llhttp, this machine has no node");
    }
    let mut peers = Peer::ALL.to_vec();
    peers.retain(|peer| *peer != Peer::Llhttp || has_llhttp);
    peers
}

/// Every class with every peer it is about.
fn expected(peers: &[Peer]) -> impl Iterator<Item = (&'static str, Peer)> {
    classes::all().flat_map(move |class| {
        let own = class.peers.iter().filter(|peer| peers.contains(peer));
        own.map(|peer| (class.name, *peer))
    })
}

/// Shown when the test fails.
fn report(counts: &BTreeMap<(&str, Peer), usize>) {
    let mut lines = String::new();
    for ((class, peer), count) in counts {
        let _ = writeln!(lines, "{count:7} {:8} {class}", peer.name());
    }
    eprintln!("{lines}");
}

fn setting(name: &str, default: u64) -> u64 {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .unwrap_or_else(|_| panic!("{name}={text}: no number")),
        Err(_) => default,
    }
}
