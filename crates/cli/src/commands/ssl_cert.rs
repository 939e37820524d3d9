//! `add`, `update`, `delete` and `show sslcert`, `update sslpropertyex`.
//!
//! Owns: how tags become a record. Does not own: what is printed of one (`ssl_text.rs`), nor what makes one
//! valid (`httpsys_core::configuration::ssl`).

use std::net::SocketAddr;

use httpsys_configuration::{ConfigurationStore, guid_bytes, hex_bytes};
use httpsys_core::Error;
use httpsys_core::configuration::ssl::{
    InvalidSslRecord, SslFlags, SslKey, SslParameters, SslRecord,
};
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedRecord};
use httpsys_core::configuration::{Change, Configuration};
use serde_json::json;

use super::ssl_text::{self, CACHED_ONLY, ENABLED, FRESHNESS, NO_REVOCATION, NO_USAGE_CHECK, SET};
use super::store;
use crate::arguments::CommandLine;
use crate::command_output::CommandOutput;
use crate::failure::CommandFailure;

const ADD: &str = "SSL Certificate add";
const UPDATE: &str = "SSL Certificate update";
const DELETE: &str = "SSL Certificate deletion";

/// `add sslcert`.
pub(crate) fn add(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let key = needed_key(arguments)?;
    let store = store::open()?;
    let parameters = parameters(arguments, ssl_text::new_parameters(), &store)?;
    let record = SslRecord { key, parameters };
    checked(&record)?;
    let advice = format!(
        "There is a binding for {} already: 'httpsysctl update sslcert' changes it.",
        record.key
    );
    let warnings = store::configure(&store, Change::AddSsl(record), ADD, &advice)?;
    Ok(success("SSL Certificate successfully added", &warnings))
}

/// `update sslcert`: what is not given stays.
pub(crate) fn update(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let key = needed_key(arguments)?;
    let store = store::open()?;
    let records = store.records().map_err(CommandFailure::other)?;
    let found = records.configuration.ssl_of(&key);
    let found = found.ok_or_else(|| store::refused(UPDATE, Error::NotFound, &missing(&key)))?;
    let parameters = parameters(arguments, found.parameters.clone(), &store)?;
    let mut others = siblings(&records.configuration, found);
    // One that has the same settings by now needs no word.
    let differs = |key: &SslKey| {
        let other = records.configuration.ssl_of(key);
        other.is_none_or(|other| other.parameters != parameters)
    };
    others.retain(differs);
    let record = SslRecord { key, parameters };
    checked(&record)?;
    let warnings = store::configure(&store, Change::UpdateSsl(record), UPDATE, "")?;
    let sentence = "SSL Certificate successfully updated".to_owned();
    Ok(success(
        &(sentence + &hint("not changed", "update", &others)),
        &warnings,
    ))
}

/// `delete sslcert`.
pub(crate) fn delete(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let key = needed_key(arguments)?;
    let advice = missing(&key);
    let store = store::open()?;
    let records = store.records().map_err(CommandFailure::other)?;
    let found = records.configuration.ssl_of(&key);
    let others = found.map_or_else(Vec::new, |found| siblings(&records.configuration, found));
    store::configure(&store, Change::RemoveSsl(key), DELETE, &advice)?;
    let sentence = "SSL Certificate successfully deleted".to_owned();
    Ok(CommandOutput::done(
        &(sentence + &hint("still bound", "delete", &others)),
        &[],
    ))
}

/// The other addresses that have the same certificate on the same port from the same program: the other half of
/// IPv4 and IPv6, which are two records here as on Windows.
fn siblings(configuration: &Configuration, record: &SslRecord) -> Vec<SslKey> {
    let own = &record.parameters;
    let is_sibling = |other: &&SslRecord| {
        let of_address = matches!(
            (&other.key, &record.key),
            (SslKey::IpPort(_), SslKey::IpPort(_))
        );
        let same = other.parameters.hash == own.hash && other.parameters.app_id == own.app_id;
        of_address && same && other.key.port() == record.key.port() && other.key != record.key
    };
    let others = configuration.ssl().iter().filter(is_sibling);
    others.map(|record| record.key.clone()).collect()
}

/// Lines on what is as it was; none if there is nothing.
fn hint(state: &str, verb: &str, others: &[SslKey]) -> String {
    let line = |key: &SslKey| {
        format!(
            "\n{key} has the same certificate, {state}: 'httpsysctl {verb} sslcert ipport={key}'."
        )
    };
    others.iter().map(line).collect()
}

/// `show sslcert`: one, or all.
pub(crate) fn show(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let records = store::open()?.records().map_err(CommandFailure::other)?;
    let configuration = &records.configuration;
    let extended = configuration.ssl_extended();
    let Some(key) = key(arguments)? else {
        let all: Vec<&SslRecord> = configuration.ssl().iter().collect();
        return Ok(ssl_text::shown(&all, extended));
    };
    let found = configuration.ssl_of(&key);
    let found = found
        .ok_or_else(|| store::refused("SSL Certificate query", Error::NotFound, &missing(&key)))?;
    Ok(ssl_text::shown(&[found], extended))
}

/// `update sslpropertyex`: sets the extended record, whether it is there or not, as netsh does.
pub(crate) fn update_extended(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    const ACTION: &str = "SSL extended property update";
    let key = needed_key(arguments)?;
    let number = |tag: &'static str| {
        let given = arguments
            .number(tag)
            .and_then(|value| u32::try_from(value).ok());
        given.ok_or_else(|| CommandFailure::Usage(format!("{tag}= is missing for this propertyid")))
    };
    let value = match arguments.number("propertyid") {
        Some(0) => SslExtended::Http2Window {
            receive_window: number("receivewindow")?,
        },
        _ => SslExtended::Http2SettingsLimits {
            per_frame: number("maxsettingsperframe")?,
            per_minute: number("maxsettingsperminute")?,
        },
    };
    let store = store::open()?;
    let records = store.records().map_err(CommandFailure::other)?;
    let kind = value.kind();
    let there = records.configuration.ssl_extended_of(&key, kind).is_some();
    let record = SslExtendedRecord { key, value };
    let change = match there {
        true => Change::UpdateSslExtended(record),
        false => Change::AddSslExtended(record),
    };
    store::configure(
        &store,
        change,
        ACTION,
        "The binding itself has to be there first.",
    )?;
    Ok(CommandOutput::done(
        "SSL extended property successfully updated",
        &[],
    ))
}

fn missing(key: &SslKey) -> String {
    format!("There is no binding for {key}: 'httpsysctl show sslcert' has those that are there.")
}

fn success(sentence: &str, warnings: &[String]) -> CommandOutput {
    let mut text = sentence.to_owned();
    for warning in warnings {
        text += &format!("\nWarning: clients may refuse the certificate: {warning}.");
    }
    CommandOutput::done(&text, &[("warnings", json!(warnings))])
}

/// Says why a record is not valid, in words.
fn checked(record: &SslRecord) -> Result<(), CommandFailure> {
    let valid = record
        .key
        .check()
        .and_then(|()| record.parameters.check(&record.key));
    valid.map_err(|why| {
        CommandFailure::Usage(match why {
            InvalidSslRecord::NoHash => {
                "certhash= is missing: the hash that 'httpsysctl import cert' \
                                         printed, or a beginning of it"
                    .into()
            }
            InvalidSslRecord::LongHash => format!("certhash=: {why}"),
            InvalidSslRecord::StoreName => format!("certstorename=: {why}"),
            InvalidSslRecord::CtlStoreName => format!("sslctlstorename=: {why}"),
            InvalidSslRecord::LongCtlIdentifier => format!("sslctlidentifier=: {why}"),
            other => other.to_string(),
        })
    })
}

fn needed_key(arguments: &CommandLine) -> Result<SslKey, CommandFailure> {
    let missing = "for which endpoint? ipport=, hostnameport=, ccs= or scopedccs=";
    key(arguments)?.ok_or_else(|| CommandFailure::Usage(missing.into()))
}

/// The key that is given, if one is.
fn key(arguments: &CommandLine) -> Result<Option<SslKey>, CommandFailure> {
    let tags = ["ipport", "hostnameport", "ccs", "scopedccs"];
    let mut given = tags
        .iter()
        .filter_map(|tag| Some((*tag, arguments.value(tag)?)));
    let (first, second) = (given.next(), given.next());
    if let (Some((one, _)), Some((other, _))) = (first, second) {
        return Err(CommandFailure::Usage(format!(
            "{one}= does not go with {other}="
        )));
    }
    let Some((tag, value)) = first else {
        return Ok(None);
    };
    let bad = |why: &dyn std::fmt::Display| CommandFailure::Usage(format!("{tag}={value}: {why}"));
    let found = match tag {
        "ipport" => SslKey::IpPort(value.parse::<SocketAddr>().map_err(|_| {
            bad(&"it has to be an address and a port, such as 0.0.0.0:443 or [::]:443")
        })?),
        "ccs" => SslKey::Ccs(value.parse().map_err(|_| bad(&"it has to be a port"))?),
        _ => {
            let parts = value.rsplit_once(':');
            let parts = parts.and_then(|(name, port)| Some((name, port.parse().ok()?)));
            let example = "it has to be a host name and a port, such as www.example.org:443";
            let (name, port) = parts.ok_or_else(|| bad(&example))?;
            let made = match tag {
                "hostnameport" => SslKey::host_name_port(name, port),
                _ => SslKey::scoped_ccs(name, port),
            };
            made.map_err(|why| bad(&why))?
        }
    };
    found.check().map_err(|why| bad(&why))?;
    Ok(Some(found))
}

/// The parameters with what the arguments say.
fn parameters(
    arguments: &CommandLine,
    mut own: SslParameters,
    store: &ConfigurationStore,
) -> Result<SslParameters, CommandFailure> {
    let text = |tag: &str| arguments.value(tag).map(str::to_owned);
    let number = |tag: &str| {
        arguments
            .number(tag)
            .and_then(|value| u32::try_from(value).ok())
    };
    let switch = |tag: &str| arguments.value(tag).map(|word| word == "enable");
    if let Some(name) = text("certstorename") {
        own.store_name = Some(name);
    }
    if let Some(hash) = arguments.value("certhash") {
        own.hash = thumbprint(hash, own.store(), store)?;
    }
    if let Some(id) = arguments.value("appid") {
        own.app_id = guid_bytes(id).ok_or_else(|| {
            CommandFailure::Usage(format!(
                "appid={id}: it has to be a GUID, such as {{4dc3e181-e14b-4a21-b022-59fc669b0914}}"
            ))
        })?;
    }
    let modes = [
        ("verifyclientcertrevocation", NO_REVOCATION, false),
        (
            "verifyrevocationwithcachedclientcertonly",
            CACHED_ONLY,
            true,
        ),
        ("usagecheck", NO_USAGE_CHECK, false),
    ];
    for (tag, flag, sets) in modes {
        if let Some(enabled) = switch(tag) {
            own.check_mode = with(own.check_mode, flag, enabled == sets);
        }
    }
    if let Some(seconds) = number("revocationfreshnesstime") {
        own.freshness_seconds = seconds;
        own.check_mode = with(own.check_mode, FRESHNESS, seconds > 0);
    }
    if let Some(milliseconds) = number("urlretrievaltimeout") {
        own.url_retrieval_timeout_ms = milliseconds;
    }
    own.ctl_identifier = text("sslctlidentifier").or(own.ctl_identifier);
    own.ctl_store_name = text("sslctlstorename").or(own.ctl_store_name);
    for (flag, tag, _) in ENABLED.iter().chain(&SET) {
        if let Some(enabled) = switch(tag) {
            own.flags = SslFlags(with(own.flags.0, flag.0, enabled));
        }
    }
    Ok(own)
}

fn with(flags: u32, flag: u32, is_set: bool) -> u32 {
    if is_set { flags | flag } else { flags & !flag }
}

/// The thumbprint that is meant: of a beginning, the one certificate of the store that has it.
fn thumbprint(
    text: &str,
    name: &str,
    store: &ConfigurationStore,
) -> Result<Vec<u8>, CommandFailure> {
    let bad = |why: String| CommandFailure::Usage(format!("certhash={text}: {why}"));
    let digits: String = text.chars().filter(|c| !": ".contains(*c)).collect();
    let digits = digits.to_ascii_lowercase();
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(bad("it has to be hexadecimal, 40 digits for SHA-1".into()));
    }
    if digits.len() < 40 {
        let names = store
            .certificates()
            .names(name)
            .map_err(CommandFailure::other)?;
        let mut fitting = names.iter().filter(|own| own.starts_with(&digits));
        return match (fitting.next(), fitting.next()) {
            (Some(only), None) => Ok(hex_bytes(only).unwrap_or_default()),
            (None, _) => Err(bad(format!(
                "no certificate in the store {name} begins so; 'httpsysctl import cert' puts one there"
            ))),
            (Some(_), Some(_)) => Err(bad("several certificates begin so".into())),
        };
    }
    hex_bytes(&digits).ok_or_else(|| bad("it has to have 40 digits".into()))
}
