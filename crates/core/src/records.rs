//! All that the configuration store keeps for the API: the records of HttpSetServiceConfiguration.
//!
//! Owns that they belong together, and are read, written and replaced as a whole. Does not own what they are
//! (`configuration`, `reservation`), nor where they are kept. Threading: plain data.

use crate::configuration::Configuration;
use crate::reservation::Reservations;

/// See the module head.
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// Timeouts, the IP listen list, certificates, cache parameters and settings.
    pub configuration: Configuration,
    /// Reservations of URLs.
    pub reservations: Reservations,
}
