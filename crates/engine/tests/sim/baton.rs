//! A small simulated world: real threads of which one runs at a time, chosen by a seed, and time that
//! moves when none can run.
//!
//! Owns: the baton, the time, and the trace of both. Does not own: the network, whose time it moves.
//! Threading: `State` is behind its lock; whoever has the baton runs alone.

use std::cell::Cell;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Weak};
use std::time::Duration;

use httpsys_network::Network;
use httpsys_socket::world::{self, World, WorldEnded};

thread_local! {
    /// The number of the calling thread in its world.
    static NUMBER: Cell<usize> = const { Cell::new(0) };
}

/// Seconds since 1970 at the beginning: Sun, 06 Nov 1994 08:49:37 GMT.
const BEGINNING: u64 = 784_111_777;

/// What a thread waits for.
#[derive(Clone, Copy)]
struct Wait {
    key: usize,
    until: Option<Duration>,
}

enum Thread {
    /// It can run; `true`: it was woken, or did not wait.
    Ready(bool),
    Waits(Wait),
    Ended,
}

struct State {
    threads: Vec<Thread>,
    running: usize,
    now: Duration,
    random: u64,
    ended: bool,
    /// Which thread got the baton, and when.
    trace: Vec<(usize, Duration)>,
}

/// See the module head.
pub(crate) struct Baton {
    pub(crate) network: Network,
    state: Mutex<State>,
    handed_over: Condvar,
    own: Weak<Baton>,
}

impl State {
    /// The next number of the seed's sequence (xorshift).
    fn draw(&mut self, below: usize) -> usize {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        (self.random % below as u64) as usize
    }

    fn ready(&mut self) -> Option<usize> {
        let is_ready = |thread: &Thread| matches!(thread, Thread::Ready(_));
        let ready: Vec<usize> = (0..self.threads.len())
            .filter(|number| is_ready(&self.threads[*number]))
            .collect();
        (!ready.is_empty()).then(|| ready[self.draw(ready.len())])
    }

    fn next_deadline(&self) -> Option<Duration> {
        let deadlines = self.threads.iter().filter_map(|thread| match thread {
            Thread::Waits(wait) => wait.until,
            _ => None,
        });
        deadlines.min()
    }

    fn pass_time(&mut self, to: Duration) {
        self.now = self.now.max(to);
        for thread in &mut self.threads {
            if let Thread::Waits(wait) = thread {
                if wait.until.is_some_and(|until| until <= self.now) {
                    *thread = Thread::Ready(false);
                }
            }
        }
    }
}

impl Baton {
    /// A world whose first thread is the calling one.
    pub(crate) fn new(seed: u64, network: Network) -> Arc<Baton> {
        NUMBER.set(0);
        Arc::new_cyclic(|own| Baton {
            network,
            state: Mutex::new(State {
                threads: vec![Thread::Ready(true)],
                running: 0,
                now: Duration::ZERO,
                random: seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1,
                ended: false,
                trace: Vec::new(),
            }),
            handed_over: Condvar::new(),
            own: Weak::clone(own),
        })
    }

    /// Runs the others until all have ended; those that wait for ever are unwound. The trace.
    pub(crate) fn end(&self) -> Vec<(usize, Duration)> {
        loop {
            let mut state = self.lock();
            let threads = &state.threads;
            let left = threads[1..].iter().any(|t| !matches!(t, Thread::Ended));
            if !left {
                return std::mem::take(&mut state.trace);
            }
            let runs = threads[1..].iter().any(|t| matches!(t, Thread::Ready(_)));
            if !runs && state.next_deadline().is_none() && self.network.next().is_none() {
                state.ended = true;
                let threads = state.threads.iter_mut().skip(1);
                threads
                    .filter(|thread| matches!(thread, Thread::Waits(_)))
                    .for_each(|thread| *thread = Thread::Ready(false));
            }
            drop(state);
            self.yield_now();
        }
    }

    fn run(self: Arc<Self>, number: usize, body: Box<dyn FnOnce()>) {
        NUMBER.set(number);
        self.take(self.lock(), number);
        {
            let _entered = world::enter(Arc::<Baton>::clone(&self));
            body();
        }
        self.lock().threads[number] = Thread::Ended;
        drop(self.hand_over());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("nobody panics with it")
    }

    /// Hands the baton over, to a thread that can run or after the time that lets one run.
    fn hand_over(&self) -> MutexGuard<'_, State> {
        loop {
            let mut state = self.lock();
            if let Some(next) = state.ready() {
                state.running = next;
                let moment = (next, state.now);
                state.trace.push(moment);
                self.handed_over.notify_all();
                return state;
            }
            let until = state.next_deadline();
            drop(state);
            // What it delivers wakes threads, so not with the lock.
            let next = until.into_iter().chain(self.network.next()).min();
            let next = next.expect("a thread that can run, or something that will happen");
            self.network.advance(next);
            self.lock().pass_time(next);
        }
    }

    /// Waits for the baton. `true`: it was woken.
    fn take(&self, mut state: MutexGuard<'_, State>, number: usize) -> bool {
        while state.running != number {
            state = self.handed_over.wait(state).expect("nobody panics with it");
        }
        let woken = matches!(state.threads[number], Thread::Ready(true));
        let ended = state.ended && number != 0;
        drop(state);
        if ended && !std::thread::panicking() {
            std::panic::resume_unwind(Box::new(WorldEnded));
        }
        woken
    }
}

impl World for Baton {
    fn now(&self) -> Duration {
        self.lock().now
    }

    fn unix_now(&self) -> Duration {
        Duration::from_secs(BEGINNING) + self.now()
    }

    fn wait(&self, key: usize, until: Option<Duration>) -> bool {
        let number = NUMBER.get();
        self.lock().threads[number] = Thread::Waits(Wait { key, until });
        let now = self.now();
        if until.is_some_and(|until| until <= now) {
            self.lock().threads[number] = Thread::Ready(false);
        }
        let state = self.hand_over();
        self.take(state, number)
    }

    fn wake(&self, key: usize, all: bool) {
        for thread in &mut self.lock().threads {
            if matches!(thread, Thread::Waits(wait) if wait.key == key && key != 0) {
                *thread = Thread::Ready(true);
                if !all {
                    return;
                }
            }
        }
    }

    fn yield_now(&self) {
        let number = NUMBER.get();
        self.lock().threads[number] = Thread::Ready(true);
        let state = self.hand_over();
        self.take(state, number);
    }

    fn spawn(&self, name: &str, body: Box<dyn FnOnce() + Send>) -> io::Result<()> {
        let number = {
            let mut state = self.lock();
            state.threads.push(Thread::Ready(true));
            state.threads.len() - 1
        };
        let baton = self.own.upgrade().expect("it is in use");
        let run = move || baton.run(number, body);
        let started = std::thread::Builder::new().name(name.into()).spawn(run);
        started.map(drop)
    }

    fn panicked(&self, message: &str) {
        panic!("{message}");
    }
}
