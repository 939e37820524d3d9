//! Timeouts, the IP listen list and cache parameters through the configuration store, in a process
//! of their own: the store is the process's.
//!
//! Owns the codes and structures of these records. Does not own what they do (the wire tests, the
//! timers). Threading: one test.
#![cfg(not(windows))]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use httpapi::api::initialize::{HttpInitialize, HttpTerminate};
use httpapi::api::service_configuration::*;
use httpapi::types::*;

const TIMEOUT: HTTP_SERVICE_CONFIG_ID = HttpServiceConfigTimeout;
const CACHE: HTTP_SERVICE_CONFIG_ID = HttpServiceConfigCache;
const LISTEN: HTTP_SERVICE_CONFIG_ID = HttpServiceConfigIPListenList;

fn size_of_value<T>(value: &T) -> u32 {
    size_of_val(value) as u32
}

fn set<T>(id: HTTP_SERVICE_CONFIG_ID, record: &T) -> u32 {
    let pointer: *const c_void = (&raw const *record).cast();
    // SAFETY: the record outlives the call.
    unsafe { HttpSetServiceConfiguration(null_mut(), id, pointer, size_of_value(record), null()) }
}

fn delete<T>(id: HTTP_SERVICE_CONFIG_ID, record: &T) -> u32 {
    let pointer: *const c_void = (&raw const *record).cast();
    let size = size_of_value(record);
    // SAFETY: the record outlives the call.
    unsafe { HttpDeleteServiceConfiguration(null_mut(), id, pointer, size, null()) }
}

fn update<T>(id: HTTP_SERVICE_CONFIG_ID, record: &T) -> u32 {
    let pointer: *const c_void = (&raw const *record).cast();
    let size = size_of_value(record);
    // SAFETY: the record outlives the call.
    unsafe { HttpUpdateServiceConfiguration(null_mut(), id, pointer, size, null()) }
}

fn settings() {
    const SETTING: HTTP_SERVICE_CONFIG_ID = HttpServiceConfigSetting;
    let record = |key, value| HTTP_SERVICE_CONFIG_SETTING_SET {
        KeyDesc: key,
        ParamDesc: value,
    };
    assert_eq!(query(SETTING, &HttpTlsThrottle, 4).0, 2);
    assert_eq!(set(SETTING, &record(HttpTlsThrottle, 1)), 0);
    assert_eq!(set(SETTING, &record(HttpTlsThrottle, 0)), 183);
    let (code, needed, buffer) = query(SETTING, &HttpTlsThrottle, 4);
    assert_eq!((code, needed, buffer[0] as u32), (0, 4, 1));
    assert_eq!(query(SETTING, &HttpTlsThrottle, 3).0, 122);
    assert_eq!(delete(SETTING, &record(HttpTlsThrottle, 9)), 0);
    assert_eq!(delete(SETTING, &record(HttpTlsThrottle, 9)), 2);
    for key in [HttpNone, 2, -1] {
        assert_eq!(set(SETTING, &record(key, 1)), 87);
        assert_eq!(query(SETTING, &key, 4).0, 87);
    }
}

/// The code, the return length and what was written.
fn query<T>(id: HTTP_SERVICE_CONFIG_ID, input: &T, size: u32) -> (u32, u32, [u64; 64]) {
    let mut buffer = [u64::MAX; 64];
    let mut needed = 77;
    let input_pointer: *const c_void = (&raw const *input).cast();
    let output = match size {
        0 => null_mut(),
        _ => buffer.as_mut_ptr().cast(),
    };
    assert!(size <= size_of_value(&buffer));
    // SAFETY: the buffer has at least `size` bytes.
    let code = unsafe {
        HttpQueryServiceConfiguration(
            null_mut(),
            id,
            input_pointer,
            size_of_value(input),
            output,
            size,
            &mut needed,
            null(),
        )
    };
    (code, needed, buffer)
}

fn initialize() {
    // SAFETY: NULL.
    let code = unsafe { HttpInitialize(HTTPAPI_VERSION_2, 3, null_mut()) };
    assert_eq!(code, 0);
}

fn timeouts() {
    let record = |key, seconds| HTTP_SERVICE_CONFIG_TIMEOUT_SET {
        KeyDesc: key,
        ParamDesc: seconds,
    };
    let seconds = |key: i32| {
        let (code, needed, buffer) = query(TIMEOUT, &key, 2);
        assert_eq!((code, needed), (0, 2));
        buffer[0] as u16
    };
    for key in [IdleConnectionTimeout, HeaderWaitTimeout] {
        assert_eq!(seconds(key), 120, "the default");
        assert_eq!(delete(TIMEOUT, &record(key, 0)), 2);
        assert_eq!(set(TIMEOUT, &record(key, 0)), 87);
        assert_eq!(set(TIMEOUT, &record(key, 30)), 0);
        assert_eq!(set(TIMEOUT, &record(key, 40)), 183, "documented");
        assert_eq!(seconds(key), 30);
    }
    // CFG-004: a service that starts again has them still.
    // SAFETY: NULL.
    assert_eq!(unsafe { HttpTerminate(3, null_mut()) }, 0);
    initialize();
    for key in [IdleConnectionTimeout, HeaderWaitTimeout] {
        assert_eq!(seconds(key), 30);
        assert_eq!(delete(TIMEOUT, &record(key, 7)), 0);
        assert_eq!(seconds(key), 120);
    }
    for (size, code) in [(0, 122), (1, 122), (2, 0), (64, 0)] {
        let answer = query(TIMEOUT, &IdleConnectionTimeout, size);
        assert_eq!((answer.0, answer.1), (code, 2), "{size}");
    }
    assert_eq!(query(TIMEOUT, &2_i32, 2).0, 87);
    assert_eq!(query(TIMEOUT, &0_u16, 2).0, 87, "no key");
    assert_eq!(set(TIMEOUT, &record(-1, 30)), 87);
    assert_eq!(set(TIMEOUT, &0_u32), 122);
}

fn cache() {
    let record = |key, bytes| HTTP_SERVICE_CONFIG_CACHE_SET {
        KeyDesc: key,
        ParamDesc: bytes,
    };
    for key in [MaxCacheResponseSize, CacheRangeChunkSize] {
        assert_eq!(query(CACHE, &key, 4).0, 2);
        assert_eq!(set(CACHE, &record(key, 65_536)), 0);
        assert_eq!(set(CACHE, &record(key, 1)), 183);
        assert_eq!(query(CACHE, &key, 3).0, 122);
        let (code, needed, buffer) = query(CACHE, &key, 4);
        assert_eq!((code, needed, buffer[0] as u32), (0, 4, 65_536));
        assert_eq!(delete(CACHE, &record(key, 0)), 0);
        assert_eq!(delete(CACHE, &record(key, 0)), 2);
    }
    assert_eq!(set(CACHE, &record(2, 1)), 87);
}

fn listen_list() {
    let v4 = SOCKADDR_IN {
        sin_family: AF_INET,
        sin_addr: IN_ADDR {
            S_addr: u32::from_ne_bytes([192, 0, 2, 7]),
        },
        ..SOCKADDR_IN::default()
    };
    let mut v6 = SOCKADDR_IN6 {
        sin6_family: AF_INET6,
        ..SOCKADDR_IN6::default()
    };
    v6.sin6_addr.Byte[15] = 1;
    let record = |address: *const c_void, length| HTTP_SERVICE_CONFIG_IP_LISTEN_PARAM {
        AddrLength: length,
        pAddress: address.cast_mut().cast(),
    };
    let four = record((&raw const v4).cast(), 16);
    let six = record((&raw const v6).cast(), 28);
    let count = || {
        let (code, needed, buffer) = query(LISTEN, &0_u32, 512);
        assert_eq!(code, 0);
        (buffer[0] as u32, needed)
    };
    assert_eq!(count(), (0, 8));
    assert_eq!(delete(LISTEN, &four), 2);
    assert_eq!(set(LISTEN, &four), 0);
    assert_eq!(set(LISTEN, &four), 183);
    assert_eq!(set(LISTEN, &six), 0);
    assert_eq!(count(), (2, 8 + 2 * 128));
    let (code, needed, _) = query(LISTEN, &0_u32, 8 + 2 * 128 - 1);
    assert_eq!((code, needed), (122, 8 + 2 * 128));
    let (code, needed, buffer) = query(LISTEN, &0_u32, needed);
    assert_eq!((code, needed), (0, 264));
    // SAFETY: two addresses stand behind the count; the buffer is aligned for them.
    let (first, second) = unsafe {
        let list = buffer.as_ptr().add(1).cast::<SOCKADDR_STORAGE>();
        (
            list.cast::<SOCKADDR_IN>().read(),
            list.add(1).cast::<SOCKADDR_IN6>().read(),
        )
    };
    assert_eq!((first.sin_family, first.sin_port), (AF_INET, 0));
    assert_eq!(first.sin_addr, v4.sin_addr);
    assert_eq!((second.sin6_family, second.sin6_port), (AF_INET6, 0));
    assert_eq!(second.sin6_addr, v6.sin6_addr);
    for bad in [
        record(null(), 16),
        record((&raw const v4).cast(), 15),
        record((&raw const v6).cast(), 16),
        record((&raw const v4).cast(), 0),
    ] {
        assert_eq!(set(LISTEN, &bad), 87);
    }
    let family = SOCKADDR_IN {
        sin_family: 1,
        ..v4
    };
    assert_eq!(set(LISTEN, &record((&raw const family).cast(), 16)), 87);
    assert_eq!((delete(LISTEN, &four), delete(LISTEN, &six)), (0, 0));
    assert_eq!(count(), (0, 8));
}

fn what_all_records_have_in_common() {
    let record = HTTP_SERVICE_CONFIG_TIMEOUT_SET {
        KeyDesc: IdleConnectionTimeout,
        ParamDesc: 30,
    };
    let pointer: *const c_void = (&raw const record).cast();
    let mut overlapped = 0_u64;
    // SAFETY: the record outlives the calls; the OVERLAPPED is refused before it is used.
    unsafe {
        let set = HttpSetServiceConfiguration;
        assert_eq!(set(8 as HANDLE, TIMEOUT, pointer, 8, null()), 6);
        let overlapped = (&raw mut overlapped).cast();
        assert_eq!(set(null_mut(), TIMEOUT, pointer, 8, overlapped), 87);
        assert_eq!(set(null_mut(), TIMEOUT, null(), 8, null()), 87);
        assert_eq!(set(null_mut(), TIMEOUT, pointer, 7, null()), 122);
    }
    for id in [-1, HttpServiceConfigMax, 99] {
        assert_eq!((set(id, &record), delete(id, &record)), (87, 87));
        assert_eq!(query(id, &record, 64).0, 87);
    }
    for id in HttpServiceConfigIPListenList..HttpServiceConfigMax {
        assert_eq!((set(id, &0_u8), delete(id, &0_u8)), (122, 122), "{id}");
        let update = update(id, &0_u8);
        let is_certificate = matches!(id, 1 | 5 | 6 | 8..);
        assert_eq!(update, if is_certificate { 122 } else { 87 }, "{id}");
    }
}

#[test]
fn cfg_001_cfg_003_cfg_004_records_of_the_configuration() {
    let record = HTTP_SERVICE_CONFIG_TIMEOUT_SET {
        KeyDesc: IdleConnectionTimeout,
        ParamDesc: 30,
    };
    // SAFETY: NULL.
    let code = unsafe { HttpInitialize(HTTPAPI_VERSION_2, HTTP_INITIALIZE_SERVER, null_mut()) };
    assert_eq!(code, 0);
    // CFG-001: the other flag is not enough.
    assert_eq!(set(TIMEOUT, &record), 1114);
    assert_eq!(delete(TIMEOUT, &record), 1114);
    assert_eq!(query(TIMEOUT, &IdleConnectionTimeout, 2).0, 1114);
    // SAFETY: NULL.
    let code = unsafe { HttpTerminate(HTTP_INITIALIZE_SERVER, null_mut()) };
    assert_eq!(code, 0);
    initialize();
    timeouts();
    cache();
    settings();
    listen_list();
    what_all_records_have_in_common();
}
