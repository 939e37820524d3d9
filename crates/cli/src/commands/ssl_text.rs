//! Certificate records as netsh shows them, and as JSON.
//!
//! Owns: labels and their order (observed: published output of `netsh http show sslcert`). Threading: plain data.

use httpsys_configuration::{guid_text, hex_text};
use httpsys_core::configuration::ssl::{SslFlags, SslKey, SslParameters, SslRecord};
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedRecord};
use serde_json::{Value, json};

use crate::command_output::{CommandOutput, title};

/// HTTP_CERT_CHECK_MODE: do not look whether a client certificate is revoked.
pub(super) const NO_REVOCATION: u32 = 0x1;
/// Look at cached lists only.
pub(super) const CACHED_ONLY: u32 = 0x2;
/// The freshness time is used.
pub(super) const FRESHNESS: u32 = 0x4;
/// Do not look at the usage.
pub(super) const NO_USAGE_CHECK: u32 = 0x1_0000;

/// Flags that are Enabled or Disabled, with the tag and JSON's name.
pub(super) const ENABLED: [(SslFlags, &str, &str); 3] = [
    (SslFlags::USE_DS_MAPPER, "dsmapperusage", "DS Mapper Usage"),
    (
        SslFlags::NEGOTIATE_CLIENT_CERT,
        "clientcertnegotiation",
        "Negotiate Client Certificate",
    ),
    (SslFlags::REJECT, "reject", "Reject Connections"),
];

/// Flags that are Set or Not Set.
pub(super) const SET: [(SslFlags, &str, &str); 10] = [
    (SslFlags::DISABLE_HTTP2, "disablehttp2", "Disable HTTP2"),
    (SslFlags::DISABLE_QUIC, "disablequic", "Disable QUIC"),
    (SslFlags::DISABLE_TLS12, "disabletls12", "Disable TLS1.2"),
    (SslFlags::DISABLE_TLS13, "disabletls13", "Disable TLS1.3"),
    (
        SslFlags::DISABLE_OCSP_STAPLING,
        "disableocspstapling",
        "Disable OCSP Stapling",
    ),
    (
        SslFlags::ENABLE_TOKEN_BINDING,
        "enabletokenbinding",
        "Enable Token Binding",
    ),
    (
        SslFlags::LOG_EXTENDED_EVENTS,
        "logextendedevents",
        "Log Extended Events",
    ),
    (
        SslFlags::DISABLE_LEGACY_TLS,
        "disablelegacytls",
        "Disable Legacy TLS Versions",
    ),
    (
        SslFlags::ENABLE_SESSION_TICKET,
        "enablesessionticket",
        "Enable Session Ticket",
    ),
    (
        SslFlags::DISABLE_SESSION_ID,
        "disablesessionid",
        "Disable Session ID",
    ),
];

/// `show sslcert` of these records.
pub(super) fn shown(records: &[&SslRecord], extended: &[SslExtendedRecord]) -> CommandOutput {
    let mut text = title("SSL Certificate bindings:");
    let mut all = Vec::new();
    for record in records {
        let of_key: Vec<&SslExtended> = extended
            .iter()
            .filter(|own| own.key == record.key)
            .map(|own| &own.value)
            .collect();
        text += &one(record, &of_key);
        all.push(one_json(record, &of_key));
    }
    CommandOutput::new(text, json!({ "sslcerts": all }))
}

fn label_of(key: &SslKey) -> &'static str {
    match key {
        SslKey::IpPort(_) => "IP:port",
        SslKey::HostNamePort { .. } => "Hostname:port",
        SslKey::Ccs(_) => "Central Certificate Store",
        SslKey::ScopedCcs { .. } => "Hostname:port (CCS)",
    }
}

/// The lines of a record, with the text of each value.
fn values(record: &SslRecord) -> Vec<(&'static str, String)> {
    let parameters = &record.parameters;
    let enabled = |yes: bool| if yes { "Enabled" } else { "Disabled" }.to_owned();
    let set = |yes: bool| if yes { "Set" } else { "Not Set" }.to_owned();
    let null = |text: &Option<String>| text.clone().unwrap_or_else(|| "(null)".to_owned());
    let mode = |flag| parameters.check_mode & flag != 0;
    let hash = match parameters.hash.is_empty() {
        true => "(null)".to_owned(),
        false => hex_text(&parameters.hash),
    };
    let mut lines = vec![
        (label_of(&record.key), record.key.to_string()),
        ("Certificate Hash", hash),
        ("Application ID", guid_text(&parameters.app_id)),
        ("Certificate Store Name", parameters.store().to_owned()),
        (
            "Verify Client Certificate Revocation",
            enabled(!mode(NO_REVOCATION)),
        ),
        (
            "Verify Revocation Using Cached Client Certificate Only",
            enabled(mode(CACHED_ONLY)),
        ),
        ("Usage Check", enabled(!mode(NO_USAGE_CHECK))),
        (
            "Revocation Freshness Time",
            parameters.freshness_seconds.to_string(),
        ),
        (
            "URL Retrieval Timeout",
            parameters.url_retrieval_timeout_ms.to_string(),
        ),
        ("Ctl Identifier", null(&parameters.ctl_identifier)),
        ("Ctl Store Name", null(&parameters.ctl_store_name)),
    ];
    for (flag, _, label) in ENABLED {
        lines.push((label, enabled(parameters.flags.contains(flag))));
    }
    for (flag, _, label) in SET {
        lines.push((label, set(parameters.flags.contains(flag))));
    }
    lines
}

fn one(record: &SslRecord, extended: &[&SslExtended]) -> String {
    let mut text = String::new();
    for (label, value) in values(record) {
        text += &format!("    {label:28} : {value}\n");
    }
    for value in extended {
        let (id, lines) = match value {
            SslExtended::Http2Window { receive_window } => {
                (0, vec![("Receive Window", receive_window.to_string())])
            }
            SslExtended::Http2SettingsLimits {
                per_frame,
                per_minute,
            } => (
                1,
                vec![
                    ("Max Settings Per Frame", per_frame.to_string()),
                    ("Max Settings Per Minute", per_minute.to_string()),
                ],
            ),
            // netsh has no lines for these.
            _ => continue,
        };
        text += &format!(
            "    Extended Properties:\n        {:24} : {id}\n",
            "PropertyId"
        );
        for (label, value) in lines {
            text += &format!("            {label:20} : {value}\n");
        }
    }
    text.push('\n');
    text
}

fn one_json(record: &SslRecord, extended: &[&SslExtended]) -> Value {
    let parameters = &record.parameters;
    let (kind, key) = match &record.key {
        SslKey::IpPort(_) => ("ipport", record.key.to_string()),
        SslKey::HostNamePort { .. } => ("hostnameport", record.key.to_string()),
        SslKey::Ccs(port) => ("ccs", port.to_string()),
        SslKey::ScopedCcs { .. } => ("scopedccs", record.key.to_string()),
    };
    let mode = |flag| parameters.check_mode & flag != 0;
    let mut value = json!({
        kind: key, "certhash": hex_text(&parameters.hash), "appid": guid_text(&parameters.app_id),
        "certstorename": parameters.store(),
        "verifyclientcertrevocation": !mode(NO_REVOCATION),
        "verifyrevocationwithcachedclientcertonly": mode(CACHED_ONLY),
        "usagecheck": !mode(NO_USAGE_CHECK),
        "revocationfreshnesstime": parameters.freshness_seconds,
        "urlretrievaltimeout": parameters.url_retrieval_timeout_ms,
        "sslctlidentifier": parameters.ctl_identifier, "sslctlstorename": parameters.ctl_store_name,
    });
    for (flag, tag, _) in ENABLED.iter().chain(&SET) {
        value[*tag] = json!(parameters.flags.contains(*flag));
    }
    for own in extended {
        match own {
            SslExtended::Http2Window { receive_window } => {
                value["receivewindow"] = json!(receive_window);
            }
            SslExtended::Http2SettingsLimits {
                per_frame,
                per_minute,
            } => {
                value["maxsettingsperframe"] = json!(per_frame);
                value["maxsettingsperminute"] = json!(per_minute);
            }
            _ => {}
        }
    }
    value
}

/// The parameters of a record that is new.
pub(super) fn new_parameters() -> SslParameters {
    SslParameters::default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpsys_configuration::guid_bytes;

    #[test]
    fn the_text_is_that_of_netsh() {
        let mut parameters = new_parameters();
        parameters.hash = (0..20).collect();
        parameters.app_id = guid_bytes("{4dc3e181-e14b-4a21-b022-59fc669b0914}").unwrap();
        parameters.flags = SslFlags::NEGOTIATE_CLIENT_CERT.union(SslFlags::DISABLE_HTTP2);
        let record = SslRecord {
            key: SslKey::IpPort("0.0.0.0:443".parse().unwrap()),
            parameters,
        };
        let extended = SslExtendedRecord {
            key: record.key.clone(),
            value: SslExtended::Http2Window {
                receive_window: 1_048_576,
            },
        };
        let told = shown(&[&record], &[extended]);
        assert_eq!(told.render(false), include_str!("ssl_text.txt"));
    }
}
