//! TLS for httpsys: certificates, which of them a connection gets, and the server side of a connection
//! on bytes.
//!
//! Owns: reading certificates and keys ([`Certificate`]), what is bound to which name, address and port
//! ([`TlsBinding`], [`Bindings`]), and the session of one connection ([`TlsSession`]). Does not own:
//! files and records of the configuration (`httpsys-configuration`), sockets and threads
//! (`httpsys-engine`), nor what the API tells of a connection (`httpsys_core::tls`, which it fills).
//! Invariants: sans-IO, bytes come and go by `Read` and `Write` of the caller, the time is an argument,
//! and the cryptography is what was built in: nothing of the process is set. No type of rustls is in the
//! public API. Threading: certificates and bindings are shared and never change; a session has one owner
//! at a time.
#![forbid(unsafe_code)]

#[cfg(not(any(feature = "ring", feature = "aws-lc")))]
compile_error!("httpsys-tls needs a provider of cryptography: the feature `ring` or `aws-lc`");

mod binding;
mod bindings;
mod certificate;
mod client;
mod error;
mod facts;
mod failure;
mod pem;
mod provider;
mod session;
mod time;

pub use binding::{BindingFlags, TlsBinding};
pub use bindings::{Bindings, BindingsBuilder, FoundBinding};
pub use certificate::Certificate;
pub use error::{BindingError, CertificateError};
pub use failure::{TlsFailure, TlsFault};
pub use pem::certificates_in;
pub use session::{TlsSession, TlsStep};
