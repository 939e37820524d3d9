//! The configuration store as the commands use it.
//!
//! Owns: that failures say what was tried, in netsh's words, and what to do. Does not own: the store.

use std::path::Path;
use std::time::SystemTime;

use httpsys_configuration::{ChangeError, ConfigurationStore, StoreError, StorePlace};
use httpsys_core::Error;
use httpsys_core::configuration::Change;

use crate::failure::CommandFailure;

/// The store of the environment.
///
/// Members of the file that mean nothing are named on standard error: most are misspelt.
pub(crate) fn open() -> Result<ConfigurationStore, CommandFailure> {
    let opened = StorePlace::of_environment().and_then(ConfigurationStore::open);
    let store = opened.map_err(CommandFailure::other)?;
    let path = store.path().unwrap_or(Path::new(""));
    for member in store.unknown_members() {
        let path = path.display();
        eprintln!("httpsysctl: warning: {path}: {member} is not a known member; it is kept");
    }
    Ok(store)
}

/// Makes a change, and returns what clients may have against a certificate of it.
pub(crate) fn configure(
    store: &ConfigurationStore,
    change: Change,
    action: &'static str,
    advice: &str,
) -> Result<Vec<String>, CommandFailure> {
    let made = store.configure(change, SystemTime::now());
    made.map_err(|error| match error {
        ChangeError::Refused(error) => refused(action, error, advice),
        ChangeError::Store(error) => of_store(action, &error),
    })
}

/// What the records refuse.
pub(crate) fn refused(action: &'static str, error: Error, advice: &str) -> CommandFailure {
    CommandFailure::Refused {
        action,
        error,
        advice: advice.to_owned(),
    }
}

/// What the store refuses, which says itself why.
pub(crate) fn of_store(action: &'static str, error: &StoreError) -> CommandFailure {
    let mut advice = error.to_string();
    if error.error() == Error::NoSuchCertificate {
        advice +=
            "\n'httpsysctl import cert file=...' puts a certificate with its key into a store.";
    }
    CommandFailure::Refused {
        action,
        error: error.error(),
        advice,
    }
}
