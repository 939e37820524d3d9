//! Simulations of programs in C: what is behind the functions of `httpsys_sim.h`.
//!
//! Owns: the simulation as such a program holds it, from its making to the checks at its end. Does not own: the
//! exported functions (`api/simulation.rs`), the service of the simulated world ([`home`]), clients
//! ([`client`]), the scheduler (`httpsys-sim`), the network (`httpsys-network`). Invariant: a process has one
//! simulation at a time, because handles are the process's. Threading: [`Simulation::begin`] and
//! [`finish`] on the main thread of the simulation, the rest on any of its threads.

pub(crate) mod client;
pub(crate) mod fault;
pub(crate) mod home;
mod response;

use std::cell::RefCell;
use std::fmt::Write as _;
use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use httpsys_core::Error;
use httpsys_engine::{Service, UnansweredRequest};
use httpsys_network::{Network, Rules};
use httpsys_sim::{MemoryDisk, Sim};

use crate::api::property::directory;
use crate::code::ErrorCode;
use crate::queue_handle::QueueObject;
use crate::reason::invalid;
use crate::simulation::client::SimulatedClient;
use crate::simulation::home::WorldService;

/// How long, in virtual time, threads of the program may go on once the service has ended.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long, in virtual time, answers may still be under way at the end.
const UNDER_WAY: Duration = Duration::from_secs(1);
/// The name that threads of CreateThread have in a simulated world.
const PROGRAM_THREAD: &str = "CreateThread";
/// Events of the network that the report of a failure has.
const LAST_EVENTS: usize = 20;
/// Set, it makes [`finish`] print the whole trace.
const TRACE_VARIABLE: &str = "HTTPSYS_SIM_TRACE";

/// Whether the process has a simulation.
static BEGUN: AtomicBool = AtomicBool::new(false);

thread_local! {
    /// The simulation whose main thread this is. A program that ends without HttpsysSimFinish does not end it.
    static MAIN: RefCell<Option<ManuallyDrop<MainSimulation>>> = const { RefCell::new(None) };
}

/// What its main thread has of a simulation.
struct MainSimulation {
    sim: Sim,
    home: WorldService,
}

/// HTTPSYS_SIM: what any thread of the simulation may use.
#[derive(Debug)]
pub(crate) struct Simulation {
    pub(crate) network: Network,
    seed: u64,
    disk: MemoryDisk,
    /// The last file that was asked for, with a NUL behind it, which the program may look at.
    shown: Mutex<Vec<u8>>,
    /// They live as long as the simulation, because the program has pointers to them.
    clients: Mutex<Vec<Arc<SimulatedClient>>>,
}

impl Simulation {
    /// Makes the calling thread the main thread of a new simulation.
    pub(crate) fn begin(seed: u64) -> Result<Simulation, ErrorCode> {
        if httpsys_socket::world::current().is_some() || BEGUN.swap(true, Ordering::SeqCst) {
            return Err(invalid(
                "there is a simulation already: HttpsysSimFinish ends it",
            ));
        }
        let sim = Sim::seeded(seed).without_unwinding();
        let sim = match is_traced() {
            true => sim.record(),
            false => sim,
        };
        let network = sim.network(Rules::default());
        let disk = sim.disk().clone();
        let home = WorldService::begin(&sim.world(), &network, &disk);
        let main_simulation = ManuallyDrop::new(MainSimulation { sim, home });
        MAIN.with(|main| main.replace(Some(main_simulation)));
        Ok(Simulation {
            network,
            disk,
            shown: Mutex::default(),
            seed,
            clients: Mutex::default(),
        })
    }

    /// Connects a client to this port of 127.0.0.1.
    pub(crate) fn connect(&self, port: u16) -> Result<*const SimulatedClient, ErrorCode> {
        let client = Arc::new(SimulatedClient::connect(&self.network, port)?);
        let place = Arc::as_ptr(&client);
        let clients = self.clients.lock();
        clients.unwrap_or_else(PoisonError::into_inner).push(client);
        Ok(place)
    }

    /// The bytes of a log file: where they are, with a NUL behind them, and how many.
    pub(crate) fn file(&self, path: &[u16]) -> Result<(*const u8, usize), ErrorCode> {
        let path = String::from_utf16_lossy(&directory::fully_qualified(path.to_vec())?);
        let mut bytes = self.disk.read(Path::new(&path)).ok_or(Error::NotFound)?;
        let length = bytes.len();
        bytes.push(0);
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        *shown = bytes;
        Ok((shown.as_ptr(), length))
    }

    fn last_events(&self) -> String {
        let events = self.network.take_trace();
        let mut text = String::from("the last events of the network:\n");
        for event in &events[events.len().saturating_sub(LAST_EVENTS)..] {
            let _ = writeln!(text, "{event}");
        }
        text
    }
}

fn is_traced() -> bool {
    std::env::var_os(TRACE_VARIABLE).is_some_and(|value| !value.is_empty() && value != "0")
}

/// Ends the simulation: the service, then the threads. True if nothing was wrong; else standard error has the
/// seed, what was wrong and the last steps.
pub(crate) fn finish(simulation: Simulation) -> Result<bool, ErrorCode> {
    let Some(sim) = MAIN.with(RefCell::take) else {
        // The main thread may still come.
        std::mem::forget(simulation);
        return Err(invalid(
            "only the thread that made a simulation can finish it",
        ));
    };
    let MainSimulation { sim, home: own } = ManuallyDrop::into_inner(sim);
    let service = home::current().and_then(|home| home.made());
    let mut wrong = Vec::new();
    if let Some(service) = &service {
        wrong.extend(look_for_unanswered(&sim, service));
    }
    let clients = simulation.clients.lock();
    let clients = std::mem::take(&mut *clients.unwrap_or_else(PoisonError::into_inner));
    clients.iter().for_each(|client| client.close());
    if let Some(service) = service {
        service.stop();
        QueueObject::end_all();
        // HTTPSYS_STRICT is in the environment.
        wrong.extend(service.findings().iter().map(ToString::to_string));
    }
    sim.advance(PATIENCE);
    let events = simulation.last_events();
    let finished = sim.try_finish();
    drop(own);
    BEGUN.store(false, Ordering::SeqCst);
    match finished {
        Err(failure) => wrong.push(failure.to_string()),
        Ok(finished) => {
            let program = |name: &&String| *name == PROGRAM_THREAD;
            match finished.left.iter().filter(program).count() {
                0 => {}
                left => wrong.push(format!("threads of CreateThread have not ended: {left}")),
            }
            if !wrong.is_empty() {
                let (seed, trace) = (simulation.seed, &finished.trace);
                let replay = format!("HTTPSYS_SEED={seed} replays it\nthe last steps:\n{trace}");
                wrong.push(replay);
            } else if is_traced() {
                eprintln!("{}", finished.trace);
            }
        }
    }
    if !wrong.is_empty() {
        eprintln!("httpsys-sim: {}\n{events}", wrong.join("\n"));
    }
    Ok(wrong.is_empty())
}

/// The requests that were neither answered nor cancelled. What is under way gets a while for that.
fn look_for_unanswered(sim: &Sim, service: &Service) -> Option<String> {
    if service.unanswered().is_empty() {
        return None;
    }
    sim.advance(UNDER_WAY);
    let requests = service.unanswered();
    let ids: Vec<_> = requests.iter().map(describe).collect();
    (!ids.is_empty()).then(|| format!("requests were not answered: {}", ids.join(", ")))
}

fn describe(request: &UnansweredRequest) -> String {
    let whose = match request.received {
        true => "received by the program",
        false => "waits in its queue",
    };
    format!("{:#x} of {} ({whose})", request.id.0, request.client)
}
