//! Where the configuration store is.
//!
//! Owns the rule: the file that `HTTPSYS_CONFIG` names, memory where it says `:memory:`, else `httpsys/config.json`
//! in the user's folder for configuration. Does not own the file. Threading: plain data.

use std::env;
use std::ffi::OsString;
use std::path::PathBuf;

use crate::error::{StoreError, StoreFault};

/// The variable that names the file.
const VARIABLE: &str = "HTTPSYS_CONFIG";

/// What it says for a store that nobody else sees, and that ends with the process.
const MEMORY: &str = ":memory:";

/// See the module head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorePlace {
    /// Nowhere: as long as the service.
    Memory,
    /// A file. The certificates are in the folder `certificates` beside it.
    File(PathBuf),
}

impl StorePlace {
    /// Where the environment of this process puts it.
    ///
    /// # Errors
    /// [`StoreFault::NoPlace`] when it names neither a file nor a home.
    pub fn of_environment() -> Result<StorePlace, StoreError> {
        StorePlace::of(|name| env::var_os(name))
    }

    fn of(variable: impl Fn(&str) -> Option<OsString>) -> Result<StorePlace, StoreError> {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        if let Some(value) = set(VARIABLE) {
            return Ok(match value {
                value if value == MEMORY => StorePlace::Memory,
                value => StorePlace::File(value.into()),
            });
        }
        let folder = user_folder(set).ok_or_else(|| {
            let words =
                format!("no place for the configuration: neither {VARIABLE} nor {HOME} is set");
            StoreError::without_file(StoreFault::NoPlace, words)
        })?;
        Ok(StorePlace::File(folder.join("httpsys").join("config.json")))
    }
}

#[cfg(not(windows))]
const HOME: &str = "HOME";
#[cfg(windows)]
const HOME: &str = "APPDATA";

/// Documented: XDG Base Directory Specification; `Library/Application Support` on macOS.
#[cfg(not(windows))]
fn user_folder(set: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let home = || set(HOME).map(PathBuf::from);
    if cfg!(target_os = "macos") {
        return Some(home()?.join("Library").join("Application Support"));
    }
    let given = set("XDG_CONFIG_HOME").map(PathBuf::from);
    match given.filter(|path| path.is_absolute()) {
        Some(path) => Some(path),
        None => Some(home()?.join(".config")),
    }
}

#[cfg(windows)]
fn user_folder(set: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    set(HOME).map(PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(list: &[(&str, &str)]) -> Result<StorePlace, StoreError> {
        StorePlace::of(|name| {
            let mut all = list.iter();
            all.find(|(key, _)| *key == name)
                .map(|(_, value)| value.into())
        })
    }

    #[test]
    fn the_variable_wins_and_memory_has_a_name() {
        let file = |path: &str| Ok(StorePlace::File(path.into()));
        assert_eq!(
            of(&[("HTTPSYS_CONFIG", "a.json"), ("HOME", "/h")]),
            file("a.json")
        );
        assert_eq!(
            of(&[("HTTPSYS_CONFIG", ":memory:")]),
            Ok(StorePlace::Memory)
        );
        assert_eq!(
            of(&[]).map_err(|error| error.fault),
            Err(StoreFault::NoPlace)
        );
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn without_it_the_store_is_in_the_users_folder_for_configuration() {
        let file = |path: &str| Ok(StorePlace::File(path.into()));
        let home = ("HOME", "/h");
        assert_eq!(of(&[home]), file("/h/.config/httpsys/config.json"));
        assert_eq!(
            of(&[home, ("HTTPSYS_CONFIG", "")]),
            file("/h/.config/httpsys/config.json")
        );
        assert_eq!(
            of(&[home, ("XDG_CONFIG_HOME", "/x")]),
            file("/x/httpsys/config.json")
        );
        // Documented: a relative path is ignored.
        assert_eq!(
            of(&[home, ("XDG_CONFIG_HOME", "x")]),
            file("/h/.config/httpsys/config.json")
        );
    }
}
