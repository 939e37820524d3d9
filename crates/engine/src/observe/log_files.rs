//! The access log of a server session or URL group: opening, replacing and closing it.
//!
//! Owns: what HttpServerLoggingProperty means as a configuration of `httpsys-logging`, whether its
//! directory can be used, and [`LogSlot`], the place of a session's or group's log. Does not own:
//! which responses are logged (`access_log.rs`), files and formats (`httpsys-logging`).
//!
//! Invariant: a log that was taken out of its slot gets no further entry, and closing it writes all
//! it has. Threading: any thread; the lock is held to hand over one entry. Logs are opened and
//! closed, which touches the disk, without any other lock.

use std::sync::Arc;

use httpsys_core::call::Control;
use httpsys_core::property::Property;
use httpsys_core::{Error, ServerSessionId, UrlGroupId};
use httpsys_logging::{LogCounters, Scope};

use crate::control::group::GroupRegistry;
use crate::observe::log_slot::OpenLog;
use crate::service::Service;

/// What a control call does to a log, prepared before the call.
#[derive(Debug)]
pub(crate) struct LogChange {
    holder: LogHolder,
    log: Option<Arc<OpenLog>>,
}

#[derive(Clone, Copy, Debug)]
enum LogHolder {
    Session(ServerSessionId),
    Group(UrlGroupId),
}

impl LogChange {
    /// The log takes its place; the one that was there is retired.
    pub(crate) fn put_into(self, groups: &mut GroupRegistry) {
        match self.holder {
            LogHolder::Session(id) => groups.set_session_log(id, self.log),
            LogHolder::Group(id) => groups.set_group_log(id, self.log),
        }
    }
}

impl Service {
    /// Opens the log that a call asks for, so that a call which cannot have it changes nothing.
    ///
    /// # Errors
    /// As [`OpenLog::open`]; [`Error::InvalidParameter`] (87) when there is nothing to log for.
    pub(crate) fn open_log(&self, call: &Control) -> Result<Option<LogChange>, Error> {
        let (holder, scope, property) = match call {
            Control::SetServerSessionProperty { session, property } => {
                (LogHolder::Session(*session), Scope::ServerSession, property)
            }
            Control::SetUrlGroupProperty { group, property } => {
                (LogHolder::Group(*group), Scope::UrlGroup, property)
            }
            _ => return Ok(None),
        };

        let Property::Logging(logging) = property else {
            return Ok(None);
        };

        self.check_holder(call)?;
        let log = match logging {
            Some(logging) => Some(Arc::new(OpenLog::open(
                logging,
                scope,
                self.shards().host(),
            )?)),
            None => None,
        };

        Ok(Some(LogChange { holder, log }))
    }

    /// Waits until every entry that was logged so far is in its file: `netsh http flush logbuffer`.
    /// It waits for the disk.
    pub fn flush_logs(&self) {
        if self.is_inherited() {
            return;
        }
        for log in self.with_groups(GroupRegistry::all_logs) {
            log.flush();
        }
        if let Some(log) = self.error_log() {
            log.writer().flush();
        }
    }

    /// What became of the entries of a URL group's own log; `None` if it has none.
    #[must_use]
    pub fn url_group_log_counters(&self, group: UrlGroupId) -> Option<LogCounters> {
        self.with_groups(|groups| groups.group_log(group))?
            .counters()
    }

    /// What became of the entries of a server session's log; `None` if it has none.
    #[must_use]
    pub fn server_session_log_counters(&self, session: ServerSessionId) -> Option<LogCounters> {
        self.with_groups(|groups| groups.session_log(session))?
            .counters()
    }
}
