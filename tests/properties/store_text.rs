//! What must hold for a configuration file with any text in it: for the properties of the store and for the fuzz
//! target `configuration`, which includes this file.
//!
//! Owns: the checks, and a folder for the file. Does not own the texts. Invariant: nothing but the file is looked
//! at, as another program would. Threading: a folder is one test's.

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use httpsys_configuration::{ConfigurationStore, StoreError, StoreFault, StorePlace};
use serde_json::Value;

/// A folder that ends with its test; in memory where the system has such a place, since every change is brought to
/// the disk.
#[derive(Debug)]
pub(crate) struct Scratch(PathBuf);

impl Scratch {
    pub(crate) fn new() -> Scratch {
        static FOLDERS: AtomicU32 = AtomicU32::new(0);
        let memory = PathBuf::from("/dev/shm");
        let place = match memory.is_dir() {
            true => memory,
            false => std::env::temp_dir(),
        };
        let (process, number) = (std::process::id(), FOLDERS.fetch_add(1, Relaxed));
        let path = place.join(format!("httpsys-property-{process}-{number}"));
        fs::create_dir_all(&path).expect("a folder");
        Scratch(path)
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.0.join("config.json")
    }

    /// What a program that starts now has.
    pub(crate) fn open(&self) -> Result<ConfigurationStore, StoreError> {
        ConfigurationStore::open(StorePlace::File(self.file()))
    }

    pub(crate) fn write(&self, bytes: &[u8]) {
        fs::write(self.file(), bytes).expect("a file");
    }

    pub(crate) fn value(&self) -> Value {
        let text = fs::read_to_string(self.file()).expect("a file");
        // Editors of Windows put a byte order mark before it.
        serde_json::from_str(text.trim_start_matches('\u{feff}')).expect("JSON")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Nothing else depends on it.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn no_change(store: &ConfigurationStore) -> Result<(), StoreError> {
    store.change(|_| Ok(()))
}

/// Whatever the bytes are: they are refused with a place in them and left alone, or read, and then a change loses
/// nothing of them.
pub(crate) fn check_text(scratch: &Scratch, bytes: &[u8]) {
    scratch.write(bytes);
    match scratch.open() {
        Err(error) => {
            check_refusal(&error, bytes);
            assert_eq!(fs::read(scratch.file()).expect("a file"), bytes);
        }
        Ok(store) => check_rewriting(scratch, &store),
    }
}

fn check_refusal(error: &StoreError, bytes: &[u8]) {
    let StoreFault::Broken { line, column } = error.fault else {
        assert_eq!(error.fault, StoreFault::NewerVersion, "{error}");
        return;
    };
    let text = String::from_utf8_lossy(bytes);
    let lines: Vec<&str> = text.split('\n').collect();
    assert!((1..=lines.len()).contains(&line), "{error}");
    // Bytes where the grammar ends, characters where a part is no record; one behind the end where more is missing.
    let most = lines[line - 1].len() + 1;
    assert!((1..=most).contains(&column), "{error}, {most}");
}

fn check_rewriting(scratch: &Scratch, store: &ConfigurationStore) {
    let before = scratch.value();
    let (records, parameters) = (store.records().expect("read"), store.parameters());
    no_change(store).expect("a change of nothing");
    let again = scratch.open().expect("what was written");
    let after = again.records().expect("read");
    assert_eq!(records.configuration, after.configuration);
    assert!(records.reservations.iter().eq(after.reservations.iter()));
    assert_eq!(parameters, again.parameters());
    let written = scratch.value();
    let members = before.as_object().expect("an object");
    for (name, value) in members {
        let same = match &**name {
            // The addresses are written as the API has them.
            "ip_listen" => continue,
            // Null is as good as missing.
            "timeouts" | "cache" | "settings" => {
                without_null(value) == without_null(&written[name])
            }
            "url_acls" | "ssl" if value.is_null() => continue,
            _ => *value == written[name],
        };
        assert!(same, "{name}: {value} became {}", written[name]);
    }
}

fn without_null(value: &Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.iter().filter(|(_, value)| !value.is_null());
            Value::Object(
                kept.map(|(name, value)| (name.clone(), value.clone()))
                    .collect(),
            )
        }
        value => value.clone(),
    }
}
