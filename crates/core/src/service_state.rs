//! The state of the service: its request queues with the URL groups bound to them.
//!
//! Owns: the plain data, and texts like those of `netsh http show servicestate`: `Display` a short one,
//! [`Snapshot`] both views (observed: the layouts follow published output of that command). Does not own: collecting it
//! (`Model::service_state` and the driver). The text is for people: its layout may change, the data's
//! does not. Threading: plain data.

use std::fmt;

use crate::ids::{QueueId, ServerSessionId, UrlGroupId};
use crate::property::{Properties, State, Verbosity};

#[cfg(test)]
mod tests;
mod views;

pub use views::Snapshot;

/// Every open request queue, every open URL group and every server session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceState {
    /// The server sessions, by id. URL groups of version 1 queues belong to none.
    pub sessions: Vec<SessionState>,
    /// The queues, by id.
    pub queues: Vec<QueueState>,
    /// URL groups that are bound to no queue: their requests get 503 (SES-026).
    pub unbound: Vec<UrlGroupState>,
}

/// One server session.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SessionState {
    /// HTTP_SERVER_SESSION_ID.
    pub id: ServerSessionId,
    /// HttpServerStateProperty.
    pub state: State,
    /// Its properties, as they were set.
    pub properties: Properties,
}

/// One request queue.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct QueueState {
    /// Names it within its service.
    pub id: QueueId,
    /// The name it was created with.
    pub name: Option<String>,
    /// The major version of the API that made it: 1 for HttpCreateHttpHandle.
    pub version: u16,
    /// HttpServerStateProperty.
    pub state: State,
    /// HttpServer503VerbosityProperty.
    pub verbosity: Verbosity,
    /// HttpServerQueueLengthProperty: how many requests may wait.
    pub length_limit: u32,
    /// Requests that wait now.
    pub size: usize,
    /// Open handles: of its creator, and those that found it by its name.
    pub handles: u32,
    /// The URL groups that are bound to it, by id.
    pub url_groups: Vec<UrlGroupState>,
}

/// One URL group.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct UrlGroupState {
    /// HTTP_URL_GROUP_ID.
    pub id: UrlGroupId,
    /// Its server session; `None` for the group behind a queue of version 1.
    pub session: Option<ServerSessionId>,
    /// The queue it is bound to.
    pub queue: Option<QueueId>,
    /// Whether its requests are taken; inactive also if its session is (QUE-008).
    pub state: State,
    /// Its properties, as they were set: what is inherited is `None`.
    pub properties: Properties,
    /// Its URLs, by port.
    pub urls: Vec<String>,
}

impl fmt::Display for ServiceState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let title = "Snapshot of HTTP service state (Request Queue View):";
        writeln!(f, "{title}\n{}", "-".repeat(title.len()))?;
        for queue in &self.queues {
            write!(f, "\n{queue}")?;
        }
        if !self.unbound.is_empty() {
            writeln!(f, "\nURL groups without a request queue:")?;
            self.unbound
                .iter()
                .try_for_each(|group| group.write(f, ""))?;
        }
        Ok(())
    }
}

impl fmt::Display for QueueState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "Request queue name: {}", OneLine(self.shown_name()))?;
        writeln!(f, "    Request queue ID: {:016X}", self.id.0)?;
        writeln!(f, "    Version: {}.0", self.version)?;
        writeln!(f, "    State: {:?}", self.state)?;
        writeln!(
            f,
            "    Request queue 503 verbosity level: {:?}",
            self.verbosity
        )?;
        writeln!(f, "    Max requests: {}", self.length_limit)?;
        writeln!(f, "    Requests in the queue: {}", self.size)?;
        writeln!(f, "    Number of open handles: {}", self.handles)?;
        if !self.url_groups.is_empty() {
            writeln!(f, "    URL groups:")?;
        }
        self.url_groups
            .iter()
            .try_for_each(|group| group.write(f, "    "))
    }
}

impl QueueState {
    fn shown_name(&self) -> &str {
        self.name.as_deref().unwrap_or("Request queue is unnamed.")
    }
}

impl UrlGroupState {
    fn write(&self, f: &mut fmt::Formatter<'_>, indent: &str) -> fmt::Result {
        writeln!(f, "{indent}URL group ID: {:016X}", self.id.0)?;
        writeln!(f, "{indent}    State: {:?}", self.state)?;
        if let Some(session) = self.session {
            writeln!(f, "{indent}    Server session ID: {:016X}", session.0)?;
        }
        writeln!(
            f,
            "{indent}    Number of registered URLs: {}",
            self.urls.len()
        )?;
        if !self.urls.is_empty() {
            writeln!(f, "{indent}    Registered URLs:")?;
        }
        for url in &self.urls {
            writeln!(f, "{indent}        {}", OneLine(url))?;
        }
        Ok(())
    }
}

/// A name that cannot end its line and begin another: control characters are escaped.
struct OneLine<'a>(&'a str);

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use fmt::Write as _;
        for c in self.0.chars() {
            if c.is_control() {
                write!(f, "{}", c.escape_default())?;
            } else {
                f.write_char(c)?;
            }
        }
        Ok(())
    }
}
