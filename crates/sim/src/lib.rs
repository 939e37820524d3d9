//! Tests of servers under virtual time: a network in memory, threads ordered by a seed, faults, replay.
//!
//! ```
//! use httpsys::{Parameters, Response, Server};
//! use httpsys_sim::{Sim, env_seed};
//!
//! let sim = Sim::seeded(env_seed()).split_bytes(0.3);
//! let service = sim.service(Parameters::default());
//! let builder = Server::builder().service(&service);
//! let server = builder.url("http://localhost:80/").bind().unwrap();
//! let mut client = sim.connect(80);
//! client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
//! let request = server.receive().unwrap(); // The world runs until there is one.
//! request.respond(Response::ok().body("hello")).unwrap();
//! assert_eq!(client.expect_response().text(), "hello");
//! sim.finish();
//! ```
//!
//! `docs/SIMULATION.md` shows more. [`Sim::service`] makes services, [`Sim::connect`] clients, [`Sim::on`] adds
//! faults, [`Sim::check`] looks for requests without an answer. This crate depends on `httpsys`, which so has no
//! trace of the simulation unless a test asks for this crate.
//!
//! # The scheduler
//!
//! A simulation runs real threads, one at a time. Which one goes on at each step is decided by a seed; when
//! none can, time moves to the next moment at which something is due. So a run of the same program with the
//! same seed is the same run, a test that waits for two minutes takes microseconds, and a bug that needs one
//! order of steps out of thousands is found by trying seeds and then replayed as often as needed.
//!
//! ```
//! use std::sync::Arc;
//! use std::time::Duration;
//! use httpsys_sim::{Sim, env_seed, sleep};
//! use httpsys_socket::lock::{Condvar, Mutex};
//!
//! let sim = Sim::seeded(env_seed());
//! let shared = Arc::new((Mutex::new(None), Condvar::new()));
//! let other = Arc::clone(&shared);
//! let writer = sim.spawn("writer", move || {
//!     sleep(Duration::from_secs(86_400));
//!     *other.0.lock() = Some(7);
//!     other.1.notify_one();
//! });
//! let mut value = shared.0.lock();
//! while value.is_none() {
//!     shared.1.wait(&mut value); // The others run; a day passes at once.
//! }
//! drop(value);
//! writer.join().unwrap();
//! assert!(sim.now() >= Duration::from_secs(86_400));
//! sim.finish();
//! ```
//!
//! # What takes part
//!
//! The thread that makes a [`Sim`] is its main thread. Threads started with [`Sim::spawn`] or [`spawn`]
//! (those of the program) and with `httpsys_socket::spawn` (those of the library) belong to it as well. For
//! them these calls ask the simulation, by way of `httpsys_socket::world`:
//!
//! - the locks and condition variables of `httpsys_socket::lock`: taking a lock and notifying are points at
//!   which another thread may go on, letting a lock go is none;
//! - [`now`], [`unix_now`], [`sleep`], [`yield_now`], joining, [`scope`];
//! - whatever waits with [`httpsys_socket::world::World::wait`] and is woken with `wake`.
//!
//! - [`block_on`]: an executor for one future;
//! - [`sync`] and [`thread`]: locks, channels and threads with the names that they have in `std`, for programs that
//!   are tested.
//!
//! Locks of `std` work as long as no thread calls the simulation while it holds one. If one does, the thread
//! that has its turn may block on that lock for ever; after 5 s of real time ([`Sim::watchdog`]) the report
//! names it, its last call and all other threads, and the simulation fails. Own sockets, clocks and threads
//! of `std` do not take part: what depends on them is not repeated.
//!
//! Things that happen without a thread are [`TimedEvents`]: those of a network that [`Sim::network`] makes, or
//! others ([`Sim::add_events`]). A thread that waits for a socket waits with a key that
//! `httpsys_network::Poll::on_ready` wakes:
//!
//! ```
//! use std::io::Write;
//! use std::sync::Arc;
//! use std::time::Duration;
//! use httpsys_network::{Poll, Rules};
//! use httpsys_sim::Sim;
//!
//! let sim = Sim::seeded(1);
//! let network = sim.network(Rules::default());
//! let listener = network.listen("127.0.0.1:80".parse().unwrap(), 8).unwrap();
//! let (poll, world, key) = (Poll::new(&network), sim.world(), 0x9011);
//! poll.register(&listener, 1).unwrap();
//! let ring = Arc::downgrade(&world);
//! poll.on_ready(move || {
//!     if let Some(world) = ring.upgrade() {
//!         world.wake(key, true);
//!     }
//! });
//! let address = listener.local_addr().unwrap();
//! let from = network.clone();
//! let client = sim.spawn("client", move || {
//!     httpsys_sim::sleep(Duration::from_secs(60));
//!     from.connect(None, address).unwrap()
//! });
//! while !poll.is_ready() {
//!     assert!(world.wait(key, Some(Duration::from_secs(90))), "nobody came for 90 s");
//! }
//! let (mut stream, _) = listener.accept().unwrap();
//! stream.write_all(b"hello").unwrap();
//! client.join().unwrap();
//! sim.finish();
//! ```
//!
//! # Time
//!
//! Time moves only when no thread can run: it then jumps to the earliest of what threads wait for and
//! [`TimedEvents::next`]. Computing takes no time, so a timer never overtakes a thread that could run. Only a
//! loop that looks again and again ([`yield_now`], a lock that is tried and not free, a wait for a time that
//! has come) lets some pass after 10,000 rounds in which no thread waits for anything else.
//! [`Sim::pauses`] lets threads stop for a while at a step, as on a busy machine; then it may.
//!
//! # The end
//!
//! [`Sim::finish`] waits for the program's threads, then ends the library's that are left (their next call
//! unwinds them) and panics with a [`Failure`] if there was one: a deadlock, a leaked thread, a panic that
//! nobody has joined, a stalled thread, too many steps. Each names the seed, the threads with what they wait
//! for, and the last steps. A failure that shows earlier panics in the main thread at once; a test that
//! fails by itself prints the seed when the `Sim` is dropped. After that the main thread belongs to no
//! simulation any more; objects that outlive it work as real ones. Frames of C must not be unwound:
//! [`Sim::without_unwinding`].
//!
//! # Every order
//!
//! [`every_schedule`] runs a small test under every order of its threads, up to so many changes of a thread that could
//! go on: what it finds nothing in has no fault of that depth at the switch points.
//!
//! # Many seeds
//!
//! [`each_seed`] runs a test under many seeds and fails with the first that does; with HTTPSYS_SEED in the
//! environment only under that one. [`try_seed`] returns the [`Failure`]. [`shrink`] finds the smallest part
//! of a failing script. [`Trace::digest`] compares runs, [`Sim::record`] keeps all of the trace, and
//! [`Sim::backtraces`] says where each thread waits.
//!
//! Threads of the operating system are used again by later simulations of the process: a thread-local value
//! of a program may still be there.
#![forbid(unsafe_code)]

mod block_on;
mod calls;
mod client;
mod events;
mod explore;
mod face;
mod failure;
mod fault;
mod join;
mod order;
mod parts;
mod pool;
mod random;
mod response;
mod schedule;
mod scheduler;
mod scope;
mod seat;
mod shrink;
mod sim;
mod state;
pub mod sync;
pub mod thread;
mod trace;
mod watch;

pub use block_on::block_on;
pub use client::{Client, ClientEnd};
pub use events::TimedEvents;
pub use explore::{each_seed, every_schedule, try_seed, try_seeds, try_sim};
pub use failure::{Failure, FailureKind};
pub use fault::SimFault;
pub use httpsys_engine::logging::MemoryDisk;
pub use httpsys_network::{AcceptFault, Damage, FaultMoment, FullBacklog, NetworkFault, Rules};
pub use httpsys_socket::world::{now, sleep, unix_now, yield_now};
pub use join::JoinHandle;
pub use random::SeededRandom;
pub use response::ClientResponse;
pub use scope::{ScopedSimThread, SimScope, scope};
pub use shrink::{shrink, shrink_and_simplify};
pub use sim::{Finished, Sim, env_seed, note, spawn};
pub use trace::{ThreadEvent, ThreadNumber, Trace, TraceEntry};
