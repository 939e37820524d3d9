//! The configuration store: what HttpSetServiceConfiguration keeps, in one JSON file, and the certificates beside it.
//!
//! Owns: where the store is ([`StorePlace`]), the file's format, reading it again when it has changed, writing it as a
//! whole or not at all ([`ConfigurationStore`]), the folders of certificates ([`CertificateFolders`]), texts of hashes
//! and GUIDs ([`hex_text`], [`guid_text`]), and the
//! [`httpsys_tls::Bindings`] that follow from records and certificates. Does not own: the records (`httpsys_core`),
//! who is asked for them when, nor TLS (`httpsys_tls`). Invariants: a file that cannot be understood is never
//! written; what the format does not know is kept; whoever changes something has the lock of the file and
//! has read it under that lock. Threading: any thread.
//!
//! ```no_run
//! use httpsys_configuration::{ConfigurationStore, StorePlace};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = ConfigurationStore::open(StorePlace::of_environment()?)?;
//! for reservation in store.records()?.reservations.iter() {
//!     println!("{}", String::from_utf16_lossy(&reservation.url));
//! }
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]

mod bindings;
mod certificates;
mod document;
mod error;
mod file;
mod json;
mod place;
mod store;
mod text;

pub use certificates::{CENTRAL_STORE, CertificateFolders, FoundCertificate, ROOT_STORE};
pub use error::{ChangeError, StoreError, StoreFault};
pub use place::StorePlace;
pub use store::ConfigurationStore;
pub use text::{guid_bytes, guid_text, hex_bytes, hex_text};
