//! A service, its clients, and the world they run in.
//!
//! Owns: making and ending them, and blocking clients. Does not own: the simulation (`httpsys-sim`).
//! Threading: all threads are of the world.

use std::io::{self, ErrorKind};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use httpsys_engine::core::call::{Control, Outcome, Receive, SendResponse};
use httpsys_engine::core::proto::{Parameters, ResponseParts};
use httpsys_engine::core::{Error, RequestId};
use httpsys_engine::{QueueHandle, Service, Verdict};
use httpsys_network::{Rules, Stream, TraceEvent};
use httpsys_sim::Sim;
use httpsys_socket::world;

pub(crate) const GET: &[u8] = b"GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// What happened in a world: what its threads did, as a digest, and what the network saw.
pub(crate) type Trace = (u64, Vec<TraceEvent>);

/// A service with one queue for everything under port 80 of loopback, in a world of its own.
pub(crate) struct Simulated {
    pub(crate) service: Service,
    pub(crate) queue: Arc<QueueHandle>,
    pub(crate) sim: Sim,
}

impl Simulated {
    pub(crate) fn new(seed: u64, rules: Rules) -> Simulated {
        Simulated::with(seed, rules, Parameters::default())
    }

    pub(crate) fn with(seed: u64, rules: Rules, parameters: Parameters) -> Simulated {
        // Sun, 06 Nov 1994 08:49:37 GMT
        let sim = Sim::seeded(seed).unix_time(784_111_777);
        let sim = sim.rules(|default| *default = rules);
        let service = sim.engine(parameters);
        let Ok(Outcome::Queue(queue)) = service.control(Control::CreateHttpHandle) else {
            panic!("no queue");
        };
        let url = "http://localhost:80/".encode_utf16().collect();
        let registered = service.register(Control::AddUrl { queue, url });
        assert_eq!(registered.ok(), Some(80));
        Simulated {
            queue: service.queue(queue).expect("it is open"),
            service,
            sim,
        }
    }

    pub(crate) fn connect(&self) -> Client {
        let to = SocketAddr::from(([127, 0, 0, 1], 80));
        let stream = self.sim.loopback().connect(None, to);
        Client(stream.expect("an address of the network"))
    }

    pub(crate) fn receive(&self) -> Result<RequestId, Error> {
        receive(&self.service, &self.queue)
    }

    pub(crate) fn respond(&self, request: RequestId) {
        respond(&self.service, &self.queue, request).expect("a live connection");
    }

    /// Stops the service; what happened in the world and on the network.
    pub(crate) fn end(self) -> Trace {
        self.service.stop();
        let network = self.sim.loopback().clone();
        let finished = self.sim.finish();
        (finished.trace.digest(), network.take_trace())
    }
}

pub(crate) fn receive(service: &Service, queue: &QueueHandle) -> Result<RequestId, Error> {
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    let mut id = RequestId::NULL;
    service.receive(queue, &next, None, &mut |received| {
        id = received.request().id;
        Verdict::Taken
    })?;
    Ok(id)
}

pub(crate) fn respond(
    service: &Service,
    queue: &QueueHandle,
    request: RequestId,
) -> Result<u64, Error> {
    let call = SendResponse {
        request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    service.send_response(queue, &call, &mut head, &[], None)
}

/// A client, whose waiting is sleeping.
pub(crate) struct Client(pub(crate) Stream);

impl Client {
    pub(crate) fn send(&self, bytes: &[u8]) {
        self.write(bytes).expect("a live connection");
    }

    /// Writes all of it, however little goes at a time.
    pub(crate) fn write(&self, bytes: &[u8]) -> io::Result<()> {
        let mut left = bytes;
        while !left.is_empty() {
            match self.0.write(left) {
                Ok(n) => left = &left[n..],
                Err(error) if error.kind() == ErrorKind::WouldBlock => rest(),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    pub(crate) fn read_exactly(&self, length: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; length];
        let mut got = 0;
        while got < length {
            match self.0.read(&mut bytes[got..]) {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(n) => got += n,
                Err(error) if error.kind() == ErrorKind::WouldBlock => rest(),
                Err(error) => return Err(error),
            }
        }
        Ok(bytes)
    }

    pub(crate) fn read_until(&self, end: &[u8]) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        while !bytes.ends_with(end) {
            bytes.extend(self.read_exactly(1)?);
        }
        Ok(bytes)
    }

    /// What comes until a head has ended.
    pub(crate) fn head(&self) -> String {
        let head = self.read_until(b"\r\n\r\n").expect("a head");
        String::from_utf8(head).expect("text")
    }

    pub(crate) fn expect_reset(&self) {
        loop {
            match self.0.read(&mut [0; 64]) {
                Ok(n) => assert_ne!(n, 0, "an orderly end"),
                Err(error) if error.kind() == ErrorKind::WouldBlock => rest(),
                Err(error) => return assert_eq!(error.kind(), ErrorKind::ConnectionReset),
            }
        }
    }
}

pub(crate) fn rest() {
    world::sleep(Duration::from_millis(1));
}
