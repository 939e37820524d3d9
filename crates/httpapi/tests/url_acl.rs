//! Reservations through the configuration store, in a process of their own: the store is the
//! process's.
//!
//! Owns the codes and structures of HttpServiceConfigUrlAclInfo. Does not own what a reservation is
//! for (the wire tests). Threading: one test.
#![cfg(not(windows))]

use std::ffi::c_void;
use std::ptr::{null, null_mut};

use httpapi::api::initialize::HttpInitialize;
use httpapi::api::service_configuration::*;
use httpapi::types::*;

const ACL: HTTP_SERVICE_CONFIG_ID = HttpServiceConfigUrlAclInfo;

fn wide(text: &str) -> Vec<u16> {
    text.encode_utf16().chain([0]).collect()
}

fn with_record<R>(url: &str, sddl: Option<&str>, call: impl FnOnce(*const c_void, u32) -> R) -> R {
    let (mut url, mut sddl) = (wide(url), sddl.map(wide));
    let set = HTTP_SERVICE_CONFIG_URLACL_SET {
        KeyDesc: HTTP_SERVICE_CONFIG_URLACL_KEY {
            pUrlPrefix: url.as_mut_ptr(),
        },
        ParamDesc: HTTP_SERVICE_CONFIG_URLACL_PARAM {
            pStringSecurityDescriptor: sddl.as_mut().map_or(null_mut(), |sddl| sddl.as_mut_ptr()),
        },
    };
    call((&raw const set).cast(), size_of_val(&set) as u32)
}

fn set(url: &str, sddl: &str) -> u32 {
    with_record(url, Some(sddl), |record, length| {
        // SAFETY: the record outlives the call.
        unsafe { HttpSetServiceConfiguration(null_mut(), ACL, record, length, null()) }
    })
}

fn delete(url: &str) -> u32 {
    with_record(url, None, |record, length| {
        // SAFETY: the record outlives the call.
        unsafe { HttpDeleteServiceConfiguration(null_mut(), ACL, record, length, null()) }
    })
}

/// The code, the return length, and the strings where the code is 0.
fn query(kind: i32, url: Option<&str>, token: u32, size: u32) -> (u32, u32, Option<[String; 2]>) {
    let mut url = url.map(wide);
    let query = HTTP_SERVICE_CONFIG_URLACL_QUERY {
        QueryDesc: kind,
        KeyDesc: HTTP_SERVICE_CONFIG_URLACL_KEY {
            pUrlPrefix: url.as_mut().map_or(null_mut(), |url| url.as_mut_ptr()),
        },
        dwToken: token,
    };
    let mut buffer = [u64::MAX; 32];
    let output = if size == 0 {
        null_mut()
    } else {
        buffer.as_mut_ptr().cast()
    };
    let mut needed = 77;
    assert!(size as usize <= size_of_val(&buffer));
    // SAFETY: the buffer has at least `size` bytes.
    let code = unsafe {
        let input = (&raw const query).cast();
        let length = size_of_val(&query) as u32;
        let (service, none) = (null_mut(), null());
        HttpQueryServiceConfiguration(service, ACL, input, length, output, size, &mut needed, none)
    };
    let texts = (code == 0).then(|| {
        // SAFETY: the answer begins with the structure, whose strings are in the buffer.
        unsafe {
            let set = buffer
                .as_ptr()
                .cast::<HTTP_SERVICE_CONFIG_URLACL_SET>()
                .read();
            let end = buffer.as_ptr_range().end.cast::<u16>();
            let pointers = [
                set.KeyDesc.pUrlPrefix,
                set.ParamDesc.pStringSecurityDescriptor,
            ];
            pointers.map(|text| {
                let bound = end.offset_from(text) as usize;
                let units = std::slice::from_raw_parts(text, bound);
                let length = units.iter().position(|unit| *unit == 0).expect("a NUL");
                String::from_utf16_lossy(&units[..length])
            })
        }
    });
    (code, needed, texts)
}

#[test]
fn reservations_are_added_found_listed_and_removed() {
    // SAFETY: no pointers.
    let code = unsafe { HttpInitialize(HTTPAPI_VERSION_2, HTTP_INITIALIZE_CONFIG, null_mut()) };
    assert_eq!(code, 0);
    const EVERYBODY: &str = "D:(A;;GX;;;WD)";
    let (exact, next) = (HttpServiceConfigQueryExact, HttpServiceConfigQueryNext);
    assert_eq!(query(next, None, 0, 256).0, 259);
    assert_eq!(set("http://+:80/Own/", EVERYBODY), 0);
    assert_eq!(set("http://+:80/own", EVERYBODY), 183);
    assert_eq!(set("http://*:80/", "D:"), 0);
    assert_eq!(set("https://*:80/", "D:"), 183);
    assert_eq!(set("http://host/", EVERYBODY), 87);
    assert_eq!(set("http://host:80/", ""), 87);
    // G-132, G-189: text that is no SDDL, and an account that is none.
    assert_eq!(set("http://host:80/", "nonsense"), 87);
    assert_eq!(set("http://host:80/", "D:(A;;GX;;;ZZ)"), 1337);
    assert_eq!(set("http://host:80/", "D:(A;;GX;;WD)"), 1336);

    // 16 for the structure, 17 and 15 units with their NULs.
    let all = Some(["http://+:80/Own/".to_owned(), EVERYBODY.to_owned()]);
    assert_eq!(
        query(exact, Some("http://+:80/own/"), 0, 80),
        (0, 80, all.clone())
    );
    assert_eq!(
        query(exact, Some("http://+:80/own/"), 0, 79),
        (122, 80, None)
    );
    assert_eq!(query(next, None, 0, 0), (122, 80, None));
    assert_eq!(query(next, None, 0, 256), (0, 80, all));
    let second = query(next, None, 1, 256).2.expect("the second");
    assert_eq!(second, ["http://*:80/", "D:"]);
    assert_eq!(query(next, None, 2, 256), (259, 77, None));
    // G-189: the slash is added.
    assert_eq!(set("http://slash:80/a", EVERYBODY), 0);
    let added = query(exact, Some("http://slash:80/A"), 0, 256).2;
    assert_eq!(added.expect("it")[0], "http://slash:80/a/");
    assert_eq!(delete("http://slash:80/a"), 0);
    assert_eq!(query(exact, Some("http://+:80/"), 0, 256).0, 2);
    assert_eq!(query(exact, None, 0, 256).0, 87);
    assert_eq!(query(2, None, 0, 256).0, 87);

    assert_eq!(delete("http://+:80/OWN/"), 0);
    assert_eq!(delete("http://+:80/OWN/"), 2);
    assert_eq!(query(next, None, 0, 256).2.expect("it moved up"), second);
    assert_eq!(set("http://+:80/own/", EVERYBODY), 0);

    // Handles, lengths, record types.
    with_record("http://+:81/", Some("D:"), |record, length| {
        let set = |service: usize, id, record, length| {
            // SAFETY: NULL, or a record of at least that length.
            unsafe { HttpSetServiceConfiguration(service as HANDLE, id, record, length, null()) }
        };
        assert_eq!(set(1, ACL, record, length), 6);
        assert_eq!(set(0, ACL, record, length - 1), 122);
        assert_eq!(set(0, ACL, null(), length), 87);
        assert_eq!(set(0, -1, record, length), 87);
        assert_eq!(set(0, HttpServiceConfigMax, record, length), 87);
        assert_eq!(set(0, ACL, record, length), 0);
    });
}
