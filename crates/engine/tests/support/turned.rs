//! A service under a clock that the test turns.
//!
//! Owns: the clock, and a service with a queue and a URL. Does not own: what is done with them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use httpsys_core::call::{Control, Outcome};
use httpsys_engine::clock::Clock;
use httpsys_engine::{QueueHandle, Service};
use httpsys_proto::Parameters;

use crate::port;

/// Time passes when the test says so.
#[derive(Clone)]
pub(crate) struct Turned {
    start: Instant,
    millis: Arc<AtomicU64>,
}

impl Clock for Turned {
    fn now(&self) -> Instant {
        self.start + Duration::from_millis(self.millis())
    }

    fn millis(&self) -> u64 {
        self.millis.load(Ordering::SeqCst)
    }

    fn unix_seconds(&self) -> u64 {
        784_111_777 + self.millis() / 1000
    }
}

/// A service with one queue and a URL of it, under such a clock.
pub(crate) struct World {
    pub(crate) service: Service,
    pub(crate) queue: Arc<QueueHandle>,
    clock: Turned,
    pub(crate) port: u16,
}

impl Drop for World {
    fn drop(&mut self) {
        self.service.stop();
    }
}

impl World {
    pub(crate) fn new(settings: &[(&str, &str)]) -> World {
        let mut parameters = Parameters::default();
        parameters
            .set_all(settings.iter().copied())
            .expect("parameters");
        let clock = Turned {
            start: Instant::now(),
            millis: Arc::default(),
        };
        let service = Service::with_clock(parameters, clock.clone()).expect("a service");
        let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
            panic!("no queue");
        };
        let port = port::take(|port| {
            let url = format!("http://localhost:{port}/").encode_utf16().collect();
            service.register(Control::AddUrl { queue, url })
        });
        let queue = service.queue(queue).expect("it is open");
        World {
            service,
            queue,
            clock,
            port,
        }
    }

    /// So many milliseconds pass.
    pub(crate) fn pass(&self, millis: u64) {
        self.clock.millis.fetch_add(millis, Ordering::SeqCst);
    }
}
