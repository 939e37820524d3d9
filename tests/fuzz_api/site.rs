//! A place that clients send to: a port with its URL, group and queue.
//!
//! Owns: the classes of sites, how each is set up, and what others may look up about it: its queue,
//! the requests that are being served, ids that are dead. Does not own what happens on it
//! ([`crate::server`], [`crate::chaos`]). Invariant: on a site that is not lenient nothing breaks a
//! connection but what the ledger knows of. Threading: any thread.

use std::ptr::null_mut;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, AtomicUsize, Ordering};

use httpsys_tests::door::{Limits, LogSpec, Timeouts};
use httpsys_tests::overlapped::skip_on_success;
use httpsys_tests::ports::Port;
use httpsys_tests::raw::{self, Handle, V2};
use windows_sys::Win32::Foundation::INVALID_HANDLE_VALUE;
use windows_sys::Win32::Networking::HttpServer as http;
use windows_sys::Win32::System::IO::CreateIoCompletionPort;

use crate::ledger::ServerEnd;
use crate::log::Folder;
use crate::random::Random;
use crate::slot::How;
use crate::token::Token;
use crate::watch::{Call, during};

/// Dead ids that are remembered.
const REMEMBERED: usize = 64;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u64)]
pub(crate) enum Class {
    /// A completion port and an access log.
    Logged,
    /// Events and a bandwidth limit.
    Throttled,
    /// A connection limit, and the shortest queue there is.
    Limited,
    /// Everything that can change does, and queues end under their calls.
    Chaos,
}

impl Class {
    pub(crate) const ALL: [Class; 4] = [
        Class::Logged,
        Class::Throttled,
        Class::Limited,
        Class::Chaos,
    ];

    /// Whether connections may break without a reason that is known here.
    pub(crate) fn is_lenient(self) -> bool {
        matches!(self, Class::Limited | Class::Chaos)
    }
}

/// See the module head.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) class: Class,
    number: AtomicU16,
    /// A site whose URL comes and goes needs a port that nobody takes meanwhile.
    _kept: Option<Port>,
    queue: AtomicUsize,
    group: AtomicU64,
    pub(crate) session: u64,
    port: Option<Handle>,
    /// Calls that succeed at once give no packet (SES-031).
    skips: bool,
    pub(crate) log: Option<Folder>,
    /// Requests between their receive and their last call.
    pub(crate) live: Mutex<Vec<(Token, u64)>>,
    dead: Mutex<Vec<(u64, ServerEnd)>>,
    /// The queue was shut down or closed for good.
    pub(crate) is_shut: AtomicBool,
}

impl Site {
    pub(crate) fn open(class: Class, session: u64, random: &mut Random) -> Site {
        let kept = (class == Class::Chaos).then(Port::take);
        let mut site = Site {
            class,
            number: AtomicU16::new(kept.as_ref().map_or(0, Port::number)),
            _kept: kept,
            queue: AtomicUsize::new(0),
            group: AtomicU64::new(0),
            session,
            port: matches!(class, Class::Logged | Class::Chaos).then(new_port),
            skips: random.once_in(2),
            log: None,
            live: Mutex::default(),
            dead: Mutex::default(),
            is_shut: AtomicBool::new(false),
        };
        site.new_group();
        site.new_queue();
        let group = site.group();
        match class {
            Class::Logged => {
                let folder = Folder::new();
                assert_eq!(
                    set_logging(group, Some(&folder.spec())),
                    0,
                    "the access log"
                );
                site.log = Some(folder);
            }
            Class::Throttled => {
                let rate = random.within(300_000, 3_000_000) as u32;
                let limits = Limits::default().bandwidth(rate);
                assert_eq!(set_limits(group, limits), 0, "a bandwidth");
            }
            Class::Limited => {
                let connections = random.within(1, 6) as u32;
                let limits = Limits::default().connections(connections);
                assert_eq!(set_limits(group, limits), 0, "a connection limit");
                let set = during(Call::SetProperty, 0, || {
                    let queue = site.queue();
                    raw::set_queue_property(queue, http::HttpServerQueueLengthProperty, &10_u32)
                });
                assert_eq!(set, 0, "a queue length");
            }
            Class::Chaos => {}
        }
        if !class.is_lenient() {
            // On a machine that is busy a client may rest for longer than a rate allows.
            let off = Timeouts {
                min_send_rate: u32::MAX,
                ..Timeouts::default()
            };
            let info = raw::timeouts_info(off);
            let set = during(Call::SetProperty, 0, || {
                raw::set_group_property(group, http::HttpServerTimeoutsProperty, &info)
            });
            assert_eq!(set, 0, "timeouts");
        }
        site
    }

    pub(crate) fn number(&self) -> u16 {
        self.number.load(Ordering::SeqCst)
    }

    pub(crate) fn url(&self) -> String {
        format!("http://localhost:{}/f/", self.number())
    }

    pub(crate) fn queue(&self) -> Handle {
        Handle(self.queue.load(Ordering::SeqCst))
    }

    pub(crate) fn group(&self) -> u64 {
        self.group.load(Ordering::SeqCst)
    }

    /// The completion port of its queues.
    pub(crate) fn port(&self) -> Option<Handle> {
        self.port
    }

    /// Makes a queue, binds the group to it and returns the one before.
    pub(crate) fn new_queue(&self) -> Handle {
        let queue = during(Call::Queue, 0, || raw::create_queue(V2, None, 0)).expect("a queue");
        if let Some(port) = self.port {
            // SAFETY: no pointers.
            let same = unsafe { CreateIoCompletionPort(queue.raw(), port.raw(), queue.0, 0) };
            assert_eq!(same, port.raw(), "the association returns the port");
            assert!(
                !self.skips || skip_on_success(queue),
                "the notification mode"
            );
        }
        let before = self.queue.swap(queue.0, Ordering::SeqCst);
        during(Call::SetProperty, 0, || {
            raw::bind(self.group(), Some(queue))
        });
        Handle(before)
    }

    /// Makes a group with the URL and returns the one before. Its URL must be gone.
    pub(crate) fn new_group(&self) -> u64 {
        let group = during(Call::Group, 0, || raw::create_group(self.session)).expect("a group");
        if self.queue().0 != 0 {
            during(Call::SetProperty, 0, || {
                raw::bind(group, Some(self.queue()))
            });
        }
        let added = during(Call::Url, 0, || {
            raw::add_url_to_group(group, &self.url(), 7)
        });
        assert_eq!(added, 0, "the URL of {self:?}");
        if self.number() == 0 {
            let number = raw::url_port(None, group, &self.url()).expect("a free port");
            self.number.store(number, Ordering::SeqCst);
        }
        // Not earlier: who shuts the site closes the group that it has.
        self.group.swap(group, Ordering::SeqCst)
    }

    /// How an overlapped call on this site may be made.
    pub(crate) fn how(&self, random: &mut Random) -> How {
        match self.port {
            Some(_) if random.once_in(4) => How::EventOnly,
            Some(port) => How::Port {
                port,
                skips: self.skips,
            },
            None => How::Event,
        }
    }

    pub(crate) fn begins(&self, token: Token, id: u64) {
        self.live.lock().expect("live requests").push((token, id));
    }

    pub(crate) fn ends(&self, id: u64, end: ServerEnd) {
        self.live
            .lock()
            .expect("live requests")
            .retain(|(_, live)| *live != id);
        let mut dead = self.dead.lock().expect("dead ids");
        if dead.len() >= REMEMBERED {
            dead.swap_remove((id as usize >> 22) % REMEMBERED);
        }
        dead.push((id, end));
    }

    pub(crate) fn a_live_request(&self, random: &mut Random) -> Option<(Token, u64)> {
        let live = self.live.lock().expect("live requests");
        (!live.is_empty()).then(|| live[random.index(live.len())])
    }

    /// An id that was answered or cancelled.
    pub(crate) fn a_dead_id(&self, random: &mut Random) -> Option<(u64, ServerEnd)> {
        let dead = self.dead.lock().expect("dead ids");
        (!dead.is_empty()).then(|| dead[random.index(dead.len())])
    }

    /// Shuts down, closes, or both, under whatever runs.
    pub(crate) fn shut(&self, random: &mut Random) {
        let queue = self.queue();
        if random.once_in(2) {
            during(Call::Shutdown, 0, || raw::shutdown_queue(queue));
        }
        if random.once_in(2) {
            during(Call::Group, 0, || raw::close_group(self.group()));
        }
        if random.once_in(4) {
            during(Call::Queue, 0, || raw::close_handle(queue));
        } else {
            during(Call::Queue, 0, || raw::close_queue(queue));
        }
        self.is_shut.store(true, Ordering::SeqCst);
    }

    /// Frees what is not the session's.
    pub(crate) fn close_port(&self) {
        if let Some(port) = self.port {
            assert!(raw::close_handle(port), "the port");
        }
    }
}

fn new_port() -> Handle {
    // SAFETY: no pointers.
    let port = unsafe { CreateIoCompletionPort(INVALID_HANDLE_VALUE, null_mut(), 0, 0) };
    assert!(!port.is_null(), "a port");
    port.into()
}

pub(crate) fn set_limits(group: u64, limits: Limits) -> u32 {
    during(Call::SetProperty, 0, || {
        raw::set_limits(limits, |setting| {
            raw::set_group_property(group, http::HttpServerQosProperty, setting)
        })
    })
}

pub(crate) fn set_logging(group: u64, spec: Option<&LogSpec>) -> u32 {
    during(Call::SetProperty, 0, || {
        raw::with_logging_info(spec, |info| {
            raw::set_group_property(group, http::HttpServerLoggingProperty, info)
        })
    })
}
