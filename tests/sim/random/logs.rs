//! The logs of a run: the access log of the first URL group, and HTTPERR.
//!
//! Owns: what must be in them. Does not own: what both sides saw (`ledger.rs`), the form of the files
//! (`httpsys-logging`).

use std::collections::BTreeMap;
use std::path::Path;

use httpsys_engine::logging::MemoryDisk;

use crate::ledger::Ledger;
use crate::script::Exchange;

/// The lines of all files of a directory that are no directives, each in fields.
fn lines(disk: &MemoryDisk, directory: &str) -> Vec<Vec<String>> {
    let mut lines = Vec::new();
    for file in disk.files() {
        if file.parent() != Some(Path::new(directory)) {
            continue;
        }
        let text = String::from_utf8(disk.read(&file).unwrap_or_default()).expect("UTF-8");
        assert!(text.is_empty() || text.ends_with("\r\n"), "a torn line");
        let own = text.lines().filter(|line| !line.starts_with('#'));
        lines.extend(own.map(|line| line.split(' ').map(str::to_owned).collect()));
    }
    lines
}

/// Once the service has ended.
pub(crate) fn check(disk: &MemoryDisk, ledger: &Ledger, exchanges: &[&Exchange]) {
    let mut logged = BTreeMap::new();
    for line in lines(disk, "/logs") {
        let [path, status, bytes] = &line[..] else {
            panic!("a line of {} fields", line.len());
        };
        let token = path
            .strip_prefix("/q0/")
            .and_then(|token| token.parse().ok());
        let token: u64 = token.unwrap_or_else(|| panic!("a line for {path}"));
        assert!(
            ["200", "101"].contains(&&status[..]),
            "{token} with {status}"
        );
        let bytes: u64 = bytes.parse().expect("a count");
        let before = logged.insert(token, bytes);
        assert_eq!(before, None, "{token} is logged twice");
    }
    for exchange in exchanges {
        let token = exchange.token;
        let counted = logged.remove(&token);
        match ledger.sent_whole(token).filter(|_| exchange.queue == 0) {
            Some(bytes) => assert_eq!(counted, Some(bytes), "the log's count of {token}"),
            None => assert!(
                counted.is_none() || exchange.queue == 0,
                "{token} is another's"
            ),
        }
    }
    assert!(logged.is_empty(), "of no request: {logged:?}");
    let refusals = lines(disk, "/errors/HTTPERR");
    for (port, status) in ledger.refused() {
        let (port, status) = (port.to_string(), status.to_string());
        // Date and time, the client, the server, version, method, path, stream, status.
        let told = |line: &Vec<String>| line.get(3) == Some(&port) && line.contains(&status);
        assert!(
            refusals.iter().any(told),
            "HTTPERR has no {status} of port {port}: {refusals:?}"
        );
    }
}
