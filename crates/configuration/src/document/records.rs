//! The records of a file.
//!
//! Owns: the members of addresses, reservations, timeouts, cache parameters and settings, and that a record which
//! has not changed keeps its text. Does not own certificate records (`ssl.rs`).

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use httpsys_core::configuration::{
    CacheParameter, Change, Configuration, ServiceSetting, ServiceTimeout,
};
use httpsys_core::records::Records;
use httpsys_core::reservation::{Reservation, check_descriptor};
use httpsys_core::url_prefix::UrlPrefix;
use httpsys_core::{Error, configuration};

use super::node::{DocumentFault, DocumentNode, RecordMembers};
use super::{extended, ssl};
use crate::json::Json;

const TIMEOUTS: [(&str, ServiceTimeout); 2] = [
    ("idle_connection_seconds", ServiceTimeout::IdleConnection),
    ("header_wait_seconds", ServiceTimeout::HeaderWait),
];
const CACHE: [(&str, CacheParameter); 2] = [
    ("max_response_bytes", CacheParameter::MaxCacheResponseSize),
    ("range_chunk_bytes", CacheParameter::CacheRangeChunkSize),
];
const SETTINGS: [(&str, ServiceSetting); 1] = [("tls_throttle", ServiceSetting::TlsThrottle)];

pub(super) fn read(root: &DocumentNode<'_>) -> Result<Records, DocumentFault> {
    let mut records = Records::default();
    let changes = &mut records.configuration;
    for node in root.elements_of("ip_listen")? {
        let address = address(&node)?;
        apply(changes, Change::AddListenAddress(address), &node)?;
    }
    for node in root.elements_of("url_acls")? {
        let reservation = reservation(&node)?;
        let added = records.reservations.add(reservation);
        added.map_err(|error| node.fault(twice_or(error)))?;
    }
    for node in root.elements_of("ssl")? {
        let record = ssl::read(&node)?;
        let key = record.key.clone();
        apply(changes, Change::AddSsl(record), &node)?;
        for (node, value) in extended::read(&node)? {
            let key = key.clone();
            let record = configuration::ssl_extended::SslExtendedRecord { key, value };
            apply(changes, Change::AddSslExtended(record), &node)?;
        }
    }
    read_values(root, changes)?;
    Ok(records)
}

fn read_values(root: &DocumentNode<'_>, changes: &mut Configuration) -> Result<(), DocumentFault> {
    if let Some(timeouts) = root.get("timeouts") {
        timeouts.object()?;
        for (name, timeout) in TIMEOUTS {
            let Some(node) = timeouts.get(name) else {
                continue;
            };
            let seconds = node.number_u16()?;
            apply(changes, Change::SetTimeout { timeout, seconds }, &node)?;
        }
    }
    if let Some(cache) = root.get("cache") {
        cache.object()?;
        for (name, parameter) in CACHE {
            let Some(node) = cache.get(name) else {
                continue;
            };
            let bytes = node.number_u32()?;
            apply(
                changes,
                Change::SetCacheParameter { parameter, bytes },
                &node,
            )?;
        }
    }
    if let Some(settings) = root.get("settings") {
        settings.object()?;
        for (name, setting) in SETTINGS {
            let Some(node) = settings.get(name) else {
                continue;
            };
            let value = node.number_u32()?;
            apply(changes, Change::SetSetting { setting, value }, &node)?;
        }
    }
    Ok(())
}

fn apply(
    changes: &mut Configuration,
    change: Change,
    node: &DocumentNode<'_>,
) -> Result<(), DocumentFault> {
    let applied = changes.apply(change);
    applied.map_err(|error| node.fault(twice_or(error)))
}

fn twice_or(error: Error) -> String {
    match error {
        Error::AlreadyExists => {
            "there is such a record already, or its port has the other scheme".into()
        }
        Error::NoResources => "there are more records than are kept".into(),
        Error::InvalidParameter => "the record cannot have this value".into(),
        error => error.meaning().into(),
    }
}

fn address(node: &DocumentNode<'_>) -> Result<IpAddr, DocumentFault> {
    let text = node.text()?;
    text.parse()
        .map_err(|_| node.fault(format!("{text:?} is not an IP address")))
}

fn reservation(node: &DocumentNode<'_>) -> Result<Reservation, DocumentFault> {
    node.object()?;
    let utf16 = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    let (url, descriptor) = (node.text_of("url")?, node.text_of("sddl")?);
    let member = |name| node.get(name).unwrap_or_else(|| node.clone());
    UrlPrefix::parse_str(url).map_err(|why| member("url").fault(why.to_string()))?;
    let descriptor = utf16(descriptor);
    check_descriptor(&descriptor).map_err(|why| member("sddl").fault(why.to_string()))?;
    let mut url = utf16(url);
    if url.last() != Some(&u16::from(b'/')) {
        url.push(u16::from(b'/'));
    }
    Ok(Reservation { url, descriptor })
}

/// Puts the records into a document that was `old` and had the records `before`.
pub(super) fn write(json: &mut Json, old: &Json, before: &Records, records: &Records) {
    let configuration = &records.configuration;
    let listen = configuration.listen_addresses().iter();
    let listen = listen.map(|address| Json::text(address.to_string()));
    put(json, "ip_listen", Json::list(listen));
    let acls = merged(
        &reserved(old.get("url_acls"), before),
        records.reservations.iter(),
        |old, new| old.url == new.url,
        |old, new| std::ptr::eq(&**old, new) || **old == *new,
        |record, _| {
            let text = |units: &[u16]| Some(Json::text(String::from_utf16_lossy(units)));
            vec![
                ("url", text(&record.url)),
                ("sddl", text(&record.descriptor)),
            ]
        },
    );
    put(json, "url_acls", acls);
    let read_ssl = |element: &Arc<Json>| {
        let node = DocumentNode::root(element);
        let record = ssl::read(&node).ok()?;
        let values = extended::read(&node).ok()?;
        let values: Vec<_> = values.into_iter().map(|(_, value)| value).collect();
        Some(((record, values), Arc::clone(element)))
    };
    let old_ssl: Vec<_> = elements(old.get("ssl"))
        .iter()
        .filter_map(read_ssl)
        .collect();
    let written = merged(
        &old_ssl,
        configuration.ssl().iter(),
        |(old, _), new| old.key == new.key,
        |(old, values), new| *old == *new && *values == extended::of(configuration, &new.key),
        |record, old| {
            let mut members = ssl::members(record);
            let extended = extended::member(configuration, &record.key, old.get("extended"));
            members.push(("extended", extended));
            members
        },
    );
    put(json, "ssl", written);
    write_values(json, configuration);
}

fn write_values(json: &mut Json, configuration: &Configuration) {
    let timeouts = TIMEOUTS.map(|(name, timeout)| {
        let seconds = configuration.timeout_record(timeout);
        (name, seconds.map(Json::number))
    });
    put_values(json, "timeouts", &timeouts);
    let cache = CACHE.map(|(name, parameter)| {
        let bytes = configuration.cache_parameter(parameter);
        (name, bytes.map(Json::number))
    });
    put_values(json, "cache", &cache);
    let settings = SETTINGS.map(|(name, setting)| {
        let value = configuration.setting(setting);
        (name, value.map(Json::number))
    });
    put_values(json, "settings", &settings);
}

/// Sets a list; an empty one is not written where there was none.
fn put(json: &mut Json, name: &str, list: Json) {
    if json.get(name).is_none() && list == Json::List(Vec::new()) {
        return;
    }
    json.set(name, Some(list));
}

fn put_values(json: &mut Json, name: &str, values: &[(&str, Option<Json>)]) {
    // Null is as good as missing.
    let mut object = json.get(name).filter(|json| **json != Json::Null).cloned();
    let is_empty = values.iter().all(|(_, value)| value.is_none());
    if is_empty && object.is_none() {
        return;
    }
    let object_ref = object.get_or_insert_with(|| Json::Object(Vec::new()));
    for (member, value) in values {
        object_ref.set(member, value.clone());
    }
    json.set(name, object);
}

fn elements(list: Option<&Json>) -> &[Arc<Json>] {
    match list {
        Some(Json::List(elements)) => elements,
        _ => &[],
    }
}

/// The elements of the list of reservations, with what they are read as: the records, which are in the same order.
fn reserved<'a>(
    list: Option<&Json>,
    before: &'a Records,
) -> Vec<(Cow<'a, Reservation>, Arc<Json>)> {
    let elements = elements(list);
    let records = before.reservations.iter();
    if records.len() == elements.len() {
        return records
            .map(Cow::Borrowed)
            .zip(elements.iter().cloned())
            .collect();
    }
    let read = |element: &Arc<Json>| {
        let record = reservation(&DocumentNode::root(element)).ok()?;
        Some((Cow::Owned(record), Arc::clone(element)))
    };
    elements.iter().filter_map(read).collect()
}

/// A list of records: each keeps the element that it had, with what the format does not know, and its known
/// members are written only if one of them has changed. Records stay in order, so that each is looked for behind the
/// one before it first.
fn merged<'a, R: 'a, T>(
    old: &[(T, Arc<Json>)],
    records: impl Iterator<Item = &'a R>,
    has_key: impl Fn(&T, &R) -> bool,
    is_same: impl Fn(&T, &R) -> bool,
    members: impl Fn(&R, &Json) -> RecordMembers,
) -> Json {
    let mut next = 0;
    let write = |record: &R| {
        let (before, behind) = old.split_at(next);
        let behind = behind.iter().zip(next..);
        let mut all = behind.chain(before.iter().zip(0..));
        let found = all.find(|((value, _), _)| has_key(value, record));
        let mut json = match found {
            Some(((value, json), at)) => {
                next = at + 1;
                if is_same(value, record) {
                    return Arc::clone(json);
                }
                Json::clone(json)
            }
            None => Json::Object(Vec::new()),
        };
        for (name, value) in members(record, &json) {
            json.set(name, value);
        }
        Arc::new(json)
    };
    Json::List(records.map(write).collect())
}
