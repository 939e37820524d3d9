//! The application in a simulation: no port, a clock that jumps ahead, threads in an order that a seed decides, and
//! strict mode, which finds misuse of the API.
//!
//! Owns what the tests share. The tests are named after what clients see.

mod events;
mod files;
mod live;
mod notes;
mod shutdown;

use std::sync::Arc;
use std::time::Duration;

use httpsys::{Parameters, Server};
use httpsys_sim::{Client, ClientResponse, JoinHandle, Sim, env_seed, thread};
use tempfile::TempDir;

use crate::app::{App, METRICS};

const WORKERS: usize = 2;
const LIMIT: Duration = Duration::from_secs(30);

/// The application on a simulated machine, with its threads.
struct Running {
    sim: Sim,
    server: Arc<Server>,
    app: Arc<App>,
    workers: Vec<JoinHandle<()>>,
    folder: TempDir,
}

/// Bytes arrive in pieces and late, and strict mode is on.
fn simulation(seed: u64) -> Sim {
    Sim::seeded(seed)
        .strict()
        .split_bytes(0.3)
        .delay(Duration::ZERO..=Duration::from_millis(20))
}

impl Running {
    fn start() -> Running {
        Running::on(simulation(env_seed()))
    }

    fn on(sim: Sim) -> Running {
        let service = sim.service(Parameters::default());
        let builder = Server::builder().service(&service);
        let builder = builder.url("http://localhost:80/");
        let builder = builder.url_with_context("http://localhost:81/metrics", METRICS);
        let server = Arc::new(builder.bind().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let app = Arc::new(App::new(folder.path()));
        let worker = |_| {
            let (app, server) = (Arc::clone(&app), Arc::clone(&server));
            thread::spawn(move || app.serve(server.queue()))
        };
        Running {
            workers: (0..WORKERS).map(worker).collect(),
            sim,
            server,
            app,
            folder,
        }
    }

    /// Sends a request on a connection of its own, and waits for the response.
    fn ask(&self, line: &str, body: &str) -> ClientResponse {
        let mut client = self.sim.connect(80);
        client.send(request(line, body));
        client.expect_response()
    }

    /// What is in the folder.
    fn files(&self) -> Vec<String> {
        let entries = self.folder.path().read_dir().unwrap();
        let name = |entry: std::io::Result<std::fs::DirEntry>| entry.unwrap().file_name();
        let names = entries.map(|entry| name(entry).into_string().unwrap());
        names.collect()
    }

    /// Shuts the program down, as on Ctrl-C, then [`Running::finish`]. Returns how many connections were reset.
    fn end(self) -> u64 {
        let ended = self.app.end(self.server.queue(), LIMIT).unwrap();
        self.finish();
        ended.reset
    }

    /// The checks of the simulation: every request answered, every thread ended, the API used as it should be.
    fn finish(self) {
        for worker in self.workers {
            worker.join().unwrap();
        }
        drop(self.server);
        self.sim.finish();
    }
}

/// Runs the test under ten seeds: the threads in another order, the bytes split elsewhere. Nothing may be reset at the
/// end.
fn under_ten_seeds(test: impl Fn(&Running)) {
    for seed in 1..=10 {
        let notes = Running::on(simulation(seed));
        test(&notes);
        assert_eq!(notes.end(), 0);
    }
}

fn request(line: &str, body: &str) -> String {
    let length = body.len();
    format!("{line} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n{body}")
}

/// Reads until the text ends with `end`.
fn read_until(client: &mut Client, end: &str) -> String {
    use std::io::Read;
    let mut text = Vec::new();
    while !text.ends_with(end.as_bytes()) {
        let mut byte = [0];
        client.read_exact(&mut byte).unwrap();
        text.push(byte[0]);
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn the_page_on_simulation_shows_where_threads_and_locks_come_from() {
    let page = include_str!("../../../docs/SIMULATION.md");
    let (_, code) = include_str!("world.rs").split_once("\n\n").unwrap();
    assert!(page.contains(code));
}
