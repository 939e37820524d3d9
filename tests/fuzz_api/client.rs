//! A client thread: several connections at once.
//!
//! Owns: which connections it has, and where to. Does not own what they do. Threading: one thread
//! each; its connections take turns.

use std::time::Duration;

use crate::connection::{Connection, Step};
use crate::hostile::Hostile;
use crate::random::Random;
use crate::world::World;

/// Connections of one thread.
const CONNECTIONS: usize = 10;

enum Either<'w> {
    Fair(Box<Connection<'w>>),
    Hostile(Hostile),
}

/// Runs until the clients are told to stop; then hangs up.
pub(crate) fn run(world: &World, number: u64) {
    let mut random = Random::of(world.seed ^ world.round, 1000 + number);
    let mut requests = number << 32;
    let mut next = || {
        requests += 1;
        requests
    };
    let mut open: Vec<Either<'_>> = Vec::new();
    while !world.clients_stop() {
        if open.len() < CONNECTIONS && !world.is_over() {
            let site = random.index(world.sites.len());
            let fair = random.below(12) > 0;
            let new = if fair {
                Connection::open(world, site, &mut random).map(|it| Either::Fair(Box::new(it)))
            } else {
                Hostile::open(world.sites[site].number(), &mut random).map(Either::Hostile)
            };
            open.extend(new);
        }
        let mut moved = false;
        open.retain_mut(|connection| {
            let step = match connection {
                Either::Fair(connection) => connection.step(&mut next, &mut random),
                Either::Hostile(hostile) => hostile.step(&mut random),
            };
            moved |= step != Step::Idle;
            step != Step::Over
        });
        if !moved {
            std::thread::sleep(Duration::from_micros(300));
        }
    }
    for connection in &mut open {
        if let Either::Fair(connection) = connection {
            connection.leave();
        }
    }
}
