//! Extended certificate records in the file: the member `extended` of a certificate record.
//!
//! Owns its members, one for each type.

use httpsys_core::configuration::Configuration;
use httpsys_core::configuration::ssl::{InvalidSslRecord, SslKey, is_store_name};
use httpsys_core::configuration::ssl_extended::SslExtended;

use super::node::{DocumentFault, DocumentNode};
use super::ssl::bytes;
use crate::json::Json;
use crate::text::hex_text;

/// The members that are known.
const NAMES: [&str; 5] = [
    "http2_window",
    "http2_settings_limits",
    "performance",
    "error_headers",
    "certificates",
];

pub(super) fn read<'a>(
    node: &DocumentNode<'a>,
) -> Result<Vec<(DocumentNode<'a>, SslExtended)>, DocumentFault> {
    let mut all = Vec::new();
    let Some(extended) = node.get("extended") else {
        return Ok(all);
    };
    for (name, node) in extended.members()? {
        // Of a later version: kept.
        let Some(value) = read_one(name, &node)? else {
            continue;
        };
        value.check().map_err(|why| at_fault(&node, why))?;
        all.push((node, value));
    }
    Ok(all)
}

/// The value of a member; `None` for a name that is not known.
fn read_one(name: &str, node: &DocumentNode<'_>) -> Result<Option<SslExtended>, DocumentFault> {
    let number = |name| node.read_or(name, 0, DocumentNode::number_u32);
    Ok(Some(match name {
        "http2_window" => SslExtended::Http2Window {
            receive_window: node.number_u32()?,
        },
        "http2_settings_limits" => SslExtended::Http2SettingsLimits {
            per_frame: number("per_frame")?,
            per_minute: number("per_minute")?,
        },
        "performance" => SslExtended::HttpPerformance {
            parameter: number("parameter")?,
            value: node.read_or("value", Vec::new(), bytes)?,
        },
        "error_headers" => SslExtended::ErrorHeaders {
            status: node.read_or("status", 0, DocumentNode::number_u16)?,
            headers: headers(node)?,
        },
        "certificates" => SslExtended::CertConfig {
            certificates: certificates(node)?,
        },
        _ => return Ok(None),
    }))
}

/// The value is not valid: said with the member that is at fault.
fn at_fault(node: &DocumentNode<'_>, why: InvalidSslRecord) -> DocumentFault {
    let member = match why {
        InvalidSslRecord::Extended(field, _) => field,
        _ => "",
    };
    let place = node.get(member).unwrap_or_else(|| node.clone());
    place.fault(why.to_string())
}

/// The values of a key, in the order in which [`read`] has them.
pub(super) fn of(configuration: &Configuration, key: &SslKey) -> Vec<SslExtended> {
    let records = configuration.ssl_extended().iter();
    let own = records.filter(|record| record.key == *key);
    own.map(|record| record.value.clone()).collect()
}

/// The member of a record that was `old`: what of it has not changed stays, and what this version does not know.
pub(super) fn member(
    configuration: &Configuration,
    key: &SslKey,
    old: Option<&Json>,
) -> Option<Json> {
    let mut json = match old {
        Some(Json::Object(members)) => Json::Object(members.clone()),
        _ => Json::Object(Vec::new()),
    };
    let values = of(configuration, key);
    let gone = |name: &&str| !values.iter().any(|value| name_of(value) == *name);
    for name in NAMES.into_iter().filter(gone) {
        json.set(name, None);
    }
    for value in &values {
        let name = name_of(value);
        let new = renewed(name, json.get(name), value);
        json.set(name, Some(new));
    }
    (json != Json::Object(Vec::new())).then_some(json)
}

/// A member that was `kept`, with this value.
fn renewed(name: &str, kept: Option<&Json>, value: &SslExtended) -> Json {
    let Some(kept) = kept else {
        return written(value);
    };
    let before = read_one(name, &DocumentNode::root(kept));
    if before.is_ok_and(|before| before.as_ref() == Some(value)) {
        return kept.clone();
    }
    match (kept, written(value)) {
        (Json::Object(_), Json::Object(members)) => {
            let mut json = kept.clone();
            for (name, member) in members {
                json.set(&name, Some(member));
            }
            json
        }
        (_, new) => new,
    }
}

/// The member that a value is.
fn name_of(value: &SslExtended) -> &'static str {
    match value {
        SslExtended::Http2Window { .. } => "http2_window",
        SslExtended::Http2SettingsLimits { .. } => "http2_settings_limits",
        SslExtended::HttpPerformance { .. } => "performance",
        SslExtended::ErrorHeaders { .. } => "error_headers",
        SslExtended::CertConfig { .. } => "certificates",
    }
}

fn written(value: &SslExtended) -> Json {
    let object = |members: Vec<(&str, Json)>| {
        let members = members.into_iter();
        Json::Object(
            members
                .map(|(name, json)| (name.to_owned(), json))
                .collect(),
        )
    };
    match value {
        SslExtended::Http2Window { receive_window } => Json::number(*receive_window),
        SslExtended::Http2SettingsLimits {
            per_frame,
            per_minute,
        } => {
            let members = vec![
                ("per_frame", Json::number(*per_frame)),
                ("per_minute", Json::number(*per_minute)),
            ];
            object(members)
        }
        SslExtended::HttpPerformance { parameter, value } => {
            let members = vec![
                ("parameter", Json::number(*parameter)),
                ("value", Json::text(hex_text(value))),
            ];
            object(members)
        }
        SslExtended::ErrorHeaders { status, headers } => {
            let header = |(name, value): &(String, String)| {
                object(vec![
                    ("name", Json::text(name.clone())),
                    ("value", Json::text(value.clone())),
                ])
            };
            let members = vec![
                ("status", Json::number(*status)),
                ("headers", Json::list(headers.iter().map(header))),
            ];
            object(members)
        }
        SslExtended::CertConfig { certificates } => {
            let certificate = |(hash, store): &([u8; 20], String)| {
                object(vec![
                    ("cert_hash", Json::text(hex_text(hash))),
                    ("store", Json::text(store.clone())),
                ])
            };
            Json::list(certificates.iter().map(certificate))
        }
    }
}

fn headers(node: &DocumentNode<'_>) -> Result<Vec<(String, String)>, DocumentFault> {
    let header = |node: DocumentNode<'_>| {
        let (name, value) = (node.text_of("name")?, node.text_of("value")?);
        Ok((name.to_owned(), value.to_owned()))
    };
    let nodes = node.elements_of("headers")?;
    nodes.into_iter().map(header).collect()
}

fn certificates(node: &DocumentNode<'_>) -> Result<Vec<([u8; 20], String)>, DocumentFault> {
    let certificate = |node: DocumentNode<'_>| {
        let member = node.needed("cert_hash")?;
        let hash = bytes(&member)?.try_into();
        let hash = hash.map_err(|_| member.fault("this has to be 20 bytes, SHA-1"))?;
        let store = node.needed("store")?;
        let name = store.text()?.to_owned();
        match is_store_name(&name) {
            true => Ok((hash, name)),
            false => Err(store.fault(InvalidSslRecord::StoreName.to_string())),
        }
    };
    node.elements()?.into_iter().map(certificate).collect()
}
