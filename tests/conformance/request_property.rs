//! Properties of single requests, and the small helpers and rules of the library: area CFG, G-106.

use std::ptr;

use httpapi::api::feature::HttpGetExtension;
use httpapi::api::request_property::HttpQueryRequestProperty;
use httpapi::types::HTTPAPI_VERSION_2;
use httpsys_tests::both_doors;
use httpsys_tests::door::{CAbi, Door, Reply, World};
use httpsys_tests::overlapped::{CompletionPort, Overlapped};
use httpsys_tests::raw::{Handle, wide};
use windows_sys::Win32::Foundation::HANDLE;
use windows_sys::Win32::Networking::HttpServer as http;
use windows_sys::Win32::System::IO::OVERLAPPED;

both_doors![
    a_url_group_is_found_by_its_url_and_queue,
    cfg_002_hst_014_a_prepared_url_can_be_registered,
    cfg_006_without_a_cache_policy_every_request_reaches_the_program,
];

/// NTSTATUS values of HttpFindUrlGroupId.
const INVALID_PARAMETER: u32 = 0xC000_000D;
const INVALID_HANDLE: u32 = 0xC000_0008;
const NAME_NOT_FOUND: u32 = 0xC000_0034;

fn set(queue: Handle, id: u64, property: i32, size: u32, overlapped: *const OVERLAPPED) -> u32 {
    let error = [8_u32, 0];
    // SAFETY: `size` is at most that of the array, and the OVERLAPPED is NULL or outlives the call,
    // which completes at once.
    unsafe {
        let input = error.as_ptr().cast();
        http::HttpSetRequestProperty(queue.raw(), id, property, input, size, overlapped)
    }
}

fn query(queue: Handle, id: u64, property: i32) -> u32 {
    let mut output = [0_u64; 64];
    let mut needed = 0;
    // SAFETY: the buffer has the size that is said.
    unsafe {
        HttpQueryRequestProperty(
            queue.raw(),
            id,
            property,
            ptr::null(),
            0,
            output.as_mut_ptr().cast(),
            512,
            &mut needed,
            ptr::null_mut(),
        )
    }
}

const STREAM_ERROR: i32 = http::HttpRequestPropertyStreamError;

#[test]
fn cfg_007_the_stream_error_of_a_request_can_be_set() {
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    assert_eq!(set(w.queue, request.id, STREAM_ERROR, 4, ptr::null()), 0);
    for size in [0, 3, 5, 8] {
        let code = set(w.queue, request.id, STREAM_ERROR, size, ptr::null());
        assert_eq!(code, 87, "{size}");
    }
    // Only asked for, never set; unknown; of newer systems.
    for (property, code) in [(4, 87), (-1, 87), (15, 87), (12, 50), (13, 50)] {
        let got = set(w.queue, request.id, property, 4, ptr::null());
        assert_eq!(got, code, "{property}");
    }
    assert_eq!(
        set(Handle::NULL, request.id, STREAM_ERROR, 4, ptr::null()),
        6
    );
    // Nothing of that touched the request.
    w.respond(request.id, &Reply::ok().chunk("x"))
        .expect("an answer");
    assert_eq!(client.read_response().body, b"x");
}

/// G-106.
#[test]
fn properties_of_a_request_that_is_over_fail_with_1229() {
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    assert_eq!(query(w.queue, request.id, 1), 1, "documented");
    assert_eq!(query(w.queue, request.id, 99), 87);
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
    for id in [request.id, 0, u64::MAX] {
        assert_eq!(set(w.queue, id, STREAM_ERROR, 4, ptr::null()), 1229);
        assert_eq!(query(w.queue, id, 1), 1229);
    }
}

/// Documented: ERROR_INVALID_FUNCTION for a property that the request does not have.
#[test]
fn a_request_over_plain_tcp_has_no_server_name() {
    let w = World::<CAbi>::new();
    let (_client, request) = w.received_get("/");
    assert_eq!(query(w.queue, request.id, http::HttpRequestPropertySni), 1);
}

#[test]
fn cfg_007_an_overlapped_set_completes() {
    let w = World::<CAbi>::new();
    let (_client, request) = w.received_get("/");
    let overlapped = Overlapped::with_event();
    let pointer = overlapped.pointer();
    assert_eq!(set(w.queue, request.id, STREAM_ERROR, 4, pointer), 0);
    assert!(overlapped.is_signalled());
    assert_eq!(overlapped.result(w.queue), Ok(0));
    // A failed call delivers nothing.
    let failed = Overlapped::with_event();
    assert_eq!(set(w.queue, 1, STREAM_ERROR, 4, failed.pointer()), 1229);
    assert!(!failed.is_signalled());
}

fn a_url_group_is_found_by_its_url_and_queue<D: Door>(w: &World<D>) {
    let door = &w.door;
    let (other, other_queue) = w.another_group();
    door.add_url(&other, &w.url("/other/"), 0).expect("a URL");
    let own = door.find_url_group(&w.queue, &w.url("/"));
    assert_eq!(own, Ok(door.group_id(&w.group)));
    let found = door.find_url_group(&other_queue, &w.url("/OTHER"));
    assert_eq!(found, Ok(door.group_id(&other)));
    // Of another queue; below a prefix; no prefix.
    assert_eq!(door.find_url_group(&w.queue, &w.url("/other/")), Err(2));
    assert_eq!(door.find_url_group(&w.queue, &w.url("/x/")), Err(2));
    assert_eq!(door.find_url_group(&w.queue, "localhost"), Err(87));
    door.close_queue(&other_queue).expect("close");
}

#[test]
fn the_status_of_a_search_for_a_group_is_an_ntstatus() {
    let w = World::<CAbi>::new();
    let find = |url: *const u16, queue: HANDLE, group: *mut u64| {
        // SAFETY: NULL, or good for the call.
        unsafe { http::HttpFindUrlGroupId(url, queue, group) }
    };
    let url = wide(&w.url("/"));
    let unknown = wide(&w.url("/unknown/"));
    let mut group = 7;
    let null: HANDLE = ptr::null_mut();
    let queue = w.queue.raw();
    assert_eq!(find(unknown.as_ptr(), queue, &mut group), NAME_NOT_FOUND);
    assert_eq!(find(ptr::null(), queue, &mut group), INVALID_PARAMETER);
    assert_eq!(find(url.as_ptr(), queue, null.cast()), INVALID_PARAMETER);
    assert_eq!(find(url.as_ptr(), null, &mut group), INVALID_HANDLE);
    assert_eq!(group, 7, "untouched");
    assert_eq!(find(url.as_ptr(), queue, &mut group), 0);
    assert_eq!(group, w.group);
}

fn cfg_002_hst_014_a_prepared_url_can_be_registered<D: Door>(w: &World<D>) {
    let door = &w.door;
    let port = w.port();
    let punycode = format!("HTTP://XN--BCHER-KVA.example:{port}/idn");
    assert_eq!(door.add_url(&w.group, &punycode, 0), Err(87));
    let prepared = door.prepare_url(&punycode).expect("a URL");
    assert_eq!(prepared, format!("http://b\u{fc}cher.example:{port}/idn/"));
    assert_eq!(door.add_url(&w.group, &prepared, 0), Ok(()));
    assert_eq!(door.prepare_url("http://a b/").err(), Some(87));
}

#[test]
fn cfg_002_reserved_arguments_of_prepare_url_are_null() {
    let _w = World::<CAbi>::new();
    let url = wide("http://localhost:80/");
    let prepare = |reserved: *const _, flags, url: *const u16, prepared: *mut *mut u16| {
        // SAFETY: NULL, or good for the call; what is allocated is freed by nobody, as nothing is.
        unsafe { http::HttpPrepareUrl(reserved, flags, url, prepared) }
    };
    let mut prepared: *mut u16 = ptr::null_mut();
    let reserved = url.as_ptr().cast();
    assert_eq!(prepare(reserved, 0, url.as_ptr(), &mut prepared), 87);
    assert_eq!(prepare(ptr::null(), 1, url.as_ptr(), &mut prepared), 87);
    assert_eq!(prepare(ptr::null(), 0, ptr::null(), &mut prepared), 87);
    assert_eq!(prepare(ptr::null(), 0, url.as_ptr(), ptr::null_mut()), 87);
    assert!(prepared.is_null());
}

#[test]
fn h2x_023_there_are_no_extensions_and_trailers_are_the_optional_feature() {
    let _w = World::<CAbi>::new();
    let mut buffer = 7_u64;
    // SAFETY: the buffer has the size that is said.
    let code = unsafe { HttpGetExtension(HTTPAPI_VERSION_2, 1, (&raw mut buffer).cast(), 8) };
    assert_eq!((code, buffer), (50, 7));
    for feature in -1..=18 {
        let expected = i32::from(feature == http::HttpFeatureResponseTrailers);
        // SAFETY: no pointers.
        let supported = unsafe { http::HttpIsFeatureSupported(feature) };
        assert_eq!(supported, expected, "{feature}");
    }
}

/// Both doors pass no policy: through the C ABI that is a NULL pointer.
fn cfg_006_without_a_cache_policy_every_request_reaches_the_program<D: Door>(w: &World<D>) {
    let mut client = w.connect();
    for body in ["first", "second"] {
        client.send(w.get("/same"));
        let request = w.receive();
        assert_eq!(request.abs_path, "/same");
        w.respond(request.id, &Reply::ok().chunk(body))
            .expect("an answer");
        assert_eq!(client.read_response().body, body.as_bytes());
    }
}

/// An overlapped call afterwards shows that the port works, and that nothing was in it before.
#[test]
fn cfg_008_calls_without_overlapped_post_nothing_to_the_port() {
    let w = World::<CAbi>::new();
    let port = CompletionPort::of(w.queue, 7);
    let (mut client, request) = w.received_get("/");
    w.respond(request.id, &Reply::ok()).expect("an answer");
    assert_eq!(client.read_response().status(), 200);
    client.send(w.get("/"));
    let request = w.receive();
    assert_eq!(set(w.queue, request.id, STREAM_ERROR, 4, ptr::null()), 0);
    let overlapped = Overlapped::without_event();
    let pointer = overlapped.pointer();
    assert_eq!(set(w.queue, request.id, STREAM_ERROR, 4, pointer), 0);
    let packet = port.next();
    assert_eq!((packet.key, packet.overlapped), (7, pointer as usize));
    port.assert_empty();
}
