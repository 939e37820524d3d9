//! Which call of the API each thread is in, and for how long.
//!
//! Owns: the names of the calls, their counts, and the thread that ends the process when a call or a
//! round does not end, naming every thread's call. Does not own how long a call should take.
//! Invariant: a call is made through [`during`]. Threading: an entry is written by its thread only.

use std::cell::RefCell;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

use crate::findings::{self, finding, say};

/// After so many rounds every call must have been made once.
const ENOUGH_ROUNDS: u64 = 10;

/// The calls by name; the report has them in this order.
pub(crate) const NAMES: [&str; 23] = [
    "-",
    "HttpReceiveHttpRequest",
    "HttpReceiveRequestEntityBody",
    "HttpSendHttpResponse",
    "HttpSendResponseEntityBody",
    "HttpCancelHttpRequest",
    "HttpWaitForDisconnect",
    "CancelIoEx",
    "CancelIo",
    "GetQueuedCompletionStatusEx",
    "GetOverlappedResult",
    "WaitForSingleObject",
    "queue create, close",
    "HttpShutdownRequestQueue",
    "URL group create, close",
    "URL add, remove",
    "property set",
    "property query",
    "counters and service state",
    "request property",
    "illegal call",
    "session create, close",
    "HttpInitialize, HttpTerminate",
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Call {
    Receive = 1,
    ReadBody,
    Respond,
    SendBody,
    Cancel,
    WaitForDisconnect,
    CancelIoEx,
    CancelIo,
    TakePackets,
    OverlappedResult,
    WaitForEvent,
    Queue,
    Shutdown,
    Group,
    Url,
    SetProperty,
    QueryProperty,
    Counters,
    RequestProperty,
    Illegal,
    Session,
    Lifecycle,
}

static COUNTS: [AtomicU64; NAMES.len()] = [const { AtomicU64::new(0) }; NAMES.len()];
static ENTRIES: Mutex<Vec<Arc<Entry>>> = Mutex::new(Vec::new());
static ROUND_BEGAN: AtomicU64 = AtomicU64::new(0);

#[derive(Debug)]
struct Entry {
    name: String,
    call: AtomicUsize,
    detail: AtomicU64,
    since: AtomicU64,
}

thread_local! {
    static MINE: RefCell<Option<Arc<Entry>>> = const { RefCell::new(None) };
}

/// Makes a call; `detail` is a token or an id that helps to find it.
pub(crate) fn during<T>(call: Call, detail: u64, make: impl FnOnce() -> T) -> T {
    COUNTS[call as usize].fetch_add(1, Ordering::Relaxed);
    let entry = mine();
    entry.since.store(now(), Ordering::Relaxed);
    entry.detail.store(detail, Ordering::Relaxed);
    let before = entry.call.swap(call as usize, Ordering::Relaxed);
    let result = make();
    entry.call.store(before, Ordering::Relaxed);
    entry.since.store(now(), Ordering::Relaxed);
    result
}

fn mine() -> Arc<Entry> {
    MINE.with(|mine| {
        let mut mine = mine.borrow_mut();
        let entry = mine.get_or_insert_with(|| {
            let name = std::thread::current().name().unwrap_or("?").to_owned();
            let entry = Arc::new(Entry {
                name,
                call: AtomicUsize::new(0),
                detail: AtomicU64::new(0),
                since: AtomicU64::new(now()),
            });
            ENTRIES.lock().expect("threads").push(Arc::clone(&entry));
            entry
        });
        Arc::clone(entry)
    })
}

/// Milliseconds since the first question.
fn now() -> u64 {
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_millis() as u64
}

/// A round begins: the threads of the last one are gone.
pub(crate) fn round() {
    ENTRIES
        .lock()
        .expect("threads")
        .retain(|entry| Arc::strong_count(entry) > 1);
    ROUND_BEGAN.store(now(), Ordering::Relaxed);
}

/// Starts the thread that watches; it ends with the process.
pub(crate) fn start(call_limit: Duration, round_limit: Duration) {
    let limits = [call_limit, round_limit].map(|limit| limit.as_millis() as u64);
    round();
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(500));
            look(limits);
        }
    });
}

fn look([call_limit, round_limit]: [u64; 2]) {
    let now = now();
    let entries = ENTRIES.lock().expect("threads");
    let hangs = entries.iter().any(|entry| {
        entry.call.load(Ordering::Relaxed) != 0
            && now.saturating_sub(entry.since.load(Ordering::Relaxed)) > call_limit
    });
    let late = now.saturating_sub(ROUND_BEGAN.load(Ordering::Relaxed)) > round_limit;
    if !hangs && !late {
        return;
    }
    say(format_args!(
        "FINDING: {}",
        if hangs {
            "a call hangs"
        } else {
            "the round hangs"
        }
    ));
    show(&entries);
    std::process::abort();
}

/// Says where each thread is.
pub(crate) fn show_all() {
    show(&ENTRIES.lock().expect("threads"));
}

fn show(entries: &[Arc<Entry>]) {
    let now = now();
    for entry in entries {
        say(format_args!(
            "  {}: {} ({:#x}) for {} ms",
            entry.name,
            NAMES[entry.call.load(Ordering::Relaxed)],
            entry.detail.load(Ordering::Relaxed),
            now.saturating_sub(entry.since.load(Ordering::Relaxed)),
        ));
    }
}

/// Adds the calls to the report.
pub(crate) fn report() {
    for (name, count) in NAMES.iter().zip(&COUNTS).skip(1) {
        findings::count(format!("call {name}"), count.load(Ordering::Relaxed));
    }
}

/// A fuzzer that does nothing finds nothing: each call must have been made, some in each round.
pub(crate) fn expect_all(rounds: u64) {
    if rounds < ENOUGH_ROUNDS {
        return;
    }
    for (name, count) in NAMES.iter().zip(&COUNTS).skip(1) {
        let count = count.load(Ordering::Relaxed);
        if count < rounds / ENOUGH_ROUNDS {
            finding!("{name} was called {count} times in {rounds} rounds: a fault of the fuzzer");
        }
    }
}
