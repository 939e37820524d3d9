//! What a simulation has for tests of services: its network, and the services that were made on it.
//!
//! Owns: keeping them, and which of their requests are open. Does not own: making them (`face.rs`).

use std::sync::atomic::AtomicBool;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use httpsys_engine::core::Finding;
use httpsys_engine::logging::MemoryDisk;
use httpsys_engine::{Service, UnansweredRequest};
use httpsys_network::Network;

#[derive(Debug, Default)]
pub(crate) struct SimParts {
    pub(crate) loopback: OnceLock<Network>,
    /// Where logs are written.
    pub(crate) disk: MemoryDisk,
    services: Mutex<Vec<Service>>,
    /// Services that are made from now on are strict.
    pub(crate) strict: AtomicBool,
}

impl SimParts {
    fn services(&self) -> MutexGuard<'_, Vec<Service>> {
        self.services.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn keep(&self, service: &Service) {
        self.services().push(service.clone());
    }

    pub(crate) fn has_no_service(&self) -> bool {
        self.services().is_empty()
    }

    /// The requests of all services that have no answer yet.
    pub(crate) fn unanswered(&self) -> Vec<UnansweredRequest> {
        // The look takes locks of the simulation: not with this one held.
        let services = self.services().clone();
        services.iter().flat_map(Service::unanswered).collect()
    }

    /// What strict mode has found, in all services.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let services = self.services().clone();
        services.iter().flat_map(Service::findings).collect()
    }

    pub(crate) fn clear_findings(&self) {
        let services = self.services().clone();
        services.iter().for_each(Service::clear_findings);
    }

    /// Ends the services that are left, and returns what strict mode has found.
    pub(crate) fn stop(&self) -> Vec<Finding> {
        let services = std::mem::take(&mut *self.services());
        services.iter().for_each(Service::stop);
        services.iter().flat_map(Service::findings).collect()
    }
}
