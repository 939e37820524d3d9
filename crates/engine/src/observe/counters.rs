//! Looking at the counters, and at the list of queues.
//!
//! Owns: the snapshots. Does not own: counting (`tally.rs`, `group.rs`, `close_events.rs` and
//! `httpsys_core::request_queue`) nor the texts (`httpsys_core`). A look at a URL group or the whole
//! service visits each connection with its slot locked: some ten nanoseconds for each that is open.
//! Threading: any thread, at any moment, with no lock held.

use httpsys_core::connection::DeliveryState;
use httpsys_core::counters::{Counters, QueueCounters, ServiceCounters, UrlGroupCounters};
use httpsys_core::service_state::{QueueState, ServiceState, UrlGroupState};
use httpsys_core::{Error, UrlGroupId};

use crate::calls::queue::Queue;
use crate::observe::reason;
use crate::service::Service;

/// A request that is taken while its age is asked for makes another one the oldest; after so many
/// the queue is being emptied faster than it can be looked at, and nothing in it is old.
const LOOKS: usize = 8;

impl Service {
    /// All counters. Each number is exact for its moment; two of them may be some microseconds apart
    /// while the service is at work. The open connections are counted first: one that ends meanwhile is
    /// open and ended, never neither, and where none is open the others have all of it.
    #[must_use]
    pub fn counters(&self) -> Counters {
        if self.is_inherited() {
            return Counters::default();
        }
        let open = self.shards().open();
        self.settle_all();
        let (state, groups) = self.listing();
        let ServiceState {
            queues, unbound, ..
        } = state;
        let mut url_groups = Vec::new();
        let mut of_queues = Vec::new();
        let mut add = |listed: UrlGroupState| {
            let counters = groups.get(&listed.id).map(|group| group.counters());
            url_groups.push(of_listed(listed, counters));
        };
        for listed in queues {
            if let Some(queue) = self.open_queue(listed.id) {
                of_queues.push(self.queue_counters(&queue));
            }
            listed.url_groups.into_iter().for_each(&mut add);
        }
        unbound.into_iter().for_each(&mut add);
        url_groups.sort_by_key(|group| group.id);
        let mut all = Counters::default();
        all.service = self.own_counters(open);
        all.url_groups = url_groups;
        all.queues = of_queues;
        all
    }

    /// The counters of the service alone.
    #[must_use]
    pub fn service_counters(&self) -> ServiceCounters {
        if self.is_inherited() {
            return ServiceCounters::default();
        }
        let open = self.shards().open();
        self.settle_all();
        self.own_counters(open)
    }

    /// The counters of one URL group.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for an unknown group.
    pub fn url_group_counters(&self, group: UrlGroupId) -> Result<UrlGroupCounters, Error> {
        self.settle_all();
        let (state, groups) = self.listing();
        let bound = state.queues.into_iter().flat_map(|queue| queue.url_groups);
        let listed = bound.chain(state.unbound).find(|own| own.id == group);
        let listed = listed.ok_or_else(|| reason::invalid("UrlGroupId names no open URL group"))?;
        let counters = groups.get(&group).map(|group| group.counters());
        Ok(of_listed(listed, counters))
    }

    /// The counters of one queue; of a closed one those at its end.
    #[must_use]
    pub fn queue_counters(&self, queue: &Queue) -> QueueCounters {
        if self.is_inherited() {
            return QueueCounters::new(queue.id());
        }
        let (totals, size) = {
            let fifos = queue.lock();
            (fifos.totals(), fifos.len())
        };
        let mut counters = QueueCounters::new(queue.id());
        counters.name = queue.name().map(String::from);
        counters.current_queue_size = size as u64;
        counters.max_queue_item_age = self.age_of_oldest(queue);
        counters.arrivals = totals.arrivals;
        counters.rejected_requests = totals.rejected;
        counters.abandoned = totals.abandoned;
        counters.cache_hits = queue.cache_hits();
        counters
    }

    /// The list of request queues with their URL groups.
    #[must_use]
    pub fn service_state(&self) -> ServiceState {
        let (mut state, _) = self.listing();
        // One that was closed meanwhile is not listed.
        state.queues.retain_mut(|listed| self.complete(listed));
        state
    }

    fn complete(&self, listed: &mut QueueState) -> bool {
        let Some(queue) = self.open_queue(listed.id) else {
            return false;
        };
        listed.size = queue.len();
        listed.handles = queue.handles();
        true
    }

    /// `open`: how many connections were, before anything else was looked at.
    fn own_counters(&self, open: u32) -> ServiceCounters {
        let log = self.error_log().map(|log| log.writer().counters());
        let mut counters = self.tallies().counters();
        counters.connections_open = open.into();
        for shard in self.shards().iter() {
            shard.ends.add_to(&mut counters);
        }
        counters.uri_cache = self.cache().counters();
        counters.log_entries_dropped = log.map_or(0, |log| log.dropped + log.failed);
        counters
    }

    fn settle_all(&self) {
        self.for_each_connection(|service, conn| conn.settle(&service.tallies().traffic));
    }

    fn age_of_oldest(&self, queue: &Queue) -> u64 {
        for _ in 0..LOOKS {
            let Some(oldest) = queue.lock().oldest() else {
                return 0;
            };
            let Some(found) = self
                .shard_at(oldest.place())
                .table
                .request(oldest, queue.id())
            else {
                continue;
            };
            if found.exchange().delivery() == DeliveryState::Queued {
                return self.clock().millis().saturating_sub(found.queued_at());
            }
        }
        0
    }
}

/// What is counted for a group, with what the list has of it.
fn of_listed(listed: UrlGroupState, counters: Option<UrlGroupCounters>) -> UrlGroupCounters {
    let mut counters = counters.unwrap_or_else(|| UrlGroupCounters::new(listed.id));
    counters.queue = listed.queue;
    counters.urls = listed.urls;
    counters
}
