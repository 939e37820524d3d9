//! The connection table: slots that request and connection ids point into.
//!
//! Owns the slots' storage, the free list, and every look-up: whether an id still names what is in its slot
//! is compared here and nowhere else. A slot is never moved or freed, so a look-up is two array accesses
//! and one uncontended lock; its result is a guard ([`ConnGuard`], [`RequestGuard`]) that proves, as long as
//! it is held, that the id was found. Does not own how a connection ends (`cancel.rs`).
//!
//! Invariants: a vacant slot has nothing of a connection, no stream, state or exchange. A connection that
//! ends is gone from its slot when the guard is dropped, so that whoever locks the slot next finds it vacant.
//! A slot whose generations are used up is never handed out again, so no id ever comes back.

use std::fmt;
use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use httpsys_core::connection::Exchange;
use httpsys_core::ids::{MAX_SLOTS, SlotAddress, SlotIds};
use httpsys_core::timer::Tick;
use httpsys_core::{ConnectionId, QueueId, RequestId};
use httpsys_socket::lock::{Mutex, MutexGuard};

use crate::conn::slot::{Conn, Lasting};
use crate::conn::under_way::UnderWay;
use crate::transport::Transport;

/// log2 of the slots of a segment at first. Segments are a sixty-fourth of what the table has already (and of
/// [`BASE`]), so that there are never many more slots than connections were open.
const FIRST_BITS: u32 = 3;
const PART_BITS: u32 = 6;
const BASE: u32 = 1 << (FIRST_BITS + PART_BITS);
const SEGMENTS: usize = split(MAX_SLOTS - 1).0 + 1;

pub(crate) struct Table {
    shard: u32,
    segments: [OnceLock<Box<[Mutex<Slot>]>>; SEGMENTS],
    free: Mutex<Vec<u32>>,
    /// Changed with the lock of the free list.
    used: AtomicU32,
    open: AtomicU32,
    /// How many of them are streams.
    streams: AtomicU32,
}

/// What a slot holds.
#[expect(
    clippy::large_enum_variant,
    reason = "rows are made for connections to come"
)]
enum Slot {
    Vacant(Lasting),
    Open(Conn),
}

/// What an idle connection costs beside its socket and the lock. Rows of the table are made for connections
/// to come, too. Sockets of mio's poll(2) backend are larger.
#[cfg(all(
    target_os = "linux",
    not(feature = "sim"),
    not(test),
    not(mio_unsupported_force_poll_poll)
))]
const _: () = assert!(size_of::<Slot>() <= 392);

/// An open connection, its slot locked. One that has ended meanwhile ([`Conn::has_ended`]) leaves the slot
/// when the guard is dropped.
pub(crate) struct ConnGuard<'t> {
    table: &'t Table,
    slot: MutexGuard<'t, Slot>,
}

/// The connection of a request that is under way, its slot locked. What may end the connection needs it
/// as [`RequestGuard::into_connection`], which is no proof of the request any more.
pub(crate) struct RequestGuard<'t>(ConnGuard<'t>);

/// What a look-up that does not wait for ever has found.
pub(crate) enum Look<'t> {
    Open(ConnGuard<'t>),
    /// The connection is not there any more.
    Gone,
    /// Somebody else has the lock.
    Held,
}

/// A vacant slot, locked, with the id of its next connection.
#[must_use]
pub(crate) struct Vacancy<'t> {
    table: &'t Table,
    slot: MutexGuard<'t, Slot>,
    id: ConnectionId,
}

impl Table {
    pub(crate) fn new(shard: u32) -> Self {
        Table {
            shard,
            segments: std::array::from_fn(|_| OnceLock::new()),
            free: Mutex::new(Vec::new()),
            used: AtomicU32::new(0),
            open: AtomicU32::new(0),
            streams: AtomicU32::new(0),
        }
    }

    /// The connection with this id, if it is open.
    #[inline]
    pub(crate) fn connection(&self, id: ConnectionId) -> Option<ConnGuard<'_>> {
        let slot = self.slot(id.place())?.lock();
        self.guard(slot).filter(|conn| conn.state.id() == id)
    }

    /// As [`Table::connection`]; waits for the slot's lock no longer than this, or not at all.
    #[inline(always)]
    pub(crate) fn connection_soon(&self, id: ConnectionId, wait: Option<Duration>) -> Look<'_> {
        let Some(slot) = self.slot(id.place()) else {
            return Look::Gone;
        };
        let locked = match wait {
            // As quick as `lock` if nobody has it.
            Some(wait) => slot.try_lock_for(wait),
            None => slot.try_lock(),
        };
        let Some(slot) = locked else {
            return Look::Held;
        };
        match self.guard(slot) {
            Some(conn) if conn.state.id() == id => Look::Open(conn),
            _ => Look::Gone,
        }
    }

    /// The connection of this request, if that is under way and was routed to `queue`; whatever its state.
    #[inline(always)]
    pub(crate) fn request(&self, id: RequestId, queue: QueueId) -> Option<RequestGuard<'_>> {
        let slot = self.slot(id.place())?.lock();
        let mut conn = self.guard(slot)?;
        let exchange = conn.state.exchange_of(id, queue);
        exchange.is_some().then_some(RequestGuard(conn))
    }

    /// As [`Table::request`], if a receive has returned it and the last piece of its response was not
    /// started: the id is void afterwards (SND-033).
    #[inline(always)]
    pub(crate) fn live_request(&self, id: RequestId, queue: QueueId) -> Option<RequestGuard<'_>> {
        let slot = self.slot(id.place())?.lock();
        let mut conn = self.guard(slot)?;
        let live = conn.state.live(id, queue);
        live.is_ok().then_some(RequestGuard(conn))
    }

    /// The connection that has this address, or whose request under way has it.
    pub(crate) fn holder_of(&self, place: SlotAddress) -> Option<ConnGuard<'_>> {
        let conn = self.guard(self.slot(place)?.lock())?;
        let request = conn
            .state
            .exchange()
            .map(|exchange| exchange.request().place());
        let is_here = conn.state.id().place() == place || request == Some(place);
        is_here.then_some(conn)
    }

    /// The connection in the slot with this number, if there is one.
    pub(crate) fn connection_in(&self, number: u32) -> Option<ConnGuard<'_>> {
        self.guard(self.numbered(number)?.lock())
    }

    /// The wheel has handed out this slot's entry of `tick`: the connection that it is for, if there is
    /// one, and the entry was not replaced by a sooner one. The slot has no entry any more then.
    pub(crate) fn due(&self, number: u32, tick: Tick) -> Option<ConnGuard<'_>> {
        let mut slot = self.numbered(number)?.lock();
        slot.take_entry(tick).then(|| self.guard(slot))?
    }

    /// As [`Table::due`], and waits for nobody.
    pub(crate) fn due_now(&self, number: u32, tick: Tick) -> Look<'_> {
        let Some(slot) = self.numbered(number) else {
            return Look::Gone;
        };
        let Some(mut slot) = slot.try_lock() else {
            return Look::Held;
        };
        let found = slot.take_entry(tick).then(|| self.guard(slot)).flatten();
        found.map_or(Look::Gone, Look::Open)
    }

    /// The slot that `place` names, if it is of this table and was ever used.
    #[inline(always)]
    fn slot(&self, place: SlotAddress) -> Option<&Mutex<Slot>> {
        (place.shard == self.shard).then_some(())?;
        self.numbered(place.slot)
    }

    /// The slot with this number.
    #[inline(always)]
    fn numbered(&self, slot: u32) -> Option<&Mutex<Slot>> {
        let (segment, offset) = split(slot);
        self.segments.get(segment)?.get()?.get(offset)
    }

    #[inline(always)]
    fn guard<'t>(&'t self, slot: MutexGuard<'t, Slot>) -> Option<ConnGuard<'t>> {
        match &*slot {
            Slot::Open(_) => Some(ConnGuard { table: self, slot }),
            Slot::Vacant(_) => None,
        }
    }

    /// A vacant slot, or `None` when four million connections are open or there is no memory for more. Never
    /// waits for a slot's lock: a free one that somebody with an old id looks at stays free.
    pub(crate) fn acquire(&self) -> Option<Vacancy<'_>> {
        let mut held = Vec::new();
        let found = loop {
            let Some(number) = self.acquire_number() else {
                break None;
            };
            let Some(mut slot) = self.numbered(number).and_then(Mutex::try_lock) else {
                held.push(number);
                continue;
            };
            match slot.next_connection() {
                Some(id) => {
                    let table = self;
                    break Some(Vacancy { table, slot, id });
                }
                None => self.release(number, true),
            }
        };
        for slot in held {
            self.release(slot, false);
        }
        found
    }

    fn acquire_number(&self) -> Option<u32> {
        let mut free = self.free.lock();
        let slot = match free.pop() {
            Some(slot) => slot,
            None => self.first_use()?,
        };
        drop(free);
        self.open.fetch_add(1, Ordering::Relaxed);
        Some(slot)
    }

    /// The number of a slot that was never used. The lock of the free list is held.
    #[cold]
    fn first_use(&self) -> Option<u32> {
        let slot = self.used.load(Ordering::Relaxed);
        if slot >= MAX_SLOTS {
            return None;
        }
        let segment = &self.segments[split(slot).0];
        if segment.get().is_none() {
            let _ = segment.set(self.make_segment(split(slot).0)?);
        }
        self.used.store(slot + 1, Ordering::Relaxed);
        Some(slot)
    }

    /// `None` when there is no memory: clients can ask for a lot of it.
    fn make_segment(&self, segment: usize) -> Option<Box<[Mutex<Slot>]>> {
        let (first, count) = slots_of(segment);
        let mut slots = Vec::new();
        slots.try_reserve_exact(count as usize).ok()?;
        slots.extend((first..first + count).map(|slot| {
            let ids = SlotIds::new(self.shard, slot);
            Mutex::new(Slot::Vacant(Lasting::new(ids)))
        }));
        Some(slots.into_boxed_slice())
    }

    /// Gives a slot back. It is vacant; `exhausted` slots stay unused for ever.
    fn release(&self, slot: u32, exhausted: bool) {
        // Whoever sees it gone sees what was counted of it.
        self.open.fetch_sub(1, Ordering::Release);
        if !exhausted {
            self.free.lock().push(slot);
        }
    }

    /// How many transport connections are open: streams are none.
    pub(crate) fn open(&self) -> u32 {
        let streams = self.streams.load(Ordering::Relaxed);
        self.open.load(Ordering::Acquire).saturating_sub(streams)
    }

    /// One more than the highest slot number ever used: the bound of a walk over all slots.
    pub(crate) fn used(&self) -> u32 {
        self.used.load(Ordering::Relaxed)
    }

    /// Keeps the slot locked, whatever it holds.
    #[cfg(test)]
    pub(crate) fn hold(&self, number: u32) -> impl Drop + '_ {
        self.numbered(number).expect("it was used").lock()
    }
}

impl Slot {
    fn lasting(&mut self) -> &mut Lasting {
        match self {
            Slot::Vacant(lasting) => lasting,
            Slot::Open(conn) => conn.lasting_mut(),
        }
    }

    fn next_connection(&mut self) -> Option<ConnectionId> {
        match self {
            Slot::Vacant(lasting) => lasting.ids.next_connection(),
            Slot::Open(_) => {
                debug_assert!(false, "a free slot is vacant");
                None
            }
        }
    }

    /// Whether the wheel's entry of `tick` is the one that counts; it is taken then.
    fn take_entry(&mut self, tick: Tick) -> bool {
        let lasting = self.lasting();
        let counts = lasting.looked_at == tick;
        if counts {
            lasting.looked_at = Tick::NEVER;
        }
        counts
    }
}

impl<'t> Vacancy<'t> {
    /// The id that the next connection has.
    pub(crate) fn id(&self) -> ConnectionId {
        self.id
    }

    /// Puts the connection into the slot.
    pub(crate) fn fill(
        mut self,
        stream: Transport,
        remote: SocketAddr,
        local: SocketAddr,
    ) -> ConnGuard<'t> {
        let lasting = self.slot.lasting().take();
        let conn = Conn::new(lasting, self.id, stream, remote, local);
        if conn.is_stream {
            self.table.streams.fetch_add(1, Ordering::Relaxed);
        }
        *self.slot = Slot::Open(conn);
        let Vacancy { table, slot, .. } = self;
        ConnGuard { table, slot }
    }

    /// There is no connection after all.
    pub(crate) fn give_up(mut self) {
        let ids = &self.slot.lasting().ids;
        let (number, exhausted) = (ids.slot(), ids.exhausted());
        drop(self.slot);
        self.table.release(number, exhausted);
    }
}

impl ConnGuard<'_> {
    /// Lets others who wait for the lock have it first. `None`: they have ended the connection.
    pub(crate) fn bump(mut self) -> Option<Self> {
        debug_assert!(!self.has_ended());
        let id = self.state.id();
        MutexGuard::bump(&mut self.slot);
        let is_same = matches!(&*self.slot, Slot::Open(conn) if conn.state.id() == id);
        is_same.then_some(self)
    }

    /// The connection has ended: the slot is vacant from now on.
    #[cold]
    fn vacate(&mut self) {
        if self.is_stream {
            self.table.streams.fetch_sub(1, Ordering::Relaxed);
        }
        let lasting = self.slot.lasting().take();
        let (number, exhausted) = (lasting.ids.slot(), lasting.ids.exhausted());
        *self.slot = Slot::Vacant(lasting);
        self.table.release(number, exhausted);
    }
}

impl Deref for ConnGuard<'_> {
    type Target = Conn;

    #[inline(always)]
    fn deref(&self) -> &Conn {
        match &*self.slot {
            Slot::Open(conn) => conn,
            Slot::Vacant(_) => unreachable!("a guard is of an open connection"),
        }
    }
}

impl DerefMut for ConnGuard<'_> {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut Conn {
        match &mut *self.slot {
            Slot::Open(conn) => conn,
            Slot::Vacant(_) => unreachable!("a guard is of an open connection"),
        }
    }
}

impl Drop for ConnGuard<'_> {
    #[inline(always)]
    fn drop(&mut self) {
        if matches!(&*self.slot, Slot::Open(conn) if conn.has_ended()) {
            self.vacate();
        }
    }
}

impl<'t> RequestGuard<'t> {
    /// The state of the request and its response.
    #[inline]
    pub(crate) fn exchange(&self) -> &Exchange {
        let exchange = self.0.state.exchange();
        exchange.unwrap_or_else(|| unreachable!("a request guard is of a request under way"))
    }

    /// As [`RequestGuard::exchange`], to change it.
    #[inline]
    pub(crate) fn exchange_mut(&mut self) -> &mut Exchange {
        let exchange = self.0.state.exchange_mut();
        exchange.unwrap_or_else(|| unreachable!("a request guard is of a request under way"))
    }

    /// The same with what else belongs to the request.
    #[inline(always)]
    pub(crate) fn parts_mut(&mut self) -> (&mut Exchange, &mut UnderWay) {
        let parts = self.0.state.parts_mut();
        parts.unwrap_or_else(|| unreachable!("a request guard is of a request under way"))
    }

    /// Its connection, to do anything with it.
    #[inline]
    pub(crate) fn into_connection(self) -> ConnGuard<'t> {
        self.0
    }
}

impl Deref for RequestGuard<'_> {
    type Target = Conn;

    #[inline(always)]
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Table")
            .field("shard", &self.shard)
            .field("used", &self.used())
            .finish()
    }
}

/// The segment of a slot, and its place in there. Each power of two of `slot + BASE` is divided into 64 segments
/// of the same size.
const fn split(slot: u32) -> (usize, usize) {
    let place = slot + BASE;
    let bits = place.ilog2() - PART_BITS;
    let segment = ((bits - FIRST_BITS) << PART_BITS) + (place >> bits) - (1 << PART_BITS);
    (segment as usize, (place & ((1 << bits) - 1)) as usize)
}

/// The first slot of a segment, and how many it has.
const fn slots_of(segment: usize) -> (u32, u32) {
    let (power, part) = (
        segment as u32 >> PART_BITS,
        segment as u32 & ((1 << PART_BITS) - 1),
    );
    let bits = power + FIRST_BITS;
    ((((1 << PART_BITS) + part) << bits) - BASE, 1 << bits)
}

#[cfg(test)]
mod tests;
