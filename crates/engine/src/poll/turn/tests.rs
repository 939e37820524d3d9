//! Turns, one at a time: what a turn does at most, and what it leaves for the next.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, TcpStream};
use std::sync::Arc;
use std::time::Instant;

use httpsys_core::call::{Control, Outcome};
use httpsys_core::proto::Parameters;

use super::*;
use crate::calls::queue_handle::QueueHandle;
use crate::conn::table::ConnGuard;
use crate::poll::accept::ACCEPTS;
use crate::poll::deferred::LAST_LOOK;

mod batches;

/// Polls that a test makes until something has happened that the system owes it.
const TURNS: usize = 1000;

/// A service of which the test is the thread that polls.
struct World {
    service: Service,
    queue: Arc<QueueHandle>,
    port: u16,
}

impl World {
    fn new() -> World {
        World::with(Parameters::default(), "http")
    }

    fn with(parameters: Parameters, scheme: &str) -> World {
        let service = Service::new(parameters).unwrap();
        let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
            panic!("no queue");
        };
        let url = format!("{scheme}://localhost:0/");
        let url = url.encode_utf16().collect();
        let port = service.register(Control::AddUrl { queue, url }).unwrap();
        World {
            queue: service.queue(queue).unwrap(),
            service,
            port,
        }
    }

    fn connect(&self, to: impl Into<IpAddr>) -> TcpStream {
        TcpStream::connect((to.into(), self.port)).unwrap()
    }

    /// One turn that waits for nothing.
    fn turn(&self, lead: &mut Lead) {
        let mut turn = Turn::default();
        self.service
            .poll_once(lead, Some(Instant::now()), None, &mut turn);
        turn.fire(&self.service);
    }

    /// Turns until this holds, each as long as it wants to wait; how many it took.
    fn turns_until(&self, lead: &mut Lead, holds: impl Fn() -> bool) -> usize {
        for turns in 0..TURNS {
            if holds() {
                return turns;
            }
            let mut turn = Turn::default();
            let soon = Instant::now() + Duration::from_millis(20);
            self.service.poll_once(lead, Some(soon), None, &mut turn);
            turn.fire(&self.service);
        }
        panic!("it does not happen");
    }

    fn open(&self) -> usize {
        self.service.shard().table.open() as usize
    }

    fn open_from(&self, ip: IpAddr) -> usize {
        let mut count = 0;
        self.service.for_each_connection(|_, conn| {
            count += usize::from(conn.remote.ip() == ip);
        });
        count
    }

    fn waiting(&self) -> usize {
        self.queue.lock().len()
    }

    fn connection_of(&self, client: &TcpStream) -> ConnGuard<'_> {
        let remote = client.local_addr().unwrap();
        let mut found = None;
        self.service.for_each_connection(|_, conn| {
            if conn.remote == remote {
                found = Some(conn.state.id());
            }
        });
        self.service
            .shard()
            .table
            .connection(found.unwrap())
            .unwrap()
    }
}

fn request(client: &mut TcpStream) {
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
}

fn has_bytes(conn: &Conn) -> bool {
    conn.stream.as_ref().unwrap().has_bytes()
}

#[test]
fn a_flood_of_connects_has_a_share_of_each_turn() {
    const FLOOD: usize = 300;
    let world = World::new();
    let mut lead = world.service.shard().lead.lock();
    let mut kept_alive = world.connect(Ipv4Addr::LOCALHOST);
    world.turns_until(&mut lead, || world.open() == 1);
    let flood: Vec<_> = (0..FLOOD)
        .map(|_| world.connect(Ipv4Addr::LOCALHOST))
        .collect();
    request(&mut kept_alive);
    while !has_bytes(&world.connection_of(&kept_alive)) {
        std::thread::yield_now();
    }
    let mut turns = Vec::new();
    while world.open() < FLOOD + 1 {
        let before = world.open();
        world.turn(&mut lead);
        turns.push(world.open() - before);
        assert_eq!(
            world.waiting(),
            1,
            "who is there is served in the first turn"
        );
        assert!(turns.len() < TURNS);
    }
    assert!(
        turns.iter().all(|accepted| *accepted <= ACCEPTS),
        "{turns:?}"
    );
    drop(flood);
}

#[test]
fn listeners_share_the_accepts_of_a_turn() {
    let world = World::new();
    let mut lead = world.service.shard().lead.lock();
    let v6 = IpAddr::from(Ipv6Addr::LOCALHOST);
    if TcpStream::connect((v6, world.port)).is_err() {
        eprintln!("not run, this machine has no IPv6");
        return;
    }
    let v4 = IpAddr::from(Ipv4Addr::LOCALHOST);
    let flood: Vec<_> = (0..200).map(|_| world.connect(v4)).collect();
    let few: Vec<_> = (0..60).map(|_| world.connect(v6)).collect();
    // Both have told, whichever event comes first.
    let listeners = world.service.shard().listeners.read().len();
    (0..listeners).for_each(|index| lead.arrivals.add(index));
    world.turn(&mut lead);
    let accepted = [world.open_from(v4), world.open_from(v6)];
    assert!(
        accepted.iter().all(|of| (1..=ACCEPTS / 2).contains(of)),
        "{accepted:?}"
    );
    world.turns_until(&mut lead, || world.open() == 200 + 60);
    drop((flood, few));
}

/// The longest that a program can hold a connection: for ever, here.
#[test]
fn a_connection_that_is_held_keeps_nobody_waiting_and_misses_nothing() {
    let world = World::new();
    let mut lead = world.service.shard().lead.lock();
    let mut held = world.connect(Ipv4Addr::LOCALHOST);
    let mut other = world.connect(Ipv4Addr::LOCALHOST);
    world.turns_until(&mut lead, || world.open() == 2);

    let guard = world.connection_of(&held);
    request(&mut held);
    request(&mut other);
    world.turns_until(&mut lead, || world.waiting() == 1);
    while lead.deferred.events.is_empty() {
        world.turn(&mut lead);
    }
    // Nothing is lost however often it is looked at in vain, and the looks become few.
    let mut looks = Vec::new();
    for _ in 0..8 {
        looks.extend(lead.deferred.next_look());
        world.turn(&mut lead);
    }
    assert_eq!(looks.len(), 8, "it stays on the list");
    assert_eq!(looks.last(), Some(&LAST_LOOK), "{looks:?}");
    assert_eq!(world.waiting(), 1);

    // Who holds it lets go: no event comes for that.
    drop(guard);
    assert_eq!(world.turns_until(&mut lead, || world.waiting() == 2), 1);
    assert_eq!(lead.deferred.next_look(), None);
}

/// What comes for a held connection in several events counts all; the end comes last.
#[test]
fn a_held_connection_hears_of_its_end() {
    let world = World::new();
    let mut lead = world.service.shard().lead.lock();
    let mut held = world.connect(Ipv4Addr::LOCALHOST);
    world.turns_until(&mut lead, || world.open() == 1);
    let guard = world.connection_of(&held);
    request(&mut held);
    while lead.deferred.events.is_empty() {
        world.turn(&mut lead);
    }
    drop(held);
    while !lead.deferred.events[0].1.has(Readiness::READ_CLOSED) {
        world.turn(&mut lead);
    }
    assert_eq!(lead.deferred.events.len(), 1, "once in the list");
    drop(guard);
    world.turns_until(&mut lead, || world.waiting() == 1);
    let conn = world.service.shard().table.connection_in(0).unwrap();
    assert!(conn.peer_closed);
}

#[test]
fn a_slot_that_is_held_is_not_waited_for_by_a_new_connection() {
    let world = World::new();
    let mut lead = world.service.shard().lead.lock();
    drop(world.connect(Ipv4Addr::LOCALHOST));
    world.turns_until(&mut lead, || world.service.shard().table.used() == 1);
    world.turns_until(&mut lead, || world.open() == 0);
    let guard = world.service.shard().table.hold(0);
    let client = world.connect(Ipv4Addr::LOCALHOST);
    world.turns_until(&mut lead, || world.open() == 1);
    drop((client, guard));
}

/// Where somebody is at work on the oldest, the next one goes; where all are held, the newcomer does.
#[test]
fn handshakes_are_never_more_than_may_be_although_the_oldest_are_held() {
    let mut parameters = Parameters::default();
    parameters.max_tls_handshakes = 2;
    let world = World::with(parameters, "https");
    let mut lead = world.service.shard().lead.lock();
    let mut clients = Vec::new();
    let mut connect = |lead: &mut Lead, open: usize| {
        // Not all counters: those look at the slots that are held.
        let accepted = || world.service.tallies().counters().connections_accepted;
        let before = accepted();
        clients.push(world.connect(Ipv4Addr::LOCALHOST));
        world.turns_until(lead, || accepted() > before);
        assert_eq!(world.open(), open);
    };
    connect(&mut lead, 1);
    connect(&mut lead, 2);
    let table = &world.service.shard().table;
    let oldest = table.hold(0);
    // The second is dropped, whose slot nobody holds.
    connect(&mut lead, 2);
    let third = table.hold(2);
    let refused = || {
        let refused = world.service.tallies().counters().refused;
        refused.get("Tls_TooManyHandshakes")
    };
    assert_eq!(refused(), 0);
    connect(&mut lead, 2);
    assert_eq!(refused(), 1);
    drop((oldest, third));
    connect(&mut lead, 2);
    assert_eq!(refused(), 1);
}

#[test]
fn connections_that_go_on_later_have_one_share_each() {
    let world = World::new();
    let mut lead = world.service.shard().lead.lock();
    let client = world.connect(Ipv4Addr::LOCALHOST);
    world.turns_until(&mut lead, || world.open() == 1);
    let shard = world.service.shard();
    {
        let mut conn = world.connection_of(&client);
        for _ in 0..3 {
            world.service.resume_later(&mut conn);
        }
        assert_eq!(shard.resume.lock().len(), 1, "once in the list");
    }
    // Ids of connections that are gone stand for many.
    let gone = ConnectionId(u64::from(u32::MAX));
    shard
        .resume
        .lock()
        .extend([(gone, Readiness::RESUMED); RESUMES]);
    world.turn(&mut lead);
    assert_eq!(shard.resume.lock().len(), 1, "the rest has the next turn");
    assert!(!world.connection_of(&client).resumes);
    assert_eq!(
        world.turns_until(&mut lead, || shard.resume.lock().is_empty()),
        1
    );
}
