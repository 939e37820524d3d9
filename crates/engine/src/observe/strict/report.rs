//! Where a finding of strict mode is reported.
//!
//! Owns: the line on standard error, the event, and the end of the process. Does not own: keeping findings
//! (`state.rs`). Threading: any thread, with no slot locked: standard error may block, and a subscriber of
//! events is code of the program.

use std::io::Write as _;

use httpsys_core::Finding;
use httpsys_core::proto::StrictMode;
use httpsys_socket::StandardError;

/// Tells a finding as the mode says.
pub(super) fn report(mode: StrictMode, finding: &Finding) {
    let (misuse, call) = (finding.misuse.name(), finding.call);
    tracing::warn!(misuse, call, arguments = %finding.arguments, "misuse of the API");
    if matches!(mode, StrictMode::Report | StrictMode::Abort) {
        // One write, so that the lines of two threads stay whole. If it fails, there is nowhere else to write.
        let line = format!("httpsys: strict: {finding}\n");
        let _ = StandardError.write_all(line.as_bytes());
    }
    if mode == StrictMode::Abort {
        std::process::abort();
    }
}
