//! Properties of sessions, URL groups and request queues.
//!
//! Owns: the setters and getters, and which handle may set them. Does not own: ranges and
//! inheritance (`httpsys-core`). Invariant: what is set holds for requests that come after the call
//! returned. Threading: as the objects.

use httpsys_core::call::{Control, Query};
use httpsys_core::property::{Properties, Property, QueueProperty, State, Verbosity};
use httpsys_engine::reason;

#[cfg(doc)]
use crate::Error;
use crate::{RequestQueue, Result, ServerSession, Timeouts, UrlGroup};

/// HttpServerQosProperty: limits of a server session or URL group; `None` for none.
///
/// ```
/// let limits = httpsys::Limits::default().bandwidth(64 * 1024).connections(100);
/// assert_eq!(limits.connections, Some(100));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// The largest number of bytes that are sent per second, at least 1024. A session's limit is
    /// for all its groups together; if session and group have limits, both apply.
    pub bandwidth: Option<u32>,
    /// The largest number of connections that have sent a request to the group; for URL groups
    /// only. A request on a further connection is refused in the way that the queue's [`Verbosity`]
    /// says (QUE-006).
    pub connections: Option<u32>,
}

impl Limits {
    /// Sets [`Limits::bandwidth`], in bytes per second.
    #[must_use]
    pub fn bandwidth(mut self, limit: impl Into<Option<u32>>) -> Self {
        self.bandwidth = limit.into();
        self
    }

    /// Sets [`Limits::connections`].
    #[must_use]
    pub fn connections(mut self, limit: impl Into<Option<u32>>) -> Self {
        self.connections = limit.into();
        self
    }

    fn of(properties: &Properties) -> Limits {
        Limits {
            bandwidth: properties.bandwidth,
            connections: properties.connection_limit,
        }
    }
}

impl ServerSession {
    /// Sets the state: HttpServerStateProperty. An inactive session refuses the requests of all its
    /// groups with the 503 handling of their queues (QUE-008).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the session is closed.
    pub fn set_state(&self, state: State) -> Result<()> {
        self.set(Property::State(Some(state)))
    }

    /// The state that was set; active if none was.
    ///
    /// # Errors
    /// The same as those of [`ServerSession::set_state`].
    pub fn state(&self) -> Result<State> {
        Ok(self.properties()?.state.unwrap_or_default())
    }

    /// Sets the timeouts for the groups that have none of their own: HttpServerTimeoutsProperty
    /// (TMO-002). Until a connection has sent its first head, the service's `idle_connection` and
    /// `header_wait` apply (TMO-005), see
    /// [`Service::set_service_timeout`](crate::Service::set_service_timeout).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a time that [`Timeouts`] cannot say, and when the session is
    /// closed. In these cases nothing changes.
    pub fn set_timeouts(&self, timeouts: Timeouts) -> Result<()> {
        self.set(Property::Timeouts(Some(timeouts.to_property()?)))
    }

    /// The timeouts that were set (TMO-004); all inherited if none were.
    ///
    /// # Errors
    /// The same as those of [`ServerSession::set_state`].
    pub fn timeouts(&self) -> Result<Timeouts> {
        let timeouts = self.properties()?.timeouts.unwrap_or_default();
        Ok(Timeouts::of_property(timeouts))
    }

    /// HttpServerQosProperty.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a bandwidth below 1024, for a limit of connections, and when
    /// the session is closed. In these cases nothing changes.
    pub fn set_limits(&self, limits: Limits) -> Result<()> {
        if limits.connections.is_some() {
            return Err(reason::invalid(
                "a connection limit is for URL groups, not for server sessions",
            ));
        }
        self.set(Property::Bandwidth(limits.bandwidth))
    }

    /// The limits that were set.
    ///
    /// # Errors
    /// The same as those of [`ServerSession::set_state`].
    pub fn limits(&self) -> Result<Limits> {
        Ok(Limits::of(&self.properties()?))
    }

    fn set(&self, property: Property) -> Result<()> {
        let session = self.id();
        let call = Control::SetServerSessionProperty { session, property };
        self.service().control(call).map(drop)
    }

    fn properties(&self) -> Result<Properties> {
        let session = self.id();
        let query = Query::ServerSessionProperties { session };
        self.service().engine().query(&query)?.try_into()
    }
}

/// ```
/// use std::time::Duration;
///
/// use httpsys::{Limits, Parameters, Service, Setting, Timeouts};
///
/// # fn main() -> httpsys::Result<()> {
/// let session = Service::new(Parameters::default())?.create_server_session()?;
/// let group = session.create_url_group()?;
/// // Half a minute for each piece of a body; all else as the session says.
/// let half_a_minute = Duration::from_secs(30);
/// group.set_timeouts(Timeouts::default().entity_body(half_a_minute))?;
/// group.set_limits(Limits::default().connections(100))?;
/// assert_eq!(group.timeouts()?.entity_body, Setting::Is(half_a_minute));
/// assert_eq!(group.limits()?.connections, Some(100));
/// # Ok(())
/// # }
/// ```
impl UrlGroup {
    /// Sets the state: HttpServerStateProperty. An inactive group refuses its requests with the 503
    /// handling of its queue (QUE-008).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] when the group is closed.
    pub fn set_state(&self, state: State) -> Result<()> {
        self.set(Property::State(Some(state)))
    }

    /// The state that was set, regardless of the session's; active if none was set.
    ///
    /// # Errors
    /// The same as those of [`UrlGroup::set_state`].
    pub fn state(&self) -> Result<State> {
        Ok(self.properties()?.state.unwrap_or_default())
    }

    /// Sets the timeouts: HttpServerTimeoutsProperty. Values that are not set are inherited from
    /// the session (TMO-002). Otherwise it works like [`ServerSession::set_timeouts`].
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a time that [`Timeouts`] cannot say, and when the group is
    /// closed. In these cases nothing changes.
    pub fn set_timeouts(&self, timeouts: Timeouts) -> Result<()> {
        self.set(Property::Timeouts(Some(timeouts.to_property()?)))
    }

    /// The timeouts that were set, without inherited values (TMO-004).
    ///
    /// # Errors
    /// The same as those of [`UrlGroup::set_state`].
    pub fn timeouts(&self) -> Result<Timeouts> {
        let timeouts = self.properties()?.timeouts.unwrap_or_default();
        Ok(Timeouts::of_property(timeouts))
    }

    /// HttpServerQosProperty.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a bandwidth below 1024, and when the group is closed.
    /// In these cases nothing changes.
    pub fn set_limits(&self, limits: Limits) -> Result<()> {
        self.set(Property::Bandwidth(limits.bandwidth))?;
        self.set(Property::ConnectionLimit(limits.connections))
    }

    /// The limits that were set.
    ///
    /// # Errors
    /// The same as those of [`UrlGroup::set_state`].
    pub fn limits(&self) -> Result<Limits> {
        Ok(Limits::of(&self.properties()?))
    }

    fn set(&self, property: Property) -> Result<()> {
        let group = self.id();
        let call = Control::SetUrlGroupProperty { group, property };
        self.service().control(call).map(drop)
    }

    fn properties(&self) -> Result<Properties> {
        let query = Query::UrlGroupProperties { group: self.id() };
        self.service().engine().query(&query)?.try_into()
    }
}

impl RequestQueue {
    /// Sets how many requests may wait, 10 to 65535: HttpServerQueueLengthProperty. The default is
    /// 1000 (QUE-001). Requests that arrive at a full queue are refused in the way that
    /// [`Verbosity`] says.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for a length out of this range, and on a handle of
    /// [`Service::open_request_queue`](crate::Service::open_request_queue): only the creator
    /// configures a queue (SES-032); [`Error::InvalidHandle`] when the queue is closed.
    pub fn set_length_limit(&self, length: u32) -> Result<()> {
        self.set(QueueProperty::Length(length))
    }

    /// The number of requests that may wait.
    #[must_use]
    pub fn length_limit(&self) -> u32 {
        self.scope().queue.properties().length
    }

    /// Sets the state: HttpServerStateProperty. An inactive queue refuses the requests that arrive.
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::set_length_limit`].
    pub fn set_state(&self, state: State) -> Result<()> {
        self.set(QueueProperty::State(state))
    }

    /// The state of the queue: whether it accepts requests.
    #[must_use]
    pub fn state(&self) -> State {
        self.scope().queue.properties().state
    }

    /// Sets what a client sees when the service refuses its request for this queue:
    /// HttpServer503VerbosityProperty.
    ///
    /// # Errors
    /// The same as those of [`RequestQueue::set_length_limit`].
    pub fn set_verbosity(&self, verbosity: Verbosity) -> Result<()> {
        self.set(QueueProperty::Verbosity(verbosity))
    }

    /// What a client sees when its request is refused.
    #[must_use]
    pub fn verbosity(&self) -> Verbosity {
        self.scope().queue.properties().verbosity
    }

    fn set(&self, property: QueueProperty) -> Result<()> {
        if !self.is_creator() {
            return Err(reason::invalid(
                "this handle only opened the queue: only its creator may configure it",
            ));
        }
        let queue = self.id();
        let call = Control::SetRequestQueueProperty { queue, property };
        self.service().control(call).map(drop)
    }
}
