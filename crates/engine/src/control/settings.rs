//! Registry parameters from the environment: off Windows there is no registry.
//!
//! Owns: the names of the environment's variables and their order. The configuration file, which
//! `HTTPSYS_CONFIG` names, comes first; `HTTPSYS_PARAMETERS` names a file of lines `Name = value`, which wins;
//! `HTTPSYS_<Name>=value` is applied after it. Does not own: names, ranges and the syntax of lines
//! (`httpsys-proto`), the configuration file (`httpsys-configuration`), nor who asks: the service of the process
//! when it is made, and a program that wants to. Threading: any thread.

use std::ffi::OsString;
use std::path::Path;
use std::sync::Arc;
use std::{env, fmt};

use httpsys_configuration::{ConfigurationStore, StoreError, StoreFault, StorePlace};
use httpsys_core::Error;
use httpsys_core::proto::Parameters;

use crate::observe::reason;

const PREFIX: &str = "HTTPSYS_";
const FILE: &str = "HTTPSYS_PARAMETERS";

/// Why the environment gives no parameters: a file that cannot be read, a name that does not exist,
/// a value that is not valid or out of its range. Displayed it says which, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidEnvironment {
    words: String,
    error: Error,
}

impl InvalidEnvironment {
    /// The code that the service of the process fails with.
    #[must_use]
    pub fn error(&self) -> Error {
        self.error
    }

    /// The code, after a note of the reason.
    pub(crate) fn noted(&self) -> Error {
        reason::note(self.words.clone(), self.error, true);
        self.error
    }
}

impl From<StoreError> for InvalidEnvironment {
    fn from(error: StoreError) -> InvalidEnvironment {
        InvalidEnvironment {
            words: error.to_string(),
            error: error.error(),
        }
    }
}

impl fmt::Display for InvalidEnvironment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for InvalidEnvironment {}

/// What the service of the process is made with.
#[derive(Debug)]
pub(crate) struct ServiceSettings {
    pub(crate) parameters: Parameters,
    pub(crate) store: Arc<ConfigurationStore>,
}

impl ServiceSettings {
    pub(crate) fn of_environment() -> Result<ServiceSettings, InvalidEnvironment> {
        let store = open_store()?;
        Ok(ServiceSettings {
            parameters: of_variables(&store.parameters())?,
            store: Arc::new(store),
        })
    }
}

/// The configuration store that the environment names: in memory, with a warning, where it names none.
pub(crate) fn open_store() -> Result<ConfigurationStore, InvalidEnvironment> {
    match StorePlace::of_environment() {
        Ok(place) => Ok(ConfigurationStore::open(place)?),
        Err(error) if error.fault == StoreFault::NoPlace => {
            tracing::warn!(%error, "records last as long as this process");
            Ok(ConfigurationStore::memory())
        }
        Err(error) => Err(error.into()),
    }
}

/// The parameters that the environment of this process asks for: those in the configuration file, then those of the
/// file that `HTTPSYS_PARAMETERS` names, then each `HTTPSYS_<Name>=value`, such as
/// `HTTPSYS_MaxFieldLength=1024`. What is not named has its default.
///
/// # Errors
/// The first setting that is refused, and a configuration file that cannot be understood.
pub fn parameters_from_environment() -> Result<Parameters, InvalidEnvironment> {
    of_variables(&open_store()?.parameters())
}

/// As [`parameters_from_environment`], of the variables alone: a simulation reads no configuration file.
///
/// # Errors
/// The first setting that is refused.
pub fn parameters_of_variables() -> Result<Parameters, InvalidEnvironment> {
    of_variables(&[])
}

fn of_variables(first: &[(String, String)]) -> Result<Parameters, InvalidEnvironment> {
    let read = |path: &OsString| std::fs::read_to_string(path).map_err(|error| error.to_string());
    from(first, env::vars_os(), read).map_err(|words| InvalidEnvironment {
        words,
        error: Error::InvalidParameter,
    })
}

/// `first` is what the variables win over.
fn from(
    first: &[(String, String)],
    variables: impl Iterator<Item = (OsString, OsString)>,
    read: impl FnOnce(&OsString) -> Result<String, String>,
) -> Result<Parameters, String> {
    let mut file = None;
    let mut settings = Vec::new();
    for (name, value) in variables {
        let Some(name) = name.to_str() else { continue };
        if name == FILE {
            file = Some(value);
        } else if let Some(parameter) = name.strip_prefix(PREFIX) {
            // Other variables of ours have capitals only.
            if is_known(parameter) || parameter.bytes().any(|b| b.is_ascii_lowercase()) {
                let value = value.into_string();
                let value = value.map_err(|_| format!("{name}: the value is not UTF-8"))?;
                settings.push((parameter.to_owned(), value));
            }
        }
    }
    let mut parameters = Parameters::default();
    for (name, value) in first {
        let set = parameters.set(name, value);
        set.map_err(|error| format!("the configuration: {error}"))?;
    }
    if let Some(path) = file {
        let text = read(&path)
            .map_err(|error| format!("{FILE}={}: {error}", Path::new(&path).display()))?;
        parameters
            .set_from_text(&text)
            .map_err(|error| format!("{}: {error}", Path::new(&path).display()))?;
    }
    for (name, value) in settings {
        parameters
            .set(&name, &value)
            .map_err(|error| format!("{PREFIX}{name}: {error}"))?;
    }
    Ok(parameters)
}

fn is_known(name: &str) -> bool {
    use httpsys_core::proto::Choices;
    let mut names = Parameters::NAMES.iter().chain(Choices::NAMES);
    names.any(|known| known.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variables(list: &[(&str, &str)]) -> impl Iterator<Item = (OsString, OsString)> {
        let list: Vec<_> = list
            .iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        list.into_iter()
    }

    fn no_file(_: &OsString) -> Result<String, String> {
        Err("no such file".into())
    }

    #[test]
    fn variables_are_applied_after_the_file() {
        let list = [
            ("HTTPSYS_MaxFieldLength", "200"),
            ("HTTPSYS_PARAMETERS", "a.conf"),
            ("HTTPSYS_MAXREQUESTBYTES", "0x1000"),
            ("HTTPSYS_TEST_PORT", "1"),
            ("PATH", "/bin"),
        ];
        let file = "MaxFieldLength = 100\nUrlSegmentMaxCount = 3\n";
        let configured = [("UrlSegmentMaxCount", "7"), ("UrlSegmentMaxLength", "50")];
        let first = configured.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let parameters = from(&first, variables(&list), |path| {
            assert_eq!(path, "a.conf");
            Ok(file.into())
        });
        let mut wanted = Parameters::default();
        wanted.max_field_length = 200;
        wanted.max_request_bytes = 0x1000;
        wanted.url_segment_max_count = 3;
        wanted.url_segment_max_length = 50;
        assert_eq!(parameters, Ok(wanted));
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let message = |list: &[(&str, &str)], text: &str| {
            from(&[], variables(list), |_| Ok(text.into())).unwrap_err()
        };
        let file = [("HTTPSYS_PARAMETERS", "a.conf")];
        assert_eq!(
            message(&file, "\nMaxFieldLength = 1"),
            "a.conf: line 2: MaxFieldLength is 1, but must be between 64 and 65534"
        );
        assert_eq!(
            message(&[("HTTPSYS_MaxFieldlenght", "100")], ""),
            "HTTPSYS_MaxFieldlenght: there is no parameter \"MaxFieldlenght\""
        );
        let missing = from(&[], variables(&file), no_file).unwrap_err();
        assert_eq!(missing, "HTTPSYS_PARAMETERS=a.conf: no such file");
    }
}
