//! `examples/c/configuration.c`: records of each kind, which outlive the program that sets them.
//!
//! Owns what the head of the program promises, and that programs in C and in Rust share one store. The codes of each
//! call are tested in `crates/httpapi/tests`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use httpsys_engine::configuration::{ConfigurationStore, StorePlace};
use httpsys_tests::program::{build_c, succeed};
use httpsys_tests::tls::LOCALHOST;
use httpsys_tests::watchdog::Watchdog;

/// A store of the test's own, and the program.
struct Configured {
    folder: PathBuf,
    program: PathBuf,
}

impl Configured {
    fn new(name: &str) -> Configured {
        let folder = format!("httpsys-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir_all(&folder).expect("a folder");
        let program = build_c("examples/c/configuration.c");
        Configured { folder, program }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("config.json")
    }

    fn store(&self) -> ConfigurationStore {
        ConfigurationStore::open(StorePlace::File(self.file())).expect("a store")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).env("HTTPSYS_CONFIG", self.file());
        command
    }

    /// What it prints.
    fn run(&self, arguments: &[&str]) -> String {
        let output = succeed(&mut self.command(arguments));
        String::from_utf8(output.stdout).expect("text")
    }

    /// What it says when it fails.
    fn fails(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("an end");
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stderr).expect("text")
    }
}

impl Drop for Configured {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
        let _ = fs::remove_file(&self.program);
    }
}

#[test]
fn cfg_004_a_record_of_each_kind_outlives_the_program_that_sets_it() {
    let _watchdog = Watchdog::start();
    let configured = Configured::new("each-kind");
    let nobody = "00".repeat(20);
    let refused = configured.fails(&["add", &nobody]);
    assert!(
        refused.contains("certificate of an address failed with 1312"),
        "{refused}"
    );
    let added = configured.store().certificates().add("MY", LOCALHOST);
    let hash = added.expect("a certificate").certificate.thumbprint();
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    // Those before the refused one are there.
    let refused = configured.fails(&["add", &hash]);
    assert!(
        refused.contains("IP listen list failed with 183"),
        "{refused}"
    );
    fs::remove_file(configured.file()).expect("the file");

    let set = configured.run(&["add", &hash]);
    assert_eq!(set.lines().count(), 13, "{set}");
    let shown = configured.run(&["show"]);
    for line in [
        "IP listen list: 1",
        "timeout: 30 seconds",
        "cache parameter: 65536 bytes",
        "setting: 1",
        "    URL: http://localhost:8442/app/",
        "    SDDL: D:(A;;GX;;;WD)",
        &format!("    Certificate Hash: {hash}"),
        "    Flags: 0",
        "    Flags: 0x10",
        "central store 0",
        "central store of a host 0",
        "    Host: localhost",
        "more of an address 0",
        "more of a host 0",
        "    Receive Window: 70000",
    ] {
        assert!(shown.lines().any(|shown| shown == line), "{line}: {shown}");
    }
    // The other door sees them, too.
    let records = configured.store().records().expect("records");
    assert_eq!(
        (
            records.configuration.ssl().len(),
            records.configuration.ssl_extended().len()
        ),
        (4, 4)
    );
    let removed = configured.run(&["delete"]);
    assert_eq!(removed.lines().count(), 13, "{removed}");
    let refused = configured.fails(&["delete"]);
    assert!(refused.contains("failed with 2\n"), "{refused}");
}

#[test]
fn a_program_says_where_its_configuration_is_broken_and_does_not_start() {
    let _watchdog = Watchdog::start();
    let configured = Configured::new("broken");
    let broken = "{\"version\": 1,\n  \"timeouts\": {\"header_wait_seconds\": \"soon\"}\n}\n";
    fs::write(configured.file(), broken).expect("the file");
    let said = configured.fails(&["show"]);
    let place = format!(
        "httpsys: {}:2:39: timeouts.header_wait_seconds: ",
        configured.file().display()
    );
    assert!(said.contains(&place), "{said}");
    assert!(said.contains("HttpInitialize failed with 1009"), "{said}");
    assert_eq!(
        fs::read_to_string(configured.file()).expect("the file"),
        broken
    );
}
