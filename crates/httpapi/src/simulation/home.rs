//! The service of a simulated world, and how often it was initialised.
//!
//! Owns: which world has which network, its service once a call asks for one, the count of HttpInitialize.
//! Does not own: the world. Invariant: a world's service keeps the world alive, so a [`WorldService`] forgets it
//! at its end.
//! Threading: any thread.

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

use httpsys_core::Error;
use httpsys_engine::logging::MemoryDisk;
use httpsys_engine::{Service, parameters_of_variables};
use httpsys_network::Network;
use httpsys_socket::world::{self, World};

use crate::code::ErrorCode;
use crate::reason::invalid;

/// What the functions of http.h find in a simulated world.
#[derive(Debug)]
pub(crate) struct SimulatedHome {
    world: Weak<dyn World>,
    network: Network,
    disk: MemoryDisk,
    service: Mutex<Option<Arc<Service>>>,
    /// As `lifecycle` counts for a process.
    pub(crate) counts: AtomicU64,
}

/// Real locks: nothing calls a world while it holds one.
static HOMES: Mutex<Vec<Arc<SimulatedHome>>> = Mutex::new(Vec::new());

fn homes() -> MutexGuard<'static, Vec<Arc<SimulatedHome>>> {
    HOMES.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While it lives, the functions of http.h have a service of their own in a simulated world: for tests in Rust that
/// make a simulation themselves. Dropped by a thread that belongs to the world no more.
#[derive(Debug)]
pub struct WorldService {
    home: Arc<SimulatedHome>,
}

impl WorldService {
    /// From now on the threads of this world have a service on this network, with their logs on this disk.
    #[must_use]
    pub fn begin(world: &Arc<dyn World>, network: &Network, disk: &MemoryDisk) -> WorldService {
        let home = Arc::new(SimulatedHome {
            world: Arc::downgrade(world),
            network: network.clone(),
            disk: disk.clone(),
            service: Mutex::new(None),
            counts: AtomicU64::new(0),
        });
        homes().push(Arc::clone(&home));
        WorldService { home }
    }

    /// The service, made if this is its first use.
    ///
    /// # Errors
    /// The Win32 code of a service that cannot be made.
    pub fn service(&self) -> Result<Arc<Service>, u32> {
        self.home.service().map_err(ErrorCode::win32)
    }
}

impl Drop for WorldService {
    fn drop(&mut self) {
        let mut all = homes();
        let kept = std::mem::take(&mut *all).into_iter();
        let (ended, kept) = kept.partition::<Vec<_>, _>(|home| Arc::ptr_eq(home, &self.home));
        *all = kept;
        drop(all);
        // Without the lock: a service may hold much.
        drop(ended);
    }
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
        let parameters = parameters_of_variables().map_err(|error| invalid(error.to_string()))?;
        let made = Service::in_world(parameters, &self.network, &self.disk);
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
