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
use crate::transport::preamble::Preamble;

impl Service {
    /// The header has been read. Returns whether there is more to be fed now.
    #[cold]
    pub(super) fn handle_proxy_header(&self, conn: &mut Conn, turn: &mut Turn) -> bool {
        conn.count_untold();
        let preamble = match conn.stream.take() {
            Some(Transport::Preamble(preamble)) => preamble,
            other => {
                conn.stream = other;
                return false;
            }
        };
        match preamble.outcome() {
            Some(Ok(header)) => self.begin_proxied(conn, *preamble, header, turn),
            Some(Err(fault)) => {
                conn.stream = Some(Transport::Preamble(preamble));
                self.refuse_proxy(conn, fault, turn);
                false
            }
            None => {
                conn.stream = Some(Transport::Preamble(preamble));
                false
            }
        }
    }

    fn begin_proxied(
        &self,
        conn: &mut Conn,
        preamble: Preamble,
        header: ProxyHeader,
        turn: &mut Turn,
    ) -> bool {
        let endpoint = conn.local;
        if let ProxyHeader::Proxied {
            source,
            destination,
        } = header
        {
            tracing::debug!(
                connection = conn.state.id().0,
                proxy = %conn.remote,
                endpoint = %endpoint,
                remote = %source,
                local = %destination,
                "PROXY header"
            );
            conn.set_proxied(source, destination);
        }
        if !preamble.is_secure() {
            conn.stream = Some(Transport::Plain(preamble.into_wire()));
            // HeaderWait was for this header.
            self.start_timer(conn, TimerKind::IdleConnection, turn.millis(self));
            return true;
        }
        // HeaderWait goes on: it is for both.
        match self.start_of_tls(conn.state.id(), endpoint) {
            Ok(start) => {
                conn.stream = Some(Transport::secured(preamble.into_wire(), start));
                true
            }
            Err(reason) => {
                conn.stream = Some(Transport::Preamble(Box::new(preamble)));
                self.reset_connection(conn, CloseReason::Tls(reason), turn);
                false
            }
        }
    }

    /// A trusted proxy has sent something else: nothing of it is believed (PXY-005).
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
