//! Which service the calls of a thread go to.
//!
//! Owns: that it is the service of the process, and with the feature `sim`, for a thread of a simulated world,
//! the service of that world. Does not own: the count of HttpInitialize (`lifecycle`). Invariant: the threads
//! of one world see one service. Threading: any thread.

use httpsys_engine::Service;
#[cfg(feature = "sim")]
use httpsys_socket::Own;

use crate::code::ErrorCode;

/// A service for as long as this is kept. (In a build of the whole workspace the crates below may have the
/// feature without this one.)
#[cfg(not(feature = "sim"))]
pub(crate) type CurrentService = &'static Service;
#[cfg(feature = "sim")]
pub(crate) type CurrentService = Own<Service>;

/// The service behind all functions, with the parameters of the environment if this is its first use in the
/// process or the simulated world.
///
/// # Errors
/// 87 for a setting that cannot be applied; in the process it is said once on standard error.
#[inline]
pub(crate) fn current() -> Result<CurrentService, ErrorCode> {
    #[cfg(feature = "sim")]
    if let Some(simulated) = crate::simulation::home::current() {
        return Ok(Own::World(simulated.service()?));
    }
    let service = Service::global()?;
    #[cfg(feature = "sim")]
    return Ok(Own::Process(service));
    #[cfg(not(feature = "sim"))]
    Ok(service)
}

/// The service itself.
#[inline]
pub(crate) fn of(current: &CurrentService) -> &Service {
    current
}
