//! The shards of a service: how many there are, which one an id names, at which one a thread polls first, and which
//! one a new connection goes to.
//!
//! Owns the list and these choices. Does not own what a shard is (`shard.rs`), nor who polls it (`lead.rs`).
//! Invariant: what an id names never moves to another shard. Threading: any thread; nothing here is locked, and with
//! one shard nothing is written.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use httpsys_core::ids::SlotAddress;

use crate::poll::shard::Shard;
use crate::transport::handshakes::Handshakes;
use crate::transport::host::Host;

/// Shard numbers that ids may have: tokens of listeners have the top bit.
const NUMBERS: u32 = 32;

/// The most shards of a service; as the parameter `Shards` says.
const MOST: usize = 16;

/// Up to here a second shard has nobody who would poll it at the same time: the program's clients, or its other
/// threads, need the processors, too.
const PROCESSORS_OF_ONE: usize = 4;

/// So many processors are behind each shard where there are more.
const PROCESSORS_OF_EACH: usize = 2;

/// Numbers services, so that a thread's home at one is none at the next.
static SERVICES: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// For which service this thread has a home, and which one.
    static HOME: Cell<(u64, u32)> = const { Cell::new((0, 0)) };
}

/// See the module head.
pub(crate) struct Shards {
    /// See [`SERVICES`].
    service: u64,
    /// The number of the first one in ids; the others follow.
    number: u32,
    /// In place: with one shard, a look-up costs no more than that of a member.
    first: Shard,
    others: Box<[Shard]>,
    /// The machine on which all of them are.
    host: Host,
    /// The home of the next thread that asks for one.
    next_home: AtomicU32,
    /// From which one the search for the shard of the next connection begins.
    next_target: AtomicU32,
}

impl Shards {
    /// `process`: which generation of processes this is, so that ids that a child inherits name nothing of its own.
    /// After as many generations as there is room for so many shards, the numbers are used again.
    ///
    /// # Errors
    /// The system has no descriptor for a poll.
    pub(crate) fn new(process: u32, wanted: u32, host: Host) -> io::Result<Self> {
        let count = count(wanted, &host);
        let places = NUMBERS / count;
        let number = process % places * count;
        // Their limit is one of the service.
        let handshakes = Arc::default();
        let others: io::Result<Vec<Shard>> = (1..count)
            .map(|index| Shard::new(index, number + index, &host, &handshakes))
            .collect();
        Ok(Shards {
            service: SERVICES.fetch_add(1, Ordering::Relaxed),
            number,
            first: Shard::new(0, number, &host, &handshakes)?,
            others: others?.into_boxed_slice(),
            host,
            next_home: AtomicU32::new(0),
            next_target: AtomicU32::new(0),
        })
    }

    pub(crate) fn host(&self) -> &Host {
        &self.host
    }

    /// The one that has the listeners, and to which what concerns the whole service is left.
    #[inline]
    pub(crate) fn first(&self) -> &Shard {
        &self.first
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Shard> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The shard with this index, which is one's own.
    #[inline]
    pub(crate) fn at(&self, index: u32) -> &Shard {
        match index {
            0 => &self.first,
            _ => &self.others[index as usize - 1],
        }
    }

    /// The shard in which `place` is. A forged one is nowhere: what is found then does not know it either.
    #[inline(always)]
    pub(crate) fn of(&self, place: SlotAddress) -> &Shard {
        match place.shard.wrapping_sub(self.number) {
            0 => &self.first,
            index => self.other(index),
        }
    }

    #[inline]
    fn other(&self, index: u32) -> &Shard {
        let other = self.others.get((index as usize).wrapping_sub(1));
        other.unwrap_or(&self.first)
    }

    /// Whether there is more than one.
    #[inline]
    pub(crate) fn are_several(&self) -> bool {
        !self.others.is_empty()
    }

    /// All of them, beginning at the one at which this thread polls first.
    pub(crate) fn beginning_at_home(&self) -> impl Iterator<Item = &Shard> {
        let home = self.home();
        let all = 0..self.count();
        all.map(move |index| self.at((home + index) % self.count()))
    }

    fn count(&self) -> u32 {
        self.others.len() as u32 + 1
    }

    /// Threads that call have one after the other, so that each shard has as many, give or take one.
    #[inline]
    pub(crate) fn home(&self) -> u32 {
        if self.others.is_empty() {
            return 0;
        }
        HOME.try_with(|home| {
            let (of, index) = home.get();
            if of == self.service {
                return index;
            }
            let index = self.next_home.fetch_add(1, Ordering::Relaxed) % self.count();
            home.set((self.service, index));
            index
        })
        .unwrap_or(0)
    }

    /// Where a new connection goes: among the shards that threads of the program poll, to one with the fewest
    /// connections. A shard of which only the service's own thread takes care would hand over each request.
    pub(crate) fn for_connection(&self) -> &Shard {
        if self.others.is_empty() {
            return &self.first;
        }
        // Among equals not always the same.
        let from = self.next_target.fetch_add(1, Ordering::Relaxed) % self.count();
        let all = (0..self.count()).map(|index| self.at((from + index) % self.count()));
        let polled = all.filter(|shard| shard.leadership.is_of_program());
        let fewest = polled.min_by_key(|shard| shard.table.open());
        fewest.unwrap_or(&self.first)
    }

    /// TLS handshakes, which are counted for all shards together.
    pub(crate) fn handshakes(&self) -> &Arc<Handshakes> {
        &self.first.handshakes
    }

    /// Open transport connections.
    pub(crate) fn open(&self) -> u32 {
        self.iter().map(|shard| shard.table.open()).sum()
    }

    /// Interrupts every thread that polls.
    pub(crate) fn interrupt_all(&self) {
        self.iter().for_each(Shard::interrupt);
    }

    /// The thread that polls this shard is about to sleep. Those of the program may have kept something anywhere.
    #[inline]
    pub(crate) fn end_batches_at(&self, shard: &Shard) {
        if shard.leadership.is_led_by_fallback() {
            shard.batches.end_all();
        } else {
            self.end_all_batches();
        }
    }

    /// What was kept for batches of HTTP/2 goes out: a thread of the program is about to sleep.
    #[inline]
    pub(crate) fn end_all_batches(&self) {
        self.first.batches.end_all();
        self.others.iter().for_each(|shard| shard.batches.end_all());
    }
}

/// How many shards there are to be; 0 stands for what suits the machine.
fn count(wanted: u32, host: &Host) -> u32 {
    let count = match wanted as usize {
        // Which orders there are in a simulation must not depend on the machine.
        0 if host.is_simulated() => 1,
        0 => suitable(std::thread::available_parallelism().map_or(1, usize::from)),
        wanted => wanted,
    };
    count.clamp(1, MOST) as u32
}

fn suitable(processors: usize) -> usize {
    if processors <= PROCESSORS_OF_ONE {
        1
    } else {
        processors / PROCESSORS_OF_EACH
    }
}

impl std::fmt::Debug for Shards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
