//! The rules of RFC 9113, by section, with raw frames in and out.
//!
//! Owns: tables of cases: what a client sends, what the driver is told, what the client gets. Does not
//! own: the client (`peer`). Each case runs with all bytes at once, byte by byte, and in pieces of seven.
//! Names begin with the section that says it; *h2* where the limit is ours.

mod frames;
mod limits;
mod messages;
mod peer;
mod responses;
mod streams;

use peer::Peer;

/// What is shown, what the client sends behind its preface and SETTINGS, the events, the frames.
type Case = (&'static str, Vec<Vec<u8>>, &'static str, &'static str);

/// Runs the cases, and fails with all that are not as they should be.
fn check(cases: Vec<Case>) {
    let mut failures = Vec::new();
    for (name, input, events, frames) in cases {
        let input = input.concat();
        for step in [input.len().max(1), 1, 7] {
            let mut peer = Peer::started();
            peer.send_in_steps(&input, step);
            let seen = (peer.events(), peer.frames());
            if (seen.0.as_str(), seen.1.as_str()) != (events, frames) {
                failures.push(format!(
                    "{name} (by {step}):\n  {} => {}\n  expected\n  {events} => {frames}",
                    seen.0, seen.1
                ));
                break;
            }
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}
