//! Connections that begin with a header of the PROXY protocol (PXY rows).
//!
//! Owns: what such a connection becomes when its header has come, or when there is none. The addresses that the header
//! names are those of the connection from then on; where it was accepted still decides about routing, certificates
//! and the end of a port ([`Conn::endpoint`]). Does not own: who is trusted (`proto::ProxyProtocol`), nor reading the
//! header (`transport/preamble.rs`). Threading: with the connection's slot locked.

use httpsys_core::CloseReason;
use httpsys_core::close_reason::TimerKind;
use httpsys_core::proto::proxy::{ProxyFault, ProxyHeader};

use crate::conn::slot::Conn;
use crate::poll::waiter::Turn;
use crate::service::Service;
use crate::transport::Transport;

impl Service {
    /// The header has come, or there is none. Returns whether there is more to be fed now.
    #[cold]
    pub(super) fn handle_proxy_header(&self, conn: &mut Conn, turn: &mut Turn) -> bool {
        conn.count_untold();
        let Some(Transport::Preamble(preamble)) = &conn.stream else {
            return false;
        };
        let is_secure = preamble.is_secure();
        match preamble.outcome() {
            Some(Ok(header)) => self.begin_proxied(conn, header, is_secure, turn),
            Some(Err(fault)) => {
                self.refuse_proxy(conn, fault, turn);
                false
            }
            None => false,
        }
    }

    fn begin_proxied(
        &self,
        conn: &mut Conn,
        header: ProxyHeader,
        is_secure: bool,
        turn: &mut Turn,
    ) -> bool {
        if let ProxyHeader::Proxied {
            source,
            destination,
        } = header
        {
            tracing::debug!(
                connection = conn.state.id().0,
                proxy = %conn.remote,
                endpoint = %conn.local,
                remote = %source,
                local = %destination,
                "PROXY header"
            );
            conn.set_proxied(source, destination);
        }
        let start = is_secure.then(|| self.start_of_tls(conn.state.id(), conn.endpoint()));
        let start = match start.transpose() {
            Ok(start) => start,
            Err(reason) => {
                self.reset_connection(conn, CloseReason::Tls(reason), turn);
                return false;
            }
        };
        conn.stream = conn.stream.take().map(|stream| stream.after_header(start));
        // With TLS, HeaderWait goes on: it is for the header and the handshake.
        if !is_secure {
            self.start_timer(conn, TimerKind::IdleConnection, turn.millis(self));
        }
        true
    }

    /// Resets a connection of a trusted proxy that has sent something else (PXY-005).
    fn refuse_proxy(&self, conn: &mut Conn, fault: ProxyFault, turn: &mut Turn) {
        let (reason, detail) = match fault {
            ProxyFault::Missing => ("Proxy_HeaderMissing", "the first bytes are not a header's"),
            ProxyFault::Invalid(why) => ("Proxy_HeaderInvalid", why),
        };
        tracing::info!(
            connection = conn.state.id().0,
            remote = %conn.remote,
            local = %conn.local,
            reason,
            detail,
            "no PROXY header"
        );
        self.reset_connection(conn, CloseReason::Proxy(reason), turn);
    }
}
