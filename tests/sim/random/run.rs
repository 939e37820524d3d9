//! One run: the service, its program and its clients, from the beginning to the end.
//!
//! Owns: making them, and the order in which things end and are checked. Does not own: the program
//! (`server.rs`), its objects (`objects.rs`), the clients (`client.rs`), what must hold (`checks.rs`).

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use httpsys_engine::Service;
use httpsys_network::Network;
use httpsys_sim::{JoinHandle, Sim, sleep};

use crate::checks::{check_bandwidth, check_buffers, check_counters, check_limits, check_rate};
use crate::client::{self, Clients};
use crate::h2_client;
use crate::ledger::Ledger;
use crate::logs;
use crate::objects::{Objects, QUEUES, name};
use crate::script::{Exchange, Settings, Step, exchanges};
use crate::server::Program;
use crate::streams::events;
use crate::tls;

/// How soon somebody looks at the service's buffers again, at least.
const INSPECTION: Duration = Duration::from_millis(10);

fn join(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

type Thread = JoinHandle<()>;

/// The threads that receive, and the one that waits for demand.
fn start_servers(
    sim: &Sim,
    settings: &Settings,
    objects: &Objects,
    program: &Arc<Program>,
) -> Vec<Thread> {
    let mut servers = Vec::new();
    for queue in 0..objects.queues.len() {
        for number in 0..settings.servers {
            let handles = match number % settings.handles {
                0 => &objects.queues,
                _ => &objects.others,
            };
            let (program, handle) = (Arc::clone(program), Arc::clone(&handles[queue]));
            let (late, handles) = (settings.flood, settings.handles);
            let serve = move || {
                sleep(Duration::from_secs(if late { 2 } else { 0 }));
                let second = number % handles != 0;
                program.serve(&handle, queue, second, number);
            };
            servers.push(sim.spawn("server", serve));
        }
    }
    if settings.controller {
        // At the queue that is full before anybody receives there is demand for sure.
        let flood = settings.flood;
        let queue = Arc::clone(&objects.queues[usize::from(!flood)]);
        let program = Arc::clone(program);
        let control = move || {
            let demands = program.wait_for_demand(&queue);
            assert!(demands > 0 || !flood, "nobody told of the demand");
        };
        servers.push(sim.spawn("controller", control));
    }
    servers
}

fn start_clients(
    sim: &Sim,
    settings: &Settings,
    steps: &[Step],
    network: &Network,
    ledger: &Arc<Ledger>,
) -> Vec<Thread> {
    let shared = Arc::new(Clients {
        network: network.clone(),
        world: sim.world(),
        ledger: Arc::clone(ledger),
        calm: settings.calm && !settings.flood,
        address: SocketAddr::from(([127, 0, 0, 1], settings.port())),
        offer: settings
            .secure
            .then(|| tls::offer(settings.streams.is_some())),
    });
    let clients = (0..16).filter_map(|client| {
        let own = exchanges(steps).filter(|exchange| exchange.client == client);
        let own: Vec<_> = own.cloned().collect();
        let is_there = !own.is_empty();
        let (shared, streams) = (Arc::clone(&shared), settings.streams.clone());
        let events = events(steps, client);
        let ask = move || match &streams {
            Some(plan) => h2_client::run(&shared, plan, &own, &events),
            None => client::run(&shared, &own),
        };
        is_there.then(|| sim.spawn("client", ask))
    });
    clients.collect()
}

/// The streams that nothing ends but their responses.
fn safe_tokens(settings: &Settings, steps: &[Step]) -> BTreeSet<u64> {
    let is_safe = |exchange: &&Exchange| {
        let mut events = events(steps, exchange.client).into_iter();
        exchange.is_whole_stream() && !events.any(|(_, event)| event.ends())
    };
    let calm = settings.calm && !settings.flood;
    let safe = exchanges(steps).filter(|_| calm).filter(is_safe);
    safe.map(|exchange| exchange.token).collect()
}

/// Looks at the service's buffers until it is over.
fn start_inspector(sim: &Sim, service: &Service, streams: bool, over: &Arc<AtomicBool>) -> Thread {
    let (over, service) = (Arc::clone(over), service.clone());
    sim.spawn("inspector", move || {
        let began = httpsys_socket::now();
        while !over.load(SeqCst) {
            check_buffers(&service, streams);
            // Most happens in the beginning.
            sleep(INSPECTION.max((httpsys_socket::now() - began) / 10));
        }
    })
}

/// Runs a script in a simulation.
pub(crate) fn run(sim: &Sim, settings: &Settings, steps: &[Step]) {
    let network = sim.network(settings.rules.clone());
    let objects = Objects::new(&network, settings);
    let ledger = Arc::new(Ledger::default());
    let faces = (0..QUEUES).map(|queue| objects.face.open_request_queue(&name(queue)));
    let program = Arc::new(Program {
        service: objects.service.clone(),
        exchanges: exchanges(steps)
            .map(|own| (own.token, own.clone()))
            .collect(),
        safe: safe_tokens(settings, steps),
        ledger: Arc::clone(&ledger),
        faces: faces.collect::<Result<_, _>>().expect("open queues"),
        logs: settings.logs,
        closed: Arc::clone(&objects.closed),
    });
    let servers = start_servers(sim, settings, &objects, &program);
    let address = SocketAddr::from(([127, 0, 0, 1], settings.port()));
    let crowd = (0..settings.crowd).map(|_| network.connect(None, address));
    let crowd: Vec<_> = crowd.collect();
    let clients = start_clients(sim, settings, steps, &network, &ledger);
    let over = Arc::new(AtomicBool::new(false));
    let inspector = start_inspector(sim, &objects.service, settings.streams.is_some(), &over);
    for step in steps {
        if let Step::Act(after, act) = step {
            sleep(*after);
            objects.act(*act);
        }
    }
    join(clients);
    over.store(true, SeqCst);
    join(vec![inspector]);
    drop(crowd);
    check_bandwidth(sim, settings, steps, &ledger);
    check_limits(&objects, settings, steps, &ledger);
    objects.end(settings.ending, &program.faces);
    join(servers);
    objects.service.stop();
    // The last segments arrive.
    sleep(Duration::from_secs(300));
    ledger.check();
    if settings.logs {
        logs::check(
            &objects.disk,
            &ledger,
            &exchanges(steps).collect::<Vec<_>>(),
        );
    }
    let events = network.take_trace();
    if network.lost_trace_events() == 0 {
        check_rate(&events, settings, steps);
        let ends = |step: &Step| matches!(step, Step::Event(_, _, event) if event.ends());
        let leaves = |exchange: &Exchange| {
            let stream = exchange.ask.stream.as_ref();
            stream.is_some_and(|stream| stream.reset.is_some() || stream.lies)
        };
        let left = steps.iter().any(ends) || exchanges(steps).any(leaves);
        let calm = settings.calm && !left;
        let breaks = settings.streams.is_some() && !calm;
        check_counters(&objects.service, &events, breaks);
    }
    assert_eq!(network.connections(), 0, "connections are open");
}
