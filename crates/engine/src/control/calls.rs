//! Control calls: sessions, URL groups, queues, URLs, the configuration.
//!
//! Owns the order in which a call takes effect: the object model first, then the routes, and its ports
//! last, so that whoever connects at once finds the URL. If a port cannot be opened, what was registered is
//! taken back. Does not own what a call means (`httpsys_core::model`), the listeners (`listener.rs`), nor
//! the words of a refusal (`refused.rs`). Threading: one call at a time, under the model's lock.

use std::sync::Arc;

use httpsys_core::call::{Control, Outcome};
use httpsys_core::model::{Effects, Model};
use httpsys_core::refusal::Refusal;
use httpsys_core::url_prefix::Scheme;
use httpsys_core::{Error, QueueId};

use crate::calls::queue::Queue;
use crate::control::cached::CacheChange;
use crate::control::records::{depends_on_records, is_change_of_records};
use crate::control::refused::{Refused, RefusedCall};
use crate::control::taken::Taken;
use crate::observe::reason;
use crate::observe::strict::state::ReportsAtEnd;
use crate::observe::trace;
use crate::poll::operation::Signal;
use crate::poll::waiter::Turn;
use crate::service::{Objects, Service};

/// What closes a queue alone.
const CLOSE_QUEUE: &str = "HttpCloseRequestQueue";

impl Service {
    /// Executes a control call: sessions, URL groups, queues, URLs.
    ///
    /// # Errors
    /// As documented for the API function of each [`Control`] variant; [`Error::PortInUse`] (32)
    /// when a foreign socket has the port (PFX-013). Nothing has changed then.
    pub fn control(&self, call: Control) -> Result<Outcome, Error> {
        let done = self.execute(call).map_err(|refused| refused.error)?;
        Ok(done.0)
    }

    /// HttpAddUrlToUrlGroup and HttpAddUrl, and tells the port: that of the URL, or the one that was
    /// taken for port 0 (G-129).
    ///
    /// # Errors
    /// As [`Service::control`], with the reason.
    pub fn register(&self, call: Control) -> Result<u16, Refused> {
        let (_, effects) = self.execute(call)?;
        let port = effects.ports.first();
        Ok(port.copied().ok_or(Error::Internal)?)
    }

    /// Applies a call, and tells why if a registration is refused.
    fn execute(&self, call: Control) -> Result<(Outcome, Effects), Refused> {
        let attempt = RefusedCall::of(&call);
        // What an earlier call has left is not about this one.
        drop(reason::take());
        let done = if is_change_of_records(&call) {
            self.change_records(call)
        } else {
            if depends_on_records(&call) && self.refresh_records().is_err() {
                // Told. What was in force is: a program goes on while somebody mends the file.
                drop(reason::take());
            }
            self.apply(call)
        };
        done.map_err(|refused| attempt.report(self, refused))
    }

    fn apply(&self, call: Control) -> Result<(Outcome, Effects), Refused> {
        self.check_process()?;
        let undo = undo_of(&call);
        let change = CacheChange::of(&call);
        let drains = matches!(call, Control::DrainRequestQueue { .. });
        let log = self.open_log(&call)?;
        let mut effects = Effects::default();
        let mut turn = Turn::default();
        let _strict = ReportsAtEnd(self.strict());
        let mut state = self.objects().lock();
        let mut taken = self.prepare(&mut state.model, &call)?;
        let outcome = match state.model.apply(call, &mut effects) {
            Ok(outcome) => outcome,
            Err(error) => {
                taken.give_back(&mut state.model);
                let refusal = effects.refusal.take();
                return Err(Refused { error, refusal });
            }
        };
        if let Some(id) = effects.created {
            let queue = Queue::new(id, state.model.request_queue_name(id));
            state.queues.insert(id, Arc::new(queue));
        }
        if let Some(id) = effects.queue_properties {
            let properties = state.model.request_queue_properties(id);
            if let (Some(queue), Ok(properties)) = (state.queues.get(&id), properties) {
                queue.set_properties(properties);
            }
        }
        // Before its port opens: whoever connects at once finds the URL, and timers.
        state.follow(&effects);
        if effects.routes {
            self.published().publish(state.routes());
            self.cache().follow(change.as_ref(), &self.routes());
        }
        if let Err(error) = self.sync_ports(&state.model, &effects.ports, &mut taken) {
            if let Some(undo) = undo {
                // Undoing an insertion that has just succeeded cannot fail.
                let mut effects = Effects::default();
                let undone = state.model.apply(undo, &mut effects);
                debug_assert!(undone.is_ok());
                state.follow(&effects);
                self.published().publish(state.routes());
                return Err(error.into());
            }
            // A removal stands: its objects are gone from the model, and who waits has to know.
            tracing::error!(%error, "listeners do not match the registrations that are left");
        }
        if let Some(
            Control::RemoveUrlFromUrlGroup { url: Some(url), .. } | Control::RemoveUrl { url, .. },
        ) = &undo
        {
            trace::url_added(url, effects.ports.first().copied());
        }
        if let Some(log) = log {
            log.put_into(&mut state.groups);
        }
        self.close_queues(CLOSE_QUEUE, &mut state, &effects.closed, &mut turn);
        for port in &effects.ports {
            // A drain looks first whether they have something to say.
            if !drains && !state.model.is_reached(*port) {
                self.close_idle_on(*port, &mut turn);
            }
        }
        let retired = state.groups.take_retired();
        drop(state);
        turn.fire(self);
        self.shards().interrupt_all();
        retired.iter().for_each(|log| log.close());
        Ok((outcome, effects))
    }

    fn sync_ports(&self, model: &Model, ports: &[u16], taken: &mut Taken) -> Result<(), Refusal> {
        for port in ports {
            let list = model.configuration().listen_addresses();
            let scopes = model.scopes(*port);
            if !scopes.is_empty() {
                // Connections will come, and no thread may be in a call: without that thread they would
                // wait for ever.
                self.start_fallback().map_err(|_| Refusal::NoThread)?;
            }
            let is_secure = model.routing().scheme_of(*port) == Some(Scheme::Https);
            self.listen_on(*port, is_secure, &scopes, list, taken)?;
            self.shards()
                .iter()
                .for_each(|shard| self.arm_fallback(shard));
        }
        Ok(())
    }

    /// Closes everything: queues, groups, sessions, listeners, connections (G-079). The service
    /// stays usable.
    pub fn close_everything(&self) {
        if self.is_inherited() {
            return;
        }
        let mut turn = Turn::default();
        let _strict = ReportsAtEnd(self.strict());
        let mut state = self.objects().lock();
        let ports: Vec<u16> = state
            .model
            .routing()
            .ports()
            .map(|(port, _)| port)
            .collect();
        let queues: Vec<QueueId> = state.queues.keys().copied().collect();
        state.model.clear();
        state.follow_all();
        self.published().publish(state.routes());
        self.cache().clear();
        self.close_queues("HttpTerminate", &mut state, &queues, &mut turn);
        for port in ports {
            let closed = self.listen_on(port, false, &[], &[], &mut Taken::default());
            debug_assert!(closed.is_ok(), "closing listeners cannot fail");
        }
        self.end_all(&mut turn);
        let retired = state.groups.take_retired();
        drop(state);
        turn.fire(self);
        retired.iter().for_each(|log| log.close());
        if let Some(log) = self.error_log() {
            log.writer().flush();
        }
        self.shards().interrupt_all();
    }

    /// [`Service::close_everything`], and ends the I/O thread: the service is not used again.
    pub fn stop(&self) {
        if self.is_inherited() {
            return;
        }
        self.close_control();
        self.close_everything();
        self.stop_fallback();
        self.stop_file_threads();
    }

    fn close_queues(
        &self,
        call: &'static str,
        state: &mut Objects,
        closed: &[QueueId],
        turn: &mut Turn,
    ) {
        for id in closed {
            let Some(queue) = state.queues.remove(id) else {
                continue;
            };
            let left = queue.lock().close();
            for receive in left.waiting {
                turn.add(receive, Signal::Failed(Error::Aborted));
            }
            self.end_disconnect_waits(*id, turn);
            self.reset_requests_of(call, *id, turn);
        }
    }
}

/// The call that takes back what `call` added, for the one kind that the network can refuse.
fn undo_of(call: &Control) -> Option<Control> {
    match call {
        Control::AddUrlToUrlGroup { group, url, .. } => Some(Control::RemoveUrlFromUrlGroup {
            group: *group,
            url: Some(url.clone()),
        }),
        Control::AddUrl { queue, url } => Some(Control::RemoveUrl {
            queue: *queue,
            url: url.clone(),
        }),
        _ => None,
    }
}
