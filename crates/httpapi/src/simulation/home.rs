//! The service of a simulated world, and how often it was initialised.
//!
//! Owns: which world has which network, its service once a call asks for one, the count of HttpInitialize.
//! Does not own: the world. Invariant: a world's service keeps the world alive, so [`end`] has to forget it.
//! Threading: any thread.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use httpsys_core::Error;
use httpsys_engine::{Service, parameters_from_environment};
use httpsys_network::Network;
use httpsys_socket::world::{self, World};

use crate::code::ErrorCode;
use crate::reason::invalid;

/// What the functions of http.h find in a simulated world.
pub(crate) struct SimulatedHome {
    world: Weak<dyn World>,
    network: Network,
    service: Mutex<Option<Arc<Service>>>,
    /// As `lifecycle` counts for a process.
    pub(crate) counts: AtomicU64,
}

/// Real locks: nothing calls a world while it holds one.
static HOMES: Mutex<Vec<Arc<SimulatedHome>>> = Mutex::new(Vec::new());

fn homes() -> MutexGuard<'static, Vec<Arc<SimulatedHome>>> {
    HOMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// From now on this world has a service on this network.
pub(crate) fn begin(world: &Arc<dyn World>, network: &Network) {
    homes().push(Arc::new(SimulatedHome {
        world: Arc::downgrade(world),
        network: network.clone(),
        service: Mutex::new(None),
        counts: AtomicU64::new(0),
    }));
}

/// Forgets the worlds that are over; called by a thread that belongs to none any more.
pub(crate) fn end() {
    let ended = std::mem::take(&mut *homes());
    // Without the lock: a service may hold much.
    drop(ended);
}

/// That of the calling thread's world.
pub(crate) fn current() -> Option<Arc<SimulatedHome>> {
    let world = world::current()?;
    let homes = homes();
    let own = homes
        .iter()
        .find(|home| std::ptr::addr_eq(home.world.as_ptr(), Arc::as_ptr(&world)));
    own.cloned()
}

impl SimulatedHome {
    fn slot(&self) -> MutexGuard<'_, Option<Arc<Service>>> {
        self.service.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The service, if a call has asked for it.
    pub(crate) fn made(&self) -> Option<Arc<Service>> {
        self.slot().clone()
    }

    /// The service, made if this is its first use.
    pub(crate) fn service(&self) -> Result<Arc<Service>, ErrorCode> {
        if let Some(service) = self.made() {
            return Ok(service);
        }
        let parameters =
            parameters_from_environment().map_err(|error| invalid(error.to_string()))?;
        let made = Service::in_world(parameters, &self.network);
        let made = Arc::new(made.map_err(|error| match error.kind() {
            std::io::ErrorKind::InvalidInput => invalid(error.to_string()),
            _ => Error::NoResources.into(),
        })?);
        // Another thread may have made one meanwhile.
        let service = Arc::clone(self.slot().get_or_insert_with(|| Arc::clone(&made)));
        if !Arc::ptr_eq(&service, &made) {
            made.stop();
        }
        Ok(service)
    }
}
