//! What a connection does because it is encrypted.
//!
//! Owns: its timer before and after the handshake, how one ends whose TLS has failed, and that a port without a
//! certificate is told of. Does not own TLS (`transport/tls.rs`), nor which connections begin with it
//! (`poll/accept.rs`). For plain connections only [`Service::handle_broken`] is called, and for those that begin with a
//! PROXY header [`Service::handle_progress`]. Threading: with the connection's slot locked.

use std::io::Write;

use httpsys_core::CloseReason;
use httpsys_core::close_reason::TimerKind;
use httpsys_socket::StandardError;
use httpsys_tls::TlsFault;

use crate::conn::slot::Conn;
use crate::observe::missing_certificates;
use crate::poll::waiter::Turn;
use crate::service::Service;
use crate::transport::outcome::ReadProgress;

impl Service {
    /// The transport has nothing of HTTP yet. Returns whether there is more to be fed now.
    #[cold]
    pub(super) fn handle_progress(
        &self,
        conn: &mut Conn,
        progress: ReadProgress,
        turn: &mut Turn,
    ) -> bool {
        match progress {
            ReadProgress::Secured => {
                conn.count_untold();
                let alpn = conn.tls_info().and_then(|info| info.alpn.as_deref());
                if alpn == Some(b"h2") {
                    self.begin_carrying(conn, &[], turn);
                    return true;
                }
                // HeaderWait was for the handshake.
                self.start_timer(conn, TimerKind::IdleConnection, turn.millis(self));
                true
            }
            ReadProgress::HeaderRead => self.handle_proxy_header(conn, turn),
            ReadProgress::GoOnLater => {
                self.resume_later(conn);
                false
            }
        }
    }

    /// Nothing can be read any more. Returns whether there is more to be fed now.
    #[cold]
    pub(super) fn handle_broken(&self, conn: &mut Conn, turn: &mut Turn) -> bool {
        if !self.end_failed_tls(conn, turn) {
            conn.state.handle_broken();
            self.carry_out(conn, turn);
        }
        false
    }

    /// Ends a connection whose TLS has failed, with its reason. False: it has not.
    #[cold]
    pub(crate) fn end_failed_tls(&self, conn: &mut Conn, turn: &mut Turn) -> bool {
        let stream = conn.stream.as_mut();
        let Some(failure) = stream.and_then(|stream| stream.take_failure()) else {
            return false;
        };
        conn.count_untold();
        let reason = failure.fault.phrase();
        tracing::info!(
            connection = conn.state.id().0,
            remote = %conn.remote,
            local = %conn.local,
            reason,
            detail = failure.detail,
            "TLS failed"
        );
        if failure.fault == TlsFault::NoBinding {
            self.note_missing_certificate(conn.endpoint().port());
        }
        let end = CloseReason::Tls(reason);
        match failure.fault {
            // It ends already, and its last bytes are out.
            _ if conn.state.is_closing() => self.close_connection(conn, end, turn),
            // The client is told by an alert: FIN comes behind it, and what the client still sends is thrown away.
            fault if fault.has_alert() => self.fail_connection(conn, end, turn),
            TlsFault::ClosedInHandshake => self.close_connection(conn, end, turn),
            // G-099, TLS-001: dropped.
            _ => self.reset_connection(conn, end, turn),
        }
        true
    }

    /// A client was dropped because nothing is bound for it. Told of when there is one and not when the URL is
    /// registered, since a certificate may be bound later; not where only another name or address of the port has
    /// one, which is up to the client.
    fn note_missing_certificate(&self, port: u16) {
        let all = self.missing_certificates();
        if all.is_told(port) || self.tls_bindings().serves_port(port) || !all.tell(port) {
            return;
        }
        let words = missing_certificates::words(port, self.configuration_store().path());
        tracing::error!(port, "{words}");
        if !tracing::enabled!(tracing::Level::ERROR) {
            // One write, and nobody to tell of its failure.
            let _ = StandardError.write_all(format!("httpsys: {words}\n").as_bytes());
        }
    }
}
