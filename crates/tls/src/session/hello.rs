//! What a session knows before its ClientHello is answered: where it came, and by its first byte whether it is TLS.
//!
//! Owns: what the first byte says, and the binding that the ClientHello gets, or why none. Does not own the order in
//! which bindings are looked at (`bindings.rs`). Threading: with its session.

use std::io::{self, Read};
use std::net::SocketAddr;
use std::sync::Arc;

use crate::binding::BindingFlags;
use crate::bindings::{Bindings, FoundBinding};
use crate::failure::{TlsFailure, TlsFault};

/// What the first byte of TLS is: a record of the handshake.
const HANDSHAKE_RECORD: u8 = 22;

/// See the module head.
pub(super) struct HelloOrigin {
    bindings: Arc<Bindings>,
    local: SocketAddr,
    /// The first byte that has come.
    first: Option<u8>,
    /// HTTP/2, if the binding says so.
    pub(super) offers_http2: bool,
}

impl HelloOrigin {
    pub(super) fn new(bindings: Arc<Bindings>, local: SocketAddr) -> HelloOrigin {
        HelloOrigin {
            bindings,
            local,
            first: None,
            offers_http2: true,
        }
    }

    /// Whether a byte has come.
    pub(super) fn has_begun(&self) -> bool {
        self.first.is_some()
    }

    /// The wire, whose first byte of all is noted.
    pub(super) fn noting_first_byte<'a>(&'a mut self, wire: &'a mut dyn Read) -> impl Read + 'a {
        NotingFirstByte { wire, origin: self }
    }

    /// Whether it is TLS, as far as it has come.
    pub(super) fn check_first_byte(&self) -> Result<(), TlsFailure> {
        let what = match self.first {
            None | Some(HANDSHAKE_RECORD) => return Ok(()),
            Some(byte) if byte.is_ascii_uppercase() => "HTTP in clear text, by its first byte",
            Some(_) => "no TLS, by its first byte",
        };
        Err(TlsFailure::new(TlsFault::ClearText, what))
    }

    /// The binding for a ClientHello that asks for this host.
    pub(super) fn choose(&self, name: Option<&str>) -> Result<FoundBinding, TlsFailure> {
        let local = self.local;
        let named = name.map_or("without a name".to_owned(), |name| format!("for {name}"));
        let Some(found) = self.bindings.find(local, name) else {
            let detail = format!("no certificate is bound {named} at {local}");
            return Err(TlsFailure::new(TlsFault::NoBinding, detail));
        };
        if found.binding.flags().has(BindingFlags::REJECT) {
            let detail = format!("the binding {named} at {local} has the flag REJECT");
            return Err(TlsFailure::new(TlsFault::Rejected, detail));
        }
        Ok(found)
    }
}

struct NotingFirstByte<'a> {
    wire: &'a mut dyn Read,
    origin: &'a mut HelloOrigin,
}

impl Read for NotingFirstByte<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.wire.read(buffer)?;
        if n > 0 {
            self.origin.first.get_or_insert(buffer[0]);
        }
        Ok(n)
    }
}
