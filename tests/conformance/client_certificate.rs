//! HttpReceiveClientCertificate where there is no TLS: arguments, plain connections, ids. Area TLS.
//!
//! Over TLS: the test `https`.

use std::ptr;

use httpsys_tests::door::{CAbi, World};
use httpsys_tests::overlapped::Overlapped;
use httpsys_tests::raw::Handle;
use windows_sys::Win32::Networking::HttpServer as http;
use windows_sys::Win32::System::IO::OVERLAPPED;

/// The code, the byte count, and whether the memory was written to.
fn receive(
    queue: Handle,
    connection: u64,
    flags: u32,
    size: u32,
    overlapped: *mut OVERLAPPED,
) -> (u32, u32, bool) {
    let mut memory = [0xAAAA_AAAA_AAAA_AAAA_u64; 64];
    assert!(size <= 512);
    let mut bytes = 77;
    // SAFETY: the buffer has the size that is said; the OVERLAPPED is NULL or outlives the call, which
    // does not wait.
    let code = unsafe {
        let memory = memory.as_mut_ptr().cast();
        http::HttpReceiveClientCertificate(
            queue.raw(),
            connection,
            flags,
            memory,
            size,
            &mut bytes,
            overlapped,
        )
    };
    let touched = memory.iter().any(|word| *word != 0xAAAA_AAAA_AAAA_AAAA);
    (code, bytes, touched)
}

#[test]
fn tls_002_a_connection_without_a_certificate_gives_1168() {
    let w = World::<CAbi>::new();
    let (_client, request) = w.received_get("/");
    let untouched = |code| (code, 77, false);
    for flags in [0, http::HTTP_RECEIVE_SECURE_CHANNEL_TOKEN] {
        let got = receive(w.queue, request.connection_id, flags, 512, ptr::null_mut());
        assert_eq!(got, untouched(1168), "{flags}");
    }
    let overlapped = Overlapped::with_event();
    let got = receive(w.queue, request.connection_id, 0, 512, overlapped.pointer());
    assert_eq!(got, untouched(1168));
    assert!(
        !overlapped.is_signalled(),
        "a call that fails delivers nothing"
    );
}

/// Here the flag of the channel binding is supported: other flags are not.
#[test]
fn tls_004_flags_that_are_not_supported_give_87() {
    let w = World::<CAbi>::new();
    let (_client, request) = w.received_get("/");
    for flags in [2, 3, 4, u32::MAX] {
        let got = receive(w.queue, request.connection_id, flags, 512, ptr::null_mut());
        assert_eq!(got, (87, 77, false), "{flags}");
    }
}

#[test]
fn a_certificate_of_no_connection_gives_1229_and_of_no_queue_6() {
    let w = World::<CAbi>::new();
    let (_client, request) = w.received_get("/");
    for id in [0, request.id, 0xDEAD_BEEF, u64::MAX] {
        let got = receive(w.queue, id, 0, 512, ptr::null_mut());
        assert_eq!(got.0, 1229, "{id:#x}");
    }
    let got = receive(Handle::NULL, request.connection_id, 0, 512, ptr::null_mut());
    assert_eq!(got.0, 6);
    // SAFETY: no memory is given.
    let code = unsafe {
        let nowhere = ptr::null_mut();
        let queue = w.queue.raw();
        http::HttpReceiveClientCertificate(
            queue,
            request.connection_id,
            0,
            nowhere,
            0,
            &mut 0,
            ptr::null_mut(),
        )
    };
    assert_eq!(code, 87);
}
