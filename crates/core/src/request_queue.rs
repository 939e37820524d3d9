//! A request queue: the FIFO of requests that no program has taken, and the FIFO of receives that
//! found none.
//!
//! Owns order (CON-006, G-033), refusing by the queue's properties (QUE-001, QUE-008), the handles
//! that receive from the queue, and closing. Does not own the requests themselves (they stay with
//! their connections; here are ids) nor what a waiting receive is: the driver chooses `W` and when
//! the two are paired.
//!
//! What the documentation says of processes that share a queue holds here for handles: a shutdown
//! or the end of one leaves the others alone (SHD-001, SHD-012).
//!
//! Invariants: after [`RequestQueue::pair`] returned `None`, at most one of the two FIFOs has
//! entries; whatever waits belongs to a handle that receives.

use std::collections::VecDeque;

use crate::ids::{HandleId, OperationId, RequestId};
use crate::property::{QueueProperties, State};

mod waiting_list;

pub use waiting_list::Ticket;
use waiting_list::WaitingList;

/// HttpServerQueueLengthProperty's default (QUE-001).
pub const DEFAULT_LENGTH_LIMIT: u32 = 1000;

/// What became of a pushed request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// It is the last of the FIFO.
    Queued,
    /// The queue is at its limit: 503 handling (QUE-002).
    Full,
    /// The queue's state is inactive: 503 handling (QUE-008).
    Disabled,
    /// The queue is closed: the connection is to be reset (SHD-008).
    Closed,
}

/// See the module head. `W` is one waiting receive of the driver.
#[derive(Debug)]
pub struct RequestQueue<W> {
    pending: VecDeque<RequestId>,
    waiting: WaitingList<W>,
    demand: Option<DemandWait<W>>,
    properties: QueueProperties,
    /// The open handles that were not shut down: few, mostly one.
    receivers: Vec<HandleId>,
    /// Nobody receives any more, and what was received goes on.
    draining: bool,
    closed: bool,
    totals: Totals,
}

/// What came to a queue, and what of it no receive got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Pushed while the queue was open, also what was refused.
    pub arrivals: u64,
    /// Refused, or taken out because they waited for too long.
    pub rejected: u64,
    /// Ended before a receive had them.
    pub abandoned: u64,
}

/// The wait for demand start.
#[derive(Debug)]
struct DemandWait<W> {
    handle: HandleId,
    operation: Option<OperationId>,
    wait: W,
}

/// What a closed queue leaves behind, for the driver to end.
#[derive(Debug)]
pub struct Leftovers<W> {
    /// Requests nobody took: their connections are reset (SHD-008).
    pub pending: VecDeque<RequestId>,
    /// Receives and a demand-start wait: each completes with 995 (RCV-007).
    pub waiting: Vec<W>,
}

impl<W> Default for RequestQueue<W> {
    fn default() -> Self {
        RequestQueue::new()
    }
}

impl<W> RequestQueue<W> {
    /// An open, empty queue with the default limit, which nobody receives from.
    #[must_use]
    pub fn new() -> Self {
        RequestQueue {
            pending: VecDeque::new(),
            waiting: WaitingList::default(),
            demand: None,
            properties: QueueProperties::default(),
            receivers: Vec::new(),
            draining: false,
            closed: false,
            totals: Totals::default(),
        }
    }

    /// A handle that receives is opened. `false`: the queue is closed.
    pub fn open_handle(&mut self, handle: HandleId) -> bool {
        if !self.closed {
            self.receivers.push(handle);
        }
        !self.closed
    }

    /// Whether receives through this handle are served: until it is shut down, or closed.
    #[must_use]
    pub fn receives(&self, handle: HandleId) -> bool {
        self.receivers.contains(&handle)
    }

    /// Whether any handle was not shut down; also a controller's, which can start a worker.
    #[must_use]
    pub fn has_receivers(&self) -> bool {
        !self.receivers.is_empty()
    }

    /// Appends a request. Requests that were taken do not count for the limit (G-081).
    pub fn push(&mut self, request: RequestId) -> Pushed {
        if self.closed {
            return Pushed::Closed;
        }
        self.totals.arrivals += 1;
        if self.properties.state == State::Inactive {
            self.totals.rejected += 1;
            Pushed::Disabled
        } else if self.pending.len() >= self.properties.length as usize {
            self.totals.rejected += 1;
            Pushed::Full
        } else {
            self.pending.push_back(request);
            Pushed::Queued
        }
    }

    /// The properties in force.
    #[must_use]
    pub fn properties(&self) -> QueueProperties {
        self.properties
    }

    /// Changes the properties. Requests that wait already stay, also above a new length.
    pub fn set_properties(&mut self, properties: QueueProperties) {
        self.properties = properties;
    }

    /// Takes the oldest request, past the receives that wait: for a caller whose turn it is.
    pub fn take(&mut self) -> Option<RequestId> {
        self.pending.pop_front()
    }

    /// Puts a request back that a receive was given but did not take: it is the next one again.
    pub fn give_back(&mut self, request: RequestId) {
        if self.closed {
            self.totals.abandoned += 1;
        } else {
            self.pending.push_front(request);
        }
    }

    /// The receive that waits longest.
    #[must_use]
    pub fn next_waiting(&self) -> Option<&W> {
        self.waiting.first()
    }

    /// The oldest request together with the oldest waiting receive, if there are both.
    pub fn pair(&mut self) -> Option<(RequestId, W)> {
        if self.pending.is_empty() {
            return None;
        }
        let receive = self.waiting.pop()?;
        let request = self.pending.pop_front()?;
        Some((request, receive))
    }

    /// Appends a waiting receive of a handle that receives.
    pub fn wait(&mut self, handle: HandleId, receive: W) -> Ticket {
        debug_assert!(self.receives(handle));
        self.waiting.push(handle, None, receive)
    }

    /// The same for an operation, whose id is above those of all that wait already.
    pub fn wait_operation(&mut self, handle: HandleId, operation: OperationId, receive: W) {
        debug_assert!(self.receives(handle));
        self.waiting.push(handle, Some(operation), receive);
    }

    /// Takes a waiting receive back; `None` when it was served or withdrawn already.
    pub fn withdraw(&mut self, ticket: Ticket) -> Option<W> {
        self.waiting.take_ticket(ticket)
    }

    /// Registers the wait for demand start; at most one (QUE-012).
    pub fn wait_for_demand(&mut self, handle: HandleId, operation: Option<OperationId>, wait: W) {
        debug_assert!(self.demand.is_none());
        self.demand = Some(DemandWait {
            handle,
            operation,
            wait,
        });
    }

    /// True while a wait for demand start is outstanding.
    #[must_use]
    pub fn has_demand_wait(&self) -> bool {
        self.demand.is_some()
    }

    /// The wait for demand start, if a request waits for a worker now (QUE-011).
    pub fn take_demanded(&mut self) -> Option<W> {
        if self.pending.is_empty() {
            None
        } else {
            self.demand.take().map(|demand| demand.wait)
        }
    }

    /// Takes back what waits for this operation of a handle: a receive, or the wait for demand start. What it
    /// costs hardly grows with the number of receives that wait.
    pub fn withdraw_operation(&mut self, handle: HandleId, operation: OperationId) -> Option<W> {
        let is_it = |it: &mut DemandWait<W>| it.handle == handle && it.operation == Some(operation);
        match self.demand.take_if(is_it) {
            Some(demand) => Some(demand.wait),
            None => self.waiting.take_operation(handle, operation),
        }
    }

    /// Takes back the waiting receives of a handle, and its wait for demand start, that `matches`.
    pub fn withdraw_where(
        &mut self,
        handle: HandleId,
        mut matches: impl FnMut(&W) -> bool,
    ) -> Vec<W> {
        let is_it = |it: &mut DemandWait<W>| it.handle == handle && matches(&it.wait);
        let demand = self.demand.take_if(is_it).map(|demand| demand.wait);
        let receives = self
            .waiting
            .take_where(|owner, receive| owner == handle && matches(receive));
        demand.into_iter().chain(receives).collect()
    }

    /// Forgets a request whose client is gone, so that it does not count for the limit.
    pub fn forget(&mut self, request: RequestId) -> bool {
        let found = self.remove(request);
        self.totals.abandoned += u64::from(found);
        found
    }

    /// Takes out a request that has waited for too long (TMO-008); false if it is not there.
    pub fn expire(&mut self, request: RequestId) -> bool {
        let found = self.remove(request);
        self.totals.rejected += u64::from(found);
        found
    }

    /// A request that was taken turned out to have no connection any more: no receive got it.
    pub fn taken_in_vain(&mut self) {
        self.totals.abandoned += 1;
    }

    /// The request that has waited longest.
    #[must_use]
    pub fn oldest(&self) -> Option<RequestId> {
        self.pending.front().copied()
    }

    /// What came, and what of it no receive got.
    #[must_use]
    pub fn totals(&self) -> Totals {
        self.totals
    }

    fn remove(&mut self, request: RequestId) -> bool {
        match self.pending.iter().position(|r| *r == request) {
            Some(at) => self.pending.remove(at).is_some(),
            None => false,
        }
    }

    /// Ends reception through a handle, for its shutdown or close: no receive through it is served
    /// any more (SHD-001). Hands back what waits on it; requests that nobody took stay for the
    /// other handles, or until the queue closes (SHD-012, G-076).
    pub fn shut(&mut self, handle: HandleId) -> Vec<W> {
        self.receivers.retain(|receiver| *receiver != handle);
        let mut ended = self.waiting.take_where(|owner, _| owner == handle);
        let demand = self.demand.take_if(|demand| demand.handle == handle);
        ended.extend(demand.map(|demand| demand.wait));
        ended
    }

    /// Ends reception through all handles, for a graceful shutdown that waits for the requests which
    /// were received. Hands back what waits.
    pub fn end_reception(&mut self) -> Vec<W> {
        self.draining = true;
        self.receivers.clear();
        let demand = self.demand.take().map(|demand| demand.wait);
        self.waiting.take_all().chain(demand).collect()
    }

    /// True from [`RequestQueue::end_reception`] to the close.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining && !self.closed
    }

    /// Closes the queue for all its handles; later pushes answer [`Pushed::Closed`].
    pub fn close(&mut self) -> Leftovers<W> {
        self.closed = true;
        self.receivers.clear();
        let demand = self.demand.take().map(|demand| demand.wait);
        let pending = std::mem::take(&mut self.pending);
        self.totals.abandoned += pending.len() as u64;
        Leftovers {
            pending,
            waiting: self.waiting.take_all().chain(demand).collect(),
        }
    }

    /// True after [`RequestQueue::close`].
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.closed
    }

    /// Requests that nobody took.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pending.len()
    }

    /// True when every request was taken.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pending.is_empty()
    }

    /// True when a receive waits.
    #[must_use]
    pub fn has_waiting(&self) -> bool {
        !self.waiting.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: HandleId = HandleId(1);
    const TWO: HandleId = HandleId(2);

    fn queue<W>() -> RequestQueue<W> {
        let mut queue = RequestQueue::new();
        assert!(queue.open_handle(ONE) && queue.open_handle(TWO));
        queue
    }

    #[test]
    fn con_006_requests_and_receives_meet_in_fifo_order() {
        let mut queue = queue();
        queue.wait(ONE, "first");
        queue.wait(ONE, "second");
        assert_eq!(queue.push(RequestId(7)), Pushed::Queued);
        assert_eq!(queue.pair(), Some((RequestId(7), "first")));
        assert_eq!(queue.pair(), None);
        assert_eq!(queue.push(RequestId(8)), Pushed::Queued);
        assert_eq!(queue.push(RequestId(9)), Pushed::Queued);
        assert_eq!(queue.pair(), Some((RequestId(8), "second")));
        assert_eq!(queue.pair(), None);
        assert_eq!(queue.take(), Some(RequestId(9)));
    }

    #[test]
    fn que_001_the_default_limit_is_1000_and_taken_requests_do_not_count() {
        let mut queue = RequestQueue::<()>::new();
        for n in 1..=1000 {
            assert_eq!(queue.push(RequestId(n)), Pushed::Queued);
        }
        assert_eq!(queue.push(RequestId(1001)), Pushed::Full);
        assert_eq!(queue.take(), Some(RequestId(1)));
        assert_eq!(queue.push(RequestId(1001)), Pushed::Queued);
    }

    #[test]
    fn que_001_que_008_properties_count_for_requests_that_come_later() {
        let mut queue = RequestQueue::<()>::new();
        for n in 1..=20 {
            assert_eq!(queue.push(RequestId(n)), Pushed::Queued);
        }
        let mut properties = queue.properties();
        properties.length = 10;
        queue.set_properties(properties);
        assert_eq!(queue.push(RequestId(21)), Pushed::Full);
        assert_eq!(queue.len(), 20);
        properties.length = 21;
        properties.state = State::Inactive;
        queue.set_properties(properties);
        assert_eq!(queue.push(RequestId(21)), Pushed::Disabled);
        assert_eq!(queue.take(), Some(RequestId(1)));
        properties.state = State::Active;
        queue.set_properties(properties);
        assert_eq!(queue.push(RequestId(21)), Pushed::Queued);
    }

    #[test]
    fn rcv_007_closing_hands_back_every_waiting_receive_and_every_request() {
        let mut queue = queue();
        queue.wait(ONE, 1);
        let withdrawn = queue.wait(ONE, 2);
        queue.wait(ONE, 3);
        assert_eq!(queue.withdraw(withdrawn), Some(2));
        assert_eq!(queue.withdraw(withdrawn), None);
        let left = queue.close();
        assert_eq!(left.waiting, [1, 3]);
        assert!(left.pending.is_empty());
        assert_eq!(queue.push(RequestId(1)), Pushed::Closed);
    }

    #[test]
    fn totals_tell_what_came_and_what_of_it_no_receive_got() {
        let mut queue = RequestQueue::<()>::new();
        let mut properties = queue.properties();
        properties.length = 10;
        queue.set_properties(properties);
        for n in 1..=12 {
            queue.push(RequestId(n));
        }
        assert_eq!(queue.oldest(), Some(RequestId(1)));
        assert!(queue.forget(RequestId(1)) && !queue.forget(RequestId(1)));
        assert!(queue.expire(RequestId(2)) && !queue.expire(RequestId(2)));
        queue.take();
        queue.taken_in_vain();
        properties.state = State::Inactive;
        queue.set_properties(properties);
        queue.push(RequestId(13));
        let totals = Totals {
            arrivals: 13,
            rejected: 4,
            abandoned: 2,
        };
        assert_eq!(queue.totals(), totals);
        let given = queue.take().unwrap();
        queue.close();
        queue.give_back(given);
        assert_eq!(queue.push(RequestId(14)), Pushed::Closed);
        let totals = Totals {
            abandoned: 9,
            ..totals
        };
        assert_eq!(queue.totals(), totals, "all that was left, and nothing new");
    }

    #[test]
    fn a_forgotten_request_is_never_handed_out() {
        let mut queue = RequestQueue::<()>::new();
        queue.push(RequestId(1));
        queue.push(RequestId(2));
        assert!(queue.forget(RequestId(1)));
        assert!(!queue.forget(RequestId(1)));
        assert_eq!(queue.take(), Some(RequestId(2)));
        assert_eq!(queue.take(), None);
    }

    #[test]
    fn shd_001_shd_012_a_shutdown_ends_what_waits_on_its_handle_only() {
        let mut queue = queue();
        queue.wait(ONE, "one");
        queue.wait(TWO, "two");
        queue.wait_for_demand(ONE, None, "demand");
        assert_eq!(queue.shut(ONE), ["one", "demand"]);
        assert!(!queue.receives(ONE) && queue.receives(TWO));
        assert!(!queue.has_demand_wait());
        assert_eq!(queue.push(RequestId(1)), Pushed::Queued);
        assert_eq!(queue.pair(), Some((RequestId(1), "two")));
        // G-076: what nobody takes is held.
        assert!(queue.shut(TWO).is_empty() && !queue.has_receivers());
        assert_eq!(queue.push(RequestId(2)), Pushed::Queued);
        assert_eq!(queue.close().pending, [RequestId(2)]);
        assert!(!queue.open_handle(HandleId(3)));
    }

    #[test]
    fn que_016_a_wait_is_withdrawn_through_its_own_handle() {
        let mut queue = queue();
        queue.wait(ONE, 7);
        queue.wait_for_demand(TWO, None, 8);
        assert_eq!(queue.withdraw_where(TWO, |wait| *wait == 7), []);
        assert_eq!(queue.withdraw_where(ONE, |wait| *wait == 8), []);
        assert_eq!(queue.withdraw_where(ONE, |wait| *wait == 7), [7]);
        assert_eq!(queue.withdraw_where(TWO, |wait| *wait == 8), [8]);
    }

    #[test]
    fn an_operation_is_taken_back_by_its_id_and_handle() {
        let mut queue = queue();
        for id in 1..=20_000 {
            queue.wait_operation([ONE, TWO][id as usize % 2], OperationId(id), id);
        }
        queue.wait_for_demand(ONE, Some(OperationId(20_001)), 20_001);
        for id in [20_001, 10_000, 20_000, 2, 19_998] {
            let id = OperationId(id);
            assert_eq!(queue.withdraw_operation(TWO, id), None);
            assert_eq!(queue.withdraw_operation(ONE, id), Some(id.0));
            assert_eq!(queue.withdraw_operation(ONE, id), None);
        }
        assert!(!queue.has_demand_wait());
        queue.push(RequestId(1));
        assert_eq!(queue.pair(), Some((RequestId(1), 1)));
    }
}
