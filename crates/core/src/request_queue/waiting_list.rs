//! The receives that wait at a queue, in the order in which they came.
//!
//! Owns: taking the oldest, and finding any other without a walk past those before it. Does not own who may wait
//! (`request_queue`). Invariants: tickets ascend, and the ids of operations as well, since both are given when a
//! receive begins to wait; the first and the last entry wait still; no more entries are empty than wait, beyond a
//! few. Plain data.

use std::collections::VecDeque;

use crate::ids::{HandleId, OperationId};

/// So many entries may be empty in any case.
const SPARE: usize = 16;

/// Names one waiting receive, to take it back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket(u64);

#[derive(Debug)]
pub(super) struct WaitingList<W> {
    entries: VecDeque<WaitingEntry<W>>,
    /// Entries that wait.
    len: usize,
    last_ticket: u64,
}

#[derive(Debug)]
struct WaitingEntry<W> {
    ticket: Ticket,
    /// Its operation; without one that of an entry before it.
    operation: OperationId,
    is_operation: bool,
    handle: HandleId,
    /// `None`: taken back.
    receive: Option<W>,
}

impl<W> Default for WaitingList<W> {
    fn default() -> Self {
        WaitingList {
            entries: VecDeque::new(),
            len: 0,
            last_ticket: 0,
        }
    }
}

impl<W> WaitingList<W> {
    pub(super) fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Appends a receive, with the operation's id if it is one: a later one than those of the list.
    pub(super) fn push(
        &mut self,
        handle: HandleId,
        operation: Option<OperationId>,
        receive: W,
    ) -> Ticket {
        self.last_ticket += 1;
        let ticket = Ticket(self.last_ticket);
        let last = self.entries.back().map(|entry| entry.operation);
        debug_assert!(operation.is_none() || operation > last);
        self.entries.push_back(WaitingEntry {
            ticket,
            operation: operation.or(last).unwrap_or(OperationId(0)),
            is_operation: operation.is_some(),
            handle,
            receive: Some(receive),
        });
        self.len += 1;
        ticket
    }

    pub(super) fn first(&self) -> Option<&W> {
        self.entries.front()?.receive.as_ref()
    }

    pub(super) fn pop(&mut self) -> Option<W> {
        let receive = self.entries.pop_front()?.receive;
        self.len -= 1;
        if self.entries.len() != self.len {
            self.tidy();
        }
        receive
    }

    pub(super) fn take_ticket(&mut self, ticket: Ticket) -> Option<W> {
        let at = self
            .entries
            .partition_point(|entry| entry.ticket.0 < ticket.0);
        let is_it = self.entries.get(at)?.ticket == ticket;
        is_it.then(|| self.take_at(at))?
    }

    /// Takes a receive of this handle back, by its operation.
    pub(super) fn take_operation(&mut self, handle: HandleId, id: OperationId) -> Option<W> {
        // Those behind it without one of their own have the same.
        let at = self.entries.partition_point(|entry| entry.operation < id);
        let entry = self.entries.get(at)?;
        let is_it = entry.is_operation && entry.operation == id && entry.handle == handle;
        is_it.then(|| self.take_at(at))?
    }

    /// Takes all receives back that are meant.
    pub(super) fn take_where(&mut self, mut is_meant: impl FnMut(HandleId, &W) -> bool) -> Vec<W> {
        let mut taken = Vec::new();
        for entry in &mut self.entries {
            let handle = entry.handle;
            taken.extend(entry.receive.take_if(|receive| is_meant(handle, receive)));
        }
        self.len -= taken.len();
        self.tidy();
        taken
    }

    /// Takes all back.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = W> + use<'_, W> {
        self.len = 0;
        self.entries.drain(..).filter_map(|entry| entry.receive)
    }

    fn take_at(&mut self, at: usize) -> Option<W> {
        let receive = self.entries.get_mut(at)?.receive.take()?;
        self.len -= 1;
        self.tidy();
        Some(receive)
    }

    fn tidy(&mut self) {
        while self.entries.front().is_some_and(|it| it.receive.is_none()) {
            self.entries.pop_front();
        }
        while self.entries.back().is_some_and(|it| it.receive.is_none()) {
            self.entries.pop_back();
        }
        if self.entries.len() > 2 * self.len + SPARE {
            self.entries.retain(|entry| entry.receive.is_some());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: HandleId = HandleId(1);
    const TWO: HandleId = HandleId(2);

    /// Against a list that is walked through.
    #[test]
    fn receives_are_found_and_served_in_order_whatever_was_taken_before() {
        let mut state = 0x9E37_79B9_7F4A_7C15u64;
        let mut below = |limit: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 16) as usize % limit
        };
        let mut list = WaitingList::default();
        let mut model: Vec<(Ticket, HandleId, Option<OperationId>, u64)> = Vec::new();
        for step in 1..29_300u64 {
            let growing = (step / 500) % 2 == 0;
            match below(10) {
                0..6 if growing => {
                    let handle = [ONE, TWO][below(2)];
                    let operation = (below(3) != 0).then_some(OperationId(step));
                    let ticket = list.push(handle, operation, step);
                    model.push((ticket, handle, operation, step));
                }
                0..2 => {
                    let first = (!model.is_empty()).then(|| model.remove(0).3);
                    assert_eq!(list.first().copied(), first);
                    assert_eq!(list.pop(), first);
                }
                2..6 if !model.is_empty() => {
                    let (ticket, handle, operation, value) = model.remove(below(model.len()));
                    match operation {
                        Some(id) => {
                            let other = [ONE, TWO][usize::from(handle == ONE)];
                            assert_eq!(list.take_operation(other, id), None);
                            assert_eq!(list.take_operation(handle, id), Some(value));
                            assert_eq!(list.take_operation(handle, id), None);
                        }
                        None => assert_eq!(list.take_ticket(ticket), Some(value)),
                    }
                    assert_eq!(list.take_ticket(ticket), None);
                }
                6 if below(50) == 0 => {
                    let meant = |handle, value: &u64| handle == ONE && value % 3 == 0;
                    let (taken, left): (Vec<_>, Vec<_>) =
                        model.into_iter().partition(|(_, h, _, v)| meant(*h, v));
                    model = left;
                    let taken: Vec<u64> = taken.iter().map(|entry| entry.3).collect();
                    assert_eq!(list.take_where(meant), taken);
                }
                _ => assert_eq!(list.take_operation(ONE, OperationId(step)), None),
            }
            assert_eq!(list.is_empty(), model.is_empty());
            assert!(list.entries.len() <= 2 * model.len() + SPARE);
        }
        assert!(!model.is_empty());
        let left: Vec<u64> = list.take_all().collect();
        assert_eq!(left, model.iter().map(|entry| entry.3).collect::<Vec<_>>());
        assert!(list.is_empty() && list.first().is_none());
    }
}
