//! HttpInitialize and HttpTerminate, in a process of their own.
//!
//! Owns the one test that may terminate the API. Threading: none.
#![cfg(not(windows))]

mod support;

use std::ptr::null_mut;

use httpapi::api::feature::HttpIsFeatureSupported;
use httpapi::api::initialize::{HttpInitialize, HttpTerminate};
use httpapi::api::request_queue::HttpCreateHttpHandle;
use httpapi::api::server_session::HttpCreateServerSession;
use httpapi::api::service_configuration::*;
use httpapi::types::*;
use support::{RequestMemory, Server};

fn initialize(major: u16, minor: u16, flags: u32) -> u32 {
    let version = HTTPAPI_VERSION {
        HttpApiMajorVersion: major,
        HttpApiMinorVersion: minor,
    };
    // SAFETY: NULL.
    unsafe { HttpInitialize(version, flags, null_mut()) }
}

fn terminate(flags: u32) -> u32 {
    // SAFETY: NULL.
    unsafe { HttpTerminate(flags, null_mut()) }
}

fn create_handle() -> u32 {
    let mut queue = null_mut();
    // SAFETY: the place is good for the call.
    unsafe { HttpCreateHttpHandle(&mut queue, 0) }
}

fn configure() -> u32 {
    let (null, none) = (null_mut(), null_mut());
    let id = HttpServiceConfigSSLCertInfo;
    // SAFETY: NULL everywhere.
    let codes = unsafe {
        [
            HttpSetServiceConfiguration(null, id, null, 0, none),
            HttpDeleteServiceConfiguration(null, id, null, 0, none),
            HttpUpdateServiceConfiguration(null, id, null, 0, none),
            HttpQueryServiceConfiguration(null, id, null, 0, null, 0, null_mut(), none),
        ]
    };
    assert_eq!(codes, [codes[0]; 4]);
    codes[0]
}

#[test]
fn cfg_001_ses_001_to_ses_003_counts_flags_and_versions() {
    // SAFETY: no pointers.
    assert_eq!(unsafe { HttpIsFeatureSupported(1) }, 0);
    assert_eq!((create_handle(), configure()), (1114, 1114));
    assert_eq!(terminate(HTTP_INITIALIZE_SERVER), 87);
    assert_eq!(initialize(1, 0, 4), 87);
    assert_eq!(initialize(1, 0, 0), 87);
    for (major, minor) in [(0, 0), (1, 1), (3, 0)] {
        assert_eq!(initialize(major, minor, HTTP_INITIALIZE_SERVER), 1306);
    }
    let mut session = 0;
    // SAFETY: the place is good for the call.
    let code = unsafe { HttpCreateServerSession(HTTPAPI_VERSION_2, &mut session, 0) };
    assert_eq!(code, 1114);

    assert_eq!(initialize(1, 0, HTTP_INITIALIZE_CONFIG), 0);
    assert_eq!((create_handle(), configure()), (1114, 87));
    assert_eq!(initialize(1, 0, HTTP_INITIALIZE_SERVER), 0);
    assert_eq!(initialize(2, 0, HTTP_INITIALIZE_SERVER), 0);
    assert_eq!(create_handle(), 0);
    assert_eq!(terminate(HTTP_INITIALIZE_SERVER), 0);
    assert_eq!(create_handle(), 0);
    assert_eq!(
        terminate(HTTP_INITIALIZE_SERVER | HTTP_INITIALIZE_CONFIG),
        0
    );
    assert_eq!((create_handle(), configure()), (1114, 1114));
    assert_eq!(terminate(HTTP_INITIALIZE_SERVER), 87);

    // G-079: the last HttpTerminate closes everything; handles stay to be closed by CloseHandle.
    let server = Server::version_2();
    assert_eq!(terminate(HTTP_INITIALIZE_SERVER), 0);
    assert_eq!(initialize(2, 0, HTTP_INITIALIZE_SERVER), 0);
    assert_eq!(server.receive(0, 0, &mut RequestMemory::new(4096)).0, 6);
    assert!(std::net::TcpStream::connect(("127.0.0.1", server.port)).is_err());
    assert!(httpsys_win32::close(server.queue));
}
