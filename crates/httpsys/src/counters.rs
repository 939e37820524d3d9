//! Performance counters, and the list of request queues.
//!
//! HTTP.sys shows three sets of counters in Performance Monitor: *HTTP Service*, *HTTP Service Url
//! Groups* and *HTTP Service Request Queues*. This module has them as plain data, together with
//! some that HTTP.sys does not have: why connections ended, which requests were refused and for
//! which reason, which timers fired. Rates are totals: divide the difference of two snapshots by
//! the time between them to get the rate.
//!
//! ```
//! use httpsys::{Parameters, Response, Service};
//! # use std::io::{Read, Write};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let service = Service::new(Parameters::default())?;
//! let queue = service.create_named_request_queue("orders")?;
//! let group = service.create_server_session()?.create_url_group()?;
//! group.bind(&queue)?;
//! group.add_url("http://localhost:0/")?; // a free port
//! # let mut client = std::net::TcpStream::connect(group.local_addrs()?[0])?;
//! # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
//! let request = queue.receive()?;
//! request.respond(Response::ok().body("done"))?;
//!
//! assert_eq!(queue.counters().arrivals, 1);
//! assert_eq!(group.counters()?.get_requests, 1);
//! let text = service.counters().to_prometheus();
//! assert!(text.contains("httpsys_requests_total 1\n"));
//! assert!(text.contains("name=\"orders\"} 1\n"));
//! assert!(service.state().to_string().contains("Request queue name: orders\n"));
//! # let mut answer = String::new();
//! # client.read_to_string(&mut answer)?;
//! # Ok(())
//! # }
//! ```
//!
//! # Cost
//!
//! Counting costs about ten instructions per request. A snapshot visits every open connection,
//! which takes about ten nanoseconds for each; [`RequestQueue::counters`] does not.
//!
//! # Structure of this module
//!
//! Owns the calls. Does not own the data and its texts (`httpsys-core`) or counting
//! (`httpsys-engine`). Threading: any thread, at any moment, but not from within a callback of the
//! service.

pub use httpsys_core::close_reason::{CloseReason, TimerKind};
pub use httpsys_core::counters::{
    Counters, FaultCounters, Named, QueueCounters, ServiceCounters, TIMERS, UriCacheCounters,
    UrlGroupCounters, timer_index,
};
pub use httpsys_core::service_state::{QueueState, ServiceState, UrlGroupState};

use crate::{RequestQueue, Result, Service, UrlGroup};

impl Service {
    /// The counters of the service, of each URL group and of each request queue;
    /// [`Counters::to_prometheus`] converts them to text for a Prometheus server.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.engine().counters()
    }

    /// The request queues with their properties, handles, URL groups and URLs: the information of
    /// `netsh http show servicestate view=requestq`. Its `Display` form is similar to netsh's
    /// output.
    #[must_use]
    pub fn state(&self) -> ServiceState {
        self.engine().service_state()
    }
}

impl UrlGroup {
    /// The counters of this group.
    ///
    /// # Errors
    /// [`crate::Error::InvalidParameter`] (87) when the group is closed.
    pub fn counters(&self) -> Result<UrlGroupCounters> {
        self.service().engine().url_group_counters(self.id())
    }
}

impl RequestQueue {
    /// The counters of this queue; after the queue has closed, their last values.
    #[must_use]
    pub fn counters(&self) -> QueueCounters {
        let scope = self.scope();
        scope.service.engine().queue_counters(&scope.queue)
    }
}
