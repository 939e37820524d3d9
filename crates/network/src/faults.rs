//! Faults: when they happen, and what they do.
//!
//! Owns: chance and script. Does not own: what a fault looks like afterwards, which is what the network does
//! with a reset, an end or a full buffer of its own. Invariant: what happened by chance is recorded as a
//! script with the same effect.

use std::time::Duration;

use crate::connection::Segment;
use crate::end::TcpState;
use crate::role::{ConnectionNumber, Role};
use crate::rules::{AcceptFault, Damage, FaultMoment, NetworkFault};
use crate::state::{NetworkState, Scheduled};

impl NetworkState {
    /// Adds a fault by script; for a connection that is there as well.
    pub(crate) fn add_fault(&mut self, fault: NetworkFault) {
        if let NetworkFault::Connection {
            connection,
            at,
            damage,
        } = fault
        {
            self.install(connection, at, damage);
        }
        self.rules.script.push(fault);
    }

    /// What the script says of a connection that begins.
    pub(crate) fn install_script(&mut self, number: ConnectionNumber) {
        for index in 0..self.rules.script.len() {
            if let Some(&NetworkFault::Connection {
                connection,
                at,
                damage,
            }) = self.rules.script.get(index)
            {
                if connection == number {
                    self.install(number, at, damage);
                }
            }
        }
    }

    fn install(&mut self, number: ConnectionNumber, at: FaultMoment, damage: Damage) {
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        match at {
            FaultMoment::Time(time) => self.schedule(time, Scheduled::Damage(number, damage)),
            at => connection.script.push((at, damage)),
        }
    }

    pub(crate) fn damage_now(&mut self, number: ConnectionNumber, damage: Damage) {
        self.apply(number, FaultMoment::Time(self.now), damage);
    }

    /// Takes a scripted fault of the connection.
    fn take_script(
        &mut self,
        number: ConnectionNumber,
        is_due: impl Fn(FaultMoment, Damage) -> bool,
    ) -> Option<(FaultMoment, Damage)> {
        let script = &mut self.connections.get_mut(&number)?.script;
        let index = script.iter().position(|&(at, damage)| is_due(at, damage))?;
        Some(script.remove(index))
    }

    /// The bytes that may go out before a fault by script.
    pub(crate) fn bytes_until_damage(&self, number: ConnectionNumber, role: Role) -> Option<usize> {
        let connection = self.connections.get(&number)?;
        let sent = connection.outgoing(role).sent;
        let moments = connection.script.iter().filter_map(|(at, _)| match at {
            FaultMoment::Sent(of, bytes) if *of == role => bytes.checked_sub(sent),
            _ => None,
        });
        usize::try_from(moments.filter(|bytes| *bytes > 0).min()?).ok()
    }

    /// Does what is to be done at this place of the stream. True if something was.
    pub(crate) fn damage_at_sent(&mut self, number: ConnectionNumber, role: Role) -> bool {
        let Some(connection) = self.connections.get(&number) else {
            return false;
        };
        let sent = connection.outgoing(role).sent;
        let is_due =
            |at, _| matches!(at, FaultMoment::Sent(of, bytes) if of == role && bytes <= sent);
        let taken = self.take_script(number, is_due);
        if let Some((at, damage)) = taken {
            self.apply(number, at, damage);
        }
        taken.is_some()
    }

    /// How much of `most` bytes a write takes, if a fault says that the send buffer is full behind that.
    pub(crate) fn write_limit(
        &mut self,
        number: ConnectionNumber,
        role: Role,
        most: usize,
    ) -> Option<usize> {
        let (chance, full_for) = (self.rules.full_send_buffer, self.rules.full_for.clone());
        let connection = self.connections.get_mut(&number)?;
        let written = connection.outgoing(role).written;
        let place = written..written + most as u64;
        let is_due = |at, damage| {
            let fills = matches!(damage, Damage::FullSendBuffer(of, _) if of == role);
            fills
                && matches!(at, FaultMoment::Written(of, bytes) if of == role && place.contains(&bytes))
        };
        if let Some((at, damage)) = self.take_script(number, is_due) {
            self.apply(number, at, damage);
            return match at {
                FaultMoment::Written(_, bytes) => usize::try_from(bytes - written).ok(),
                _ => None,
            };
        }
        let connection = self.connections.get_mut(&number)?;
        let buffers = &mut connection.outgoing_mut(role).buffers;
        if most == 0 || !buffers.happens(chance) {
            return None;
        }
        let taken = buffers.within(&(0..=most as u64 - 1));
        let time = buffers.time(&full_for);
        let at = FaultMoment::Written(role, written + taken);
        self.apply(number, at, Damage::FullSendBuffer(role, time));
        usize::try_from(taken).ok()
    }

    /// What is to happen when so much was written.
    pub(crate) fn damage_after_write(&mut self, number: ConnectionNumber, role: Role) {
        let connection = self.connections.get(&number);
        let written = connection.map_or(0, |connection| connection.outgoing(role).written);
        let is_due = |at, damage| {
            let fills = matches!(damage, Damage::FullSendBuffer(of, _) if of == role);
            !fills
                && matches!(at, FaultMoment::Written(of, bytes) if of == role && bytes <= written)
        };
        while let Some((at, damage)) = self.take_script(number, is_due) {
            self.apply(number, at, damage);
        }
    }

    pub(crate) fn break_by_chance(&mut self, number: ConnectionNumber, role: Role) {
        let connection = self.connections.get(&number);
        let sent = connection.map_or(0, |connection| connection.outgoing(role).sent);
        self.apply(number, FaultMoment::Sent(role, sent), Damage::Reset);
    }

    fn apply(&mut self, number: ConnectionNumber, at: FaultMoment, damage: Damage) {
        let now = self.now;
        let Some(connection) = self.connections.get_mut(&number) else {
            return;
        };
        self.trace.note_fault(
            now,
            NetworkFault::Connection {
                connection: number,
                at,
                damage,
            },
        );
        match damage {
            Damage::Reset => {
                for role in [Role::Client, Role::Server] {
                    self.cut(number, role);
                    self.send(number, role, Segment::Reset);
                }
            }
            Damage::HalfClose(role) => {
                self.cut(number, role);
                self.end_stream(number, role);
                self.edge(number, role);
            }
            Damage::Stall(role, time) => {
                let outgoing = connection.outgoing_mut(role);
                outgoing.stalled_until = outgoing.stalled_until.max(now.saturating_add(time));
            }
            Damage::FullSendBuffer(role, time) => self.fill(number, role, time),
        }
    }

    /// What this end has not sent is lost.
    fn cut(&mut self, number: ConnectionNumber, role: Role) {
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.outgoing_mut(role).forget_unsent();
        }
    }

    fn fill(&mut self, number: ConnectionNumber, role: Role, time: Duration) {
        if let Some(connection) = self.connections.get_mut(&number) {
            connection.end_mut(role).full += 1;
            let until = self.now.saturating_add(time);
            self.schedule(until, Scheduled::Relief(number, role));
        }
    }

    pub(crate) fn relieve(&mut self, number: ConnectionNumber, role: Role) {
        if let Some(connection) = self.connections.get_mut(&number) {
            let end = connection.end_mut(role);
            end.full = end.full.saturating_sub(1);
            if end.state == TcpState::Open {
                self.offer_room(number, role);
            }
        }
    }

    /// Whether a connect is refused by a fault.
    pub(crate) fn refused_by_fault(&mut self, number: ConnectionNumber, by_chance: bool) -> bool {
        let fault = NetworkFault::Refuse { connection: number };
        let refused = by_chance || self.rules.script.contains(&fault);
        if refused {
            self.trace.note_fault(self.now, fault);
        }
        refused
    }

    /// Whether the script says that there is no descriptor now.
    pub(crate) fn has_no_descriptors(&self) -> bool {
        self.rules.script.iter().any(|fault| match fault {
            NetworkFault::NoDescriptors { from, until } => (*from..*until).contains(&self.now),
            _ => false,
        })
    }

    /// The fault of an accept that has found a connection.
    pub(crate) fn accept_fault(&mut self) -> Option<AcceptFault> {
        self.accepts += 1;
        let nth = self.accepts;
        let scripted = self.rules.script.iter().find_map(|fault| match fault {
            NetworkFault::Accept { nth: at, error } if *at == nth => Some(*error),
            _ => None,
        });
        let random = &mut self.accept_faults;
        let none_left = random.happens(self.rules.no_descriptors);
        let aborted = random.happens(self.rules.aborted);
        let by_chance = match (none_left, aborted) {
            (true, _) => Some(AcceptFault::NoDescriptors),
            (false, true) => Some(AcceptFault::Aborted),
            (false, false) => None,
        };
        let error = scripted.or(by_chance)?;
        let fault = NetworkFault::Accept { nth, error };
        self.trace.note_fault(self.now, fault);
        Some(error)
    }
}
