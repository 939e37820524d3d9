//! What is asked of a service in strict mode.
//!
//! Owns: reading and clearing findings, and what is still open when the API is terminated. Does not own: the findings
//! (`state.rs`). Threading: any thread.

use httpsys_core::{Finding, Misuse};

use crate::observe::strict::state::StrictState;
use crate::service::Service;

impl Service {
    /// What is remembered for strict mode; `None` without it.
    #[inline]
    #[must_use]
    pub fn strict(&self) -> Option<&StrictState> {
        self.strict_state()
    }

    /// The findings of strict mode, in the order in which they were made; the first 1,024 since they were cleared.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        self.strict().map(StrictState::kept).unwrap_or_default()
    }

    /// Forgets the findings so far.
    pub fn clear_findings(&self) {
        if let Some(strict) = self.strict() {
            strict.clear();
        }
    }

    /// The last HttpTerminate is about to close everything: what is open then was leaked.
    pub fn note_leaks(&self) {
        let Some(strict) = self.strict() else { return };
        for arguments in self.left_open() {
            strict.found(Misuse::HandleLeaked, "HttpTerminate", arguments);
        }
    }

    /// Sessions, groups and queues, each in words.
    fn left_open(&self) -> Vec<String> {
        let state = self.objects().lock().model.service_state();
        let bound = state.queues.iter().flat_map(|queue| &queue.url_groups);
        let groups = bound.chain(&state.unbound);
        let sessions = state.sessions.iter();
        let mut left: Vec<_> = sessions
            .map(|session| format!("server session {:#x}", session.id.0))
            .collect();
        // Version 1 queues have one that no program sees.
        let groups = groups.filter(|group| group.session.is_some());
        left.extend(groups.map(|group| format!("URL group {:#x}", group.id.0)));
        left.extend(state.queues.iter().map(|queue| match &queue.name {
            Some(name) => format!("request queue {:#x} \"{name}\"", queue.id.0),
            None => format!("request queue {:#x}", queue.id.0),
        }));
        left
    }
}
