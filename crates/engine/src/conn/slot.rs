//! What a slot of the connection table holds: one connection's socket and everything beside it.
//!
//! Owns: the socket, the bytes that were received and not yet used, the request block, and the
//! list of calls that wait for this connection. Does not own the protocol's state: that is
//! `httpsys_core::connection`. Threading: always behind the slot's lock; no call here blocks.

use std::collections::VecDeque;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use httpsys_core::connection::Connection;
use httpsys_core::ids::SlotIds;
use httpsys_core::timer::Tick;
use httpsys_core::{ConnectionId, Request};
use smallvec::SmallVec;

use crate::calls::owner::Owner;
use crate::conn::outgoing::Outgoing;
use crate::conn::pool;
use crate::conn::timers::{Alarm, Allowance};
use crate::control::group::Group;
use crate::control::routes::Bound;
use crate::observe::access_log::ExchangeLog;
use crate::observe::error_log::Received;
use crate::observe::tally::{Traffic, TrafficDelta};
use crate::poll::waiter::Waiting;
use crate::transport::Transport;
use crate::transport::outcome::Read;

/// [`Conn::queued_at`] of a request that has not waited: later than every time.
pub(crate) const NOT_QUEUED: u64 = u64::MAX;

/// More than the systems that do not say let a socket hold.
const MOST_IN_SOCKET: u64 = 4 << 20;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Conn {
    ids: SlotIds,
    /// The protocol's state; phase Closed in a vacant slot.
    pub(crate) state: Connection,
    /// `None` exactly when the slot is vacant.
    pub(crate) stream: Option<Transport>,
    /// Received bytes; those before `used` are done with.
    input: Vec<u8>,
    used: u32,
    pub(crate) remote: SocketAddr,
    pub(crate) local: SocketAddr,
    /// The request under way, until it is handed over whole.
    pub(crate) block: Option<Box<Request>>,
    /// Where the request under way was routed, else the last one: the next is probably for the same.
    pub(crate) bound: Option<Arc<Bound>>,
    /// The URL groups whose connections this one counts among (G-084).
    pub(crate) groups: SmallVec<[Arc<Group>; 1]>,
    pub(crate) waits: Option<Box<Waits>>,
    /// Of the request under way, if its URL group has a log.
    pub(crate) log: Option<Box<ExchangeLog>>,
    /// A read may find something: set by events, cleared when the socket said it is empty.
    pub(crate) readable: bool,
    /// It is among those that go on at a later turn of the thread that polls.
    pub(crate) resumes: bool,
    /// The peer has closed its sending side.
    pub(crate) peer_closed: bool,
    /// A send is under way; a second one is refused (SND-019).
    pub(crate) sending: bool,
    /// Bytes of the service's own that the socket has not taken: they come before anything else.
    pub(crate) kept: Option<Box<Outgoing<'static>>>,
    /// The client may not have taken all of the response: closing has to wait for it.
    pub(crate) in_flight: bool,
    /// Plain bytes handed to the transport since it was accepted.
    pub(crate) sent: u64,
    /// What has not been added to the counters yet.
    pub(crate) tally: TrafficDelta,
    /// When the request under way was queued, in the clock's milliseconds; [`NOT_QUEUED`] for one
    /// that was given to a receive at once.
    pub(crate) queued_at: u64,
    /// Bytes that the bandwidth lets the send under way write now.
    pub(crate) allowed: u64,
    /// For what is waited for from the client.
    pub(crate) alarm: Alarm,
    /// For what is sent to the client.
    pub(crate) send_alarm: Alarm,
    /// When the wheel looks at this slot, whatever connection it holds then.
    pub(crate) looked_at: Tick,
    /// A socket that takes little at a time.
    #[cfg(test)]
    pub(crate) pace: Option<crate::conn::write::tests::Pace>,
    /// Of the last request that a program got, if there is an HTTPERR log.
    pub(crate) received: Option<Box<Received>>,
}

/// The calls that wait for something on this connection.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    /// Entity body reads, in posting order (G-040).
    pub(crate) readers: VecDeque<Waiting>,
    /// The send that found the socket full, or for which a file is read.
    pub(crate) writer: Option<Waiting>,
    /// How long the client may take for the response, once one of its sends has waited.
    pub(crate) allowance: Option<Allowance>,
    /// What [`Conn::taken`] was when the wait for the client of a page began.
    pub(crate) taken: u64,
    /// Waits for the connection's end, each with the handle it was posted on.
    pub(crate) disconnects: Vec<(Owner, Waiting)>,
}

/// The result of a read attempt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ReadOutcome {
    Bytes(usize),
    /// Nothing there now; an event tells when to try again.
    Empty,
    /// The peer has closed its sending side.
    End,
    /// The connection is broken.
    Broken,
}

impl Conn {
    /// The content of a slot that was never used.
    pub(crate) fn vacant(ids: SlotIds) -> Self {
        let nowhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, 0));
        let mut state = Connection::new(ConnectionId(0));
        state.close();
        Conn {
            ids,
            state,
            stream: None,
            input: Vec::new(),
            used: 0,
            remote: nowhere,
            local: nowhere,
            block: None,
            bound: None,
            groups: SmallVec::new(),
            waits: None,
            log: None,
            readable: false,
            resumes: false,
            peer_closed: false,
            sending: false,
            kept: None,
            in_flight: false,
            sent: 0,
            tally: TrafficDelta::default(),
            queued_at: NOT_QUEUED,
            allowed: 0,
            alarm: Alarm::NONE,
            send_alarm: Alarm::NONE,
            looked_at: Tick::NEVER,
            #[cfg(test)]
            pace: None,
            received: None,
        }
    }

    /// Puts a new connection into the vacant slot.
    pub(crate) fn open(&mut self, id: ConnectionId, remote: SocketAddr, local: SocketAddr) {
        debug_assert!(self.stream.is_none());
        self.state = Connection::new(id);
        self.remote = remote;
        self.local = local;
        self.readable = false;
        self.resumes = false;
        self.peer_closed = false;
        self.sending = false;
        self.kept = None;
        self.in_flight = false;
        self.sent = 0;
        self.tally = TrafficDelta::default();
        self.allowed = 0;
        self.alarm = Alarm::NONE;
        self.send_alarm = Alarm::NONE;
        #[cfg(test)]
        {
            self.pace = None;
        }
    }

    /// The wire bytes that the socket holds and the client has not acknowledged; where the system does
    /// not say, as many as it can hold.
    pub(crate) fn untaken(&self) -> u64 {
        let told = self.stream.as_ref().and_then(Transport::unacknowledged);
        told.unwrap_or(self.sent.min(MOST_IN_SOCKET))
    }

    /// Plain bytes that the client has taken since the connection was accepted: at least so many, as far
    /// as the system can tell.
    pub(crate) fn taken(&self) -> u64 {
        self.sent.saturating_sub(self.untaken())
    }

    /// Whether reads of the entity body wait.
    pub(crate) fn has_readers(&self) -> bool {
        let waits = self.waits.as_ref();
        waits.is_some_and(|waits| !waits.readers.is_empty())
    }

    /// A request was routed to this URL group; with the last `arrived` bytes that were read it
    /// begins. False, and nothing has changed, if the group has as many connections as it may
    /// (QUE-006).
    #[inline(never)]
    pub(crate) fn bind(&mut self, bound: &Arc<Bound>, arrived: u64, totals: &Traffic) -> bool {
        let counted = |own: &Arc<Group>| Arc::ptr_eq(own, &bound.group);
        if !self.groups.iter().any(counted) {
            if !bound.group.admit(bound.effective.connection_limit) {
                return false;
            }
            self.groups.push(Arc::clone(&bound.group));
        }
        // What came before there was a group is the first one's.
        if self.bound.is_some() {
            self.settle_all_but(arrived, totals);
        }
        self.bound = Some(Arc::clone(bound));
        true
    }

    /// Adds what the connection has done to the counters of its URL group and to `totals`. Bytes
    /// that wait to be used may be those of a request to another group: they stay.
    pub(crate) fn settle(&mut self, totals: &Traffic) {
        let waiting = self.unused().len() as u64;
        self.settle_all_but(waiting, totals);
    }

    /// As [`Conn::settle`], without the last `kept` bytes that were read.
    fn settle_all_but(&mut self, kept: u64, totals: &Traffic) {
        let done = self.tally.take(self.sent, kept);
        totals.add(&done);
        if let Some(bound) = &self.bound {
            bound.group.traffic.add(&done);
        }
    }

    /// The connection has ended: it counts for no URL group any more.
    pub(crate) fn unbind(&mut self, totals: &Traffic) -> Option<Arc<Bound>> {
        self.settle_all_but(0, totals);
        self.groups.drain(..).for_each(|group| group.leave());
        self.bound.take()
    }

    pub(crate) fn ids_mut(&mut self) -> &mut SlotIds {
        &mut self.ids
    }

    pub(crate) fn ids(&self) -> &SlotIds {
        &self.ids
    }

    /// The received bytes that nobody used yet.
    pub(crate) fn unused(&self) -> &[u8] {
        &self.input[self.used as usize..]
    }

    /// Whether bytes of the client wait: some that were received, or perhaps some in the socket.
    #[inline]
    pub(crate) fn has_input(&self) -> bool {
        self.readable || !self.unused().is_empty()
    }

    /// Marks `n` of the unused bytes as done with.
    pub(crate) fn consume(&mut self, n: usize) {
        self.used += n as u32;
        debug_assert!(self.used as usize <= self.input.len());
        if self.used as usize == self.input.len() {
            self.used = 0;
            pool::put_buffer(std::mem::take(&mut self.input));
        }
    }

    /// Keeps received bytes for later.
    pub(crate) fn keep(&mut self, bytes: &[u8]) {
        if bytes.is_empty() {
            return;
        }
        if self.input.is_empty() {
            self.input = pool::get_buffer();
        } else if self.used > 0 {
            self.input.drain(..self.used as usize);
        }
        self.used = 0;
        self.input.extend_from_slice(bytes);
    }

    /// Takes the unused bytes out, to work on them beside the connection;
    /// [`Conn::put_input_back`] returns them.
    pub(crate) fn take_input(&mut self) -> (Vec<u8>, usize) {
        (
            std::mem::take(&mut self.input),
            std::mem::take(&mut self.used) as usize,
        )
    }

    /// Returns what [`Conn::take_input`] gave, `used` bytes of it being done with.
    pub(crate) fn put_input_back(&mut self, input: Vec<u8>, used: usize) {
        debug_assert!(self.input.is_empty());
        self.input = input;
        self.used = 0;
        self.consume(used);
    }

    /// Throws all received bytes away.
    pub(crate) fn forget_input(&mut self) {
        self.used = 0;
        pool::put_buffer(std::mem::take(&mut self.input));
    }

    /// Reads what the socket has, at most `buffer.len()` bytes.
    #[inline]
    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> ReadOutcome {
        let Some(stream) = &mut self.stream else {
            return ReadOutcome::Broken;
        };
        match stream.read(buffer) {
            Read::Bytes { n, wire, drained } => {
                self.tally.received += wire as u64;
                if drained {
                    self.readable = false;
                }
                ReadOutcome::Bytes(n)
            }
            Read::Empty => {
                self.readable = false;
                ReadOutcome::Empty
            }
            Read::End => ReadOutcome::End,
            Read::Broken => ReadOutcome::Broken,
        }
    }

    /// The waiting calls, made on first use.
    pub(crate) fn waits_mut(&mut self) -> &mut Waits {
        self.waits.get_or_insert_default()
    }

    /// Takes the first waiting reader.
    pub(crate) fn pop_reader(&mut self) -> Option<Waiting> {
        self.waits.as_mut()?.readers.pop_front()
    }

    /// Takes the send that waits for the socket or the bandwidth.
    pub(crate) fn pop_writer(&mut self) -> Option<Waiting> {
        let writer = &mut self.waits.as_mut()?.writer;
        writer.take_if(|writer| !matches!(writer, Waiting::Reading(_)))
    }

    /// The send under way does not wait for the client: a file is read for it.
    pub(crate) fn is_reading_file(&self) -> bool {
        let writer = self.waits.as_ref().and_then(|waits| waits.writer.as_ref());
        matches!(writer, Some(Waiting::Reading(_)))
    }
}
