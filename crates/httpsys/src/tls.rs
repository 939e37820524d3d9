//! Information about the TLS session that a request came over:
//! [`Request::tls`](crate::Request::tls).
//!
//! HTTPS is a matter of configuration, as in HTTP.sys: a program registers a prefix that begins
//! with `https://`, and a certificate is bound to the port or the host name outside the program, or
//! by the program through its [`Service`](crate::Service). TLS 1.2 and 1.3 are supported.
//!
//! The client is asked for a certificate in the first handshake, if the binding says so
//! (HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT), and never again. Any certificate is
//! accepted: [`ClientCertificate::verdict`] has the result of checking its chain, and the program
//! decides.
//!
//! ```
//! use httpsys::tls::{ChainVerdict, TlsProtocol};
//! use httpsys::{Request, Response};
//!
//! fn answer(request: &Request) -> Response<'static> {
//!     let Some(session) = request.tls() else {
//!         return Response::from_status(403).body("over https only");
//!     };
//!     match request.client_certificate() {
//!         Some(client) if client.verdict == ChainVerdict::Trusted => {
//!             let old = session.protocol == TlsProtocol::Tls12;
//!             Response::ok().body(if old { "welcome, over TLS 1.2" } else { "welcome" })
//!         }
//!         Some(client) => Response::from_status(403).body(format!("{:?}", client.verdict)),
//!         None => Response::from_status(403).body("no certificate"),
//!     }
//! }
//! ```
//!
//! Owns nothing: the types are those of `httpsys-core`.

pub use httpsys_core::tls::{
    Algorithm, ChainVerdict, ClientCertificate, ServerCertificate, TlsInfo, TlsProtocol,
};
