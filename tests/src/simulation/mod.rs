//! Tests in a simulation: the bodies of the other doors, over a network in memory and under a virtual clock.
//!
//! Owns: the simulation of a test, from its first [`enter`] until all guards are gone; the service that the C ABI and
//! the Rust API have in it; which tests are not simulated (`real.rs`). Does not own: connections, threads and clocks,
//! which ask whether the calling thread belongs to it (`net`, `thread`, `time`). Without the feature `sim` every test
//! is over loopback, and a guard is nothing.
//!
//! The seed is that of HTTPSYS_SEED, else 1. A failure prints it.

#[cfg(feature = "sim")]
mod home;
#[cfg(feature = "sim")]
pub mod real;
#[cfg(feature = "sim")]
pub(crate) mod stream;

use std::ops::Deref;

use httpsys::{Parameters, Service};

#[cfg(feature = "sim")]
pub(crate) use home::{OWN_ADDRESS, bound, disk, is_inside, network};

/// While it lives the test is in its simulation.
#[derive(Debug)]
pub struct InSimulation {
    #[cfg(feature = "sim")]
    _entered: Option<home::Entered>,
}

/// Makes the calling test a simulated one, if such tests were asked for and it can be one. It may be so already.
#[must_use]
pub fn enter() -> InSimulation {
    InSimulation {
        #[cfg(feature = "sim")]
        _entered: home::enter(),
    }
}

/// The service of the process, or that of the simulation.
///
/// # Panics
/// There is none.
#[must_use]
pub fn global_service() -> Service {
    #[cfg(feature = "sim")]
    if let Some(service) = home::service() {
        return service;
    }
    Service::global().expect("the service")
}

/// A service of a test's own. While it lives the test is in its simulation.
#[derive(Debug)]
pub struct PrivateService {
    service: Service,
    simulated: InSimulation,
}

impl PrivateService {
    /// As [`Service::new`].
    ///
    /// # Errors
    /// As that.
    pub fn new(parameters: Parameters) -> httpsys::Result<PrivateService> {
        let simulated = enter();
        #[cfg(feature = "sim")]
        let service = match network() {
            Some(network) => home::make(parameters, &network)?,
            None => Service::new(parameters)?,
        };
        #[cfg(not(feature = "sim"))]
        let service = Service::new(parameters)?;
        Ok(PrivateService { service, simulated })
    }
}

impl PrivateService {
    /// For a test whose service ends before it.
    #[must_use]
    pub fn into_parts(self) -> (Service, InSimulation) {
        (self.service, self.simulated)
    }
}

impl Deref for PrivateService {
    type Target = Service;

    fn deref(&self) -> &Service {
        &self.service
    }
}
