//! The shards of a service: how many there are, which one an id names, which one a thread polls first, and which one
//! a new connection goes to.
//!
//! Owns the list and these choices. Does not own what a shard is (`shard.rs`), nor who polls it (`lead.rs`).
//! Invariant: what an id names never moves to another shard. Threading: any thread; nothing here is locked, and with
//! one shard nothing is written.

use std::cell::Cell;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

use httpsys_core::ids::{MAX_SHARDS, SlotAddress};

use crate::poll::shard::Shard;
use crate::transport::handshakes::Handshakes;
use crate::transport::host::Host;

/// The shard numbers of connection ids: half of all, since the top bit marks the tokens of listeners.
const NUMBERS: u32 = MAX_SHARDS / 2;

/// The most shards of a service, as for the parameter `Shards`.
const MOST: usize = 16;

/// Up to so many processors there is one shard. Nobody would poll a second one at the same time: the program's other
/// threads, or its clients, need the processors, too.
const FEW_PROCESSORS: usize = 4;

/// With more processors there is one shard for so many of them.
const PROCESSORS_PER_SHARD: usize = 2;

/// Numbers the services, so that a thread's home in one is not taken for its home in another.
static SERVICES: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// The service in which this thread has a home, and the index of that shard. A thread that uses several services by
    /// turns gets another home each time.
    static HOME: Cell<(u64, u32)> = const { Cell::new((0, 0)) };
}

/// See the module head.
pub(crate) struct Shards {
    /// See [`SERVICES`].
    service: u64,
    /// The number of the first shard in ids; the others have the next ones.
    number: u32,
    /// In place, so that with one shard a look-up costs no more than the access to a field.
    first: Shard,
    others: Box<[Shard]>,
    /// The machine on which all of them are.
    host: Host,
    /// The home of the next thread that asks for one.
    next_home: AtomicU32,
    /// Where the search for the shard of the next connection begins.
    next_target: AtomicU32,
}

impl Shards {
    /// `process` is the number of the process. Ids of a child made by fork have other shard numbers than those of its
    /// parent, so that an id that it inherits names nothing of its own. After as many generations as there is room for,
    /// the numbers are used again.
    ///
    /// # Errors
    /// The system has no descriptor for a poll.
    pub(crate) fn new(process: u32, wanted: u32, host: Host) -> io::Result<Self> {
        let count = how_many(wanted, &host);
        let generations = NUMBERS / count;
        let number = process % generations * count;
        // MaxTlsHandshakes is a limit of the service.
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

    /// The shard that has the listeners, and that takes care of what concerns the whole service.
    #[inline]
    pub(crate) fn first(&self) -> &Shard {
        &self.first
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Shard> {
        std::iter::once(&self.first).chain(&self.others)
    }

    /// The shard with this index, as [`Shard::index`] and [`Lead::index`](crate::poll::shard::Lead) have it.
    #[inline]
    pub(crate) fn at(&self, index: u32) -> &Shard {
        match index {
            0 => &self.first,
            _ => &self.others[index as usize - 1],
        }
    }

    /// The shard in which `place` is. For a place in no shard, which only a forged id has, it is the first one, which
    /// does not find it either.
    #[inline(always)]
    pub(crate) fn of(&self, place: SlotAddress) -> &Shard {
        if self.others.is_empty() {
            // Its table compares the number with its own.
            return &self.first;
        }
        self.among_several(place.shard.wrapping_sub(self.number))
    }

    #[inline]
    fn among_several(&self, index: u32) -> &Shard {
        // 0 is none of the others.
        let other = self.others.get((index as usize).wrapping_sub(1));
        other.unwrap_or(&self.first)
    }

    /// Whether there is more than one.
    #[inline]
    pub(crate) fn are_several(&self) -> bool {
        !self.others.is_empty()
    }

    /// The first result of `look`, beginning at the shard at which this thread polls first.
    #[inline]
    pub(crate) fn find_from_home<'s, T>(
        &'s self,
        look: impl Fn(&'s Shard) -> Option<T>,
    ) -> Option<T> {
        if self.others.is_empty() {
            return look(&self.first);
        }
        self.find_among_several(look)
    }

    /// A function of its own: `look` is in it a second time.
    #[inline(never)]
    fn find_among_several<'s, T>(&'s self, look: impl Fn(&'s Shard) -> Option<T>) -> Option<T> {
        self.all_from(self.home_index()).find_map(look)
    }

    /// All of them, beginning at the one with this index.
    fn all_from(&self, start: u32) -> impl Iterator<Item = &Shard> {
        (0..self.count()).map(move |index| self.at((start + index) % self.count()))
    }

    fn count(&self) -> u32 {
        self.others.len() as u32 + 1
    }

    /// The home of this thread. Threads get homes in turn, so that each shard is the home of as many, give or take one.
    #[inline]
    pub(crate) fn home(&self) -> &Shard {
        self.at(self.home_index())
    }

    #[inline]
    fn home_index(&self) -> u32 {
        if self.others.is_empty() {
            return 0;
        }
        self.home_among_several()
    }

    /// A function of its own: in a shared library, thread-local storage costs a call, which the compiler would move to
    /// where it is not known yet whether it is needed.
    #[inline(never)]
    fn home_among_several(&self) -> u32 {
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
    /// connections. A shard that only the service's own thread polls would have to hand over each request.
    pub(crate) fn for_connection(&self) -> &Shard {
        if self.others.is_empty() {
            return &self.first;
        }
        // Not always the same one of those with equally few.
        let from = self.next_target.fetch_add(1, Ordering::Relaxed) % self.count();
        let shards = self.all_from(from);
        let polled = shards.filter(|shard| shard.leadership.is_of_program());
        let fewest = polled.min_by_key(|shard| shard.table.open());
        fewest.unwrap_or(&self.first)
    }

    /// The TLS handshakes under way, of all shards together.
    pub(crate) fn handshakes(&self) -> &Arc<Handshakes> {
        &self.first.handshakes
    }

    /// How many transport connections are open.
    pub(crate) fn open(&self) -> u32 {
        self.iter().map(|shard| shard.table.open()).sum()
    }

    /// Interrupts every thread that polls.
    pub(crate) fn interrupt_all(&self) {
        self.iter().for_each(Shard::interrupt);
    }

    /// The thread that polls this shard is about to sleep. A thread of the program may have kept answers at any shard,
    /// the fallback thread only at its own.
    #[inline]
    pub(crate) fn end_batches_at(&self, shard: &Shard) {
        if shard.leadership.is_led_by_fallback() {
            shard.batches.end_all();
        } else {
            self.end_all_batches();
        }
    }

    /// Sends what was kept for batches of HTTP/2: a thread of the program is about to sleep.
    #[inline]
    pub(crate) fn end_all_batches(&self) {
        self.first.batches.end_all();
        self.others.iter().for_each(|shard| shard.batches.end_all());
    }
}

/// How many shards a service gets that wants so many; 0 stands for what suits the machine.
fn how_many(wanted: u32, host: &Host) -> u32 {
    let count = match wanted as usize {
        // What happens in a simulation must not depend on the machine.
        0 if host.is_simulated() => 1,
        0 => suitable(std::thread::available_parallelism().map_or(1, usize::from)),
        wanted => wanted,
    };
    count.clamp(1, MOST) as u32
}

fn suitable(processors: usize) -> usize {
    if processors <= FEW_PROCESSORS {
        1
    } else {
        processors / PROCESSORS_PER_SHARD
    }
}

impl std::fmt::Debug for Shards {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}
