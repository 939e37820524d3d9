//! Properties of server sessions, URL groups and request queues.
//!
//! Owns: the values that HttpSet...Property takes, which of them each object has, what is refused,
//! and the inheritance from the service over the session to the URL group ([`Effective`]). Does not
//! own: the objects (`model`) nor enforcement: the driver reads [`Effective`] in its routing
//! snapshot and [`QueueProperties`] in its queues. Invariants: a stored value was accepted by
//! [`Properties::set`] or [`QueueProperties::set`]; `None` is "not set" (`Flags.Present` 0).
//! Threading: plain data.

use crate::close_reason::TimerKind;
use crate::error::Error;

mod holder;
mod stored;
#[cfg(test)]
mod tests;

pub use holder::Holder;
pub use stored::{
    Authentication, ChannelBinding, Hardening, LogFormat, Logging, Rollover, ServiceName,
};

/// The least bandwidth limit in bytes per second (surface 2.5, documented).
pub const MIN_BANDWIDTH: u32 = 1024;
/// HTTP_LIMIT_INFINITE: no limit (QUE-007).
pub const NO_LIMIT: u32 = u32::MAX;
/// The least and the greatest HttpServerQueueLengthProperty (QUE-001, documented).
pub const QUEUE_LENGTHS: std::ops::RangeInclusive<u32> = 10..=65_535;

/// HTTP_ENABLED_STATE.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum State {
    /// Requests are accepted.
    #[default]
    Active,
    /// Requests get the 503 handling (QUE-008).
    Inactive,
}

/// HTTP_503_RESPONSE_VERBOSITY: what a client sees when the service itself refuses its request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Verbosity {
    /// The connection is reset, without a byte (QUE-003).
    #[default]
    Basic,
    /// A 503 without a body (QUE-004, G-005).
    Limited,
    /// A 503 with the error page (QUE-005, ERR-015).
    Full,
}

/// HTTP_TIMEOUT_LIMIT_INFO. Times are in seconds. 0 is the value of the session, or of the service
/// (TMO-002); `u16::MAX`, for the rate `u32::MAX`, switches off (TMO-003).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Timeouts {
    /// Between two arrivals of entity body bytes that are waited for (TMO-006).
    pub entity_body: u16,
    /// For throwing away an unread entity body (TMO-011).
    pub drain_entity_body: u16,
    /// In the request queue (TMO-008).
    pub request_queue: u16,
    /// Between two requests of a connection (TMO-012).
    pub idle_connection: u16,
    /// For a request head.
    pub header_wait: u16,
    /// The slowest a client may take a response, in bytes per second (TMO-010).
    pub min_send_rate: u32,
}

impl Timeouts {
    /// The service's own (TMO-001, documented).
    pub const DEFAULT: Timeouts = Timeouts {
        entity_body: 120,
        drain_entity_body: 120,
        request_queue: 120,
        idle_connection: 120,
        header_wait: 120,
        min_send_rate: 150,
    };

    /// These, and those of `parent` where a value is 0 (TMO-002).
    #[must_use]
    pub fn or(self, parent: Timeouts) -> Timeouts {
        let or = |own: u16, parent: u16| if own == 0 { parent } else { own };
        Timeouts {
            entity_body: or(self.entity_body, parent.entity_body),
            drain_entity_body: or(self.drain_entity_body, parent.drain_entity_body),
            request_queue: or(self.request_queue, parent.request_queue),
            idle_connection: or(self.idle_connection, parent.idle_connection),
            header_wait: or(self.header_wait, parent.header_wait),
            min_send_rate: match self.min_send_rate {
                0 => parent.min_send_rate,
                own => own,
            },
        }
    }

    /// As timers, for whoever enforces them.
    #[must_use]
    pub fn timers(self) -> TimeLimits {
        let seconds = |value: u16| (value != 0 && value != u16::MAX).then_some(value);
        TimeLimits {
            entity_body: seconds(self.entity_body),
            drain_entity_body: seconds(self.drain_entity_body),
            request_queue: seconds(self.request_queue),
            idle_connection: seconds(self.idle_connection),
            header_wait: seconds(self.header_wait),
            min_send_rate: Some(self.min_send_rate).filter(|rate| !matches!(rate, 0 | &u32::MAX)),
        }
    }
}

/// [`Timeouts`] with the special values taken out: `None` is "no limit" (TMO-003).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TimeLimits {
    /// Seconds; see [`Timeouts::entity_body`].
    pub entity_body: Option<u16>,
    /// Seconds; see [`Timeouts::drain_entity_body`].
    pub drain_entity_body: Option<u16>,
    /// Seconds; see [`Timeouts::request_queue`].
    pub request_queue: Option<u16>,
    /// Seconds; see [`Timeouts::idle_connection`].
    pub idle_connection: Option<u16>,
    /// Seconds; see [`Timeouts::header_wait`].
    pub header_wait: Option<u16>,
    /// Bytes per second; see [`Timeouts::min_send_rate`].
    pub min_send_rate: Option<u32>,
}

impl TimeLimits {
    /// The seconds of one timer; `None`: it never runs out. [`TimerKind::MinSendRate`] has none.
    #[must_use]
    #[inline]
    pub fn seconds(&self, kind: TimerKind) -> Option<u16> {
        match kind {
            TimerKind::IdleConnection => self.idle_connection,
            TimerKind::HeaderWait => self.header_wait,
            TimerKind::RequestQueue => self.request_queue,
            TimerKind::EntityBody => self.entity_body,
            TimerKind::DrainEntityBody => self.drain_entity_body,
            TimerKind::MinSendRate => None,
        }
    }
}

/// What is in force for the requests of a URL group, inheritance done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Effective {
    /// False: requests get the 503 handling (QUE-008, HTTPERR `Disabled`).
    pub enabled: bool,
    /// Of the group, else of the session, else of the service.
    pub timers: TimeLimits,
    /// How many connections may have sent requests to the group (QUE-006, G-084).
    pub connection_limit: Option<u32>,
    /// The group's bytes per second.
    pub bandwidth: Option<u32>,
    /// The bytes per second of all groups of the session together: a limit beside the group's.
    pub session_bandwidth: Option<u32>,
    /// The group or its session has HttpServerLoggingProperty.
    pub logged: bool,
    /// Requests over TLS show their channel binding: HTTP_CHANNEL_BIND_SECURE_CHANNEL_TOKEN of the group,
    /// else of the session.
    pub shows_channel_token: bool,
}

impl Effective {
    /// Whether a bandwidth limit is in force.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.bandwidth.is_some() || self.session_bandwidth.is_some()
    }

    /// What is in force for a group with these properties, in a session with those. A session that
    /// is inactive takes all its groups along (QUE-008).
    #[must_use]
    pub fn of(group: &Properties, session: &Properties, defaults: Timeouts) -> Effective {
        let active = |own: &Properties| own.state.unwrap_or_default() == State::Active;
        let limit = |limit: Option<u32>| limit.filter(|limit| *limit != NO_LIMIT);
        let own = group.timeouts.unwrap_or_default();
        let parent = session.timeouts.unwrap_or_default();
        Effective {
            enabled: active(group) && active(session),
            timers: own.or(parent).or(defaults).timers(),
            connection_limit: limit(group.connection_limit),
            bandwidth: limit(group.bandwidth),
            session_bandwidth: limit(session.bandwidth),
            logged: group.logging.is_some() || session.logging.is_some(),
            shows_channel_token: [group, session]
                .into_iter()
                .find_map(|own| own.channel_binding.as_deref())
                .is_some_and(ChannelBinding::shows_token),
        }
    }
}

/// One property for a server session or URL group. `None` unsets it (`Flags.Present` 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Property {
    /// HttpServerStateProperty.
    State(Option<State>),
    /// HttpServerTimeoutsProperty.
    Timeouts(Option<Timeouts>),
    /// HttpServerQosProperty with HttpQosSettingTypeBandwidth: bytes per second, [`NO_LIMIT`] for
    /// none.
    Bandwidth(Option<u32>),
    /// HttpServerQosProperty with HttpQosSettingTypeConnectionLimit; URL groups only.
    ConnectionLimit(Option<u32>),
    /// HttpServerLoggingProperty.
    Logging(Option<Box<Logging>>),
    /// HttpServerAuthenticationProperty and HttpServerExtendedAuthenticationProperty.
    Authentication(Option<Box<Authentication>>),
    /// HttpServerChannelBindProperty, which has no `Flags.Present`.
    ChannelBinding(Box<ChannelBinding>),
}

/// The properties of a server session or URL group, as they were set (TMO-004, G-107).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Properties {
    /// HttpServerStateProperty.
    pub state: Option<State>,
    /// HttpServerTimeoutsProperty.
    pub timeouts: Option<Timeouts>,
    /// Bytes per second.
    pub bandwidth: Option<u32>,
    /// Connections.
    pub connection_limit: Option<u32>,
    /// HttpServerLoggingProperty: stored for the driver; the API has no query for it.
    pub logging: Option<Box<Logging>>,
    /// HttpServerAuthenticationProperty.
    pub authentication: Option<Box<Authentication>>,
    /// HttpServerChannelBindProperty.
    pub channel_binding: Option<Box<ChannelBinding>>,
}

impl Properties {
    /// Sets or unsets one property.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a property that the holder does not have and for a
    /// value out of range (G-105); [`Error::NotSupported`] (50) for an authentication scheme, as
    /// none is built. Nothing has changed then.
    pub fn set(&mut self, holder: Holder, property: Property) -> Result<(), Error> {
        match property {
            Property::State(state) => self.state = state,
            Property::Timeouts(timeouts) => self.timeouts = timeouts,
            Property::Bandwidth(limit) => {
                if limit.is_some_and(|limit| limit < MIN_BANDWIDTH) {
                    return Err(Error::InvalidParameter);
                }
                self.bandwidth = limit;
            }
            Property::ConnectionLimit(limit) => {
                if holder == Holder::ServerSession {
                    return Err(Error::InvalidParameter);
                }
                self.connection_limit = limit;
            }
            Property::Logging(logging) => {
                if let Some(logging) = &logging {
                    logging.check(holder)?;
                }
                self.logging = logging;
            }
            Property::Authentication(authentication) => {
                if let Some(authentication) = &authentication {
                    authentication.check()?;
                }
                self.authentication = authentication;
            }
            Property::ChannelBinding(binding) => {
                binding.check()?;
                self.channel_binding = Some(binding);
            }
        }
        Ok(())
    }
}

/// One property for a request queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueProperty {
    /// HttpServerQueueLengthProperty: requests that nobody took.
    Length(u32),
    /// HttpServerStateProperty.
    State(State),
    /// HttpServer503VerbosityProperty.
    Verbosity(Verbosity),
}

/// The properties of a request queue. They are not inherited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueProperties {
    /// Requests that may wait (QUE-001).
    pub length: u32,
    /// Whether requests are taken.
    pub state: State,
    /// What a refused client sees (QUE-003 to QUE-005).
    pub verbosity: Verbosity,
}

impl Default for QueueProperties {
    fn default() -> Self {
        QueueProperties {
            length: crate::request_queue::DEFAULT_LENGTH_LIMIT,
            state: State::Active,
            verbosity: Verbosity::Basic,
        }
    }
}

impl QueueProperties {
    /// Sets one property.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a length outside [`QUEUE_LENGTHS`] (QUE-001, G-082).
    pub fn set(&mut self, property: QueueProperty) -> Result<(), Error> {
        match property {
            QueueProperty::Length(length) if !QUEUE_LENGTHS.contains(&length) => {
                return Err(Error::InvalidParameter);
            }
            QueueProperty::Length(length) => self.length = length,
            QueueProperty::State(state) => self.state = state,
            QueueProperty::Verbosity(verbosity) => self.verbosity = verbosity,
        }
        Ok(())
    }
}
