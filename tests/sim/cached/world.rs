//! One of the two services, with its program and its clients.
//!
//! Owns: its objects, the threads that answer, what the program has seen. Does not own: what it says (`site.rs`).
//! Threading: the main thread; each queue has a thread that receives from it.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use httpsys::{Parameters, Request, RequestQueue, ServerSession, State, UrlGroup, Verbosity};
use httpsys_core::cache::CacheState;
use httpsys_engine::Service;
use httpsys_engine::logging::MemoryDisk;
use httpsys_network::Network;
use httpsys_sim::{Client, JoinHandle, Sim};

use crate::script::{Act, Ask, CLIENTS, Item, Settings, URLS};
use crate::site;
use crate::streams::Streams;
use crate::wire::{self, Answer};

/// The version of what each URL says; 0 if it never changed. Nobody waits with it.
pub(crate) type Versions = Arc<Mutex<HashMap<String, u64>>>;

/// A request that the program got.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) token: u64,
    pub(crate) queue: usize,
    pub(crate) url: String,
    pub(crate) version: u64,
}

pub(crate) struct World {
    pub(crate) engine: Service,
    groups: Vec<UrlGroup>,
    queues: Vec<RequestQueue>,
    network: Network,
    clients: BTreeMap<usize, Line>,
    windows: [Option<u32>; CLIENTS],
    seen: Arc<Mutex<Vec<Seen>>>,
    threads: Vec<JoinHandle<()>>,
    registered: [bool; URLS.len()],
    bound: [bool; 2],
    _session: ServerSession,
}

/// A client's connection.
enum Line {
    /// HTTP/1, with what has come and was not read.
    Plain(Client, Vec<u8>),
    Streams(Box<Streams>),
}

/// What answers at one queue.
struct Program {
    queue: RequestQueue,
    number: usize,
    seed: u64,
    tight: bool,
    versions: Versions,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Program {
    fn run(&self) {
        // It fails when the queue is shut down.
        while let Ok(request) = self.queue.receive() {
            self.answer(request);
        }
    }

    fn answer(&self, request: Request) {
        let url = request.url();
        let token = request.header("X-Token").unwrap_or_default();
        let token = std::str::from_utf8(token)
            .ok()
            .and_then(|it| it.parse().ok());
        let versions = self.versions.lock().expect("nobody failed");
        let version = versions.get(&url).copied().unwrap_or_default();
        drop(versions);
        let seen = Seen {
            token: token.expect("a token"),
            queue: self.number,
            url,
            version,
        };
        request.read_body_to_end(1 << 16).expect("a body");
        let content = site::content(self.seed, &seen.url, self.number, version, self.tight);
        self.seen.lock().expect("nobody failed").push(seen);
        let sent = content.send(&self.queue, request);
        assert!(sent.is_ok(), "{sent:?} {content:?}");
    }
}

impl World {
    pub(crate) fn new(
        sim: &Sim,
        settings: &Settings,
        cached: bool,
        seed: u64,
        versions: &Versions,
    ) -> World {
        let mut parameters = Parameters::default();
        parameters.uri_enable_cache = cached;
        parameters.uri_max_uri_bytes = settings.most_bytes;
        parameters.uri_max_cache_megabyte_count = u32::from(settings.tight);
        parameters.uri_scavenger_period = settings.period;
        parameters.choices.http2_prior_knowledge = true;
        let network = sim.network(settings.rules.clone());
        let disk = MemoryDisk::default();
        let engine = Service::in_world(parameters, &network, &disk).expect("a service");
        let service = httpsys::Service::simulated(engine.clone());
        let session = service.create_server_session().expect("a session");
        let queues: Vec<_> = (0..2)
            .map(|_| service.create_request_queue().expect("a queue"))
            .collect();
        let groups: Vec<_> = (0..2)
            .map(|_| session.create_url_group().expect("a group"))
            .collect();
        for (group, queue) in groups.iter().zip(&queues) {
            group.bind(queue).expect("both are there");
            // Else a refusal is a reset.
            queue.set_verbosity(Verbosity::Full).expect("it is open");
        }
        for (group, url) in URLS {
            groups[group].add_url(url).expect("it is free");
        }
        let seen = Arc::default();
        let threads = queues.iter().enumerate().map(|(number, queue)| {
            let program = Program {
                queue: queue.clone(),
                number,
                seed,
                tight: settings.tight,
                versions: Arc::clone(versions),
                seen: Arc::clone(&seen),
            };
            sim.spawn("program", move || program.run())
        });
        World {
            threads: threads.collect(),
            engine,
            groups,
            queues,
            network,
            clients: BTreeMap::new(),
            windows: settings.windows,
            seen,
            registered: [true; URLS.len()],
            bound: [true; 2],
            _session: session,
        }
    }

    /// Sends all requests at once.
    pub(crate) fn send(&mut self, ask: &Ask) {
        match self.line(ask.client) {
            Line::Plain(client, _) => {
                let text: String = ask.items.iter().map(|item| item.text()).collect();
                client.send(text);
            }
            Line::Streams(streams) => streams.send(&ask.items, 0..ask.items.len()),
        }
    }

    /// The connection of a client.
    fn line(&mut self, number: usize) -> &mut Line {
        let (network, window) = (&self.network, self.windows[number]);
        self.clients.entry(number).or_insert_with(|| {
            let address = SocketAddr::from(([127, 0, 0, 1], 80));
            let client = Client::connect(network, address).expect("somebody listens");
            match window {
                None => Line::Plain(client, Vec::new()),
                Some(window) => Line::Streams(Box::new(Streams::begin(client, window))),
            }
        })
    }

    /// Reads the answers, of which there are fewer if one ends a connection of HTTP/1.
    pub(crate) fn read(&mut self, ask: &Ask) -> Vec<Answer> {
        match self.clients.get_mut(&ask.client) {
            Some(Line::Plain(client, unread)) => {
                let answers = read_plain(client, unread, &ask.items);
                if answers.last().is_some_and(|answer| answer.is_last) {
                    self.clients.remove(&ask.client);
                }
                answers
            }
            Some(Line::Streams(_)) => self.read_streams(ask),
            None => panic!("it has not sent"),
        }
    }

    /// What a connection did not take that ends, is asked for again on the next one.
    fn read_streams(&mut self, ask: &Ask) -> Vec<Answer> {
        let mut answers = BTreeMap::new();
        loop {
            let Line::Streams(streams) = self.line(ask.client) else {
                panic!("a client of HTTP/1");
            };
            answers.extend(streams.read());
            if streams.is_going() {
                self.clients.remove(&ask.client);
            }
            let left = |place: &usize| !answers.contains_key(place);
            if !(0..ask.items.len()).any(|place| left(&place)) {
                return answers.into_values().collect();
            }
            if let Line::Streams(streams) = self.line(ask.client) {
                streams.send(&ask.items, (0..ask.items.len()).filter(left));
            }
        }
    }

    /// What the program got since this was asked for last.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().expect("nobody failed"))
    }

    /// Connections are closed, so that none of their time limits comes.
    pub(crate) fn hang_up(&mut self) {
        self.clients.clear();
    }

    pub(crate) fn act(&mut self, act: Act) {
        match act {
            Act::Flush(queue, url, recursive) => {
                self.queues[queue]
                    .flush_cache(url, recursive)
                    .expect("a URL");
            }
            Act::FlushAll(url, recursive) => {
                let url: Option<Vec<u16>> = url.map(|url| url.encode_utf16().collect());
                let flushed = self.engine.flush_cache_of_all(url.as_deref(), recursive);
                flushed.expect("a URL");
            }
            Act::Toggle(number) => {
                let (group, url) = URLS[number];
                let is_there = &mut self.registered[number];
                *is_there = !*is_there;
                if *is_there {
                    self.groups[group].add_url(url).expect("it is free");
                } else {
                    self.groups[group].remove_url(url).expect("it is there");
                }
            }
            Act::Rebind(group) => {
                let is_bound = &mut self.bound[group];
                *is_bound = !*is_bound;
                if *is_bound {
                    self.groups[group]
                        .bind(&self.queues[group])
                        .expect("both are there");
                } else {
                    self.groups[group].unbind().expect("it is there");
                }
            }
            Act::State(queue) => {
                let queue = &self.queues[queue];
                let other = match queue.state() {
                    State::Active => State::Inactive,
                    State::Inactive => State::Active,
                };
                queue.set_state(other).expect("a state");
            }
            Act::Wait(_) | Act::Outlive => {}
        }
    }

    /// What is kept.
    pub(crate) fn kept(&self) -> CacheState {
        self.engine.cache_state(None, usize::MAX).expect("a list")
    }

    /// Hits, as the queues count them.
    pub(crate) fn hits(&self) -> u64 {
        let hits = self.queues.iter().map(|queue| queue.counters().cache_hits);
        hits.sum()
    }

    pub(crate) fn end(mut self) {
        self.clients.clear();
        for queue in &self.queues {
            queue.shutdown().expect("it is open");
        }
        for thread in self.threads {
            if let Err(panic) = thread.join() {
                std::panic::resume_unwind(panic);
            }
        }
        self.engine.stop();
        // Its threads end when the last connections have.
        httpsys_sim::sleep(Duration::from_secs(10));
    }
}

/// Reads the answers, up to one that ends the connection.
fn read_plain(client: &mut Client, unread: &mut Vec<u8>, items: &[Item]) -> Vec<Answer> {
    let mut is_end = false;
    let mut answers: Vec<Answer> = Vec::new();
    for item in items {
        let answer = loop {
            if let Some(answer) = wire::take(unread, item.verb == "HEAD", is_end) {
                break answer;
            }
            assert!(
                !is_end,
                "no answer to {item:?}: {:?}",
                String::from_utf8_lossy(unread)
            );
            let mut bytes = [0; 16_384];
            let read = client
                .read(&mut bytes)
                .unwrap_or_else(|error| panic!("{error}: {item:?}"));
            is_end = read == 0;
            unread.extend_from_slice(&bytes[..read]);
        };
        let is_last = answer.is_last;
        answers.push(answer);
        if is_last {
            // Error pages of the service have their body even to HEAD.
            assert!(
                item.verb == "HEAD" || unread.is_empty(),
                "{:?}",
                String::from_utf8_lossy(unread)
            );
            break;
        }
    }
    answers
}
