//! The simulation of a test.
//!
//! Owns: its beginning and end, and what the test's threads find in it. Does not own: the scheduler (`httpsys-sim`).
//! Invariants: a test's own thread makes it, and ends it with the last guard; threads of the simulation find what
//! belongs to their world. Threading: guards may go to any thread and end on the test's own.

use std::cell::RefCell;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::ThreadId;
use std::time::Duration;

use httpapi::WorldService;
use httpsys::{Error, Parameters, Service};
use httpsys_engine::Service as Engine;
use httpsys_network::{Network, Rules};
use httpsys_sim::{MemoryDisk, Sim, env_seed};
use httpsys_socket::world::{self, World};

use super::real;
use crate::tls::Bound;

/// How long a thread may compute, in real time: machines of tests are busy.
const STALLED: Duration = Duration::from_secs(60);

/// The address of the simulated machine in a network.
pub(crate) const OWN_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
/// Bytes in the buffers of a connection on each side: about as on loopback.
const BUFFER: usize = 2 << 20;

/// The network of tests: a loopback as that of Linux, and an address.
fn rules() -> Rules {
    Rules {
        send_buffer: BUFFER,
        receive_buffer: BUFFER,
        addresses: vec![OWN_ADDRESS],
        ..Rules::default()
    }
}

struct TestSimulation {
    /// Guards that there are.
    guards: usize,
    sim: Sim,
    found: Arc<Found>,
}

/// What a thread of the simulation finds.
#[derive(Debug)]
struct Found {
    world: Weak<dyn World>,
    network: Network,
    disk: MemoryDisk,
    engine: Arc<Engine>,
    service: Service,
    bound: Arc<Bound>,
    /// Last: the functions of http.h have their service until the others have ended.
    _c_abi: WorldService,
}

thread_local! {
    static OWN: RefCell<Option<TestSimulation>> = const { RefCell::new(None) };
}

/// Real locks: nothing calls a world while it holds one.
static ALL: Mutex<Vec<Arc<Found>>> = Mutex::new(Vec::new());

fn all() -> MutexGuard<'static, Vec<Arc<Found>>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A guard of the test's thread.
#[derive(Debug)]
pub(super) struct Entered(ThreadId);

/// Whether the calling thread belongs to a simulation.
pub(crate) fn is_inside() -> bool {
    world::current().is_some()
}

fn found() -> Option<Arc<Found>> {
    let world = world::current()?;
    let all = all();
    let own = all
        .iter()
        .find(|found| std::ptr::addr_eq(found.world.as_ptr(), Arc::as_ptr(&world)));
    own.cloned()
}

/// The network of the calling thread's simulation. `None`: it belongs to none, and has the system's.
pub(crate) fn network() -> Option<Network> {
    let found = found();
    if found.is_none() {
        real::check();
    }
    found.map(|found| found.network.clone())
}

/// The disk of the calling thread's simulation.
pub(crate) fn disk() -> Option<MemoryDisk> {
    found().map(|found| found.disk.clone())
}

/// The engine of the calling thread's simulation, and what is bound to it.
pub(crate) fn bound() -> Option<(Arc<Engine>, Arc<Bound>)> {
    found().map(|found| (Arc::clone(&found.engine), Arc::clone(&found.bound)))
}

/// The service of the calling thread's simulation.
pub(super) fn service() -> Option<Service> {
    found().map(|found| found.service.clone())
}

/// A further service of the simulation.
pub(super) fn make(parameters: Parameters, network: &Network) -> httpsys::Result<Service> {
    let engine = Engine::in_world(parameters, network, &disk().unwrap_or_default());
    let engine = engine.map_err(|_| Error::InvalidParameter)?;
    Ok(Service::simulated(engine))
}

/// Begins a simulation for the test that runs on the calling thread, or joins it.
pub(super) fn enter() -> Option<Entered> {
    let begun = OWN.with_borrow_mut(|own| {
        let own = own.as_mut()?;
        own.guards += 1;
        Some(Entered(std::thread::current().id()))
    });
    if begun.is_some() || is_inside() || real::reason().is_some() {
        return begun;
    }
    let sim = Sim::seeded(env_seed())
        .failing_calls()
        .watchdog(Some(STALLED));
    let network = sim.network(rules());
    let c_abi = WorldService::begin(&sim.world(), &network, sim.disk());
    let engine = c_abi.service().expect("a service");
    let found = Arc::new(Found {
        world: Arc::downgrade(&sim.world()),
        network,
        disk: sim.disk().clone(),
        service: Service::simulated((*engine).clone()),
        engine,
        bound: Arc::new(Bound::new()),
        _c_abi: c_abi,
    });
    all().push(Arc::clone(&found));
    OWN.set(Some(TestSimulation {
        guards: 1,
        sim,
        found,
    }));
    Some(Entered(std::thread::current().id()))
}

impl Drop for Entered {
    fn drop(&mut self) {
        assert_eq!(self.0, std::thread::current().id(), "the test's own thread");
        let last = OWN.with_borrow_mut(|own| {
            let left = own.as_mut()?;
            left.guards -= 1;
            (left.guards == 0).then(|| own.take()).flatten()
        });
        if let Some(last) = last {
            last.end();
        }
    }
}

impl TestSimulation {
    fn end(self) {
        let TestSimulation { sim, found, .. } = self;
        let mut failure = None;
        if std::thread::panicking() {
            // Prints the seed, and ends the threads.
            drop(sim);
        } else {
            found.engine.stop();
            failure = sim.try_finish().err();
        }
        all().retain(|other| !Arc::ptr_eq(other, &found));
        drop(found);
        if let Some(failure) = failure {
            panic!("{failure}");
        }
    }
}
