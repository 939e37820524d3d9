//! Timeouts of sessions, URL groups and the service.
//!
//! Owns: times as [`Duration`]s, and what of them the API can say (whole seconds, up to 65,534). Does
//! not own inheritance or the timers. Threading: plain values.

use httpsys_engine::reason;
use std::time::Duration;

use httpsys_core::property;

#[cfg(any(doc, test))]
use crate::Error;
use crate::Result;

/// A value of [`Timeouts`]: a value, none, or the value of the parent object.
///
/// ```
/// use std::time::Duration;
///
/// use httpsys::Setting;
///
/// let minute: Setting<Duration> = Duration::from_secs(60).into();
/// assert_eq!(minute, Setting::Is(Duration::from_secs(60)));
/// let none: Setting<Duration> = None.into();
/// assert_eq!(none, Setting::Off);
/// assert_eq!(Setting::<Duration>::default(), Setting::Inherited);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Setting<T> {
    /// A URL group inherits from its session, and a session from the service (TMO-002).
    #[default]
    Inherited,
    /// Switched off (TMO-003).
    Off,
    /// This one.
    Is(T),
}

impl<T> From<T> for Setting<T> {
    fn from(value: T) -> Self {
        Setting::Is(value)
    }
}

impl<T> From<Option<T>> for Setting<T> {
    /// `None` is off.
    fn from(value: Option<T>) -> Self {
        value.map_or(Setting::Off, Setting::Is)
    }
}

/// HTTP_TIMEOUT_LIMIT_INFO: the timers of connections. When a timer expires, the connection is
/// closed; [`Request::why_closed`](crate::Request::why_closed) says which timer it was.
///
/// The API counts whole seconds, 1 to 65,534; fractions are rounded up.
///
/// ```
/// use std::time::Duration;
///
/// use httpsys::{Setting, Timeouts};
///
/// let timeouts = Timeouts::default() // all inherited
///     .entity_body(Duration::from_secs(30))
///     .idle_connection(Setting::Off);
/// assert_eq!(timeouts.entity_body, Setting::Is(Duration::from_secs(30)));
/// assert_eq!(timeouts.header_wait, Setting::Inherited);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Timeouts {
    /// The time between two arrivals of entity body bytes while the program waits for them
    /// (TMO-006). The service's default is two minutes.
    pub entity_body: Setting<Duration>,
    /// The time for discarding an entity body that was not read (TMO-011). The service's default is
    /// two minutes.
    pub drain_entity_body: Setting<Duration>,
    /// The time in the request queue, until a receive takes the request (TMO-008). After it, the
    /// request is refused in the way that [`Verbosity`](crate::Verbosity) says. The service's
    /// default is two minutes.
    pub request_queue: Setting<Duration>,
    /// The time between two requests of a connection (TMO-012). The service's default is two
    /// minutes.
    pub idle_connection: Setting<Duration>,
    /// The time for a request head, from its first byte. The service's default is two minutes.
    pub header_wait: Setting<Duration>,
    /// The lowest rate at which a client may take a response, in bytes per second, 1 to `u32::MAX -
    /// 1` (TMO-010). The service's default is 150.
    pub min_send_rate: Setting<u32>,
}

impl Timeouts {
    /// Sets [`Timeouts::entity_body`].
    #[must_use]
    pub fn entity_body(mut self, time: impl Into<Setting<Duration>>) -> Self {
        self.entity_body = time.into();
        self
    }

    /// Sets [`Timeouts::drain_entity_body`].
    #[must_use]
    pub fn drain_entity_body(mut self, time: impl Into<Setting<Duration>>) -> Self {
        self.drain_entity_body = time.into();
        self
    }

    /// Sets [`Timeouts::request_queue`].
    #[must_use]
    pub fn request_queue(mut self, time: impl Into<Setting<Duration>>) -> Self {
        self.request_queue = time.into();
        self
    }

    /// Sets [`Timeouts::idle_connection`].
    #[must_use]
    pub fn idle_connection(mut self, time: impl Into<Setting<Duration>>) -> Self {
        self.idle_connection = time.into();
        self
    }

    /// Sets [`Timeouts::header_wait`].
    #[must_use]
    pub fn header_wait(mut self, time: impl Into<Setting<Duration>>) -> Self {
        self.header_wait = time.into();
        self
    }

    /// Sets [`Timeouts::min_send_rate`].
    #[must_use]
    pub fn min_send_rate(mut self, bytes_per_second: impl Into<Setting<u32>>) -> Self {
        self.min_send_rate = bytes_per_second.into();
        self
    }

    /// As the API has them.
    pub(crate) fn to_property(self) -> Result<property::Timeouts> {
        Ok(property::Timeouts {
            entity_body: to_seconds(self.entity_body)?,
            drain_entity_body: to_seconds(self.drain_entity_body)?,
            request_queue: to_seconds(self.request_queue)?,
            idle_connection: to_seconds(self.idle_connection)?,
            header_wait: to_seconds(self.header_wait)?,
            min_send_rate: match self.min_send_rate {
                Setting::Inherited => 0,
                Setting::Off => u32::MAX,
                Setting::Is(rate @ (0 | u32::MAX)) => {
                    return Err(reason::invalid(format!(
                        "min_send_rate is {rate}, which means inherited or off: use Setting for that"
                    )));
                }
                Setting::Is(rate) => rate,
            },
        })
    }

    pub(crate) fn of_property(timeouts: property::Timeouts) -> Self {
        Timeouts {
            entity_body: of_seconds(timeouts.entity_body),
            drain_entity_body: of_seconds(timeouts.drain_entity_body),
            request_queue: of_seconds(timeouts.request_queue),
            idle_connection: of_seconds(timeouts.idle_connection),
            header_wait: of_seconds(timeouts.header_wait),
            min_send_rate: match timeouts.min_send_rate {
                0 => Setting::Inherited,
                u32::MAX => Setting::Off,
                rate => Setting::Is(rate),
            },
        }
    }
}

/// Whole seconds that the API can say; what is between two of them becomes the longer.
pub(crate) fn whole_seconds(time: Duration) -> Result<u16> {
    let begun = u64::from(time.subsec_nanos() > 0);
    let seconds = time.as_secs().saturating_add(begun);
    match u16::try_from(seconds) {
        Ok(0 | u16::MAX) | Err(_) => Err(reason::invalid(format!(
            "a time of {time:?} is not between 1 and 65534 seconds"
        ))),
        Ok(seconds) => Ok(seconds),
    }
}

fn to_seconds(setting: Setting<Duration>) -> Result<u16> {
    match setting {
        Setting::Inherited => Ok(0),
        Setting::Off => Ok(u16::MAX),
        Setting::Is(time) => whole_seconds(time),
    }
}

fn of_seconds(seconds: u16) -> Setting<Duration> {
    match seconds {
        0 => Setting::Inherited,
        u16::MAX => Setting::Off,
        seconds => Setting::Is(Duration::from_secs(seconds.into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmo_002_tmo_003_settings_are_seconds_with_two_special_values() {
        let cases = [
            (Setting::Inherited, 0),
            (Setting::Off, u16::MAX),
            (Setting::Is(Duration::from_secs(1)), 1),
            (Setting::Is(Duration::from_secs(65_534)), 65_534),
        ];
        for (setting, seconds) in cases {
            assert_eq!(to_seconds(setting), Ok(seconds));
            assert_eq!(of_seconds(seconds), setting);
        }
    }

    #[test]
    fn a_part_of_a_second_is_a_second_and_what_the_api_cannot_say_is_refused() {
        assert_eq!(whole_seconds(Duration::from_millis(1)), Ok(1));
        assert_eq!(whole_seconds(Duration::from_millis(1001)), Ok(2));
        let refused = [
            Duration::ZERO,
            Duration::new(65_534, 1),
            Duration::from_secs(65_535),
            Duration::from_secs(65_536),
            Duration::MAX,
        ];
        for time in refused {
            assert_eq!(
                whole_seconds(time),
                Err(Error::InvalidParameter),
                "{time:?}"
            );
        }
    }

    #[test]
    fn every_timeout_has_its_own_place() {
        let one = |n: u64| Duration::from_secs(n);
        let timeouts = Timeouts::default()
            .entity_body(one(1))
            .drain_entity_body(one(2))
            .request_queue(one(3))
            .idle_connection(one(4))
            .header_wait(one(5))
            .min_send_rate(6);
        let property = timeouts.to_property().expect("all can be said");
        let numbers = [
            property.entity_body,
            property.drain_entity_body,
            property.request_queue,
            property.idle_connection,
            property.header_wait,
        ];
        assert_eq!((numbers, property.min_send_rate), ([1, 2, 3, 4, 5], 6));
        assert_eq!(Timeouts::of_property(property), timeouts);
        for rate in [0, u32::MAX] {
            let refused = timeouts.min_send_rate(rate).to_property();
            assert_eq!(refused, Err(Error::InvalidParameter));
        }
    }
}
