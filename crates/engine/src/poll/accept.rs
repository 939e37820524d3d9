//! Accepting connections: how many in a turn of the thread that polls, from which listener, and into
//! which slot.
//!
//! Owns the share of accepting, the listeners that have more than their share, and those where it
//! failed. Does not own the listeners (`listener.rs`) nor the turn (`turn.rs`). Readiness is told once:
//! a listener that told of connections stays on the list until an accept finds none. Threading: the
//! lists belong to the thread that leads; [`Service::accept_last`] runs on any.

use std::io;
use std::net::SocketAddr;

use httpsys_core::close_reason::TimerKind;
use httpsys_core::{CloseReason, ConnectionId};

use crate::conn::table::{Look, Vacancy};
use crate::observe::tally::Fault;
use crate::observe::trace;
use crate::poll::arrivals::{Arrivals, RETRY};
use crate::poll::shard::Shard;
use crate::poll::waiter::Turn;
use crate::service::Service;
use crate::transport::Transport;
use crate::transport::handshakes::HandshakeUnderWay;
use crate::transport::listening::canonical;
use crate::transport::port_listener::PortListener;
use crate::transport::tls::TlsStart;
use crate::transport::wire::Wire;

/// Connections that one turn accepts, at all listeners together: a flood of connects costs those that
/// are there some milliseconds.
pub(crate) const ACCEPTS: usize = 64;

/// Connections that a listener which closes accepts: what its queue holds (`BACKLOG`, which the
/// systems cut), not what a flood adds meanwhile.
const LAST_ACCEPTS: usize = 4096;

/// How many handshakes are tried to be dropped for a new one, when there are MaxTlsHandshakes.
const DROPS: usize = 8;

/// The reason of a connection that MaxTlsHandshakes drops.
const TOO_MANY_HANDSHAKES: &str = "Tls_TooManyHandshakes";

/// How far accepting at a listener came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Accepted {
    /// No connection is left.
    All,
    /// There may be more.
    Share,
    Failed,
}

impl Service {
    /// Accepts the share of one turn, from each listener that has connections as many as from others.
    pub(crate) fn accept_share(&self, shard: &Shard, arrivals: &mut Arrivals) {
        arrivals.retry_if_due(|| self.clock().now());
        let rounds = arrivals.ready.len();
        if rounds == 0 {
            return;
        }
        let each = (ACCEPTS / rounds).max(1);
        let listeners = shard.listeners.read();
        for _ in 0..rounds.min(ACCEPTS) {
            let Some(index) = arrivals.ready.pop_front() else {
                return;
            };

            // Closed meanwhile, perhaps with another in its place, which has told of nothing yet.
            let Some(listener) = listeners.get(index) else {
                continue;
            };

            match self.accept_at(listener, each) {
                Accepted::All => {}
                Accepted::Share => arrivals.ready.push_back(index),
                Accepted::Failed => {
                    arrivals.failed.push(index);
                    let retry_at = || self.clock().now() + RETRY;
                    arrivals.retry_at.get_or_insert_with(retry_at);
                }
            }
        }
    }

    /// Accepts what waits at a listener that is about to close.
    pub(crate) fn accept_last(&self, index: usize) {
        let listeners = self.shards().first().listeners.read();
        if let Some(listener) = listeners.get(index) {
            self.accept_at(listener, LAST_ACCEPTS);
        }
    }

    fn accept_at(&self, listener: &PortListener, most: usize) -> Accepted {
        for _ in 0..most {
            match listener.socket.accept() {
                Ok((stream, remote)) => self.adopt(stream, remote, listener),
                Err(error) => match error.kind() {
                    io::ErrorKind::WouldBlock => return Accepted::All,
                    // The client gave up while it waited.
                    io::ErrorKind::ConnectionAborted | io::ErrorKind::Interrupted => {}
                    // Without an attempt later the clients behind it would wait for the next arrival.
                    _ => {
                        self.tallies().note(Fault::AcceptFailed);
                        tracing::warn!(%error, "accept failed: connections wait");
                        return Accepted::Failed;
                    }
                },
            }
        }
        Accepted::Share
    }

    fn adopt(&self, mut stream: Wire, remote: SocketAddr, listener: &PortListener) {
        let listening = listener.address;
        self.tallies().accepted();
        let most = self.parameters().max_connections;
        if most.is_some_and(|most| self.shards().open() >= most) {
            self.refuse_connection(remote, listening, "Connections_Refused", "MaxConnections");
            return stream.reset(None);
        }
        stream.prepare(listener.socket.is_passed());
        let local = if listening.ip().is_unspecified() {
            stream.local_addr().map_or(listening, canonical)
        } else {
            listening
        };

        let shard = self.shards().for_connection();
        let Some(vacancy) = shard.table.acquire() else {
            self.tallies().note(Fault::ConnectionDropped);
            tracing::warn!("connection refused: no room in the table");
            return;
        };

        let id = vacancy.id();
        trace::connected(id, remote);
        if let Err(error) = stream.register(&shard.registry, id.0 as usize) {
            self.tallies().note(Fault::ConnectionDropped);
            tracing::warn!(%error, "connection dropped: it cannot be polled");
            return vacancy.give_up();
        }
        let port = listening.port();
        let proxies = &self.parameters().proxy_protocol;
        if proxies.expects_header(port, remote.ip()) {
            let transport = Transport::awaiting_header(stream, listener.is_secure);
            let mut conn = vacancy.fill(transport, remote, local);
            return self.start_timer(&mut conn, TimerKind::HeaderWait, self.clock().millis());
        }
        if listener.is_secure {
            return self.begin_handshake(vacancy, stream, remote, local);
        }
        let mut conn = vacancy.fill(Transport::Plain(stream), remote, local);
        self.start_timer(&mut conn, TimerKind::IdleConnection, self.clock().millis());
    }

    /// The connection begins with TLS.
    #[cold]
    fn begin_handshake(
        &self,
        vacancy: Vacancy<'_>,
        wire: Wire,
        remote: SocketAddr,
        local: SocketAddr,
    ) {
        let id = vacancy.id();
        let start = match self.start_of_tls(id, local) {
            Ok(start) => start,
            Err(reason) => {
                vacancy.give_up();
                self.refuse_connection(remote, local, reason, "MaxTlsHandshakes");
                let shard = self.shard_of(id);
                return wire.reset(shard.lead.is_locked().then_some(&shard.registry));
            }
        };
        let stream = Transport::secured(wire, start);
        let mut conn = vacancy.fill(stream, remote, local);
        self.start_timer(&mut conn, TimerKind::HeaderWait, self.clock().millis());
    }

    /// What TLS begins with on a connection that was accepted at `local`.
    ///
    /// # Errors
    /// The reason to drop the connection: there are too many handshakes.
    pub(crate) fn start_of_tls(
        &self,
        connection: ConnectionId,
        local: SocketAddr,
    ) -> Result<TlsStart, &'static str> {
        let parameters = self.parameters();
        self.look_for_certificates(self.clock().unix_seconds());
        let handshake = self.room_for_handshake(connection);
        Ok(TlsStart {
            bindings: self.tls_bindings(),
            local,
            handshake: handshake.ok_or(TOO_MANY_HANDSHAKES)?,
            now: self.clock().unix_seconds(),
            sends_close_notify: parameters.enable_ssl_close_notify,
            offers_http2: parameters.enable_http2_tls,
        })
    }

    /// One handshake too many drops the one that has lasted longest: who shakes hands at once gets through a flood
    /// of those that do not. Where others are at work on the oldest ones, the newcomer has to go.
    fn room_for_handshake(&self, newcomer: ConnectionId) -> Option<HandshakeUnderWay> {
        let handshakes = self.shards().handshakes();
        let most = self.parameters().max_tls_handshakes;
        let mut passed_over = 0;
        for _ in 0..DROPS {
            match handshakes.begin(newcomer, most, passed_over) {
                Ok(begun) => return Some(begun),
                Err(oldest) => passed_over += usize::from(!self.drop_handshake(oldest?)),
            }
        }
        handshakes.begin(newcomer, most, passed_over).ok()
    }

    /// False if somebody is moving it on.
    fn drop_handshake(&self, oldest: ConnectionId) -> bool {
        let mut conn = match self.shard_of(oldest).table.connection_soon(oldest, None) {
            Look::Open(conn) => conn,
            Look::Gone => return true,
            Look::Held => return false,
        };
        // It is over by now.
        if conn.tls_info().is_some() {
            return true;
        }
        // No call waits for a connection that has had no request.
        let mut turn = Turn::default();
        let reason = TOO_MANY_HANDSHAKES;
        tracing::info!(remote = %conn.remote, reason, "dropped: MaxTlsHandshakes");
        self.reset_connection(&mut conn, CloseReason::Tls(reason), &mut turn);
        drop(conn);
        turn.fire(self);
        true
    }

    /// A connection is not taken: a limit.
    #[cold]
    fn refuse_connection(
        &self,
        remote: SocketAddr,
        local: SocketAddr,
        reason: &'static str,
        limit: &str,
    ) {
        tracing::info!(%remote, reason, "dropped: {limit}");
        self.tallies().note(Fault::ConnectionDropped);
        self.tallies().refused(reason);
        self.log_refused_connection(remote, local, reason);
    }
}
