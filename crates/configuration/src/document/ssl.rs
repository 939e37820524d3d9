//! Certificate records in the file.
//!
//! Owns their members: keys as netsh has them, hashes and ids in hexadecimal, flags by name.
//! Does not own extended records (`extended.rs`).

use httpsys_core::configuration::ssl::{
    InvalidSslRecord, SslFlags, SslKey, SslParameters, SslRecord,
};

use super::node::{DocumentFault, DocumentNode, RecordMembers};
use crate::json::Json;
use crate::text::{guid_bytes, guid_text, hex_bytes, hex_text};

/// The members of which each record has one: its key.
const KEYS: [&str; 4] = ["ipport", "hostnameport", "ccs", "scopedccs"];

pub(super) fn read(node: &DocumentNode<'_>) -> Result<SslRecord, DocumentFault> {
    node.object()?;
    let key = key(node)?;
    let text = |node: &DocumentNode<'_>| node.text().map(|text| Some(text.to_owned()));
    let parameters = SslParameters {
        hash: node.read_or("cert_hash", Vec::new(), bytes)?,
        app_id: node.read_or("app_id", [0; 16], guid)?,
        store_name: node.read_or("store", None, text)?,
        check_mode: node.read_or("check_mode", 0, DocumentNode::number_u32)?,
        freshness_seconds: node.read_or("freshness_seconds", 0, DocumentNode::number_u32)?,
        url_retrieval_timeout_ms: node.read_or("url_timeout_ms", 0, DocumentNode::number_u32)?,
        ctl_identifier: node.read_or("ctl_identifier", None, text)?,
        ctl_store_name: node.read_or("ctl_store", None, text)?,
        flags: node.read_or("flags", SslFlags::default(), flags)?,
    };
    let record = SslRecord { key, parameters };
    record.check().map_err(|why| at_fault(node, why))?;
    Ok(record)
}

/// The record is not valid: said with the member that is at fault.
fn at_fault(node: &DocumentNode<'_>, why: InvalidSslRecord) -> DocumentFault {
    let member = match why {
        InvalidSslRecord::NoHash => return node.missing("cert_hash"),
        InvalidSslRecord::LongHash => "cert_hash",
        InvalidSslRecord::StoreName => "store",
        InvalidSslRecord::CtlStoreName => "ctl_store",
        InvalidSslRecord::LongCtlIdentifier => "ctl_identifier",
        _ => "",
    };
    let place = node.get(member).unwrap_or_else(|| node.clone());
    place.fault(why.to_string())
}

pub(super) fn members(record: &SslRecord) -> RecordMembers {
    let (kind, key) = match &record.key {
        SslKey::IpPort(address) => ("ipport", Json::text(address.to_string())),
        SslKey::HostNamePort { .. } => ("hostnameport", Json::text(record.key.to_string())),
        SslKey::Ccs(port) => ("ccs", Json::number(*port)),
        SslKey::ScopedCcs { .. } => ("scopedccs", Json::text(record.key.to_string())),
    };
    let value = &record.parameters;
    let text = |text: &Option<String>| text.clone().map(Json::Text);
    let number = |number: u32| (number != 0).then(|| Json::number(number));
    vec![
        (kind, Some(key)),
        (
            "cert_hash",
            (!value.hash.is_empty()).then(|| Json::text(hex_text(&value.hash))),
        ),
        ("store", text(&value.store_name)),
        (
            "app_id",
            (value.app_id != [0; 16]).then(|| Json::text(guid_text(&value.app_id))),
        ),
        ("check_mode", number(value.check_mode)),
        ("freshness_seconds", number(value.freshness_seconds)),
        ("url_timeout_ms", number(value.url_retrieval_timeout_ms)),
        ("ctl_identifier", text(&value.ctl_identifier)),
        ("ctl_store", text(&value.ctl_store_name)),
        (
            "flags",
            (value.flags.0 != 0).then(|| flag_names(value.flags)),
        ),
    ]
}

fn key(node: &DocumentNode<'_>) -> Result<SslKey, DocumentFault> {
    let mut found = KEYS
        .into_iter()
        .filter_map(|name| Some((name, node.get(name)?)));
    let (Some((name, member)), None) = (found.next(), found.next()) else {
        let words = "a certificate record has one of ipport, hostnameport, ccs and scopedccs";
        return Err(node.fault(words));
    };
    let key = match name {
        "ccs" => SslKey::Ccs(member.number_u16()?),
        name => key_of(name, &member)?,
    };
    let valid = key.check().map_err(|why| member.fault(why.to_string()));
    valid.map(|()| key)
}

fn key_of(name: &str, member: &DocumentNode<'_>) -> Result<SslKey, DocumentFault> {
    let text = member.text()?;
    let bad = || member.fault(format!("{text:?} is not an address or a name with a port"));
    if name == "ipport" {
        return text.parse().map(SslKey::IpPort).map_err(|_| bad());
    }
    let (host, port) = text.rsplit_once(':').ok_or_else(bad)?;
    let port = port.parse().map_err(|_| bad())?;
    let key = match name {
        "hostnameport" => SslKey::host_name_port(host, port),
        _ => SslKey::scoped_ccs(host, port),
    };
    key.map_err(|why| member.fault(why.to_string()))
}

/// Bytes in hexadecimal.
pub(super) fn bytes(node: &DocumentNode<'_>) -> Result<Vec<u8>, DocumentFault> {
    let text = node.text()?;
    hex_bytes(text).ok_or_else(|| node.fault(format!("{text:?} is not hexadecimal")))
}

fn guid(node: &DocumentNode<'_>) -> Result<[u8; 16], DocumentFault> {
    let text = node.text()?;
    let words = format!("{text:?} is not a GUID, {{xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}}");
    guid_bytes(text).ok_or_else(|| node.fault(words))
}

/// Names, or numbers for what has none; a number alone is all of them.
fn flags(node: &DocumentNode<'_>) -> Result<SslFlags, DocumentFault> {
    if let Json::Number(_) = node.json() {
        return node.number_u32().map(SslFlags);
    }
    let mut all = SslFlags::default();
    for node in node.elements()? {
        let flag = match node.json() {
            Json::Text(name) => {
                let mut names = SslFlags::NAMES.iter();
                let found = names.find(|(known, _)| known == name);
                let flag = found.map(|(_, flag)| *flag);
                flag.ok_or_else(|| node.fault(format!("there is no flag {name:?}")))?
            }
            _ => SslFlags(node.number_u32()?),
        };
        all = all.union(flag);
    }
    Ok(all)
}

fn flag_names(flags: SslFlags) -> Json {
    let known = SslFlags::NAMES
        .iter()
        .filter(|(_, flag)| flags.contains(*flag));
    let mut names: Vec<Json> = known.clone().map(|(name, _)| Json::text(*name)).collect();
    let named = known.fold(0, |bits, (_, flag)| bits | flag.0);
    if flags.0 & !named != 0 {
        names.push(Json::number(flags.0 & !named));
    }
    Json::list(names.into_iter())
}
