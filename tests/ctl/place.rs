//! A folder of a test's own, and `httpsysctl` run in it.

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

/// Gone with the test. Sockets of live services have short paths, so it is not below the target folder.
pub(crate) struct Place(PathBuf);

/// How a command ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) output: String,
    pub(crate) errors: String,
}

impl Place {
    pub(crate) fn new() -> Place {
        static PLACES: AtomicU32 = AtomicU32::new(0);
        let number = PLACES.fetch_add(1, Ordering::Relaxed);
        let name = format!("httpsysctl-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let made = fs::DirBuilder::new().mode(0o700).create(&path);
        made.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Place(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn program() -> &'static Path {
        Path::new(env!("CARGO_BIN_EXE_httpsysctl-tested"))
    }

    /// The variables that make a program belong to this place.
    pub(crate) fn variables(&self) -> [(&'static str, PathBuf); 3] {
        [
            ("HTTPSYS_CONFIG", self.0.join("config.json")),
            ("XDG_RUNTIME_DIR", self.0.clone()),
            ("HOME", self.0.clone()),
        ]
    }

    /// Runs `httpsysctl` with these words, one behind each blank.
    pub(crate) fn run(&self, line: &str) -> Ended {
        self.run_words(&line.split(' ').collect::<Vec<_>>())
    }

    pub(crate) fn run_words(&self, words: &[&str]) -> Ended {
        let output = Command::new(Place::program())
            .args(words)
            .envs(self.variables())
            .current_dir(&self.0)
            .output()
            .expect("httpsysctl runs");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("UTF-8");
        Ended {
            code: output.status.code().unwrap_or(-1),
            output: text(output.stdout),
            errors: text(output.stderr),
        }
    }

    /// The output of a command that succeeds.
    pub(crate) fn told(&self, line: &str) -> String {
        let ended = self.run(line);
        assert_eq!(
            (ended.code, ended.errors.as_str()),
            (0, ""),
            "{line}: {}",
            ended.output
        );
        ended.output
    }

    /// The JSON that a command prints.
    pub(crate) fn json(&self, line: &str) -> serde_json::Value {
        let text = self.told(&format!("{line} --json"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}: {text}"))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Compares with `transcripts/NAME.txt`, or writes it.
pub(crate) fn compare(name: &str, seen: &str) {
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("ctl/transcripts/{name}.txt"));
    if std::env::var_os("HTTPSYS_CTL_BLESS").is_some() {
        fs::write(&kept, seen).expect("a transcript is written");
        return;
    }
    let wanted = fs::read_to_string(&kept).unwrap_or_default();
    assert_eq!(seen, wanted, "{} differs", kept.display());
}
