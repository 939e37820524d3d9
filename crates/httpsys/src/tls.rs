//! What a request tells of the TLS session that it came over: [`Request::tls`](crate::Request::tls).
//!
//! HTTPS is a matter of configuration, as in HTTP.sys: a program registers a prefix that begins with
//! `https://`, and a certificate is bound to the port or the host name outside of the program, or by the
//! program through its [`Service`](crate::Service). TLS 1.2 and 1.3 are spoken.
//!
//! Client certificates are asked for in the first handshake, where the binding says so
//! (HTTP_SERVICE_CONFIG_SSL_FLAG_NEGOTIATE_CLIENT_CERT), and never again. Any certificate is taken:
//! [`ClientCertificate::verdict`] says what checking its chain gave, and the program decides.
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
