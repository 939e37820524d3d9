//! What is bound to which endpoint: certificates and their flags, from the records.
//!
//! Owns: which certificate a record names, and keeping a binding while neither its record nor its certificate has
//! changed, so that its sessions can still be resumed. Does not own: the order in which endpoints are looked at and TLS
//! (`httpsys_tls`). Threading: under the lock of the store.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use httpsys_core::configuration::Configuration;
use httpsys_core::configuration::ssl::{SslKey, SslParameters, SslRecord};
use httpsys_core::configuration::ssl_extended::{SslExtended, SslExtendedKind};
use httpsys_core::proto::h2::H2BindingLimits;
use httpsys_core::records::Records;
use httpsys_tls::{BindingError, BindingFlags, Bindings, BindingsBuilder, Certificate, TlsBinding};

use crate::certificates::{
    CENTRAL_STORE, CertificateFolders, CertificateMarks, FoundCertificate, ROOT_STORE,
};
use crate::error::{StoreError, StoreFault};
use crate::text::hex_text;

/// What was bound, and what it was made from.
#[derive(Debug, Default)]
pub(crate) struct BindingCache {
    endpoints: HashMap<SslKey, BoundEndpoint>,
    /// The store that makes client certificates trusted, and the central one: what was in them.
    stores: Vec<(String, CertificateMarks)>,
    /// Each file that was looked at.
    files: Vec<(String, String, CertificateMarks)>,
}

#[derive(Clone, Debug)]
struct BoundEndpoint {
    parameters: SslParameters,
    marks: CertificateMarks,
    roots: CertificateMarks,
    binding: TlsBinding,
}

impl BindingCache {
    /// Whether a file that was looked at, or a store, has changed since.
    pub(crate) fn is_stale(&self, folders: &CertificateFolders) -> bool {
        let store_changed =
            |(store, marks): &(String, CertificateMarks)| folders.marks_of_store(store) != *marks;
        let file_changed = |(store, name, marks): &(String, String, CertificateMarks)| {
            folders.marks(store, name) != *marks
        };
        self.stores.iter().any(store_changed) || self.files.iter().any(file_changed)
    }

    /// Binds the records anew. A record whose certificate is not there or cannot be used has its endpoint without a
    /// binding, with an event: connections to it end in the handshake, as on Windows. Where what was bound before came
    /// from a file that has become another one which cannot be used, as one that is written just now, it stays.
    pub(crate) fn bind(
        &mut self,
        records: &Records,
        folders: &CertificateFolders,
        now: SystemTime,
    ) -> Bindings {
        let mut work = Rebinding {
            before: std::mem::take(self),
            after: BindingCache::default(),
            configuration: &records.configuration,
            folders,
            now,
        };
        let mut builder = Bindings::builder();
        for record in records.configuration.ssl() {
            builder = work.bind_record(builder, record);
        }
        *self = work.after;
        builder.build()
    }
}

struct Rebinding<'a> {
    before: BindingCache,
    after: BindingCache,
    configuration: &'a Configuration,
    folders: &'a CertificateFolders,
    now: SystemTime,
}

impl Rebinding<'_> {
    fn bind_record(&mut self, builder: BindingsBuilder, record: &SslRecord) -> BindingsBuilder {
        match &record.key {
            SslKey::IpPort(address) => builder.address_if_usable(*address, self.of_hash(record)),
            SslKey::HostNamePort { name, port } if name == "*" => {
                self.bind_central(builder, record, *port)
            }
            SslKey::HostNamePort { name, port } => {
                builder.host_if_usable(name, *port, self.of_hash(record))
            }
            SslKey::Ccs(port) => self.bind_central(builder, record, *port),
            SslKey::ScopedCcs { name, port } => {
                let file = name.replacen("*.", "_.", 1);
                let http2 = self.http2(&record.key);
                let binding = self.named(record, CENTRAL_STORE, &file, name, http2);
                builder.host_if_usable(name, *port, binding)
            }
        }
    }

    fn of_hash(&mut self, record: &SslRecord) -> Option<TlsBinding> {
        let parameters = &record.parameters;
        let name = hex_text(&parameters.hash);
        let host = record.key.host_name().unwrap_or_default().to_owned();
        let http2 = self.http2(&record.key);
        self.named(record, parameters.store(), &name, &host, http2)
    }

    /// What the extended records of a key say about HTTP/2 (HTTP2_WINDOW_SIZE_PARAM, HTTP2_SETTINGS_LIMITS_PARAM).
    fn http2(&self, key: &SslKey) -> H2BindingLimits {
        let of = |kind| self.configuration.ssl_extended_of(key, kind);
        let mut limits = H2BindingLimits::default();
        if let Some(SslExtended::Http2Window { receive_window }) = of(SslExtendedKind::Http2Window)
        {
            limits.receive_window = Some(*receive_window);
        }
        if let Some(SslExtended::Http2SettingsLimits {
            per_frame,
            per_minute,
        }) = of(SslExtendedKind::Http2SettingsLimits)
        {
            limits.settings_per_frame = Some(*per_frame);
            limits.settings_per_minute = Some(*per_minute);
        }
        limits
    }

    /// Binds every certificate of the central store under its host's name.
    fn bind_central(
        &mut self,
        mut builder: BindingsBuilder,
        record: &SslRecord,
        port: u16,
    ) -> BindingsBuilder {
        self.look_at_store(CENTRAL_STORE);
        let http2 = self.http2(&record.key);
        let names = self.folders.names(CENTRAL_STORE).unwrap_or_else(|error| {
            tracing::error!(%error, "the central certificate store cannot be read");
            Vec::new()
        });
        for file in names {
            let host = file.replacen("_.", "*.", 1);
            let Ok(key) = SslKey::host_name_port(&host, port) else {
                tracing::warn!(
                    file,
                    "the file in the central certificate store is not called after a host"
                );
                continue;
            };
            let own = SslRecord {
                key,
                parameters: record.parameters.clone(),
            };
            let binding = self.named(&own, CENTRAL_STORE, &file, &host, http2);
            builder = builder.host_if_usable(&host, port, binding);
        }
        builder
    }

    /// The binding of a certificate by the name of its file: the one that was, if nothing of it has changed.
    fn named(
        &mut self,
        record: &SslRecord,
        store: &str,
        file: &str,
        host: &str,
        http2: H2BindingLimits,
    ) -> Option<TlsBinding> {
        let parameters = &record.parameters;
        let root_store = match &parameters.ctl_store_name {
            Some(name) => name.as_str(),
            None => ROOT_STORE,
        };
        let roots = self.look_at_store(root_store);
        let marks = self.folders.marks(store, file);
        let seen = (store.to_owned(), file.to_owned(), marks.clone());
        self.after.files.push(seen);
        let before = self.before.endpoints.get(&record.key);
        let unchanged = before.filter(|before| {
            before.parameters == *parameters && before.marks == marks && before.roots == roots
        });
        let bound = match unchanged {
            // Its sessions can be resumed as before, whatever is said about HTTP/2.
            Some(before) => BoundEndpoint {
                binding: before.binding.clone().with_http2(http2),
                ..before.clone()
            },
            None => match self.make(record, store, file, host, root_store) {
                Ok((found, binding)) => BoundEndpoint {
                    parameters: parameters.clone(),
                    marks: found.marks,
                    roots,
                    binding: binding.with_http2(http2),
                },
                Err(error) => {
                    let endpoint = record.key.to_string();
                    let same = before.filter(|before| before.parameters == *parameters);
                    let Some(before) = same.filter(|_| marks.is_there()) else {
                        tracing::error!(endpoint, %error, "the endpoint has no usable certificate");
                        return None;
                    };
                    tracing::error!(endpoint, %error, "the endpoint keeps the certificate that it had");
                    BoundEndpoint {
                        binding: before.binding.clone().with_http2(http2),
                        ..before.clone()
                    }
                }
            },
        };
        let binding = bound.binding.clone();
        self.after.endpoints.insert(record.key.clone(), bound);
        Some(binding)
    }

    fn make(
        &self,
        record: &SslRecord,
        store: &str,
        file: &str,
        host: &str,
        root_store: &str,
    ) -> Result<(FoundCertificate, TlsBinding), StoreError> {
        let by_hash = store != CENTRAL_STORE && !record.parameters.hash.is_empty();
        let found = if by_hash {
            self.folders.find(store, &record.parameters.hash)?
        } else {
            self.folders.find_named(store, file)?
        };
        for warning in warnings(&found.certificate, host, self.now) {
            let endpoint = record.key.to_string();
            tracing::warn!(endpoint, warning, "clients may refuse the certificate");
        }
        let flags = BindingFlags(record.parameters.flags.0);
        let roots = self.roots(root_store);
        let roots: Vec<&[u8]> = roots.iter().map(Vec::as_slice).collect();
        let bind = |roots: &[&[u8]]| {
            TlsBinding::with_client_roots(Arc::clone(&found.certificate), flags, roots)
        };
        let binding = match bind(&roots) {
            // One of them cannot be read: certificates of clients are not trusted, but clients are served.
            Err(why @ BindingError::BadRoot(_)) => {
                tracing::error!(store = root_store, %why, "no certificate of a client is trusted");
                bind(&[])
            }
            bound => bound,
        };
        let unusable = |why: BindingError| {
            StoreError::without_file(StoreFault::NoCertificate, why.to_string())
        };
        let binding = binding.map_err(unusable)?;
        Ok((found, binding))
    }

    /// The certificates in the store that makes those of clients trusted, DER.
    fn roots(&self, store: &str) -> Vec<Vec<u8>> {
        let mut roots = Vec::new();
        for name in self.folders.names(store).unwrap_or_default() {
            match self.folders.pem(store, &name) {
                Ok(Some(pem)) => roots.extend(httpsys_tls::certificates_in(&pem)),
                Ok(None) => {}
                Err(error) => tracing::error!(%error, "a root certificate cannot be read"),
            }
        }
        roots
    }

    fn look_at_store(&mut self, store: &str) -> CertificateMarks {
        let mut known = self.after.stores.iter();
        if let Some((_, marks)) = known.find(|(name, _)| name == store) {
            return marks.clone();
        }
        let marks = self.folders.marks_of_store(store);
        self.after.stores.push((store.to_owned(), marks.clone()));
        marks
    }
}

/// What clients may have against a certificate of an endpoint: HTTP.sys takes it without a word.
pub(crate) fn warnings(certificate: &Certificate, host: &str, now: SystemTime) -> Vec<String> {
    let mut all = Vec::new();
    let seconds = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| age.as_secs());
    if certificate.not_after() < seconds {
        let days = (seconds - certificate.not_after()) / 86_400;
        all.push(format!("it expired {days} days ago"));
    }
    if certificate.not_before() > seconds {
        let days = (certificate.not_before() - seconds) / 86_400 + 1;
        all.push(format!("it is valid only in {days} days"));
    }
    let sample = host.replacen("*.", "any-name.", 1);
    if !host.is_empty() && !certificate.matches(&sample) {
        let names = certificate.dns_names().join(", ");
        all.push(format!("it is not made for {host}, but for: {names}"));
    }
    all
}
