//! The tests that are not simulated, with their reasons.
//!
//! Owns: the list. A test of a target that is simulated either is in a simulation or stands here: a connection of
//! another one fails.

use crate::clear::name_of_test;

/// Names, without the test's crate and the modules of doors, and why the test is over loopback and in real time.
pub const REAL: &[(&str, &str)] = &[
    (
        "cancel_stress::cancel_from_many_threads_harms_only_what_it_names",
        STRESS,
    ),
    (
        "httperr::c_abi_log_002_log_007_a_line_names_the_request_that_the_program_has",
        "it is a process of its own, whose log another one reads",
    ),
    (
        "logging_files::entries_that_do_not_fit_are_dropped_and_counted_and_nobody_waits",
        "its log is a pipe of the system",
    ),
    (
        "urgent::g_166_an_urgent_byte_among_pipelined_requests_changes_nothing",
        URGENT,
    ),
    (
        "urgent::g_166_an_urgent_byte_anywhere_in_a_chunked_request_changes_nothing",
        URGENT,
    ),
    (
        "urgent::g_166_an_urgent_byte_anywhere_in_a_request_with_a_length_changes_nothing",
        URGENT,
    ),
    (
        "urgent::g_166_an_urgent_byte_anywhere_in_an_opaque_stream_changes_nothing",
        URGENT,
    ),
    (
        "urgent::g_166_urgent_bytes_in_a_body_that_nobody_reads_change_nothing",
        URGENT,
    ),
];

const URGENT: &str = "the network in memory has no urgent data";
const STRESS: &str =
    "it lasts until time has passed, and computing takes none there; tests/sim is its like";

/// Why the test on the calling thread is not simulated. `None`: it is.
#[must_use]
pub fn reason() -> Option<&'static str> {
    let name = name_of_test();
    let listed = REAL.iter().find(|(test, _)| *test == name);
    let (test, reason) = listed?;
    eprintln!("not simulated: {test}: {reason}");
    Some(reason)
}

/// Fails where a test uses the system's network without standing in the list.
pub(super) fn check() {
    let thread = std::thread::current();
    let is_test = thread.name().is_some_and(|name| name.contains("::"));
    assert!(
        !is_test || reason().is_some(),
        "the test is not simulated, and not listed in tests/src/simulation/real.rs"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_name_is_that_of_a_test() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        for (test, _) in REAL {
            let (module, name) = test.split_once("::").expect("a module and a name");
            let here = |suite: &str| {
                let file = folder.join(suite).join(module).with_extension("rs");
                let text = std::fs::read_to_string(file).unwrap_or_default();
                [format!("fn {name}("), format!("fn {name}<")]
                    .iter()
                    .any(|declared| text.contains(declared))
            };
            assert!(
                ["conformance", "wire", "h2"].into_iter().any(here),
                "{test}"
            );
        }
    }
}
