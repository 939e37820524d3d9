//! How fast simulations are: `cargo run --release -p httpsys-sim --example speed`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use httpsys_sim::{Sim, yield_now};
use httpsys_socket::lock::{Condvar, Mutex};

fn main() {
    let begun = Instant::now();
    let mut seeds = 0;
    let mut entries = 0;
    while begun.elapsed() < Duration::from_secs(2) {
        let sim = Sim::seeded(seeds);
        three_threads(&sim);
        entries += sim.finish().trace.count();
        seeds += 1;
    }
    let (seeds, entries) = (seeds as f64, entries as f64);
    let seconds = begun.elapsed().as_secs_f64();
    println!(
        "{:.0} simulations/s, {:.0} entries each",
        seeds / seconds,
        entries / seeds
    );

    let sim = Sim::seeded(1);
    let turns = 100_000u32;
    let shared = Arc::new((Mutex::new(0), Condvar::new()));
    let begun = Instant::now();
    for number in 0..2 {
        let shared = Arc::clone(&shared);
        sim.spawn("alternates", move || {
            let mut turn = shared.0.lock();
            while *turn < turns {
                if *turn % 2 == number {
                    *turn += 1;
                    shared.1.notify_all();
                } else {
                    shared.1.wait(&mut turn);
                }
            }
            shared.1.notify_all();
        });
    }
    sim.finish();
    println!(
        "{:.0} hand-overs/s",
        f64::from(turns) / begun.elapsed().as_secs_f64()
    );

    let sim = Sim::seeded(1);
    let begun = Instant::now();
    (0..1_000_000).for_each(|_| yield_now());
    println!(
        "{:.0} steps/s without another thread",
        1e6 / begun.elapsed().as_secs_f64()
    );
    let lock = Mutex::new(0);
    let begun = Instant::now();
    (0..1_000_000).for_each(|_| *lock.lock() += 1);
    println!(
        "{:.0} locks/s in a simulation",
        1e6 / begun.elapsed().as_secs_f64()
    );
    let begun = Instant::now();
    (0..1_000_000).for_each(|_| sim.advance(Duration::from_secs(1)));
    println!("{:.0} sleeps/s", 1e6 / begun.elapsed().as_secs_f64());
    sim.finish();
    let begun = Instant::now();
    (0..10_000_000).for_each(|_| *lock.lock() += 1);
    println!(
        "{:.1} ns per lock outside",
        begun.elapsed().as_secs_f64() * 100.0
    );
}

fn three_threads(sim: &Sim) {
    let queue = Arc::new((Mutex::new(Vec::new()), Condvar::new()));
    for number in 0..2 {
        let queue = Arc::clone(&queue);
        sim.spawn("producer", move || {
            for item in 0..5 {
                queue.0.lock().push(number * 5 + item);
                queue.1.notify_one();
            }
        });
    }
    let consumer = sim.spawn("consumer", move || {
        let mut items = queue.0.lock();
        let mut taken = 0;
        while taken < 10 {
            match items.pop() {
                Some(_) => taken += 1,
                None => queue.1.wait(&mut items),
            }
        }
    });
    consumer.join().expect("no panic");
}
