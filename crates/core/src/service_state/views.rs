//! The two views of `netsh http show servicestate`, as text.
//!
//! Owns: the layouts, which follow published output of that command (observed: its labels, their order and
//! indentation; figures of queues as newer systems print them). Does not own: the data. Programs that search
//! netsh's output for a line find it here too. Threading: plain data.

use std::fmt::{Display, Write};

use super::{OneLine, QueueState, ServiceState, SessionState, UrlGroupState};
use crate::counters::{Counters, QueueCounters};
use crate::ids::QueueId;
use crate::property::{LogFormat, NO_LIMIT, Properties, State, Timeouts};

/// The state of the service with all that a view shows beside it.
#[derive(Clone, Copy, Debug)]
pub struct Snapshot<'a> {
    /// Sessions, queues, URL groups.
    pub state: &'a ServiceState,
    /// Figures of the queues.
    pub counters: &'a Counters,
    /// The process that the service belongs to, and its program.
    pub process: (u32, &'a str),
    /// What sessions inherit.
    pub timeouts: Timeouts,
    /// With properties of sessions and URL groups.
    pub verbose: bool,
}

/// A text that grows line by line; each has its indentation in steps of four.
#[derive(Default)]
struct ViewText(String);

impl ViewText {
    fn line(&mut self, depth: usize, text: impl Display) {
        let _ = writeln!(self.0, "{:width$}{text}", "", width = depth * 4);
    }

    fn title(&mut self, title: &str) {
        self.line(0, title);
        self.line(0, "-".repeat(title.len()));
    }
}

impl Snapshot<'_> {
    /// `view=session`: server sessions with their URL groups, then the request queues.
    #[must_use]
    pub fn session_view(&self) -> String {
        let mut page = ViewText::default();
        page.title("Snapshot of HTTP service state (Server Session View):");
        for session in &self.state.sessions {
            page.line(0, "");
            self.session(&mut page, session);
        }
        let without = |group: &&UrlGroupState| group.session.is_none();
        let without: Vec<_> = self.groups().filter(without).collect();
        if !without.is_empty() {
            page.line(0, "");
            page.line(0, "URL groups of version 1 request queues:");
            without
                .iter()
                .for_each(|group| self.group(&mut page, 0, group, true));
        }
        page.line(0, "");
        page.line(0, "Request queues:");
        for queue in &self.state.queues {
            self.queue(&mut page, 1, queue);
            let urls: Vec<&String> = queue.url_groups.iter().flat_map(|g| &g.urls).collect();
            if !urls.is_empty() {
                page.line(2, "Registered URLs:");
                urls.iter().for_each(|url| page.line(3, OneLine(url)));
            }
            page.line(0, "");
        }
        page.0
    }

    /// `view=requestq`: request queues with their URL groups.
    #[must_use]
    pub fn request_queue_view(&self) -> String {
        let mut page = ViewText::default();
        page.title("Snapshot of HTTP service state (Request Queue View):");
        for queue in &self.state.queues {
            page.line(0, "");
            self.queue(&mut page, 0, queue);
            if !queue.url_groups.is_empty() {
                page.line(1, "URL groups:");
            }
            for group in &queue.url_groups {
                self.group(&mut page, 1, group, false);
                if let Some(session) = group.session {
                    page.line(1, format_args!("Server session ID: {:016X}", session.0));
                }
            }
        }
        if !self.state.unbound.is_empty() {
            page.line(0, "");
            page.line(0, "URL groups without a request queue:");
            self.state
                .unbound
                .iter()
                .for_each(|group| self.group(&mut page, 0, group, false));
        }
        page.0
    }

    fn groups(&self) -> impl Iterator<Item = &UrlGroupState> {
        let bound = self.state.queues.iter().flat_map(|queue| &queue.url_groups);
        bound.chain(&self.state.unbound)
    }

    fn session(&self, page: &mut ViewText, session: &SessionState) {
        page.line(0, format_args!("Server session ID: {:016X}", session.id.0));
        page.line(1, "Version: 2.0");
        page.line(1, format_args!("State: {:?}", session.state));
        if self.verbose {
            let properties = &session.properties;
            page.line(1, "Properties:");
            let bandwidth = properties.bandwidth.unwrap_or(NO_LIMIT);
            page.line(2, format_args!("Max bandwidth: {bandwidth}"));
            let own = properties.timeouts.unwrap_or_default().or(self.timeouts);
            timeouts(page, 2, Some(own));
            rest(page, 2, properties);
        }
        let own = |group: &&UrlGroupState| group.session == Some(session.id);
        let own: Vec<_> = self.groups().filter(own).collect();
        if !own.is_empty() {
            page.line(1, "URL groups:");
        }
        own.iter()
            .for_each(|group| self.group(page, 1, group, true));
    }

    fn group(&self, page: &mut ViewText, depth: usize, group: &UrlGroupState, with_queue: bool) {
        page.line(depth, format_args!("URL group ID: {:016X}", group.id.0));
        page.line(depth + 1, format_args!("State: {:?}", group.state));
        if with_queue {
            let name = match group.queue {
                Some(queue) => self.queue_name(queue),
                None => "URL group is not bound to a request queue.".into(),
            };
            page.line(
                depth + 1,
                format_args!("Request queue name: {}", OneLine(&name)),
            );
        }
        let mut urls = depth + 1;
        if self.verbose {
            let properties = &group.properties;
            page.line(depth + 1, "Properties:");
            urls += 1;
            let inherited =
                |limit: Option<u32>| limit.map_or("inherited".into(), |l| l.to_string());
            let (bandwidth, connections) = (properties.bandwidth, properties.connection_limit);
            page.line(
                urls,
                format_args!("Max bandwidth: {}", inherited(bandwidth)),
            );
            page.line(
                urls,
                format_args!("Max connections: {}", inherited(connections)),
            );
            timeouts(page, urls, properties.timeouts);
            rest(page, urls, properties);
        }
        let count = group.urls.len();
        page.line(urls, format_args!("Number of registered URLs: {count}"));
        if count > 0 {
            page.line(urls, "Registered URLs:");
        }
        let shown = group.urls.iter();
        shown.for_each(|url| page.line(urls + 1, OneLine(url)));
    }

    fn queue_name(&self, id: QueueId) -> String {
        let found = self.state.queues.iter().find(|queue| queue.id == id);
        found.map_or_else(
            || "Request queue is closed.".into(),
            |queue| queue.shown_name().into(),
        )
    }

    fn queue(&self, page: &mut ViewText, depth: usize, queue: &QueueState) {
        let name = OneLine(queue.shown_name());
        page.line(depth, format_args!("Request queue name: {name}"));
        let depth = depth + 1;
        page.line(depth, format_args!("Version: {}.0", queue.version));
        page.line(depth, format_args!("State: {:?}", queue.state));
        let verbosity = queue.verbosity;
        page.line(
            depth,
            format_args!("Request queue 503 verbosity level: {verbosity:?}"),
        );
        page.line(depth, format_args!("Max requests: {}", queue.length_limit));
        let counted = self.counters.queues.iter().find(|own| own.id == queue.id);
        figures(page, depth, queue, counted);
        page.line(depth, "Number of active processes attached: 1");
        page.line(depth, "Processes:");
        let (id, image) = self.process;
        page.line(
            depth + 1,
            format_args!("ID: {id}, image: {}", OneLine(image)),
        );
    }
}

fn figures(page: &mut ViewText, depth: usize, queue: &QueueState, counted: Option<&QueueCounters>) {
    page.line(depth, format_args!("Queued requests: {}", queue.size));
    let Some(counted) = counted else { return };
    let age = counted.max_queue_item_age / 1000;
    page.line(depth, format_args!("Max queued request age: {age}s"));
    page.line(
        depth,
        format_args!("Requests arrived: {}", counted.arrivals),
    );
    page.line(
        depth,
        format_args!("Requests rejected: {}", counted.rejected_requests),
    );
    page.line(depth, format_args!("Cache hits: {}", counted.cache_hits));
}

fn timeouts(page: &mut ViewText, depth: usize, own: Option<Timeouts>) {
    page.line(depth, "Timeouts:");
    let depth = depth + 1;
    let Some(own) = own else {
        page.line(depth, "Timeout values inherited");
        return;
    };
    for (label, seconds) in [
        ("Entity body", own.entity_body),
        ("Drain entity body", own.drain_entity_body),
        ("Request queue", own.request_queue),
        ("Idle connection", own.idle_connection),
        ("Header wait", own.header_wait),
    ] {
        page.line(depth, format_args!("{label} timeout (secs): {seconds}"));
    }
    let rate = own.min_send_rate;
    page.line(depth, format_args!("Minimum send rate (bytes/sec): {rate}"));
}

fn rest(page: &mut ViewText, depth: usize, properties: &Properties) {
    if let Some(State::Inactive) = properties.state {
        page.line(depth, "Enabled state: Inactive");
    }
    if let Some(logging) = &properties.logging {
        page.line(depth, "Logging information:");
        let directory = String::from_utf16_lossy(&logging.directory);
        page.line(
            depth + 1,
            format_args!("Log directory: {}", OneLine(&directory)),
        );
        // HTTP_LOGGING_TYPE.
        let format = match logging.format {
            LogFormat::W3c => 0,
            LogFormat::Iis => 1,
            LogFormat::Ncsa => 2,
            LogFormat::Raw => 3,
        };
        page.line(depth + 1, format_args!("Log format: {format}"));
    }
}
