//! One load thread: its connections, when they send, and the counts.
//!
//! Closed loop: a connection sends its next batch when the last one is answered. Open loop: each
//! connection has a timetable; a request that cannot go out in time is late, and its latency counts
//! from when it was due, so a stalled server is not spared (no coordinated omission).
//!
//! A connection that fails is counted as an error and opened again by the main loop, never from
//! inside an operation on it, so a server that is gone cannot make calls nest. Answers that come
//! after the end of the measured time are received (the server is not left with resets) and
//! counted apart. One thread, nothing shared.

use std::collections::VecDeque;
use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use mio::event::Event;
use mio::{Events, Poll, Token};

use crate::answer::{Outcome, Shape};
use crate::histogram::Histogram;
use crate::link::Link;
use crate::options::Options;

const BUFFER: usize = 256 * 1024;
const EVENTS: usize = 1024;
/// The loop looks at the clock at least so often.
const TICK: Duration = Duration::from_millis(100);
/// Pause before a refused connection is tried again.
const RETRY: Duration = Duration::from_millis(1);
/// Without an answer for so long the run ends as failed.
const NO_PROGRESS_NS: u64 = 5_000_000_000;
/// How long answers are waited for after the end.
const DRAIN: Duration = Duration::from_millis(300);
/// With edge-triggered readiness (epoll, kqueue) a read that leaves room in the buffer has emptied
/// the socket; elsewhere only `WouldBlock` says so.
const SHORT_READ_EMPTIES: bool = cfg!(unix);

/// What happened; of all threads after [`Stats::merge`].
#[derive(Debug)]
pub(crate) struct Stats {
    /// Right answers (with `--cut`: right ends) within the measured time.
    pub(crate) ok: u64,
    /// Right ones that came after it; the server's work for them was measured all the same.
    pub(crate) late: u64,
    pub(crate) errors: u64,
    pub(crate) first_error: Option<String>,
    /// Connections that the server ended without having announced it.
    pub(crate) closed: u64,
    pub(crate) connects: u64,
    /// Bytes received.
    pub(crate) bytes: u64,
    /// Seconds.
    pub(crate) elapsed: f64,
    /// Nanoseconds.
    pub(crate) latency: Histogram,
}

impl Stats {
    pub(crate) fn new() -> Self {
        Self {
            ok: 0,
            late: 0,
            errors: 0,
            first_error: None,
            closed: 0,
            connects: 0,
            bytes: 0,
            elapsed: 0.0,
            latency: Histogram::new(),
        }
    }

    pub(crate) fn merge(&mut self, other: Self) {
        self.ok += other.ok;
        self.late += other.late;
        self.errors += other.errors;
        self.first_error = self.first_error.take().or(other.first_error);
        self.closed += other.closed;
        self.connects += other.connects;
        self.bytes += other.bytes;
        self.elapsed = self.elapsed.max(other.elapsed);
        self.latency.merge(&other.latency);
    }

    pub(crate) fn fail(&mut self, what: String) {
        self.errors += 1;
        self.first_error.get_or_insert(what);
    }
}

/// State of a load thread.
#[derive(Debug)]
pub(crate) struct Worker<'a> {
    options: &'a Options,
    poll: Poll,
    links: Vec<Link>,
    /// Slots whose connection is to be opened (again).
    unopened: VecDeque<usize>,
    /// Open loop: slots that wait for their time.
    parked: Vec<usize>,
    shape: Option<Shape>,
    quota: Option<u64>,
    issued: u64,
    stopped: bool,
    began: Instant,
    stats: Stats,
}

impl<'a> Worker<'a> {
    /// Thread number `thread` of the run.
    ///
    /// # Errors
    /// The operating system gives no poll.
    pub(crate) fn new(options: &'a Options, thread: usize) -> io::Result<Self> {
        let mut links = Vec::new();
        links.resize_with(options.conns_of(thread), Link::default);
        let first: usize = (0..thread).map(|t| options.conns_of(t)).sum();
        if options.rate > 0.0 {
            // The connections of all threads begin evenly spread over one step.
            for (i, link) in links.iter_mut().enumerate() {
                link.due_ns = ((first + i) as f64 / options.rate * 1e9) as u64;
            }
        }
        Ok(Self {
            options,
            poll: Poll::new()?,
            unopened: (0..links.len()).collect(),
            links,
            parked: Vec::new(),
            shape: None,
            quota: options.quota_of(thread),
            issued: 0,
            stopped: false,
            began: Instant::now(),
            stats: Stats::new(),
        })
    }

    /// Runs for the duration or until the quota is answered.
    pub(crate) fn run(mut self) -> Stats {
        self.began = Instant::now();
        let mut buf = vec![0; BUFFER];
        let mut events = Events::with_capacity(EVENTS);
        let end = Duration::from_secs_f64(self.options.duration);
        let (mut seen, mut seen_ns) = (0, 0);
        while self.quota != Some(0) {
            self.open_some();
            let left = match self.quota {
                None => end.saturating_sub(self.began.elapsed()),
                Some(_) => TICK,
            };
            if let Err(e) = self.wait(&mut events, left) {
                self.stats.fail(format!("poll: {e}"));
                break;
            }
            events.iter().for_each(|e| self.on_event(e, &mut buf));
            self.unpark();
            let now = self.now_ns();
            if self.stats.ok != seen {
                (seen, seen_ns) = (self.stats.ok, now);
            } else if now > seen_ns + NO_PROGRESS_NS {
                self.stats.fail("no progress for 5 s".into());
                break;
            }
            let done = match self.quota {
                None => self.began.elapsed() >= end,
                Some(quota) => self.stats.ok + self.stats.errors >= quota,
            };
            if done {
                break;
            }
        }
        self.stats.elapsed = self.began.elapsed().as_secs_f64();
        self.drain(&mut events, &mut buf);
        self.stats
    }

    fn now_ns(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    fn wants_more(&self) -> bool {
        !self.stopped && self.quota.is_none_or(|quota| self.issued < quota)
    }

    fn wait(&mut self, events: &mut Events, left: Duration) -> io::Result<()> {
        let pause = if !self.parked.is_empty() {
            // A timetable of microseconds: the timer of the poll is too coarse, so it spins.
            Duration::ZERO
        } else if !self.unopened.is_empty() {
            RETRY
        } else {
            TICK
        };
        match self.poll.poll(events, Some(pause.min(left))) {
            Err(e) if e.kind() == ErrorKind::Interrupted => Ok(()),
            other => other,
        }
    }

    /// Opens the slots that are without a connection, each once.
    fn open_some(&mut self) {
        // A slot that fails is put back, for the next time round.
        for _ in 0..self.unopened.len() {
            if !self.wants_more() {
                return;
            }
            if let Some(i) = self.unopened.pop_front() {
                self.open(i);
            }
        }
    }

    /// Opens slot `i`; if that fails it is tried again by the main loop.
    fn open(&mut self, i: usize) {
        let link = &mut self.links[i];
        match link.connect(self.options.addr, self.poll.registry(), Token(i)) {
            Ok(()) => {
                self.stats.connects += 1;
                self.start_batch(i);
            }
            Err(e) => self.lose(i, format!("connect: {e}")),
        }
    }

    /// The connection ended as it should: a new one takes its place.
    fn replace(&mut self, i: usize) {
        self.links[i].close();
        if self.wants_more() {
            self.open(i);
        }
    }

    /// The connection failed.
    fn lose(&mut self, i: usize, why: String) {
        self.stats.fail(why);
        self.give_back(i);
        self.links[i].close();
        self.unopened.push_back(i);
    }

    /// What of a batch will not be answered any more is not issued: others may ask instead.
    fn give_back(&mut self, i: usize) {
        if self.links[i].under_way {
            let unanswered = self.options.pipeline - self.links[i].answered;
            self.issued -= unanswered as u64;
        }
        self.links[i].under_way = false;
    }

    fn start_batch(&mut self, i: usize) {
        if !self.wants_more() {
            return;
        }
        let now = self.now_ns();
        let link = &mut self.links[i];
        if self.options.rate > 0.0 {
            if link.due_ns > now {
                self.parked.push(i);
                return;
            }
            link.begin(link.due_ns);
            link.due_ns += self.options.step_ns();
        } else {
            link.begin(now);
        }
        self.issued += self.options.pipeline as u64;
        self.send(i);
    }

    fn send(&mut self, i: usize) {
        let registry = self.poll.registry();
        if let Err(e) = self.links[i].send(&self.options.batch, registry, Token(i)) {
            self.lose(i, format!("send: {e}"));
        }
    }

    fn unpark(&mut self) {
        for i in std::mem::take(&mut self.parked) {
            if self.links[i].is_open() && !self.links[i].under_way {
                self.start_batch(i);
            }
        }
    }

    fn on_event(&mut self, event: &Event, buf: &mut [u8]) {
        let Token(i) = event.token();
        if event.is_writable() && self.links[i].is_sending() {
            self.send(i);
        }
        if event.is_readable() || event.is_read_closed() || event.is_error() {
            let generation = self.links[i].generation;
            // The end is announced together with the last bytes and not once more.
            let to_the_end = event.is_read_closed() || event.is_error() || !SHORT_READ_EMPTIES;
            while self.links[i].is_open() && self.links[i].generation == generation {
                let got = self.links[i].receive(buf);
                if got
                    .as_ref()
                    .is_err_and(|e| e.kind() == ErrorKind::WouldBlock)
                {
                    return;
                }
                if self.options.cut {
                    self.on_cut(i, got);
                } else {
                    match got {
                        Ok(0) => self.on_end(i),
                        Ok(n) => {
                            self.on_data(i, &buf[..n]);
                            if n < buf.len() && !to_the_end {
                                return;
                            }
                        }
                        Err(_) if self.links[i].ends => self.replace(i),
                        Err(e) => self.lose(i, format!("receive: {e}")),
                    }
                }
            }
        }
    }

    /// Something came where the connection should end without an answer.
    fn on_cut(&mut self, i: usize, got: io::Result<usize>) {
        match got {
            Ok(n) if n > 0 => self.lose(i, "an answer came".into()),
            _ if self.links[i].under_way && !self.links[i].is_sending() => {
                self.count(i);
                self.replace(i);
            }
            _ => self.on_end(i),
        }
    }

    fn on_end(&mut self, i: usize) {
        if self.links[i].ends {
            return self.replace(i);
        }
        self.stats.closed += 1;
        if self.links[i].under_way {
            self.lose(i, "closed early".into());
        } else {
            self.replace(i);
        }
    }

    fn on_data(&mut self, i: usize, mut data: &[u8]) {
        self.stats.bytes += data.len() as u64;
        let generation = self.links[i].generation;
        while !data.is_empty() {
            let link = &mut self.links[i];
            if link.generation != generation || !link.is_open() {
                return;
            }
            let outcome = if link.under_way {
                let expect = &self.options.expect;
                link.answer.take(&mut data, expect, &mut self.shape)
            } else {
                Outcome::Wrong("bytes that were not asked for".into())
            };
            match outcome {
                Outcome::More => {}
                Outcome::Right { close } => self.on_answer(i, close),
                Outcome::Wrong(why) => return self.lose(i, why),
            }
        }
    }

    fn on_answer(&mut self, i: usize, close: bool) {
        self.count(i);
        let link = &mut self.links[i];
        link.answered += 1;
        let complete = link.answered == self.options.pipeline;
        if close || self.options.churn {
            link.ends = true;
            self.give_back(i);
        } else if complete {
            link.under_way = false;
            self.start_batch(i);
        }
    }

    fn count(&mut self, i: usize) {
        if self.stopped {
            self.stats.late += 1;
            return;
        }
        let took = self.now_ns().saturating_sub(self.links[i].began_ns);
        self.stats.ok += 1;
        self.stats.latency.add(took);
    }

    /// Receives the answers under way, without beginning anything new.
    fn drain(&mut self, events: &mut Events, buf: &mut [u8]) {
        self.stopped = true;
        let end = Instant::now() + DRAIN;
        while self.links.iter().any(|l| l.under_way) {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || self.poll.poll(events, Some(left)).is_err() {
                return;
            }
            events.iter().for_each(|e| self.on_event(e, buf));
        }
    }
}
