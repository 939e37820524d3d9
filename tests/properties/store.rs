//! The configuration store: any text, and any sequence of changes beside a model of all thirteen ids of
//! HttpSetServiceConfiguration (CFG-001, CFG-004).
//!
//! Owns the texts and the changes. Does not own: what must hold for a text (`store_text.rs`), single rules, which
//! have tests beside the code. Each change is made through one store and looked at through two: another one that has
//! been there all the time, and one that is opened then, as other processes have them.

use std::net::{IpAddr, SocketAddr};

use httpsys_configuration::{ChangeError, ConfigurationStore};
use httpsys_core::Error;
use httpsys_core::configuration::ssl::{SslFlags, SslKey, SslKeyKind, SslParameters, SslRecord};
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedKind, SslExtendedRecord};
use httpsys_core::configuration::{CacheParameter, Change, ServiceSetting, ServiceTimeout};
use httpsys_core::records::Records;
use httpsys_core::reservation::Reservation;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

use crate::config;
use crate::store_text::{Scratch, check_text};

/// A file with a record of each kind, and at each depth a member that means nothing.
const WHOLE: &str = r#"{
  "version": 1, "note": {"of": ["a later", 2.5, null, true]},
  "ip_listen": ["127.0.0.1", "::1"],
  "url_acls": [
    {"url": "http://+:80/a/", "sddl": "D:(A;;GX;;;WD)", "note": 1},
    {"url": "https://\u00e9.example:443/b/", "sddl": "D:(A;;GX;;;WD)", "note": 2}
  ],
  "ssl": [
    {"ipport": "0.0.0.0:443", "cert_hash": "3f1c6f0d6c4fca6f4c83bfb2f03ef7e9a1d75d6a", "note": 3,
     "flags": ["negotiate_client_cert", 2147483648], "app_id": "{6a0f6a63-52f0-4b4e-9f0e-6d0f3e2a0d11}",
     "extended": {"http2_window": 65535, "note": 4,
                  "error_headers": {"status": 503, "headers": [{"name": "A", "value": "b"}]}}},
    {"hostnameport": "*.example.org:443", "cert_hash": "00", "note": 5},
    {"ccs": 444, "note": 6},
    {"scopedccs": "example.org:444", "note": 7, "extended": {"performance": {"parameter": 1, "value": "0a0b"}}}
  ],
  "timeouts": {"idle_connection_seconds": 60, "header_wait_seconds": 30, "note": 8},
  "cache": {"max_response_bytes": 1000, "note": 9},
  "settings": {"tls_throttle": 1, "note": 10},
  "parameters": {"MaxFieldLength": 32768, "EnableErrorLogging": true}
}
"#;

fn cases(count: u32) -> Config {
    let mut config = config();
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = count;
    }
    config
}

/// Pieces that a text of this kind is made of.
fn piece() -> impl Strategy<Value = String> {
    let words = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"",
        "\\",
        "\n",
        "null",
        "true",
        "-1",
        "0",
        "1e400",
        "65536",
        "1.5",
        "18446744073709551616",
        "\"version\"",
        "\"version\": 1,",
        "\"ssl\"",
        "\"url_acls\"",
        "\"ipport\"",
        "\"extended\"",
        "\"timeouts\": null,",
        "\"parameters\"",
        "\"\\ud800\"",
        "\"\\u0000\"",
        "\u{feff}",
        "\u{e9}",
    ];
    prop_oneof![
        4 => select(words.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

/// [`WHOLE`] with some of its bytes replaced by others.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let edit = (
        any::<Index>(),
        0..12_usize,
        prop_oneof![
            piece().prop_map(String::into_bytes),
            vec(any::<u8>(), 0..4),
            Just(Vec::new()),
        ],
    );
    vec(edit, 1..4).prop_map(|edits| {
        let mut text = WHOLE.as_bytes().to_vec();
        for (at, length, bytes) in edits {
            let at = at.index(text.len() + 1);
            let end = text.len().min(at + length);
            text.splice(at..end, bytes);
        }
        text
    })
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn a_changed_file_is_refused_with_its_place_or_kept_whole(text in mutated()) {
        check_text(&Scratch::new(), &text);
    }

    #[test]
    fn a_text_of_any_pieces_is_refused_with_its_place_or_kept_whole(
        pieces in vec(piece(), 0..20),
        begins in any::<bool>(),
    ) {
        let text = pieces.concat();
        let text = if begins { format!("{{\"version\": 1, {text}}}") } else { text };
        check_text(&Scratch::new(), text.as_bytes());
    }
}

proptest! {
    #![proptest_config(cases(500))]

    /// Also after many changes: each writes what the one before has read.
    #[test]
    fn numbers_that_mean_nothing_stay_the_same(
        doubles in vec(any::<f64>().prop_filter("JSON has it", |number| number.is_finite()), 1..5),
        whole in any::<[u64; 2]>(),
        negative in any::<i64>(),
    ) {
        let scratch = Scratch::new();
        let list = serde_json::json!([doubles, whole, negative]);
        check_text(&scratch, format!("{{\"version\": 1, \"note\": {list}}}").as_bytes());
        let written = scratch.value();
        for (at, double) in doubles.iter().enumerate() {
            assert_eq!(written["note"][0][at].as_f64().map(f64::to_bits), Some(double.to_bits()));
        }
        assert_eq!(written["note"][1], serde_json::json!(whole));
        assert_eq!(written["note"][2], negative);
    }
}

#[test]
fn a_file_cut_anywhere_is_refused_with_its_place() {
    let scratch = Scratch::new();
    check_text(&scratch, WHOLE.as_bytes());
    assert!(scratch.open().is_ok());
    for length in 0..WHOLE.trim_end().len() {
        check_text(&scratch, &WHOLE.as_bytes()[..length]);
        assert!(scratch.open().is_err(), "{length}");
    }
}

/// A change of a record.
#[derive(Clone, Debug)]
enum RecordChange {
    Other(Change),
    Reserve(&'static str, &'static str),
    Free(&'static str),
}

const URLS: [&str; 6] = [
    "http://+:80/a/",
    "https://+:80/a/",
    "http://localhost:80/A/b/",
    "https://*:443/",
    "http://[::1]:443/",
    "https://\u{e9}.example:443/\u{20ac}/",
];

const DESCRIPTORS: [&str; 2] = ["D:(A;;GX;;;WD)", "O:BAG:SYD:P(A;;GA;;;S-1-5-21-1-2-3-1001)"];

fn addresses() -> impl Strategy<Value = IpAddr> {
    let texts = ["127.0.0.1", "::1", "0.0.0.0", "::", "::ffff:1.2.3.4"];
    select(
        texts
            .map(|text| text.parse::<IpAddr>().expect(text))
            .to_vec(),
    )
}

fn ssl_keys() -> impl Strategy<Value = SslKey> {
    let address = |text: &str| SslKey::IpPort(text.parse::<SocketAddr>().expect(text));
    select(vec![
        address("0.0.0.0:443"),
        address("[::1]:443"),
        address("1.2.3.4:0"),
        SslKey::host_name_port("Example.org", 443).expect("a name"),
        SslKey::host_name_port("*.example.org", 443).expect("a name"),
        SslKey::host_name_port("*", 443).expect("a name"),
        SslKey::Ccs(443),
        SslKey::Ccs(65_535),
        SslKey::scoped_ccs("example.org", 443).expect("a name"),
        SslKey::scoped_ccs("other.org", 443).expect("a name"),
    ])
}

fn texts() -> impl Strategy<Value = Option<String>> {
    let texts = [
        "",
        "MY",
        "my",
        "ROOT",
        "a b",
        "\u{e9}\u{20ac}",
        "q\"\\\u{7f}",
        "..",
        "a/b",
    ];
    proptest::option::of(select(texts.map(str::to_owned).to_vec()))
}

fn ssl_parameters() -> impl Strategy<Value = SslParameters> {
    let hash = prop_oneof![3 => vec(any::<u8>(), 20), 1 => vec(any::<u8>(), 0..66)];
    let numbers = (any::<u32>(), 0..3_u32, any::<u32>(), any::<u32>());
    (hash, any::<[u8; 16]>(), numbers, texts(), texts(), texts()).prop_map(
        |(
            hash,
            app_id,
            (check_mode, freshness_seconds, timeout, flags),
            store,
            list,
            list_store,
        )| SslParameters {
            hash,
            app_id,
            store_name: store,
            check_mode,
            freshness_seconds,
            url_retrieval_timeout_ms: timeout,
            ctl_identifier: list,
            ctl_store_name: list_store,
            flags: SslFlags(flags),
        },
    )
}

fn extended() -> impl Strategy<Value = SslExtended> {
    let text = select(vec!["", "x", "a\tb", "\u{e9}", "a\nb", "\"\\"]).prop_map(str::to_owned);
    let name = select(vec!["Server", "X-1", "", "a b"]).prop_map(str::to_owned);
    let store = texts().prop_map(|text| text.unwrap_or_else(|| "MY".to_owned()));
    prop_oneof![
        any::<u32>().prop_map(|receive_window| SslExtended::Http2Window { receive_window }),
        any::<[u32; 2]>().prop_map(|[per_frame, per_minute]| SslExtended::Http2SettingsLimits {
            per_frame,
            per_minute,
        }),
        (0..8_u32, vec(any::<u8>(), 0..20))
            .prop_map(|(parameter, value)| SslExtended::HttpPerformance { parameter, value }),
        (90..1010_u16, vec((name, text), 0..3))
            .prop_map(|(status, headers)| SslExtended::ErrorHeaders { status, headers }),
        vec((any::<[u8; 20]>(), store), 0..3)
            .prop_map(|certificates| SslExtended::CertConfig { certificates }),
    ]
}

fn kinds() -> impl Strategy<Value = SslExtendedKind> {
    select(vec![
        SslExtendedKind::Http2Window,
        SslExtendedKind::Http2SettingsLimits,
        SslExtendedKind::HttpPerformance,
        SslExtendedKind::ErrorHeaders,
        SslExtendedKind::CertConfig,
    ])
}

fn ssl_changes() -> impl Strategy<Value = Change> {
    let record = || {
        (ssl_keys(), ssl_parameters()).prop_map(|(key, parameters)| SslRecord { key, parameters })
    };
    let more =
        || (ssl_keys(), extended()).prop_map(|(key, value)| SslExtendedRecord { key, value });
    prop_oneof![
        6 => record().prop_map(Change::AddSsl),
        2 => record().prop_map(Change::UpdateSsl),
        1 => ssl_keys().prop_map(Change::RemoveSsl),
        6 => more().prop_map(Change::AddSslExtended),
        2 => more().prop_map(Change::UpdateSslExtended),
        1 => (ssl_keys(), kinds()).prop_map(|(key, kind)| Change::RemoveSslExtended { key, kind }),
    ]
}

fn value_changes() -> impl Strategy<Value = Change> {
    let timeout = || {
        select(vec![
            ServiceTimeout::IdleConnection,
            ServiceTimeout::HeaderWait,
        ])
    };
    let cache = || {
        select(vec![
            CacheParameter::MaxCacheResponseSize,
            CacheParameter::CacheRangeChunkSize,
        ])
    };
    let setting = ServiceSetting::TlsThrottle;
    prop_oneof![
        (timeout(), select(vec![0, 1, 120, u16::MAX]))
            .prop_map(|(timeout, seconds)| Change::SetTimeout { timeout, seconds }),
        timeout().prop_map(|timeout| Change::RemoveTimeout { timeout }),
        (cache(), any::<u32>())
            .prop_map(|(parameter, bytes)| Change::SetCacheParameter { parameter, bytes }),
        cache().prop_map(|parameter| Change::RemoveCacheParameter { parameter }),
        any::<u32>().prop_map(move |value| Change::SetSetting { setting, value }),
        Just(Change::RemoveSetting { setting }),
        addresses().prop_map(Change::AddListenAddress),
        addresses().prop_map(Change::RemoveListenAddress),
    ]
}

fn changes() -> impl Strategy<Value = RecordChange> {
    let url = || select(URLS.to_vec());
    prop_oneof![
        3 => ssl_changes().prop_map(RecordChange::Other),
        2 => value_changes().prop_map(RecordChange::Other),
        1 => (url(), select(DESCRIPTORS.to_vec()))
            .prop_map(|(url, sddl)| RecordChange::Reserve(url, sddl)),
        1 => url().prop_map(RecordChange::Free),
    ]
}

/// All records as lists in the order of their making, without any index.
#[derive(Debug, Default)]
struct StoreModel {
    addresses: Vec<IpAddr>,
    reservations: Vec<(&'static str, &'static str)>,
    values: Vec<(&'static str, u32)>,
    ssl: Vec<SslRecord>,
    extended: Vec<SslExtendedRecord>,
}

type Told = Result<(), Error>;

fn insert<T: PartialEq>(list: &mut Vec<T>, item: T, is_there: impl Fn(&T) -> bool) -> Told {
    if list.iter().any(is_there) {
        return Err(Error::AlreadyExists);
    }
    list.push(item);
    Ok(())
}

fn update<T>(list: &mut [T], item: T, is_it: impl Fn(&T) -> bool) -> Told {
    let found = list.iter_mut().find(|item| is_it(item));
    *found.ok_or(Error::NotFound)? = item;
    Ok(())
}

fn remove<T>(list: &mut Vec<T>, is_it: impl Fn(&T) -> bool) -> Told {
    let at = list.iter().position(is_it);
    list.remove(at.ok_or(Error::NotFound)?);
    Ok(())
}

/// The scheme and port of a URL of [`URLS`].
fn scheme_and_port(url: &str) -> (&str, &str) {
    let (scheme, rest) = url.split_once("://").expect("a scheme");
    let authority = rest.split('/').next().expect("a host");
    (scheme, authority.rsplit(':').next().expect("a port"))
}

fn value_name(change: &Change) -> (&'static str, Option<u32>) {
    let timeout = |timeout: &ServiceTimeout| match timeout {
        ServiceTimeout::IdleConnection => "idle",
        _ => "header",
    };
    let cache = |parameter: &CacheParameter| match parameter {
        CacheParameter::MaxCacheResponseSize => "response",
        CacheParameter::CacheRangeChunkSize => "chunk",
    };
    match change {
        Change::SetTimeout {
            timeout: which,
            seconds,
        } => (timeout(which), Some(u32::from(*seconds))),
        Change::RemoveTimeout { timeout: which } => (timeout(which), None),
        Change::SetCacheParameter { parameter, bytes } => (cache(parameter), Some(*bytes)),
        Change::RemoveCacheParameter { parameter } => (cache(parameter), None),
        Change::SetSetting { value, .. } => ("setting", Some(*value)),
        Change::RemoveSetting { .. } => ("setting", None),
        other => unreachable!("no value: {other:?}"),
    }
}

impl StoreModel {
    fn apply(&mut self, change: &RecordChange) -> Told {
        match change {
            RecordChange::Reserve(url, sddl) => {
                let stands_against = |(other, _): &(&str, &str)| {
                    let (own, other_one) = (scheme_and_port(url), scheme_and_port(other));
                    other == url || (own.1 == other_one.1 && own.0 != other_one.0)
                };
                insert(&mut self.reservations, (url, sddl), stands_against)
            }
            RecordChange::Free(url) => remove(&mut self.reservations, |(own, _)| own == url),
            RecordChange::Other(change) => self.apply_other(change),
        }
    }

    fn apply_other(&mut self, change: &Change) -> Told {
        match change {
            Change::AddListenAddress(address) => {
                insert(&mut self.addresses, *address, |own| own == address)
            }
            Change::RemoveListenAddress(address) => {
                remove(&mut self.addresses, |own| own == address)
            }
            Change::AddSsl(record) => {
                record.check()?;
                insert(&mut self.ssl, record.clone(), |own| own.key == record.key)
            }
            Change::UpdateSsl(record) => {
                record.check()?;
                update(&mut self.ssl, record.clone(), |own| own.key == record.key)
            }
            Change::RemoveSsl(key) => {
                remove(&mut self.ssl, |own| own.key == *key)?;
                self.extended.retain(|own| own.key != *key);
                Ok(())
            }
            Change::AddSslExtended(record) => {
                record.check()?;
                let has_endpoint = self.ssl.iter().any(|own| own.key == record.key);
                let kind = record.value.kind();
                let same =
                    |own: &SslExtendedRecord| own.key == record.key && own.value.kind() == kind;
                if !has_endpoint {
                    return Err(Error::NotFound);
                }
                insert(&mut self.extended, record.clone(), same)
            }
            Change::UpdateSslExtended(record) => {
                record.check()?;
                let kind = record.value.kind();
                let same =
                    |own: &SslExtendedRecord| own.key == record.key && own.value.kind() == kind;
                update(&mut self.extended, record.clone(), same)
            }
            Change::RemoveSslExtended { key, kind } => {
                let same = |own: &SslExtendedRecord| own.key == *key && own.value.kind() == *kind;
                remove(&mut self.extended, same)
            }
            Change::SetTimeout { seconds: 0, .. } => Err(Error::InvalidParameter),
            value => {
                let (name, value) = value_name(value);
                let same = |(own, _): &(&str, u32)| *own == name;
                match value {
                    Some(value) => insert(&mut self.values, (name, value), same),
                    None => remove(&mut self.values, same),
                }
            }
        }
    }

    /// Asks the records as HttpQueryServiceConfiguration does: each one that may be there, and lists to their end.
    fn check(&self, records: &Records) {
        let configuration = &records.configuration;
        assert_eq!(configuration.listen_addresses(), self.addresses);
        let kinds = [
            SslKeyKind::IpPort,
            SslKeyKind::HostNamePort,
            SslKeyKind::Ccs,
            SslKeyKind::ScopedCcs,
        ];
        for kind in kinds {
            let own = self.ssl.iter().filter(|record| record.key.kind() == kind);
            let mut index = 0;
            for record in own {
                assert_eq!(configuration.ssl_at(kind, index), Some(record));
                assert_eq!(configuration.ssl_of(&record.key), Some(record));
                index += 1;
            }
            assert_eq!(configuration.ssl_at(kind, index), None);
        }
        assert_eq!(configuration.ssl_extended().len(), self.extended.len());
        for record in &self.extended {
            let found = configuration.ssl_extended_of(&record.key, record.value.kind());
            assert_eq!(found, Some(&record.value));
        }
        let value = |name: &str| {
            let mut own = self.values.iter();
            own.find(|(own, _)| *own == name).map(|(_, value)| *value)
        };
        let timeout = |which| configuration.timeout_record(which).map(u32::from);
        assert_eq!(timeout(ServiceTimeout::IdleConnection), value("idle"));
        assert_eq!(timeout(ServiceTimeout::HeaderWait), value("header"));
        let cache = |which| configuration.cache_parameter(which);
        assert_eq!(
            cache(CacheParameter::MaxCacheResponseSize),
            value("response")
        );
        assert_eq!(cache(CacheParameter::CacheRangeChunkSize), value("chunk"));
        assert_eq!(
            configuration.setting(ServiceSetting::TlsThrottle),
            value("setting")
        );
        let text = String::from_utf16_lossy;
        let reservations = records.reservations.iter();
        let reservations: Vec<_> = reservations
            .map(|own| (text(&own.url), text(&own.descriptor)))
            .collect();
        let expected = self
            .reservations
            .iter()
            .map(|(url, sddl)| (url.to_string(), sddl.to_string()));
        assert_eq!(reservations, expected.collect::<Vec<_>>());
    }
}

fn apply(store: &ConfigurationStore, change: &RecordChange) -> Told {
    let utf16 = |text: &str| text.encode_utf16().collect::<Vec<u16>>();
    let change = |records: &mut Records| -> Result<(), ChangeError> {
        let applied = match change.clone() {
            RecordChange::Other(change) => records.configuration.apply(change),
            RecordChange::Reserve(url, sddl) => records.reservations.add(Reservation {
                url: utf16(url),
                descriptor: utf16(sddl),
            }),
            RecordChange::Free(url) => records.reservations.remove(&utf16(url)),
        };
        applied.map_err(ChangeError::from)
    };
    store.change(change).map_err(|error| error.error())
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn cfg_001_cfg_004_changes_of_all_ids_agree_with_a_model_whoever_looks(
        changes in vec((changes(), any::<bool>()), 1..25),
    ) {
        let scratch = Scratch::new();
        let stores = [(); 2].map(|()| scratch.open().expect("an empty store"));
        let memory = ConfigurationStore::memory();
        let mut model = StoreModel::default();
        for (change, other) in &changes {
            let expected = model.apply(change);
            assert_eq!(apply(&stores[usize::from(*other)], change), expected, "{change:?}");
            assert_eq!(apply(&memory, change), expected, "{change:?}");
            let new = scratch.open().expect("what was written");
            for store in [&stores[0], &stores[1], &memory, &new] {
                model.check(&store.records().expect("records"));
            }
        }
    }

    /// Each note stays as long as its record does, whatever becomes of the others.
    #[test]
    fn what_the_format_does_not_know_stays_with_its_record(changes in vec(changes(), 1..15)) {
        let scratch = Scratch::new();
        scratch.write(WHOLE.as_bytes());
        let store = scratch.open().expect("a store");
        // The notes of the records that have never been removed.
        let mut urls = vec![("http://+:80/a/", 1), ("https://\u{e9}.example:443/b/", 2)];
        let mut keys = vec![("ipport", "0.0.0.0:443", 3), ("hostnameport", "*.example.org:443", 5),
            ("scopedccs", "example.org:444", 7)];
        for change in &changes {
            let applied = apply(&store, change);
            match change {
                RecordChange::Free(url) if applied.is_ok() => urls.retain(|(own, _)| own != url),
                RecordChange::Other(Change::RemoveSsl(key)) if applied.is_ok() => {
                    keys.retain(|(_, own, _)| *own != key.to_string());
                }
                _ => {}
            }
            let value = scratch.value();
            let note = |list: &str, member: &str, key: &str| {
                let list = value[list].as_array().expect("a list");
                let record = list.iter().find(|record| record[member] == key);
                record.unwrap_or_else(|| panic!("{key} is gone"))["note"].clone()
            };
            for (url, own) in &urls {
                assert_eq!(note("url_acls", "url", url), *own);
            }
            for (member, key, own) in &keys {
                assert_eq!(note("ssl", member, key), *own);
            }
            let endpoint = value["ssl"].as_array().expect("a list").iter();
            let mut endpoint = endpoint.filter(|record| record["ipport"] == "0.0.0.0:443");
            if keys.first().is_some_and(|(.., note)| *note == 3) {
                assert_eq!(endpoint.next().expect("it is there")["extended"]["note"], 4);
            }
            assert_eq!(value["note"]["of"][1], 2.5);
            for (name, own) in [("timeouts", 8), ("cache", 9), ("settings", 10)] {
                assert_eq!(value[name]["note"], own);
            }
            assert_eq!(value["parameters"]["MaxFieldLength"], 32_768);
        }
    }
}

/// A member that is null is as good as missing, also for who writes it.
#[test]
fn what_is_set_where_null_stood_is_written() {
    let scratch = Scratch::new();
    let nulls = [
        "ip_listen",
        "url_acls",
        "ssl",
        "timeouts",
        "cache",
        "settings",
        "parameters",
    ];
    let nulls = nulls.map(|name| format!("\"{name}\": null")).join(", ");
    scratch.write(format!("{{\"version\": 1, {nulls}}}").as_bytes());
    let store = scratch.open().expect("a store");
    let mut model = StoreModel::default();
    let (timeout, setting) = (ServiceTimeout::HeaderWait, ServiceSetting::TlsThrottle);
    let parameter = CacheParameter::CacheRangeChunkSize;
    for change in [
        RecordChange::Other(Change::SetTimeout {
            timeout,
            seconds: 7,
        }),
        RecordChange::Other(Change::SetCacheParameter {
            parameter,
            bytes: 8,
        }),
        RecordChange::Other(Change::SetSetting { setting, value: 9 }),
        RecordChange::Other(Change::AddListenAddress(IpAddr::from([127, 0, 0, 1]))),
        RecordChange::Reserve(URLS[0], DESCRIPTORS[0]),
    ] {
        model.apply(&change).expect("a change");
        apply(&store, &change).expect("a change");
    }
    model.check(&scratch.open().expect("a store").records().expect("records"));
}
