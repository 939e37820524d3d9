//! Properties of sessions, URL groups and queues, set and asked for: areas TMO (set and query), QUE
//! and SES, gaps G-105 and G-107.

use std::mem::size_of;
use std::ptr;

use httpsys_tests::both_doors;
use httpsys_tests::door::{CAbi, Door, Limits, Timeouts, World};
use httpsys_tests::raw::{self, Handle, flags, wide};
use windows_sys::Win32::Networking::HttpServer as http;

both_doors![
    tmo_004_timeouts_are_read_back_as_set,
    g_107_what_was_never_set_is_read_as_zeros,
    limits_are_read_back_and_checked,
    properties_of_closed_objects_fail,
];

/// Each member different, and the special values.
const TIMEOUTS: Timeouts = Timeouts {
    entity_body: 1,
    drain_entity_body: 2,
    request_queue: u16::MAX,
    idle_connection: 0,
    header_wait: 5,
    min_send_rate: u32::MAX,
};

fn tmo_004_timeouts_are_read_back_as_set<D: Door>(w: &World<D>) {
    let door = &w.door;
    assert_eq!(door.set_group_timeouts(&w.group, TIMEOUTS), Ok(()));
    assert_eq!(door.group_timeouts(&w.group), Ok(TIMEOUTS));
    // TMO-002: what is inherited is not shown.
    assert_eq!(door.session_timeouts(&w.session), Ok(Timeouts::default()));
    let others = Timeouts {
        entity_body: 30,
        ..Timeouts::default()
    };
    assert_eq!(door.set_session_timeouts(&w.session, others), Ok(()));
    assert_eq!(door.session_timeouts(&w.session), Ok(others));
    assert_eq!(door.group_timeouts(&w.group), Ok(TIMEOUTS));
    w.assert_serves();
}

fn g_107_what_was_never_set_is_read_as_zeros<D: Door>(w: &World<D>) {
    let door = &w.door;
    assert_eq!(door.group_timeouts(&w.group), Ok(Timeouts::default()));
    assert_eq!(door.group_limits(&w.group), Ok(Limits::default()));
}

fn limits_are_read_back_and_checked<D: Door>(w: &World<D>) {
    let door = &w.door;
    let limits = Limits::default().bandwidth(1024).connections(7);
    assert_eq!(door.set_group_limits(&w.group, limits), Ok(()));
    assert_eq!(door.group_limits(&w.group), Ok(limits));
    let slow = Limits::default().bandwidth(1023);
    assert_eq!(door.set_group_limits(&w.group, slow), Err(87));
    assert_eq!(door.set_session_limits(&w.session, slow), Err(87));
    assert_eq!(door.group_limits(&w.group), Ok(limits));
    let connections = Limits::default().connections(7);
    // Documented: of a session only the bandwidth is limited.
    assert_eq!(door.set_session_limits(&w.session, connections), Err(87));
    let bandwidth = Limits::default().bandwidth(u32::MAX);
    assert_eq!(door.set_session_limits(&w.session, bandwidth), Ok(()));
}

fn properties_of_closed_objects_fail<D: Door>(w: &World<D>) {
    let door = &w.door;
    let session = door.create_session().expect("a session");
    let group = door.create_group(&session).expect("a group");
    door.close_session(session).expect("close");
    assert_eq!(door.set_group_timeouts(&group, TIMEOUTS), Err(87));
    assert_eq!(door.group_timeouts(&group), Err(87));
    let queue = door.create_queue().expect("a queue");
    door.close_queue(&queue).expect("close");
    assert_eq!(door.set_queue_length(&queue, 100), Err(6));
}

/// The structures without pointers, with their sizes.
const PLAIN: [(i32, u32); 2] = [
    (http::HttpServerStateProperty, 8),
    (http::HttpServerTimeoutsProperty, 20),
];

#[test]
fn g_105_a_wrong_length_fails_with_87_on_set_and_234_on_query() {
    let w = World::<CAbi>::new();
    let zeros = [0_u64; 8];
    for (property, size) in PLAIN {
        for length in [0, 1, size - 1, size, size + 1, 64] {
            let expected = if length == size { 0 } else { 87 };
            // SAFETY: 64 bytes are there.
            let codes = unsafe {
                let zeros = zeros.as_ptr().cast();
                [
                    http::HttpSetUrlGroupProperty(w.group, property, zeros, length),
                    http::HttpSetServerSessionProperty(w.session, property, zeros, length),
                ]
            };
            assert_eq!(codes, [expected; 2], "{property} {length}");
        }
        let queries: [raw::Query<'_>; 2] = [
            &raw::group_query(w.group, property),
            &raw::session_query(w.session, property),
        ];
        for query in queries {
            let at = |length| {
                let (code, needed, _) = raw::query_into(query, 0, length);
                (code, needed)
            };
            assert_eq!(at(0), (87, 77), "documented for a length of 0");
            assert_eq!(at(1), (234, size));
            assert_eq!(at(size as usize - 1), (234, size));
            assert_eq!(at(size as usize), (0, size));
            assert_eq!(at(64), (0, size));
            let mut place = [0_u64; 8];
            let null = ptr::null_mut();
            assert_eq!(query(null, 64, null.cast()), 87);
            assert_eq!(query(place.as_mut_ptr().cast(), 64, null.cast()), 0);
        }
    }
}

#[test]
fn g_105_queue_properties_have_4_bytes() {
    let w = World::<CAbi>::new();
    for property in [
        http::HttpServerQueueLengthProperty,
        http::HttpServerStateProperty,
        http::HttpServer503VerbosityProperty,
    ] {
        let query = raw::queue_query(w.queue, property);
        for (length, answer) in [(3, (234, 4)), (4, (0, 4)), (5, (0, 4)), (0, (87, 77))] {
            let (code, needed, _) = raw::query_into(&query, 0, length);
            assert_eq!((code, needed), answer, "{property} {length}");
        }
        assert_eq!(raw::set_queue_property(w.queue, property, &0_u16), 87);
        assert_eq!(raw::set_queue_property(w.queue, property, &0_u64), 87);
        assert_eq!(raw::set_queue_property(Handle::NULL, property, &10_u32), 6);
        let no_handle = raw::queue_query(Handle::NULL, property);
        assert_eq!(raw::query_into(&no_handle, 0, 4).0, 6);
    }
    let verbosity = http::HttpServer503VerbosityProperty;
    let state = http::HttpServerStateProperty;
    for bad in [-1, 3] {
        assert_eq!(raw::set_queue_property(w.queue, verbosity, &bad), 87);
        assert_eq!(raw::set_queue_property(w.queue, state, &bad), 87);
    }
    // A property of groups.
    let timeouts = http::HttpServerTimeoutsProperty;
    assert_eq!(raw::set_queue_property(w.queue, timeouts, &0_u32), 87);
    let query = raw::queue_query(w.queue, timeouts);
    assert_eq!(raw::query_into(&query, 0, 64).0, 87);
}

/// SES-023.
#[test]
fn ses_023_properties_of_a_v1_handle_are_not_read_either() {
    let _w = World::<CAbi>::new();
    let handle = raw::create_http_handle().expect("a handle");
    let query = raw::queue_query(handle, http::HttpServerQueueLengthProperty);
    assert_eq!(raw::query_into(&query, 0, 4).0, 50);
    assert!(raw::close_handle(handle));
}

/// G-107: Flags.Present 0 unsets a property.
#[test]
fn flags_present_0_unsets_a_property() {
    let w = World::<CAbi>::new();
    let property = http::HttpServerTimeoutsProperty;
    let mut info = raw::timeouts_info(TIMEOUTS);
    assert_eq!(raw::set_group_property(w.group, property, &info), 0);
    let query = raw::group_query(w.group, property);
    let present = || {
        let info: http::HTTP_TIMEOUT_LIMIT_INFO = raw::query(&query).expect("timeouts");
        (info.Flags._bitfield, info.EntityBody)
    };
    assert_eq!(present(), (1, 1));
    info.Flags = flags(false);
    assert_eq!(raw::set_group_property(w.group, property, &info), 0);
    assert_eq!(present(), (0, 0));
}

/// cpprestsdk sends one member and zeros (programs section 5).
#[test]
fn tmo_002_a_partly_filled_structure_sets_what_it_names() {
    let w = World::<CAbi>::new();
    let property = http::HttpServerTimeoutsProperty;
    let timeouts = Timeouts {
        entity_body: 1,
        ..Timeouts::default()
    };
    let info = raw::timeouts_info(timeouts);
    assert_eq!(raw::set_group_property(w.group, property, &info), 0);
    assert_eq!(w.door.group_timeouts(&w.group), Ok(timeouts));
}

#[test]
fn quality_of_service_names_its_type_in_the_buffer() {
    let w = World::<CAbi>::new();
    let query = raw::group_query(w.group, http::HttpServerQosProperty);
    let bandwidth = http::HttpQosSettingTypeBandwidth;
    for (length, answer) in [
        (3, (87, 77)),
        (4, (234, 24)),
        (16, (234, 24)),
        (24, (0, 24)),
    ] {
        let (code, needed, _) = raw::query_into(&query, bandwidth, length);
        assert_eq!((code, needed), answer, "{length}");
    }
    for unknown in [-1, http::HttpQosSettingTypeFlowRate, 3] {
        assert_eq!(raw::query_into(&query, unknown, 24).0, 87);
    }
    let null = http::HTTP_QOS_SETTING_INFO {
        QosType: bandwidth,
        QosSetting: ptr::null_mut(),
    };
    let property = http::HttpServerQosProperty;
    assert_eq!(raw::set_group_property(w.group, property, &null), 87);
}

fn authentication(schemes: u32) -> http::HTTP_SERVER_AUTHENTICATION_INFO {
    // SAFETY: integers and pointers, for which zeros are values.
    let mut info: http::HTTP_SERVER_AUTHENTICATION_INFO = unsafe { std::mem::zeroed() };
    info.Flags = flags(true);
    info.AuthSchemes = schemes;
    info
}

/// No scheme is built: a program hears it when it asks, and no request hangs.
#[test]
fn authentication_schemes_fail_with_50_when_they_are_set() {
    let w = World::<CAbi>::new();
    for property in [
        http::HttpServerAuthenticationProperty,
        http::HttpServerExtendedAuthenticationProperty,
    ] {
        for schemes in [1, 2, 4, 8, 0x10, 0x1F] {
            let info = authentication(schemes);
            assert_eq!(raw::set_group_property(w.group, property, &info), 50);
            assert_eq!(raw::set_session_property(w.session, property, &info), 50);
        }
        let unknown = authentication(0x20);
        assert_eq!(raw::set_group_property(w.group, property, &unknown), 87);
    }
    w.assert_serves();
}

#[test]
fn authentication_is_read_back_with_its_strings() {
    let w = World::<CAbi>::new();
    let mut realm: Vec<u16> = "realm".encode_utf16().collect();
    let mut info = authentication(0);
    info.ReceiveMutualAuth = true;
    info.BasicParams.Realm = realm.as_mut_ptr();
    info.BasicParams.RealmLength = 10;
    let property = http::HttpServerAuthenticationProperty;
    assert_eq!(raw::set_group_property(w.group, property, &info), 0);
    let query = raw::group_query(w.group, property);
    assert_eq!(raw::query_into(&query, 0, 64).0, 234);
    let (code, needed, buffer) = raw::query_into(&query, 0, 74);
    assert_eq!((code, needed), (0, 74));
    // SAFETY: the buffer begins with the structure.
    let stored = unsafe {
        buffer
            .as_ptr()
            .cast::<http::HTTP_SERVER_AUTHENTICATION_INFO>()
            .read()
    };
    assert!(stored.ReceiveMutualAuth);
    assert_eq!(stored.Flags._bitfield, 1);
    assert_eq!(stored.BasicParams.RealmLength, 10);
    assert_eq!(
        stored.BasicParams.Realm as usize,
        buffer.as_ptr() as usize + 64
    );
    assert_eq!(buffer[8], 0x006C_0061_0065_0072, "real");
    assert!(stored.DigestParams.Realm.is_null());
    // An odd length is no string.
    info.BasicParams.RealmLength = 9;
    assert_eq!(raw::set_group_property(w.group, property, &info), 87);
}

#[test]
fn channel_binding_is_read_back_with_its_names() {
    let w = World::<CAbi>::new();
    let mut spn = wide("HTTP/host");
    let mut name = http::HTTP_SERVICE_BINDING_W {
        Base: http::HTTP_SERVICE_BINDING_BASE {
            Type: http::HttpServiceBindingTypeW,
        },
        Buffer: spn.as_mut_ptr(),
        BufferSize: 18,
    };
    let mut names = [(&raw mut name).cast::<http::HTTP_SERVICE_BINDING_BASE>()];
    let mut info = http::HTTP_CHANNEL_BIND_INFO {
        Hardening: http::HttpAuthenticationHardeningMedium,
        Flags: http::HTTP_CHANNEL_BIND_DOTLESS_SERVICE,
        ServiceNames: names.as_mut_ptr(),
        NumberOfServiceNames: 1,
    };
    let property = http::HttpServerChannelBindProperty;
    assert_eq!(raw::set_session_property(w.session, property, &info), 0);
    let query = raw::session_query(w.session, property);
    let (code, needed, _) = raw::query_into(&query, 0, 8);
    assert_eq!(code, 234);
    let (code, same, buffer) = raw::query_into(&query, 0, needed as usize);
    assert_eq!((code, same), (0, needed));
    // SAFETY: the buffer begins with the structure, and its pointers lead into the buffer.
    let (stored, binding, text) = unsafe {
        let stored = buffer
            .as_ptr()
            .cast::<http::HTTP_CHANNEL_BIND_INFO>()
            .read();
        let binding = stored.ServiceNames.read();
        let binding = binding.cast::<http::HTTP_SERVICE_BINDING_W>().read();
        let text = std::slice::from_raw_parts(binding.Buffer, binding.BufferSize as usize / 2);
        (stored, binding, String::from_utf16_lossy(text))
    };
    assert_eq!(
        (stored.Hardening, stored.Flags, stored.NumberOfServiceNames),
        (info.Hardening, info.Flags, 1)
    );
    assert_eq!(binding.Base.Type, http::HttpServiceBindingTypeW);
    assert_eq!(text, "HTTP/host");
    // Refused, and what was there stays.
    info.Hardening = 3;
    assert_eq!(raw::set_session_property(w.session, property, &info), 87);
    info.Hardening = 0;
    info.NumberOfServiceNames = u32::MAX;
    assert_eq!(raw::set_session_property(w.session, property, &info), 87);
    assert_eq!(raw::query_into(&query, 0, needed as usize).0, 0);
    // G-107.
    let query = raw::group_query(w.group, property);
    let (code, needed, buffer) = raw::query_into(&query, 0, 32);
    let size = size_of::<http::HTTP_CHANNEL_BIND_INFO>();
    assert_eq!((code, needed as usize), (0, size));
    assert_eq!(buffer[..size / 8], vec![0; size / 8]);
}

/// What is logged is in `logging.rs`.
#[test]
fn logging_can_be_set_and_not_asked_for() {
    let w = World::<CAbi>::new();
    let folder = std::env::temp_dir().join(format!("httpsys-property-{}", std::process::id()));
    let directory: Vec<u16> = folder.to_str().expect("UTF-8").encode_utf16().collect();
    // SAFETY: integers and pointers, for which zeros are values.
    let mut info: http::HTTP_LOGGING_INFO = unsafe { std::mem::zeroed() };
    info.Flags = flags(true);
    info.DirectoryName = directory.as_ptr();
    info.DirectoryNameLength = u16::try_from(directory.len() * 2).expect("a short name");
    info.Format = http::HttpLoggingTypeW3C;
    info.RolloverType = http::HttpLoggingRolloverDaily;
    let property = http::HttpServerLoggingProperty;
    assert_eq!(raw::set_group_property(w.group, property, &info), 0);
    assert_eq!(raw::set_session_property(w.session, property, &info), 0);
    // Documented: a session logs centralised W3C or binary.
    info.Format = http::HttpLoggingTypeNCSA;
    assert_eq!(raw::set_group_property(w.group, property, &info), 0);
    assert_eq!(raw::set_session_property(w.session, property, &info), 87);
    let query = raw::group_query(w.group, property);
    assert_eq!(raw::query_into(&query, 0, 128).0, 87, "documented");
    httpsys_tests::files::remove_dir(folder).expect("empty: nothing was logged");
}

#[test]
fn properties_that_are_not_there_fail() {
    let w = World::<CAbi>::new();
    let endpoint = http::HTTP_LISTEN_ENDPOINT_INFO {
        Flags: flags(true),
        EnableSharing: true,
    };
    let property = http::HttpServerListenEndpointProperty;
    assert_eq!(raw::set_group_property(w.group, property, &endpoint), 50);
    let level = |level| http::HTTP_PROTECTION_LEVEL_INFO {
        Flags: flags(true),
        Level: level,
    };
    let property = http::HttpServerProtectionLevelProperty;
    let unrestricted = level(http::HttpProtectionLevelUnrestricted);
    assert_eq!(raw::set_group_property(w.group, property, &unrestricted), 0);
    assert_eq!(raw::set_group_property(0xDEAD, property, &unrestricted), 87);
    let restricted = level(http::HttpProtectionLevelRestricted);
    assert_eq!(raw::set_group_property(w.group, property, &restricted), 50);
    let delegation = http::HttpServerDelegationProperty;
    assert_eq!(
        raw::set_group_property(w.group, delegation, &[0_u64; 2]),
        50
    );
    for unknown in [-1, 12, 17, 99] {
        assert_eq!(raw::set_group_property(w.group, unknown, &0_u64), 87);
        assert_eq!(raw::set_session_property(w.session, unknown, &0_u64), 87);
    }
    // Of other objects.
    let length = http::HttpServerQueueLengthProperty;
    assert_eq!(raw::set_group_property(w.group, length, &100_u32), 87);
    let binding = http::HttpServerBindingProperty;
    assert_eq!(
        raw::set_session_property(w.session, binding, &[0_u64; 2]),
        87
    );
    let query = raw::group_query(w.group, binding);
    assert_eq!(raw::query_into(&query, 0, 16).0, 87, "documented");
}

/// cpprestsdk sets Flags.Present and leaves MinSendRate as it lay on its stack (programs section 3):
/// a value that makes no sense is no reason to refuse the others.
#[test]
fn tmo_002_stray_values_of_other_members_are_taken() {
    let w = World::<CAbi>::new();
    let property = http::HttpServerTimeoutsProperty;
    let mut info = raw::timeouts_info(Timeouts {
        entity_body: 60,
        ..Timeouts::default()
    });
    info.Flags._bitfield = 0xCCCC_CCCD;
    for rate in [1, 149, 0xCCCC_CCCC, u32::MAX - 1] {
        info.MinSendRate = rate;
        assert_eq!(raw::set_group_property(w.group, property, &info), 0);
        let stored = w.door.group_timeouts(&w.group).expect("timeouts");
        assert_eq!((stored.entity_body, stored.min_send_rate), (60, rate));
    }
    w.assert_serves();
}

/// SES-026 in its other form: Flags.Present with a NULL handle (documented).
#[test]
fn ses_026_a_binding_to_null_detaches_the_group() {
    let w = World::<CAbi>::new();
    let binding = |present, queue: Handle| http::HTTP_BINDING_INFO {
        Flags: flags(present),
        RequestQueueHandle: queue.raw(),
    };
    let property = http::HttpServerBindingProperty;
    let unavailable = |w: &World<CAbi>| {
        let mut client = w.connect();
        client.send(w.get("/"));
        client.read_until_gone().starts_with(b"HTTP/1.1 503 ")
    };
    for detached in [binding(true, Handle::NULL), binding(false, w.queue)] {
        assert_eq!(raw::set_group_property(w.group, property, &detached), 0);
        assert!(unavailable(&w));
        let bound = binding(true, w.queue);
        assert_eq!(raw::set_group_property(w.group, property, &bound), 0);
        w.assert_serves();
    }
}

/// The pages of the Query functions list what can be asked for.
#[test]
fn what_cannot_be_asked_for_fails_with_87() {
    let w = World::<CAbi>::new();
    for property in [
        http::HttpServerLoggingProperty,
        http::HttpServerQueueLengthProperty,
        http::HttpServer503VerbosityProperty,
        http::HttpServerBindingProperty,
        http::HttpServerExtendedAuthenticationProperty,
        http::HttpServerListenEndpointProperty,
        http::HttpServerProtectionLevelProperty,
        http::HttpServerDelegationProperty,
        -1,
        99,
    ] {
        let group = raw::group_query(w.group, property);
        let session = raw::session_query(w.session, property);
        let queries: [raw::Query<'_>; 2] = [&group, &session];
        for query in queries {
            assert_eq!(raw::query_into(query, 0, 256).0, 87, "{property}");
        }
    }
    for property in [
        http::HttpServerAuthenticationProperty,
        http::HttpServerLoggingProperty,
        http::HttpServerQosProperty,
        http::HttpServerTimeoutsProperty,
        http::HttpServerBindingProperty,
        -1,
    ] {
        let query = raw::queue_query(w.queue, property);
        assert_eq!(raw::query_into(&query, 0, 256).0, 87, "{property}");
    }
}

/// What is not there cannot be switched on, and may be switched off (documented: Flags.Present).
#[test]
fn endpoints_and_protection_levels_may_be_unset() {
    let w = World::<CAbi>::new();
    for (present, sharing, expected) in [(false, true, 0), (true, false, 0), (true, true, 50)] {
        let endpoint = http::HTTP_LISTEN_ENDPOINT_INFO {
            Flags: flags(present),
            EnableSharing: sharing,
        };
        let property = http::HttpServerListenEndpointProperty;
        let set = raw::set_group_property(w.group, property, &endpoint);
        assert_eq!(set, expected, "{present} {sharing}");
        // Of groups only.
        let set = raw::set_session_property(w.session, property, &endpoint);
        assert_eq!(set, 87);
    }
    let level = http::HTTP_PROTECTION_LEVEL_INFO {
        Flags: flags(false),
        Level: http::HttpProtectionLevelRestricted,
    };
    let property = http::HttpServerProtectionLevelProperty;
    assert_eq!(raw::set_group_property(w.group, property, &level), 0);
    assert_eq!(raw::set_group_property(w.group, property, &0_u32), 87);
    w.assert_serves();
}

/// A group that was refused a scheme asks for none: its requests are delivered, not challenged.
#[test]
fn a_refused_authentication_scheme_leaves_requests_alone() {
    let w = World::<CAbi>::new();
    let property = http::HttpServerAuthenticationProperty;
    assert_eq!(
        raw::set_group_property(w.group, property, &authentication(0x1F)),
        50
    );
    let mut info = authentication(0x1F);
    info.Flags = flags(false);
    assert_eq!(
        raw::set_group_property(w.group, property, &info),
        0,
        "unset"
    );
    let mut client = w.connect();
    client.send(w.request("GET", "/", "Authorization: Basic QTpC\r\n"));
    let request = w.receive();
    w.respond(request.id, &httpsys_tests::door::Reply::ok())
        .expect("an answer");
    assert_eq!(client.read_response().status(), 200);
}
