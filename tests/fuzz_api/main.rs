//! Random calls of the C ABI from many threads, under random clients: a fuzzer with a seed.
//!
//! Owns: the rounds, from HttpInitialize to HttpTerminate, and the report. Does not own what must hold
//! ([`ledger`], [`wire`], [`slot`], [`seen`], [`base_line`], [`log`], [`watch`]), nor what is done
//! ([`plan`], [`server`], [`answer`], [`client`], [`hostile`], [`chaos`], [`illegal`]).
//!
//! Everything that is drawn comes from one seed; threads take turns as they like, so a seed brings
//! back the calls, and not always their order. HTTPSYS_FUZZ_SEED and HTTPSYS_FUZZ_SECONDS are taken;
//! docs/TESTING.md has the rest. The load with thousands of operations in flight is `stress`.
#![cfg(unix)]

mod answer;
mod ask;
mod base_line;
mod caller;
mod chaos;
mod client;
mod connection;
mod findings;
mod hostile;
mod illegal;
mod ledger;
mod log;
mod plan;
mod quiet;
mod random;
mod seen;
mod server;
mod site;
mod slot;
mod token;
mod watch;
mod wire;
mod world;

use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use httpsys_tests::door::Limits;
use httpsys_tests::raw::{self, V2};

use crate::base_line::BaseLine;
use crate::findings::say;
use crate::random::{Random, mix};
use crate::seen::Seen;
use crate::site::{Class, Site};
use crate::watch::{Call, during};
use crate::world::World;

#[global_allocator]
static ALLOCATOR: base_line::Counting = base_line::Counting;

static SEEN: OnceLock<Seen> = OnceLock::new();

/// Server threads of each site.
const WORKERS: u64 = 3;
const CLIENTS: u64 = 4;
/// The load of a round, in milliseconds.
const LOAD: (u64, u64) = (300, 2500);
/// Rounds between two looks for small leaks.
const QUIET_EACH: u64 = 5;
/// How long the answers may take that are under way when the load ends.
const DRAIN: Duration = Duration::from_secs(45);
/// No call lasts longer than a round, and what ends it.
const CALL_LIMIT: Duration = Duration::from_secs(60);
const ROUND_LIMIT: Duration = Duration::from_secs(120);

#[test]
fn random_calls_from_many_threads_keep_every_promise() {
    let seed = setting("HTTPSYS_FUZZ_SEED").unwrap_or(20_260_512);
    let seconds = setting("HTTPSYS_FUZZ_SECONDS").unwrap_or(60);
    findings::begin(seed);
    // What panics does not say it.
    say(format_args!("{seconds} seconds from this seed"));
    watch::start(CALL_LIMIT, ROUND_LIMIT);
    let seen = SEEN.get_or_init(Seen::default);
    let mut base_line = BaseLine::default();
    let end = Instant::now() + Duration::from_secs(seconds);
    let mut rounds = 0;
    while Instant::now() < end && !findings::are_enough() {
        findings::round(rounds);
        watch::round();
        round(seed, rounds, seen);
        base_line.check(seen.memory() + slot::memory());
        if rounds % QUIET_EACH == 1 {
            quiet::check(&mut Random::of(seed, mix(rounds) ^ 1));
        }
        rounds += 1;
    }
    watch::report();
    watch::expect_all(rounds);
    findings::count("rounds", rounds);
    for (what, count) in findings::counts() {
        say(format_args!("{count:>12}  {what}"));
    }
    base_line.report();
    say(format_args!(
        "{} findings in {rounds} rounds",
        findings::found()
    ));
    assert_eq!(findings::found(), 0, "HTTPSYS_FUZZ_SEED={seed}");
}

fn setting(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name}={text} is no number")),
    )
}

/// From HttpInitialize to HttpTerminate.
fn round(seed: u64, number: u64, seen: &'static Seen) {
    let mut random = Random::of(seed, mix(number));
    assert_eq!(
        during(Call::Lifecycle, 0, raw::initialize),
        0,
        "HttpInitialize"
    );
    let session = during(Call::Session, 0, || raw::create_session(V2)).expect("a session");
    let sites = Class::ALL.map(|class| Site::open(class, session, &mut random));
    let world = World::new(seed, number, sites.into(), seen);
    load(&world, &mut random);
    world.ledger.close(|token| world.plan(token));
    if slot::owed_packets() != 0 {
        for site in &world.sites {
            if let Some(port) = site.port() {
                while slot::take_packets(port, 100) > 0 {}
            }
        }
        findings::finding!("{} packets were owed at the end", slot::owed_packets());
    }
    if random.once_in(2) {
        during(Call::Session, 0, || raw::close_session(session));
    }
    world.sites.iter().for_each(Site::close_port);
    let code = during(Call::Lifecycle, 0, || raw::terminate(1));
    assert_eq!(code, 0, "HttpTerminate");
    let logged = world.ledger.logged.lock().expect("the log");
    for site in &world.sites {
        if let Some(log) = &site.log {
            log.check(&logged);
        }
    }
}

/// All threads of a round, until each has ended.
fn load(world: &World, random: &mut Random) {
    std::thread::scope(|scope| {
        for (at, site) in world.sites.iter().enumerate() {
            for worker in 0..WORKERS {
                let number = at as u64 * WORKERS + worker;
                let name = format!("server {:?} {worker}", site.class);
                spawn(scope, name, move || server::run(world, site, number));
            }
        }
        for number in 0..CLIENTS {
            spawn(scope, format!("client {number}"), move || {
                client::run(world, number)
            });
        }
        spawn(scope, "canceller".into(), || chaos::cancel(world));
        spawn(scope, "changer".into(), || chaos::change(world));
        std::thread::sleep(Duration::from_millis(random.within(LOAD.0, LOAD.1)));
        world.end_load();
        if random.once_in(2) {
            drain(world);
        }
        world.ledger.closing.store(true, Ordering::SeqCst);
        let clients_first = random.once_in(3);
        if clients_first {
            world.stop_clients();
        }
        for site in &world.sites {
            site.shut(random);
        }
        world.stop_clients();
    });
}

/// Those who have asked get their answers before anything ends.
fn drain(world: &World) {
    for site in &world.sites {
        let off = Limits::default().bandwidth(u32::MAX);
        site::set_limits(site.group(), off);
    }
    let end = Instant::now() + DRAIN;
    while !world.ledger.all_are_answered() && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
    if !world.ledger.all_are_answered() {
        world.ledger.report_waiting(|token| world.plan(token));
        watch::show_all();
    }
}

fn spawn<'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    name: String,
    run: impl FnOnce() + Send + 'scope,
) {
    let builder = std::thread::Builder::new().name(name);
    builder.spawn_scoped(scope, run).expect("a thread");
}
