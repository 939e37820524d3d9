//! The objects of the program: its session, groups and queues with their handles.
//!
//! Owns: making them, what the main thread does to them, and their end. Does not own: the calls on requests
//! (`server.rs`). Threading: the main thread's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use httpsys::RequestQueue;
use httpsys_core::UrlGroupId;
use httpsys_core::call::{ApiVersion, Control, Outcome, QueueAccess};
use httpsys_core::property::{LogFormat, Logging, Property, QueueProperty, Rollover, Timeouts};
use httpsys_engine::logging::{Fields, MemoryDisk};
use httpsys_engine::{QueueHandle, Refused, Service};
use httpsys_network::Network;
use httpsys_proto::Parameters;
use httpsys_sim::sleep;

use crate::script::{Act, Ending, Settings};
use crate::tls;

pub(crate) const QUEUES: u64 = 2;

pub(crate) fn name(queue: u64) -> String {
    format!("queue{queue}")
}

fn url(secure: bool, queue: u64) -> Vec<u16> {
    let start = if secure {
        "https://localhost:443"
    } else {
        "http://localhost:80"
    };
    let url = format!("{start}/q{queue}/");
    url.encode_utf16().collect()
}

/// The objects of the program.
pub(crate) struct Objects {
    pub(crate) service: Service,
    pub(crate) groups: Vec<UrlGroupId>,
    pub(crate) queues: Vec<Arc<QueueHandle>>,
    /// Further handles of the queues.
    pub(crate) others: Vec<Arc<QueueHandle>>,
    /// The service for calls that are futures.
    pub(crate) face: httpsys::Service,
    pub(crate) disk: MemoryDisk,
    secure: bool,
    /// Of each queue, whether its second handle has ended.
    pub(crate) closed: Arc<[AtomicBool; QUEUES as usize]>,
}

impl Objects {
    pub(crate) fn new(network: &Network, settings: &Settings) -> Objects {
        let disk = MemoryDisk::default();
        let mut parameters = Parameters::default();
        parameters.shards = settings.shards as u32;
        parameters.choices.http2_prior_knowledge = settings.streams.is_some();
        if settings.logs {
            parameters.enable_error_logging = true;
            parameters.error_logging_dir = "/errors".to_owned();
        }
        let service = Service::in_world(parameters, network, &disk).expect("a service");
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
            face: httpsys::Service::simulated(service.clone()),
            service,
            groups: Vec::new(),
            queues: Vec::new(),
            others: Vec::new(),
            disk,
            secure: settings.secure,
            closed: Arc::default(),
        };
        for number in 0..QUEUES {
            let call = Control::CreateUrlGroup { session };
            let Ok(Outcome::UrlGroup(group)) = objects.service.control(call) else {
                panic!("no group");
            };
            objects.add(group, number, settings);
        }
        if settings.secure {
            objects.service.set_tls_bindings(tls::bindings());
        }
        if settings.logs {
            objects.log();
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

    fn add(&mut self, group: UrlGroupId, number: u64, settings: &Settings) {
        let service = &self.service;
        let create = Control::CreateRequestQueue {
            version: ApiVersion::V2,
            name: Some(name(number).encode_utf16().collect()),
            access: QueueAccess::Granted,
        };
        let Ok(Outcome::Queue(queue)) = service.control(create) else {
            panic!("no queue");
        };
        let queue_id = Some(queue);
        let bind = Control::BindUrlGroup {
            group,
            queue: queue_id,
        };
        service.control(bind).expect("both are there");
        let handle = service.queue(queue).expect("it is open");
        let set = service.control(Control::SetRequestQueueProperty {
            queue,
            property: QueueProperty::Length(settings.queue_length()),
        });
        set.expect("a good length");
        self.others.push(service.queue(queue).expect("it is open"));
        self.groups.push(group);
        self.queues.push(handle);
        assert_eq!(self.add_url(number).ok(), Some(settings.port()));
    }

    fn add_url(&self, number: u64) -> Result<u16, Refused> {
        self.service.register(Control::AddUrlToUrlGroup {
            group: self.groups[number as usize],
            url: url(self.secure, number),
            context: number,
        })
    }

    /// The first group has an access log of path, status and bytes.
    fn log(&self) {
        let fields = Fields::URI_STEM | Fields::STATUS | Fields::BYTES_SENT;
        let logging = Logging {
            flags: 0,
            software_name: Vec::new(),
            directory: "/logs".encode_utf16().collect(),
            format: LogFormat::W3c,
            fields: fields.0,
            rollover: Rollover::Daily,
        };
        let set = self.service.control(Control::SetUrlGroupProperty {
            group: self.groups[0],
            property: Property::Logging(Some(Box::new(logging))),
        });
        set.expect("a log");
    }

    fn limit(&self, bandwidth: Option<u32>) {
        let _ = self.service.control(Control::SetUrlGroupProperty {
            group: self.groups[0],
            property: Property::Bandwidth(bandwidth),
        });
    }

    pub(crate) fn act(&self, act: Act) {
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
            Act::CloseHandle(number) => {
                let closed = self.service.close_handle(&self.others[number as usize]);
                self.closed[number as usize].store(closed.is_ok(), SeqCst);
            }
            Act::RemoveUrl(number, millis) => {
                let removed = self.service.control(Control::RemoveUrlFromUrlGroup {
                    group: self.groups[number as usize],
                    url: Some(url(self.secure, number)),
                });
                sleep(Duration::from_millis(millis));
                // What was there can come again; the second of two removals finds nothing.
                let added = self.add_url(number);
                assert!(removed.is_err() || added.is_ok(), "the URL is not free");
            }
        }
    }

    fn close(&self, queue: &QueueHandle) {
        let queue = queue.id();
        let _ = self.service.control(Control::CloseRequestQueue { queue });
    }

    /// Ends reception, after which the servers end.
    pub(crate) fn end(&self, ending: Ending, faces: &[RequestQueue]) {
        match ending {
            Ending::Stop => self.service.stop(),
            Ending::CloseEverything => self.service.close_everything(),
            Ending::CloseQueues => self.queues.iter().for_each(|queue| self.close(queue)),
            Ending::ShutDownQueues => {
                for queue in self.queues.iter().chain(&self.others) {
                    let _ = self.service.shutdown_queue(queue);
                }
                for queue in faces {
                    let _ = queue.shutdown();
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
