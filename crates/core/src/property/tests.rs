//! Ranges and inheritance of properties (TMO, QUE and SES rows) on the values alone.

use super::*;

fn set(holder: Holder, property: Property) -> Result<Properties, Error> {
    let mut properties = Properties::default();
    properties.set(holder, property).map(|()| properties)
}

fn effective(group: &Properties, session: &Properties) -> Effective {
    Effective::of(group, session, Timeouts::DEFAULT)
}

#[test]
fn tmo_001_the_defaults_are_120_seconds_and_150_bytes_per_second() {
    let unset = Properties::default();
    let timers = TimeLimits {
        entity_body: Some(120),
        drain_entity_body: Some(120),
        request_queue: Some(120),
        idle_connection: Some(120),
        header_wait: Some(120),
        min_send_rate: Some(150),
    };
    assert_eq!(
        effective(&unset, &unset),
        Effective {
            enabled: true,
            timers,
            connection_limit: None,
            bandwidth: None,
            session_bandwidth: None,
            logged: false,
            shows_channel_token: false,
        }
    );
}

#[test]
fn tmo_002_a_value_of_0_is_that_of_the_session_and_then_of_the_service() {
    let with = |timeouts| Properties {
        timeouts: Some(timeouts),
        ..Properties::default()
    };
    let group = with(Timeouts {
        entity_body: 1,
        ..Timeouts::default()
    });
    let session = with(Timeouts {
        entity_body: 2,
        request_queue: 3,
        min_send_rate: 4,
        ..Timeouts::default()
    });
    let timers = effective(&group, &session).timers;
    assert_eq!(
        timers,
        TimeLimits {
            entity_body: Some(1),
            request_queue: Some(3),
            min_send_rate: Some(4),
            ..Timeouts::DEFAULT.timers()
        }
    );
}

#[test]
fn tmo_003_the_greatest_values_switch_off_and_are_not_inherited_over() {
    let off = Timeouts {
        entity_body: u16::MAX,
        drain_entity_body: u16::MAX,
        request_queue: u16::MAX,
        idle_connection: u16::MAX,
        header_wait: u16::MAX,
        min_send_rate: u32::MAX,
    };
    let group = set(Holder::UrlGroup, Property::Timeouts(Some(off))).unwrap();
    let session = set(
        Holder::ServerSession,
        Property::Timeouts(Some(Timeouts::DEFAULT)),
    )
    .unwrap();
    assert_eq!(effective(&group, &session).timers, TimeLimits::default());
    // Off in the session, on again in the group.
    let timers = effective(&session, &group).timers;
    assert_eq!(timers, Timeouts::DEFAULT.timers());
}

#[test]
fn que_008_a_group_is_enabled_while_it_and_its_session_are() {
    let state = |state| set(Holder::UrlGroup, Property::State(Some(state))).unwrap();
    let (active, inactive) = (state(State::Active), state(State::Inactive));
    let unset = Properties::default();
    for (group, session, enabled) in [
        (&active, &active, true),
        (&unset, &active, true),
        (&inactive, &active, false),
        (&active, &inactive, false),
        (&unset, &inactive, false),
    ] {
        assert_eq!(effective(group, session).enabled, enabled);
    }
}

#[test]
fn que_007_connections_are_limited_in_groups_and_minus_1_is_no_limit() {
    let limit = |holder, limit| set(holder, Property::ConnectionLimit(Some(limit)));
    let unset = Properties::default();
    let three = limit(Holder::UrlGroup, 3).unwrap();
    assert_eq!(effective(&three, &unset).connection_limit, Some(3));
    let endless = limit(Holder::UrlGroup, NO_LIMIT).unwrap();
    assert_eq!(effective(&endless, &unset).connection_limit, None);
    assert_eq!(
        limit(Holder::ServerSession, 3),
        Err(Error::InvalidParameter)
    );
}

#[test]
fn a_bandwidth_limit_is_1024_or_more_and_both_levels_count() {
    let limit = |holder, limit| set(holder, Property::Bandwidth(Some(limit)));
    let group = limit(Holder::UrlGroup, 1024).unwrap();
    let session = limit(Holder::ServerSession, 4096).unwrap();
    let both = effective(&group, &session);
    assert_eq!(
        (both.bandwidth, both.session_bandwidth),
        (Some(1024), Some(4096))
    );
    let endless = limit(Holder::UrlGroup, NO_LIMIT).unwrap();
    assert_eq!(effective(&endless, &session).bandwidth, None);
    for bad in [0, 1, 1023] {
        assert_eq!(
            limit(Holder::UrlGroup, bad),
            Err(Error::InvalidParameter),
            "{bad}"
        );
    }
}

#[test]
fn g_082_que_001_queue_lengths() {
    let mut queue = QueueProperties::default();
    assert_eq!(queue.length, 1000);
    for length in [10, 65_535, 1000] {
        assert_eq!(queue.set(QueueProperty::Length(length)), Ok(()));
        assert_eq!(queue.length, length);
    }
    for length in [0, 9, 65_536, u32::MAX] {
        let set = queue.set(QueueProperty::Length(length));
        assert_eq!(set, Err(Error::InvalidParameter), "{length}");
        assert_eq!(queue.length, 1000);
    }
}

#[test]
fn authentication_schemes_are_refused_when_they_are_asked_for() {
    let ask = |schemes| {
        let authentication = Box::new(Authentication {
            schemes,
            ..Authentication::default()
        });
        set(
            Holder::UrlGroup,
            Property::Authentication(Some(authentication)),
        )
        .map(drop)
    };
    assert_eq!(ask(0), Ok(()));
    for scheme in 0..5 {
        assert_eq!(ask(1 << scheme), Err(Error::NotSupported), "{scheme}");
    }
    assert_eq!(ask(0x20), Err(Error::InvalidParameter));
}

#[test]
fn logging_is_checked_for_its_holder_and_the_documented_bounds() {
    let good = Logging {
        flags: 0,
        software_name: vec![97; 130],
        directory: vec![97; 212],
        format: LogFormat::W3c,
        fields: 0,
        rollover: Rollover::Daily,
    };
    let ask = |holder, change: fn(&mut Logging)| {
        let mut logging = good.clone();
        change(&mut logging);
        set(holder, Property::Logging(Some(Box::new(logging)))).is_ok()
    };
    use Holder::{ServerSession, UrlGroup};
    assert!(ask(UrlGroup, |_| {}));
    assert!(ask(ServerSession, |_| {}));
    assert!(ask(UrlGroup, |it| it.format = LogFormat::Ncsa));
    assert!(!ask(ServerSession, |it| it.format = LogFormat::Ncsa));
    assert!(ask(ServerSession, |it| it.format = LogFormat::Raw));
    assert!(!ask(UrlGroup, |it| it.format = LogFormat::Raw));
    assert!(!ask(UrlGroup, |it| it.directory.push(97)));
    assert!(!ask(UrlGroup, |it| it.directory.clear()));
    assert!(!ask(UrlGroup, |it| it.software_name.push(97)));
    assert!(!ask(UrlGroup, |it| it.flags = 0x10));
    assert!(!ask(UrlGroup, |it| it.flags = 0xC));
    assert!(ask(UrlGroup, |it| it.rollover = Rollover::Size(1 << 20)));
    assert!(!ask(UrlGroup, |it| it.rollover = Rollover::Size((1 << 20) - 1)));
}

/// Documented: HTTP_CHANNEL_BIND_SECURE_CHANNEL_TOKEN, of a session, a URL group or both.
#[test]
fn the_channel_token_is_shown_where_the_group_or_else_its_session_wants_it() {
    let with = |flags| Properties {
        channel_binding: Some(Box::new(ChannelBinding {
            flags,
            ..ChannelBinding::default()
        })),
        ..Properties::default()
    };
    let unset = Properties::default();
    let shows = |group: &_, session: &_| effective(group, session).shows_channel_token;
    assert!(shows(&with(8), &unset) && shows(&unset, &with(9)));
    assert!(!shows(&with(1), &with(8)), "the group's own");
    assert!(!shows(&unset, &unset) && !shows(&unset, &with(16)));
}
