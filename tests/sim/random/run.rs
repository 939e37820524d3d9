//! One run: the service, its program and its clients, from the beginning to the end.
//!
//! Owns: making them, the shutdown, and what must hold after it. Does not own: the program
//! (`server.rs`) nor the clients (`client.rs`).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use httpsys_core::UrlGroupId;
use httpsys_core::operation::{ApiVersion, Control, Outcome, QueueAccess};
use httpsys_core::property::{Property, QueueProperty, Timeouts};
use httpsys_engine::{QueueHandle, Service};
use httpsys_network::{Network, Role, TraceKind};
use httpsys_proto::Parameters;
use httpsys_sim::{JoinHandle, Sim, sleep};

use crate::client::{self, Clients};
use crate::ledger::Ledger;
use crate::script::{Act, Ending, Exchange, QUEUE_LENGTH, Settings, Step};
use crate::server::Program;

const QUEUES: u64 = 2;

/// The objects of the program.
struct Objects {
    service: Service,
    groups: Vec<UrlGroupId>,
    queues: Vec<Arc<QueueHandle>>,
}

impl Objects {
    fn new(network: &Network, settings: &Settings) -> Objects {
        let service = Service::in_world(Parameters::default(), network).expect("a service");
        let version = ApiVersion::V2;
        let Ok(Outcome::ServerSession(session)) =
            service.control(Control::CreateServerSession { version })
        else {
            panic!("no session");
        };
        // A program that takes its time loses no request for that.
        let timeouts = Timeouts {
            request_queue: u16::MAX,
            ..Timeouts::default()
        };
        let property = Property::Timeouts(Some(timeouts));
        let set = service.control(Control::SetServerSessionProperty { session, property });
        set.expect("good timeouts");
        let mut objects = Objects {
            service,
            groups: Vec::new(),
            queues: Vec::new(),
        };
        for number in 0..QUEUES {
            let call = Control::CreateUrlGroup { session };
            let Ok(Outcome::UrlGroup(group)) = objects.service.control(call) else {
                panic!("no group");
            };
            objects.add(group, number);
        }
        if settings.bandwidth.is_some() {
            objects.limit(settings.bandwidth);
        }
        if let Some(limit) = settings.connection_limit {
            let set = objects.service.control(Control::SetUrlGroupProperty {
                group: objects.groups[0],
                property: Property::ConnectionLimit(Some(limit)),
            });
            set.expect("a good limit");
        }
        objects
    }

    fn add(&mut self, group: UrlGroupId, number: u64) {
        let service = &self.service;
        let create = Control::CreateRequestQueue {
            version: ApiVersion::V2,
            name: None,
            access: QueueAccess::Granted,
        };
        let Ok(Outcome::Queue(queue)) = service.control(create) else {
            panic!("no queue");
        };
        let url = format!("http://localhost:80/q{number}/");
        let add = Control::AddUrlToUrlGroup {
            group,
            url: url.encode_utf16().collect(),
            context: number,
        };
        assert_eq!(service.register(add).ok(), Some(80));
        let queue_id = Some(queue);
        let bind = Control::BindUrlGroup {
            group,
            queue: queue_id,
        };
        service.control(bind).expect("both are there");
        let handle = service.queue(queue).expect("it is open");
        let set = service.control(Control::SetRequestQueueProperty {
            queue,
            property: QueueProperty::Length(QUEUE_LENGTH),
        });
        set.expect("a good length");
        self.groups.push(group);
        self.queues.push(handle);
    }

    fn limit(&self, bandwidth: Option<u32>) {
        let _ = self.service.control(Control::SetUrlGroupProperty {
            group: self.groups[0],
            property: Property::Bandwidth(bandwidth),
        });
    }

    fn act(&self, act: Act) {
        let queue = |number: u64| &self.queues[number as usize];
        match act {
            Act::CancelBlockedCalls(number) => {
                self.service.cancel_blocked_calls(queue(number));
            }
            Act::CancelOperations(number) => {
                self.service.cancel_all_operations(queue(number));
            }
            Act::ShutDownQueue(number) => {
                let _ = self.service.shutdown_queue(queue(number));
                // What nobody took stays until the queue closes (G-076).
                sleep(Duration::from_secs(1));
                self.close(queue(number));
            }
            Act::CloseQueue(number) => self.close(queue(number)),
            Act::Bandwidth(limit) => self.limit(limit),
        }
    }

    fn close(&self, queue: &QueueHandle) {
        let queue = queue.id();
        let _ = self.service.control(Control::CloseRequestQueue { queue });
    }

    /// Ends reception, after which the servers end.
    fn end(&self, ending: Ending) {
        match ending {
            Ending::Stop => self.service.stop(),
            Ending::CloseEverything => self.service.close_everything(),
            Ending::CloseQueues => self.queues.iter().for_each(|queue| self.close(queue)),
            Ending::ShutDownQueues => {
                for queue in &self.queues {
                    let _ = self.service.shutdown_queue(queue);
                }
            }
            Ending::Drain => {
                for queue in &self.queues {
                    let until = self.service.now() + Duration::from_secs(30);
                    let _ = self.service.drain_queue(queue, Some(until));
                }
            }
        }
    }
}

fn exchanges(steps: &[Step]) -> impl Iterator<Item = &Exchange> {
    steps.iter().filter_map(|step| match step {
        Step::Exchange(exchange) => Some(exchange),
        Step::Act(..) => None,
    })
}

fn join(threads: Vec<JoinHandle<()>>) {
    for thread in threads {
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    }
}

/// Runs a script in a simulation.
pub(crate) fn run(sim: &Sim, settings: &Settings, steps: &[Step]) {
    let network = sim.network(settings.rules.clone());
    let objects = Objects::new(&network, settings);
    let ledger = Arc::new(Ledger::default());
    let program = Arc::new(Program {
        service: objects.service.clone(),
        exchanges: exchanges(steps)
            .map(|own| (own.token, own.clone()))
            .collect(),
        ledger: Arc::clone(&ledger),
    });
    let mut servers = Vec::new();
    for queue in &objects.queues {
        for number in 0..settings.servers {
            let (program, queue) = (Arc::clone(&program), Arc::clone(queue));
            let late = settings.flood;
            let serve = move || {
                sleep(Duration::from_secs(if late { 2 } else { 0 }));
                program.serve(&queue, number);
            };
            servers.push(sim.spawn("server", serve));
        }
    }
    if settings.controller {
        // At the queue that is full before anybody receives there is demand for sure.
        let flood = settings.flood;
        let queue = Arc::clone(&objects.queues[usize::from(!flood)]);
        let program = Arc::clone(&program);
        let control = move || {
            let demands = program.wait_for_demand(&queue);
            assert!(demands > 0 || !flood, "nobody told of the demand");
        };
        servers.push(sim.spawn("controller", control));
    }
    let shared = Arc::new(Clients {
        network: network.clone(),
        world: sim.world(),
        ledger: Arc::clone(&ledger),
        calm: settings.calm && !settings.flood,
    });
    let address = SocketAddr::from(([127, 0, 0, 1], 80));
    let crowd = (0..settings.crowd).map(|_| network.connect(None, address));
    let crowd: Vec<_> = crowd.collect();
    let clients = (0..16).filter_map(|client| {
        let own = exchanges(steps).filter(|exchange| exchange.client == client);
        let own: Vec<_> = own.cloned().collect();
        let shared = Arc::clone(&shared);
        (!own.is_empty()).then(|| sim.spawn("client", move || client::run(&shared, &own)))
    });
    let clients = clients.collect();
    for step in steps {
        if let Step::Act(after, act) = step {
            sleep(*after);
            objects.act(*act);
        }
    }
    join(clients);
    drop(crowd);
    check_bandwidth(sim, settings, steps, &ledger);
    check_limits(&objects, settings, steps, &ledger);
    objects.end(settings.ending);
    join(servers);
    objects.service.stop();
    // The last segments arrive.
    sleep(Duration::from_secs(300));
    ledger.check();
    check_counters(&objects.service, &network);
    assert_eq!(network.connections(), 0, "connections are open");
}

/// Queues and groups take as many as they may.
fn check_limits(objects: &Objects, settings: &Settings, steps: &[Step], ledger: &Ledger) {
    let service = &objects.service;
    if let Some(limit) = settings.connection_limit {
        let counters = service.url_group_counters(objects.groups[0]);
        let most = counters.expect("it is there").max_connections;
        assert!(most <= u64::from(limit), "{most} connections of {limit}");
    }
    if settings.flood {
        let expected = exchanges(steps).count().min(QUEUE_LENGTH as usize);
        assert_eq!(ledger.received_requests(), expected, "requests were taken");
    }
    let quick = |exchange: &Exchange| exchange.answer.delay < Duration::from_secs(1);
    if settings.calm && exchanges(steps).all(quick) {
        sleep(Duration::from_secs(30));
        let open = service.service_counters().connections_open;
        assert_eq!(open, 0, "connections whose clients are gone are open");
        for group in &objects.groups {
            let counters = service.url_group_counters(*group).expect("it is there");
            assert_eq!(
                counters.current_connections, 0,
                "the group counts connections"
            );
        }
    }
}

/// No more bytes were sent than the limit allows, those of heads aside.
fn check_bandwidth(sim: &Sim, settings: &Settings, steps: &[Step], ledger: &Ledger) {
    let changes = steps
        .iter()
        .any(|step| matches!(step, Step::Act(_, Act::Bandwidth(_))));
    let Some(rate) = settings.bandwidth.filter(|_| !changes) else {
        return;
    };
    let first = |token| exchanges(steps).any(|own| own.token == token && own.queue == 0);
    let bytes = ledger.bytes(first);
    let allowed = sim.now().as_secs_f64() * f64::from(rate) + f64::from(rate) + 4_000.0;
    assert!(bytes as f64 <= allowed, "{bytes} bytes, {allowed} allowed");
}

/// What the service has counted is what the network has seen.
fn check_counters(service: &Service, network: &Network) {
    let counters = service.service_counters();
    assert_eq!(counters.connections_open, 0, "connections are open");
    let (mut sent, mut received, mut accepted) = (0, 0, 0);
    for event in network.take_trace() {
        match event.kind {
            TraceKind::Write(_, Role::Server, bytes) => sent += bytes as u64,
            TraceKind::Read(_, Role::Server, bytes) => received += bytes as u64,
            TraceKind::Accept(_) => accepted += 1,
            _ => {}
        }
    }
    if network.lost_trace_events() == 0 {
        assert_eq!(counters.bytes_sent, sent, "bytes sent");
        assert_eq!(counters.bytes_received, received, "bytes received");
        assert_eq!(counters.connections_accepted, accepted, "connections");
    }
    let ended: u64 = counters.ends_by_number.iter().sum();
    let dropped = counters.faults.connections_dropped;
    assert_eq!(ended + dropped, accepted, "each connection ends once");
}
