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

use crate::observe::tally::Fault;
use crate::observe::trace;
use crate::poll::arrivals::{Arrivals, RETRY};
use crate::service::Service;
use crate::transport::Transport;
use crate::transport::port_listener::PortListener;

/// Connections that one turn accepts, at all listeners together: a flood of connects costs those that
/// are there some milliseconds.
pub(crate) const ACCEPTS: usize = 64;

/// Connections that a listener which closes accepts: what its queue holds (`BACKLOG`, which the
/// systems cut), not what a flood adds meanwhile.
const LAST_ACCEPTS: usize = 4096;

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
    pub(crate) fn accept_share(&self, arrivals: &mut Arrivals) {
        arrivals.retry_if_due(|| self.clock().now());
        let rounds = arrivals.ready.len();
        if rounds == 0 {
            return;
        }
        let each = (ACCEPTS / rounds).max(1);
        let listeners = self.shard().listeners.read();
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
        let listeners = self.shard().listeners.read();
        if let Some(listener) = listeners.get(index) {
            self.accept_at(listener, LAST_ACCEPTS);
        }
    }

    fn accept_at(&self, listener: &PortListener, most: usize) -> Accepted {
        for _ in 0..most {
            match listener.socket.accept() {
                Ok((stream, remote)) => self.adopt(stream, remote, listener.address),
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

    fn adopt(&self, mut stream: Transport, remote: SocketAddr, listening: SocketAddr) {
        let shard = self.shard();
        self.tallies().accepted();
        let most = self.parameters().max_connections;
        if most.is_some_and(|most| shard.table.open() >= most) {
            let reason = "Connections_Refused";
            tracing::info!(%remote, reason, "dropped: MaxConnections");
            self.tallies().note(Fault::ConnectionDropped);
            self.tallies().refused(reason);
            self.log_refused_connection(remote, listening, reason);
            return stream.reset(None);
        }
        stream.prepare();
        let local = if listening.ip().is_unspecified() {
            stream.local_addr().unwrap_or(listening)
        } else {
            listening
        };

        let Some((slot, mut conn)) = shard.table.acquire() else {
            self.tallies().note(Fault::ConnectionDropped);
            tracing::warn!("connection refused: no room in the table");
            return;
        };

        let Some(id) = conn.ids_mut().next_connection() else {
            drop(conn);
            return shard.table.release(slot, true);
        };

        conn.open(id, remote, local);
        trace::connected(id, remote);
        if let Err(error) = stream.register(&shard.registry, id.0 as usize) {
            self.tallies().note(Fault::ConnectionDropped);
            tracing::warn!(%error, "connection dropped: it cannot be polled");
            conn.state.close();
            let exhausted = conn.ids().exhausted();
            drop(conn);
            return shard.table.release(slot, exhausted);
        }
        conn.stream = Some(stream);
        self.start_timer(&mut conn, TimerKind::IdleConnection, self.clock().millis());
    }
}
