//! What a slot of the connection table holds while it is not vacant: one connection's socket and everything
//! beside it.
//!
//! Owns: the socket, the bytes that were received and not yet used, and the calls that wait for the
//! connection's end. Does not own the protocol's state (`httpsys_core::connection`), what belongs to the
//! request under way, which is kept there (`under_way.rs`), nor the slot (`table.rs`). Threading: always
//! behind the slot's lock; no call here blocks.

use std::net::SocketAddr;
use std::sync::Arc;

use httpsys_core::connection::{Connection, Exchange};
use httpsys_core::ids::SlotIds;
use httpsys_core::timer::Tick;
use httpsys_core::tls::TlsInfo;
use httpsys_core::{ConnectionId, RequestId};
use smallvec::SmallVec;

use crate::calls::owner::Owner;
use crate::conn::alarm::Alarm;
use crate::conn::outgoing::Outgoing;
use crate::conn::pool;
use crate::conn::under_way::{NOT_QUEUED, PendingHead, UnderWay};
use crate::control::group::Group;
use crate::control::routes::Bound;
use crate::observe::error_log::Received;
use crate::observe::tally::{Traffic, TrafficDelta};
use crate::poll::waiter::Waiting;
use crate::transport::Transport;
use crate::transport::carrier::Carrier;
use crate::transport::outcome::{Read, ReadProgress};
use crate::transport::stream::H2Stream;

/// More than the systems that do not say let a socket hold.
const MOST_IN_SOCKET: u64 = 4 << 20;

/// See the module head.
#[derive(Debug)]
pub(crate) struct Conn {
    lasting: Lasting,
    /// The protocol's state.
    pub(crate) state: Connection<PendingHead, UnderWay>,
    /// `None`: the connection has ended, in this very hold of the lock ([`Conn::has_ended`]).
    pub(crate) stream: Option<Transport>,
    /// Received bytes; those before `used` are done with.
    input: Vec<u8>,
    used: u32,
    /// The client: the peer, or the source that a PROXY header names.
    pub(crate) remote: SocketAddr,
    /// Where the client has connected to: [`Conn::endpoint`], or the destination that a PROXY header names.
    pub(crate) local: SocketAddr,
    /// Where the request under way was routed, else the last one: the next is probably for the same.
    pub(crate) bound: Option<Arc<Bound>>,
    /// The URL groups whose connections this one counts among (G-084).
    pub(crate) groups: SmallVec<[Arc<Group>; 1]>,
    /// Made on first use.
    rare: Option<Box<RareParts>>,
    /// A read may find something: set by events, cleared when the socket said it is empty.
    pub(crate) readable: bool,
    /// It is among those that go on at a later turn of the thread that polls.
    pub(crate) resumes: bool,
    /// The peer has closed its sending side.
    pub(crate) peer_closed: bool,
    /// It is a stream of HTTP/2.
    pub(crate) is_stream: bool,
    /// Bytes of the service's own that the socket has not taken: they come before anything else.
    pub(crate) kept: Option<Box<Outgoing<'static>>>,
    /// Plain bytes handed to the transport since it was accepted.
    pub(crate) sent: u64,
    /// What has not been added to the counters yet.
    pub(crate) tally: TrafficDelta,
    /// For what is waited for from the client.
    pub(crate) alarm: Alarm,
    /// For what is sent to the client.
    pub(crate) send_alarm: Alarm,
    /// A socket that takes little at a time.
    #[cfg(test)]
    pub(crate) pace: Option<crate::conn::write::tests::Pace>,
    /// Of the last request that a program got, if there is an HTTPERR log.
    pub(crate) received: Option<Box<Received>>,
}

/// What a slot keeps, whatever connection comes and goes.
#[derive(Debug)]
pub(crate) struct Lasting {
    pub(super) ids: SlotIds,
    /// When the wheel looks at the slot.
    pub(super) looked_at: Tick,
}

impl Lasting {
    /// Of a slot that was never used.
    pub(super) fn new(ids: SlotIds) -> Lasting {
        Lasting {
            ids,
            looked_at: Tick::NEVER,
        }
    }

    /// Moves it out of a slot that is changed; what is left gives no ids.
    pub(super) fn take(&mut self) -> Lasting {
        Lasting {
            ids: self.ids.take(),
            looked_at: self.looked_at,
        }
    }
}

/// What few connections have.
#[derive(Debug, Default)]
struct RareParts {
    /// Calls that wait for the connection's end, each with the handle it was posted on.
    disconnects: Vec<(Owner, Waiting)>,
    /// Where it was accepted, if a PROXY header names other addresses.
    endpoint: Option<SocketAddr>,
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
    /// Nothing of HTTP yet.
    Progress(ReadProgress),
}

impl Conn {
    /// A connection that was just accepted.
    pub(super) fn new(
        lasting: Lasting,
        id: ConnectionId,
        stream: Transport,
        remote: SocketAddr,
        local: SocketAddr,
    ) -> Self {
        Conn {
            lasting,
            state: Connection::new(id),
            is_stream: matches!(stream, Transport::Stream(_)),
            stream: Some(stream),
            input: Vec::new(),
            used: 0,
            remote,
            local,
            bound: None,
            groups: SmallVec::new(),
            rare: None,
            readable: false,
            resumes: false,
            peer_closed: false,
            kept: None,
            sent: 0,
            tally: TrafficDelta::default(),
            alarm: Alarm::NONE,
            send_alarm: Alarm::NONE,
            #[cfg(test)]
            pace: None,
            received: None,
        }
    }

    /// The number of the stream, if it is one that has not ended.
    pub(crate) fn stream_id(&self) -> Option<u64> {
        self.stream.as_ref().and_then(Transport::stream_id)
    }

    /// The connection has ended in this hold of the lock: nothing can be done with it any more.
    #[inline]
    pub(crate) fn has_ended(&self) -> bool {
        self.stream.is_none()
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

    /// Where the connection was accepted, whatever a PROXY header says.
    #[inline]
    pub(crate) fn endpoint(&self) -> SocketAddr {
        match &self.rare {
            None => self.local,
            Some(rare) => rare.endpoint.unwrap_or(self.local),
        }
    }

    /// Takes the addresses that a PROXY header names.
    #[cold]
    pub(crate) fn set_proxied(&mut self, remote: SocketAddr, local: SocketAddr) {
        let endpoint = self.endpoint();
        self.rare.get_or_insert_default().endpoint = Some(endpoint);
        (self.remote, self.local) = (remote, local);
    }

    /// A stream was accepted where its carrier was.
    pub(crate) fn inherit_endpoint(&mut self, carrier: &Conn) {
        if carrier.endpoint() != carrier.local {
            self.rare.get_or_insert_default().endpoint = Some(carrier.endpoint());
        }
    }

    /// Whether its PROXY header has not come yet.
    pub(crate) fn awaits_proxy_header(&self) -> bool {
        matches!(self.stream, Some(Transport::Preamble(_)))
    }

    /// Whether the connection came in by https.
    #[inline]
    pub(crate) fn is_tls(&self) -> bool {
        self.stream.as_ref().is_some_and(Transport::is_tls)
    }

    /// The TLS session of the connection; `None` over plain TCP.
    #[inline]
    pub(crate) fn tls_info(&self) -> Option<&Arc<TlsInfo>> {
        self.stream.as_ref().and_then(Transport::tls_info)
    }

    /// HTTP_RAW_CONNECTION_ID: of a stream that of what carries it (CON-015).
    #[inline]
    pub(crate) fn raw_id(&self) -> ConnectionId {
        if self.is_stream {
            self.carrier_id()
        } else {
            self.state.id()
        }
    }

    #[cold]
    fn carrier_id(&self) -> ConnectionId {
        match &self.stream {
            Some(Transport::Stream(stream)) => stream.carrier().id(),
            _ => self.state.id(),
        }
    }

    /// It carries streams, and has none now.
    pub(crate) fn has_no_streams(&self) -> bool {
        let carrier = self.stream.as_ref().and_then(Transport::carrier);
        carrier.is_some_and(|carrier| self.state.is_carrier() && carrier.lock().streams.is_empty())
    }

    /// The stream of HTTP/2 that it is, if it is one and has not ended.
    pub(crate) fn stream_mut(&mut self) -> Option<&mut H2Stream> {
        self.stream.as_mut().and_then(Transport::stream_mut)
    }

    /// Whether reads of the entity body wait.
    pub(crate) fn has_readers(&self) -> bool {
        self.state.under_way().is_some_and(UnderWay::has_readers)
    }

    /// Whether the request under way may be logged.
    #[inline]
    pub(crate) fn has_log(&self) -> bool {
        let own = self.state.under_way();
        own.is_some_and(|own| own.log.is_some())
    }

    /// When the request under way was queued.
    pub(crate) fn queued_at(&self) -> u64 {
        self.state
            .under_way()
            .map_or(NOT_QUEUED, |own| own.queued_at)
    }

    /// The request under way waits in its queue since this millisecond.
    pub(crate) fn set_queued_at(&mut self, millis: u64) {
        if let Some(own) = self.state.under_way_mut() {
            own.queued_at = millis;
        }
    }

    /// Whether a send is under way.
    #[inline]
    pub(crate) fn is_sending(&self) -> bool {
        self.state.exchange().is_some_and(Exchange::is_sending)
    }

    /// A send has not come to its end.
    pub(crate) fn begin_sending(&mut self) {
        if let Some(exchange) = self.state.exchange_mut() {
            exchange.begin_sending();
        }
    }

    /// The send under way waits, or does not wait any more.
    pub(crate) fn set_writer(&mut self, writer: Option<Waiting>) {
        let own = self.state.under_way_mut();
        debug_assert!(own.is_some(), "a send belongs to a request");
        if let Some(own) = own {
            own.waits_mut().writer = writer;
        }
    }

    /// Whether something may wait for room in the socket.
    #[inline]
    pub(crate) fn may_wait_for_room(&self) -> bool {
        self.has_unsent() || self.state.under_way().is_some_and(UnderWay::has_waits)
    }

    /// Whether bytes that belong to no call wait for room in the socket.
    #[inline]
    pub(crate) fn has_unsent(&self) -> bool {
        self.kept.is_some() || self.stream.as_ref().is_some_and(Transport::holds_unsent)
    }

    /// Counts the wire bytes that no read and no write has told of.
    #[cold]
    pub(crate) fn count_untold(&mut self) {
        if let Some(stream) = &mut self.stream {
            let (received, sent) = stream.take_unreported();
            self.tally.received += received as u64;
            if let Some(carrier) = stream.carrier() {
                self.tally.received -= carrier.take_back(self.tally.received);
            }
            self.tally.sent_beyond(sent as u64);
        }
    }

    /// Counts what its carrier has sent last, and what streams have sent before they heard of the end.
    pub(crate) fn count_last_of(&mut self, carrier: &Carrier) {
        let (received, sent) = carrier.take_unreported();
        self.tally.received += received as u64;
        self.tally.sent_beyond(sent as u64);
    }

    /// The calls that wait for the connection's end, made on first use.
    pub(crate) fn disconnects_mut(&mut self) -> &mut Vec<(Owner, Waiting)> {
        &mut self.rare.get_or_insert_default().disconnects
    }

    /// The calls that wait for the connection's end, if there are any.
    pub(crate) fn disconnects(&mut self) -> Option<&mut Vec<(Owner, Waiting)>> {
        self.rare.as_mut().map(|rare| &mut rare.disconnects)
    }

    /// Takes the calls that wait for the connection's end.
    pub(crate) fn take_disconnects(&mut self) -> Vec<(Owner, Waiting)> {
        let rare = self.rare.as_mut();
        rare.map_or(Vec::new(), |rare| std::mem::take(&mut rare.disconnects))
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
        if !self.is_stream {
            // A stream's groups are its carrier's.
            self.groups.drain(..).for_each(|group| group.leave());
        }
        self.bound.take()
    }

    /// The id of its next request, or `None` when the slot has used up its generations.
    pub(crate) fn next_request(&mut self) -> Option<RequestId> {
        self.lasting.ids.next_request()
    }

    pub(super) fn lasting_mut(&mut self) -> &mut Lasting {
        &mut self.lasting
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
    #[inline(always)]
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
            Read::Progress(progress) => ReadOutcome::Progress(progress),
        }
    }

    /// Takes the first waiting reader.
    pub(crate) fn pop_reader(&mut self) -> Option<Waiting> {
        self.state.under_way_mut()?.pop_reader()
    }

    /// Takes the send that waits for the socket or the bandwidth.
    pub(crate) fn pop_writer(&mut self) -> Option<Waiting> {
        self.state.under_way_mut()?.pop_writer()
    }

    /// The send under way does not wait for the client: a file is read for it.
    pub(crate) fn is_reading_file(&self) -> bool {
        let own = self.state.under_way();
        own.is_some_and(UnderWay::is_reading_file)
    }
}
