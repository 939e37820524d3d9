//! What the cache takes of the machine's memory is what it counts, whatever it is filled with.
//!
//! Owns: an allocator that counts the bytes of this thread, as those of malloc with what it adds. Does not own: what
//! goes to make room (`src/cache/tests.rs`). The test's own buffers are counted as well, and are small.
#![allow(missing_docs, reason = "a test program")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use httpsys_core::cache::{
    CacheEntry, CacheLimits, CachePolicy, CachedLog, ResponseCache, ShareProgress,
};
use httpsys_core::{QueueId, UrlGroupId};
use httpsys_proto::ResponseParts;
use httpsys_proto::header::id;

struct Counting;

thread_local! {
    static BYTES: Cell<i64> = const { Cell::new(0) };
}

/// A block of malloc has a header of eight bytes, begins at a multiple of 16, and has 32 bytes at least.
fn block(size: usize) -> i64 {
    (size + 8).next_multiple_of(16).max(32) as i64
}

fn count(bytes: i64) {
    // The thread may be ending.
    let _ = BYTES.try_with(|count| count.set(count.get() + bytes));
}

// SAFETY: every call goes to the system's allocator unchanged; counting does not allocate.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(block(layout.size()));
        // SAFETY: the caller's promise is the system allocator's precondition.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        count(-block(layout.size()));
        // SAFETY: as above; `memory` came from `System`.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(block(size) - block(layout.size()));
        // SAFETY: as above; `memory` came from `System`.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn taken() -> i64 {
    BYTES.with(Cell::get)
}

const BUDGET: u64 = 1 << 20;

/// What a program keeps, and how large each part of it is.
#[derive(Clone, Copy, Debug)]
struct Kind {
    head: usize,
    body: usize,
    url: usize,
    log: usize,
    is_fragment: bool,
}

const NOTHING: Kind = Kind {
    head: 0,
    body: 0,
    url: 0,
    log: 0,
    is_fragment: false,
};

const KINDS: [Kind; 9] = [
    NOTHING,
    Kind { body: 1, ..NOTHING },
    Kind {
        body: 9_000,
        ..NOTHING
    },
    Kind {
        body: 200_000,
        ..NOTHING
    },
    Kind {
        head: 20_000,
        ..NOTHING
    },
    // Just behind a power of two, at which a list that grows has the most room that it does not need.
    Kind {
        head: (1 << 16) + 1,
        ..NOTHING
    },
    Kind {
        url: 16_000,
        ..NOTHING
    },
    Kind {
        log: 3_000,
        ..NOTHING
    },
    Kind {
        body: 1,
        is_fragment: true,
        ..NOTHING
    },
];

fn entry(kind: Kind, number: usize) -> CacheEntry {
    let url = format!("http://h:80/?{number}{}", "u".repeat(kind.url));
    let url: Vec<u16> = url.encode_utf16().collect();
    let (queue, policy) = (QueueId(1), CachePolicy::UserInvalidates);
    // A body may come with more room than it needs.
    let mut body = Vec::with_capacity(2 * kind.body);
    body.resize(kind.body, b'b');
    if kind.is_fragment {
        return CacheEntry::fragment(&url, queue, body, policy, (0, 0));
    }
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    if kind.head > 0 {
        // Behind known fields there is a line to come yet: Server.
        let value = "h".repeat(kind.head);
        let added = head.known(id::CACHE_CONTROL, value.as_bytes(), true);
        added.expect("a field");
    }
    let owner = (queue, UrlGroupId(2));
    let entry = CacheEntry::response(&url, owner, &head, body, policy, (0, 0));
    let name = "n".repeat(kind.log).into_bytes().into_boxed_slice();
    entry.logged(Some(CachedLog {
        server_name: name.clone(),
        service_name: name,
    }))
}

fn cache() -> ResponseCache {
    let limits = CacheLimits {
        response_bytes: 262_144,
        total_bytes: BUDGET,
        idle: 120_000,
    };
    ResponseCache::new(limits, 0)
}

/// Fills the cache several times over.
fn fill(cache: &mut ResponseCache, kind: Kind) {
    let entries = 3 * BUDGET as usize / (512 + kind.head + kind.body + 2 * kind.url + 2 * kind.log);
    let before = cache.usage().flushed;
    for number in 0..entries {
        // What is asked for all the time stays.
        if let Some(first) = cache.entries().next() {
            let url = first.url().to_vec();
            let _ = cache.response(&url, 0);
        }
        cache.insert(entry(kind, number), 0).expect("room is made");
        assert!(
            cache.usage().bytes <= BUDGET,
            "{kind:?}: {:?}",
            cache.usage()
        );
    }
    assert!(cache.usage().flushed > before, "{kind:?} has filled it");
}

#[test]
fn lim_016_the_budget_is_what_is_taken_of_the_memory() {
    for kind in KINDS {
        let before = taken();
        let mut cache = cache();
        fill(&mut cache, kind);
        let (bytes, counted) = (taken() - before, cache.usage().bytes);
        assert!(
            bytes <= BUDGET as i64,
            "{kind:?}: {bytes} bytes, {counted} counted"
        );
        drop(cache);
        assert_eq!(taken(), before);
    }
}

/// Tables that were long once are none when others come.
#[test]
fn lim_016_what_was_there_before_takes_nothing() {
    for first in [NOTHING, KINDS[2], KINDS[8]] {
        for second in KINDS {
            let before = taken();
            let mut cache = cache();
            fill(&mut cache, first);
            fill(&mut cache, second);
            let (bytes, counted) = (taken() - before, cache.usage().bytes);
            assert!(
                bytes <= BUDGET as i64,
                "{first:?}, then {second:?}: {bytes} bytes, {counted} counted"
            );
        }
    }
}

/// Entries of all kinds come and go, many at once and one at a time.
#[test]
fn lim_016_the_budget_holds_whatever_comes_after_what() {
    let before = taken();
    let mut cache = cache();
    let mut random = 1_u64;
    let mut below = |n: usize| {
        random = random.wrapping_mul(6_364_136_223_846_793_005);
        random = random.wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as usize % n
    };
    let mut kind = NOTHING;
    for number in 0..8_000 {
        if below(150) == 0 {
            kind = KINDS[below(KINDS.len())];
        }
        // Each URL may be there already.
        let entry = entry(if below(20) == 0 { KINDS[2] } else { kind }, below(8_000));
        cache.insert(entry, 0).expect("room is made");
        if below(300) == 0 {
            let part = 1 + below(9);
            let goes = |entry: &CacheEntry| entry.url().len() % 10 < part;
            let _ = cache.drop_share(ShareProgress::default(), 1 + below(2_000), goes);
        }
        let (bytes, counted) = (taken() - before, cache.usage().bytes);
        assert!(
            bytes <= BUDGET as i64 && counted <= BUDGET,
            "{number}, {kind:?}: {bytes} bytes, {counted} counted"
        );
    }
    drop(cache);
    assert_eq!(taken(), before);
}

#[test]
fn lim_016_an_empty_cache_takes_next_to_nothing() {
    let before = taken();
    let mut cache = cache();
    fill(&mut cache, NOTHING);
    cache.clear();
    assert_eq!(cache.usage().bytes, 0);
    let bytes = taken() - before;
    assert!(bytes <= 4_096, "{bytes} bytes are left");
}

/// The last of what was there goes for one that needs all of the room.
#[test]
fn lim_016_what_has_the_size_of_the_budget_finds_room_among_many() {
    let mut cache = cache();
    fill(&mut cache, NOTHING);
    let large = Kind {
        body: BUDGET as usize - 1_024,
        is_fragment: true,
        ..NOTHING
    };
    assert_eq!(cache.insert(entry(large, 0), 0), Ok(()));
    assert_eq!((cache.usage().responses, cache.usage().fragments), (0, 1));
}
