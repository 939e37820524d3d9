//! `timeout`, `cacheparam` and `setting`: records that are one number each.

use httpsys_core::configuration::{
    CacheParameter, Change, Configuration, ServiceSetting, ServiceTimeout,
};
use serde_json::{Map, Value, json};

use super::store;
use crate::arguments::CommandLine;
use crate::command_output::{CommandOutput, title};
use crate::failure::CommandFailure;

const TIMEOUTS: [(ServiceTimeout, &str, &str); 2] = [
    (
        ServiceTimeout::IdleConnection,
        "idleconnectiontimeout",
        "Idle connection timeout (secs)",
    ),
    (
        ServiceTimeout::HeaderWait,
        "headerwaittimeout",
        "Header wait timeout (secs)",
    ),
];
const CACHE: [(CacheParameter, &str, &str); 2] = [
    (
        CacheParameter::MaxCacheResponseSize,
        "maxcacheresponsesize",
        "Max cache response size (bytes)",
    ),
    (
        CacheParameter::CacheRangeChunkSize,
        "cacherangechunksize",
        "Cache range chunk size (bytes)",
    ),
];
const SETTINGS: [(ServiceSetting, &str, &str); 1] =
    [(ServiceSetting::TlsThrottle, "sslthrottle", "SSL throttle")];

/// The entry of a table that a parameter's word names.
fn entry<T: Copy>(table: &[(T, &str, &str)], word: &str) -> Result<T, CommandFailure> {
    let found = table.iter().find(|(_, own, _)| *own == word);
    found
        .map(|(key, ..)| *key)
        .ok_or_else(|| CommandFailure::Usage(format!("there is no {word:?}")))
}

fn number<T: TryFrom<u64>>(arguments: &CommandLine) -> Result<T, CommandFailure> {
    let value = arguments
        .number("value")
        .and_then(|value| T::try_from(value).ok());
    value.ok_or_else(|| CommandFailure::Usage("value= is not a number that fits".into()))
}

fn change(change: Change, action: &'static str, advice: &str) -> Result<(), CommandFailure> {
    store::configure(&store::open()?, change, action, advice).map(drop)
}

/// What is said when a record is there already.
const DELETE_FIRST: &str = "A value that is there has to be deleted first.";

/// `add timeout`.
pub(crate) fn add_timeout(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let timeout = entry(&TIMEOUTS, arguments.needed("timeouttype")?)?;
    let seconds = number(arguments)?;
    let record = Change::SetTimeout { timeout, seconds };
    change(record, "Timeout set", DELETE_FIRST)?;
    Ok(CommandOutput::done(
        "Timeout successfully set",
        &[("seconds", json!(seconds))],
    ))
}

/// `delete timeout`.
pub(crate) fn delete_timeout(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let timeout = entry(&TIMEOUTS, arguments.needed("timeouttype")?)?;
    let advice = "The default is in force already.";
    change(
        Change::RemoveTimeout { timeout },
        "Timeout deletion",
        advice,
    )?;
    Ok(CommandOutput::done("Timeout successfully deleted", &[]))
}

/// `show timeout`.
pub(crate) fn show_timeouts(_arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let records = store::open()?.records().map_err(CommandFailure::other)?;
    Ok(timeouts(&records.configuration))
}

fn timeouts(configuration: &Configuration) -> CommandOutput {
    let mut text = title("HTTP service timeouts:");
    let mut all = Map::new();
    for (timeout, word, label) in TIMEOUTS {
        let seconds = configuration.timeout(timeout);
        text += &format!("    {label:31}: {seconds}\n");
        all.insert(word.into(), json!(seconds));
    }
    text.push('\n');
    CommandOutput::new(text, Value::Object(all))
}

/// `add cacheparam`.
pub(crate) fn add_cache_parameter(
    arguments: &CommandLine,
) -> Result<CommandOutput, CommandFailure> {
    let parameter = entry(&CACHE, arguments.needed("type")?)?;
    let bytes = number(arguments)?;
    let record = Change::SetCacheParameter { parameter, bytes };
    change(record, "Cache parameter set", DELETE_FIRST)?;
    Ok(CommandOutput::done(
        "Cache parameter successfully set",
        &[("bytes", json!(bytes))],
    ))
}

/// `delete cacheparam`.
pub(crate) fn delete_cache_parameter(
    arguments: &CommandLine,
) -> Result<CommandOutput, CommandFailure> {
    let parameter = entry(&CACHE, arguments.needed("type")?)?;
    let record = Change::RemoveCacheParameter { parameter };
    change(record, "Cache parameter deletion", "")?;
    Ok(CommandOutput::done(
        "Cache parameter successfully deleted",
        &[],
    ))
}

/// `show cacheparam`.
pub(crate) fn show_cache_parameters(
    arguments: &CommandLine,
) -> Result<CommandOutput, CommandFailure> {
    let records = store::open()?.records().map_err(CommandFailure::other)?;
    let value = |parameter| records.configuration.cache_parameter(parameter);
    Ok(listed(
        "Cache parameters:",
        &CACHE,
        arguments.value("type"),
        value,
    ))
}

/// `add setting`.
pub(crate) fn add_setting(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let setting = entry(&SETTINGS, arguments.needed("settingtype")?)?;
    let value = number(arguments)?;
    change(
        Change::SetSetting { setting, value },
        "Setting set",
        DELETE_FIRST,
    )?;
    Ok(CommandOutput::done(
        "Setting successfully set",
        &[("value", json!(value))],
    ))
}

/// `delete setting`.
pub(crate) fn delete_setting(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let setting = entry(&SETTINGS, arguments.needed("settingtype")?)?;
    change(Change::RemoveSetting { setting }, "Setting deletion", "")?;
    Ok(CommandOutput::done("Setting successfully deleted", &[]))
}

/// `show setting`.
pub(crate) fn show_settings(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let records = store::open()?.records().map_err(CommandFailure::other)?;
    let value = |setting| records.configuration.setting(setting);
    Ok(listed(
        "HTTP service settings:",
        &SETTINGS,
        arguments.value("settingtype"),
        value,
    ))
}

fn listed<T: Copy>(
    words: &str,
    table: &[(T, &str, &str)],
    only: Option<&str>,
    value: impl Fn(T) -> Option<u32>,
) -> CommandOutput {
    let mut text = title(words);
    let mut all = Map::new();
    for (key, word, label) in table {
        if only.is_some_and(|only| only != *word) {
            continue;
        }
        let value = value(*key);
        let shown = value.map_or("Not Set".to_owned(), |value| value.to_string());
        text += &format!("    {label:31}: {shown}\n");
        all.insert((*word).to_owned(), json!(value));
    }
    text.push('\n');
    CommandOutput::new(text, Value::Object(all))
}
