//! The certificates that https connections get.
//!
//! Owns: which bindings are in force, and when the configuration store is looked at for others. Does not own what is
//! in them (`httpsys-tls`), nor which follow from the store (`httpsys-configuration`). Threading: any thread; the lock
//! is a leaf, held for a copy of the pointer.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use httpsys_configuration::StoreError;
use httpsys_tls::Bindings;

use crate::service::Service;

impl Service {
    /// Replaces the certificates. Connections that are accepted from now on get the new ones; those that are
    /// there, also in their handshakes, keep what they have.
    pub fn set_tls_bindings(&self, bindings: Arc<Bindings>) {
        if !self.is_inherited() {
            *self.own_tls_bindings().write() = bindings;
        }
    }

    /// The certificates in force.
    #[must_use]
    pub fn tls_bindings(&self) -> Arc<Bindings> {
        if self.is_inherited() {
            return Arc::default();
        }
        Arc::clone(&self.own_tls_bindings().read())
    }

    /// Puts in force which certificates the store has now.
    pub(crate) fn bind_certificates(&self) {
        let bound = self.configuration_store().new_bindings(self.wall_time());
        self.adopt_bindings(bound);
    }

    /// The same for a thread that polls, at most once in a second: records and certificates that others have changed
    /// are for the next connection, without a call of this program.
    pub(crate) fn look_for_certificates(&self, unix_seconds: u64) {
        let seen = self.certificates_seen();
        if seen.swap(unix_seconds, Ordering::Relaxed) == unix_seconds {
            return;
        }
        let store = self.configuration_store();
        self.adopt_bindings(store.try_new_bindings(self.wall_time()));
    }

    fn adopt_bindings(&self, bound: Result<Option<Bindings>, StoreError>) {
        match bound {
            Ok(Some(bindings)) => self.set_tls_bindings(Arc::new(bindings)),
            Ok(None) => {}
            Err(error) => tracing::error!(%error, "certificates stay as they were"),
        }
    }
}
