//! Bytes on their way: write, segments, acknowledgements, read.
//!
//! Owns: when a segment goes out, how large it is, and what its arrival does. Does not own: the end of a
//! connection (`close.rs`). Sources: tcp(7), send(2), recv(2); `tests/model` compares.

use std::io::{ErrorKind, IoSlice};

use crate::connection::Segment;
use crate::end::TcpState;
use crate::pipe::FinState;
use crate::role::{ConnectionNumber, Role};
use crate::state::NetworkState;
use crate::trace::TraceKind;

impl NetworkState {
    pub(crate) fn write(
        &mut self,
        number: ConnectionNumber,
        role: Role,
        pieces: &[IoSlice<'_>],
    ) -> Result<usize, ErrorKind> {
        let result = self.write_pieces(number, role, pieces);
        self.note(match result {
            Ok(count) => TraceKind::Write(number, role, count),
            Err(kind) => TraceKind::WriteFailed(number, role, kind),
        });
        if result.is_ok() {
            self.damage_after_write(number, role);
            self.transmit(number, role);
        }
        result
    }

    fn write_pieces(
        &mut self,
        number: ConnectionNumber,
        role: Role,
        pieces: &[IoSlice<'_>],
    ) -> Result<usize, ErrorKind> {
        let send_buffer = self.rules.send_buffer;
        let connection = self.connections.get_mut(&number);
        let connection = connection.ok_or(ErrorKind::NotConnected)?;
        connection.end_mut(role).check_write()?;
        let wanted: usize = pieces.iter().map(|piece| piece.len()).sum();
        if wanted == 0 {
            return Ok(0);
        }
        let room = connection
            .end(role)
            .room(connection.outgoing(role), send_buffer);
        let most = room.min(wanted);
        let taken = self.write_limit(number, role, most).unwrap_or(most);
        let connection = self.connections.get_mut(&number);
        let connection = connection.ok_or(ErrorKind::NotConnected)?;
        let outgoing = connection.outgoing_mut(role);
        let mut left = taken;
        for piece in pieces {
            let part = piece.len().min(left);
            outgoing.write(&piece[..part]);
            left -= part;
        }
        if taken < wanted {
            connection.end_mut(role).is_room_wanted = true;
        }
        if taken == 0 {
            return Err(ErrorKind::WouldBlock);
        }
        Ok(taken)
    }

    /// Sends what the window lets out, and FIN behind the last byte.
    pub(crate) fn transmit(&mut self, number: ConnectionNumber, role: Role) {
        while let Some(most) = self.sendable(number, role) {
            if self.damage_at_sent(number, role) {
                continue;
            }
            if most == 0 {
                break;
            }
            self.send_segment(number, role, most);
        }
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let is_open = connection.end(role).state == TcpState::Open;
        let outgoing = connection.outgoing_mut(role);
        if is_open && outgoing.fin == FinState::Queued && outgoing.unsent() == 0 {
            outgoing.fin = FinState::Sent;
            self.send(number, role, Segment::Fin);
        }
    }

    /// The most bytes that may go out now; `None` if the end sends nothing any more or not yet.
    fn sendable(&self, number: ConnectionNumber, role: Role) -> Option<usize> {
        let connection = self.connections.get(&number)?;
        let is_open = connection.end(role).state == TcpState::Open;
        is_open.then(|| connection.outgoing(role).sendable())
    }

    fn send_segment(&mut self, number: ConnectionNumber, role: Role, most: usize) {
        let until_damage = self.bytes_until_damage(number, role);
        let (smallest, largest) = self.rules.segment.clone().into_inner();
        let (split, split_delay) = (self.rules.split, self.rules.split_delay.clone());
        let reset = self.rules.reset;
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let outgoing = connection.outgoing_mut(role);
        let drawn = outgoing.sizes.within(&(smallest as u64..=largest as u64));
        let mut size = usize::try_from(drawn).unwrap_or(most).clamp(1, most);
        let mut later = None;
        if size > 1 && outgoing.splits.happens(split) {
            size = outgoing.splits.within(&(1..=size as u64 - 1)) as usize;
            later = Some(outgoing.splits.time(&split_delay));
        }
        // Last, so that a fault by script changes nothing that is drawn.
        size = until_damage.map_or(size, |bytes| size.min(bytes));
        let breaks = outgoing.resets.happens(reset);
        outgoing.send(size);
        self.send(number, role, Segment::Data(size));
        if let (Some(later), Some(connection)) = (later, self.connections.get_mut(&number)) {
            let outgoing = connection.outgoing_mut(role);
            let until = outgoing.last_arrival.saturating_add(later);
            outgoing.stalled_until = outgoing.stalled_until.max(until);
        }
        if breaks {
            self.break_by_chance(number, role);
        }
    }

    /// A segment arrives at this end.
    pub(crate) fn arrive(&mut self, number: ConnectionNumber, to: Role, segment: Segment) {
        match segment {
            Segment::Syn => self.syn_arrives(number),
            Segment::SynAck => self.syn_ack_arrives(number),
            Segment::Established => self.handshake_ends(number),
            Segment::Data(count) => self.data_arrives(number, to, count),
            Segment::Fin => self.fin_arrives(number, to),
            Segment::Reset => self.reset_arrives(number, to),
            Segment::Acknowledge {
                arrived,
                window_end,
            } => self.acknowledgement_arrives(number, to, arrived, window_end),
        }
    }

    fn data_arrives(&mut self, number: ConnectionNumber, to: Role, count: usize) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let end = connection.end(to);
        let nobody_reads = end.is_read_shut && end.is_write_shut;
        if end.is_closed() || nobody_reads {
            connection.incoming_mut(to).arrive_lost(count);
            return self.answer_with_reset(number, to);
        }
        connection.incoming_mut(to).arrive(count);
        self.note(TraceKind::Arrived(number, to, count));
        self.edge(number, to);
        self.acknowledge(number, to);
    }

    /// Tells the peer what has arrived and how much more may come.
    pub(crate) fn acknowledge(&mut self, number: ConnectionNumber, from: Role) {
        let capacity = self.rules.receive_buffer;
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let has_fin_arrived = connection.end(from).has_fin_arrived;
        let (arrived, window_end) = connection
            .incoming_mut(from)
            .tell(capacity, has_fin_arrived);
        let segment = Segment::Acknowledge {
            arrived,
            window_end,
        };
        self.send(number, from, segment);
    }

    fn acknowledgement_arrives(
        &mut self,
        number: ConnectionNumber,
        to: Role,
        arrived: u64,
        window_end: u64,
    ) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        if connection.end(to).state != TcpState::Open {
            return;
        }
        let outgoing = connection.outgoing_mut(to);
        let was_fin_acknowledged = outgoing.is_fin_acknowledged();
        outgoing.acknowledged = outgoing.acknowledged.max(arrived);
        outgoing.window_end = outgoing.window_end.max(window_end);
        let is_fin_news = outgoing.is_fin_acknowledged() && !was_fin_acknowledged;
        self.transmit(number, to);
        self.offer_room(number, to);
        if is_fin_news {
            // Linux: FIN-WAIT-2, or the end.
            self.edge(number, to);
            self.close_if_both_ended(number, to);
        }
    }

    /// Tells of room in the send buffer, if somebody wants to know.
    pub(crate) fn offer_room(&mut self, number: ConnectionNumber, role: Role) {
        let send_buffer = self.rules.send_buffer;
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        let has_room = connection
            .end(role)
            .has_room(connection.outgoing(role), send_buffer);
        let end = connection.end_mut(role);
        if has_room && std::mem::take(&mut end.is_room_wanted) {
            self.edge(number, role);
        }
    }

    pub(crate) fn read(
        &mut self,
        number: ConnectionNumber,
        role: Role,
        buffer: &mut [u8],
    ) -> Result<usize, ErrorKind> {
        let capacity = self.rules.receive_buffer;
        let connection = self.connections.get_mut(&number);
        let connection = connection.ok_or(ErrorKind::NotConnected)?;
        let result = if connection.incoming(role).unread() > 0 {
            Ok(connection.incoming_mut(role).read(buffer))
        } else {
            connection.end_mut(role).read_nothing()
        };
        let is_open = connection.end(role).state == TcpState::Open;
        let has_news = is_open && connection.incoming(role).has_window_to_tell(capacity);
        self.note(match result {
            Ok(count) => TraceKind::Read(number, role, count),
            Err(kind) => TraceKind::ReadFailed(number, role, kind),
        });
        if has_news {
            self.acknowledge(number, role);
        }
        result
    }
}
