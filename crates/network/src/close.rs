//! The ends of connections: shutdown, close, reset.
//!
//! Owns: what an end sends when its program leaves, and what a FIN or a reset does where it arrives. Does
//! not own: bytes. Sources: shutdown(2), close(2), RFC 1122 section 4.2.2.13 (a close with unread data is
//! a reset), RFC 9293; `tests/model` compares with Linux.

use std::io::ErrorKind;
use std::net::Shutdown;

use crate::connection::Segment;
use crate::end::TcpState;
use crate::pipe::FinState;
use crate::role::{ConnectionNumber, Role};
use crate::state::NetworkState;
use crate::trace::TraceKind;
use crate::watches::PollSource;

impl NetworkState {
    pub(crate) fn shutdown(
        &mut self,
        number: ConnectionNumber,
        role: Role,
        how: Shutdown,
    ) -> Result<(), ErrorKind> {
        let connection = self.connections.get_mut(&number);
        let connection = connection.ok_or(ErrorKind::NotConnected)?;
        let end = connection.end_mut(role);
        match end.state {
            TcpState::Closed => return Err(ErrorKind::NotConnected),
            TcpState::Connecting => {
                (end.state, end.has_given_up) = (TcpState::Closed, true);
                end.error = Some(ErrorKind::ConnectionReset);
                self.edge(number, role);
                return Ok(());
            }
            TcpState::Open => {}
        }
        if how != Shutdown::Write {
            end.is_read_shut = true;
            self.note(TraceKind::ShutdownRead(number, role));
        }
        if how != Shutdown::Read {
            self.note(TraceKind::ShutdownWrite(number, role));
            self.end_stream(number, role);
        }
        self.edge(number, role);
        Ok(())
    }

    /// The stream has its end; FIN goes out behind the last byte.
    pub(crate) fn end_stream(&mut self, number: ConnectionNumber, role: Role) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        connection.end_mut(role).is_write_shut = true;
        let outgoing = connection.outgoing_mut(role);
        if outgoing.fin == FinState::None {
            outgoing.fin = FinState::Queued;
        }
        self.transmit(number, role);
    }

    /// The program closes its socket.
    pub(crate) fn close(&mut self, number: ConnectionNumber, role: Role) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let has_unread = connection.incoming(role).unread() > 0;
        let end = connection.end_mut(role);
        end.is_read_shut = true;
        let state = end.state;
        self.note(TraceKind::Close(number, role));
        match state {
            TcpState::Connecting => self.set_closed(number, role),
            TcpState::Open if has_unread => self.abort(number, role),
            TcpState::Open => self.end_stream(number, role),
            TcpState::Closed => {}
        }
        self.leave(number, role);
    }

    /// The program breaks the connection off and closes its socket; the same for one that nobody accepts.
    pub(crate) fn reset(&mut self, number: ConnectionNumber, role: Role) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        match connection.end(role).state {
            TcpState::Open => self.abort(number, role),
            TcpState::Connecting | TcpState::Closed => self.set_closed(number, role),
        }
        self.leave(number, role);
    }

    /// Nobody has the socket any more.
    fn leave(&mut self, number: ConnectionNumber, role: Role) {
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.end_mut(role).is_orphan = true;
            self.watches.forget(PollSource::End(number, role));
            self.remove_if_over(number);
        }
    }

    /// Sends a reset; what was not sent before is lost.
    fn abort(&mut self, number: ConnectionNumber, role: Role) {
        self.note(TraceKind::ResetSent(number, role));
        self.send(number, role, Segment::Reset);
        self.set_closed(number, role);
    }

    fn set_closed(&mut self, number: ConnectionNumber, role: Role) {
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.end_mut(role).state = TcpState::Closed;
            connection.outgoing_mut(role).forget_unsent();
        }
    }

    /// Bytes have come that nobody will read.
    pub(crate) fn answer_with_reset(&mut self, number: ConnectionNumber, role: Role) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let end = connection.end_mut(role);
        let was_open = !end.is_closed();
        if was_open {
            end.error = Some(ErrorKind::ConnectionReset);
        }
        self.abort(number, role);
        if was_open {
            self.edge(number, role);
            self.remove_if_over(number);
        }
    }

    pub(crate) fn fin_arrives(&mut self, number: ConnectionNumber, to: Role) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let end = connection.end_mut(to);
        if end.is_closed() {
            return;
        }
        end.has_fin_arrived = true;
        self.note(TraceKind::FinArrived(number, to));
        self.edge(number, to);
        self.acknowledge(number, to);
        self.close_if_both_ended(number, to);
    }

    /// Both directions have ended and both ends know: the socket is closed.
    pub(crate) fn close_if_both_ended(&mut self, number: ConnectionNumber, role: Role) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let is_acknowledged = connection.outgoing(role).is_fin_acknowledged();
        let end = connection.end_mut(role);
        if end.state == TcpState::Open && end.has_fin_arrived && is_acknowledged {
            end.state = TcpState::Closed;
            self.edge(number, role);
            self.remove_if_over(number);
        }
    }

    pub(crate) fn reset_arrives(&mut self, number: ConnectionNumber, to: Role) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let end = connection.end_mut(to);
        match (end.state, to) {
            (TcpState::Closed, _) => {}
            (TcpState::Connecting, Role::Server) => self.drop_embryo(number),
            (TcpState::Connecting, Role::Client) => {
                self.note(TraceKind::ResetArrived(number, to));
                self.fail_connect(number, ErrorKind::ConnectionRefused);
            }
            (TcpState::Open, _) => {
                end.error = Some(end.reset_error());
                self.note(TraceKind::ResetArrived(number, to));
                self.set_closed(number, to);
                self.edge(number, to);
                self.remove_if_over(number);
            }
        }
    }

    /// Forgets a connection that nobody can see any more.
    pub(crate) fn remove_if_over(&mut self, number: ConnectionNumber) {
        let connection = self.connections.get(&number);
        if connection.is_some_and(|connection| connection.is_over()) {
            if let Some(connection) = self.connections.remove(&number) {
                self.give_address_back(connection.client);
            }
        }
    }
}
