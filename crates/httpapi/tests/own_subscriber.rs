//! A program in Rust that has a subscriber of the crate tracing keeps it: HttpsysSetLogCallback says so.
#![cfg(not(windows))]

use std::ffi::{c_char, c_void};

use httpapi::api::diagnosis::{HttpsysLastReason, HttpsysSetLogCallback};

unsafe extern "system" fn never(_: u32, _: *const c_char, _: *const c_char, _: *mut c_void) {
    std::process::abort();
}

fn set(level: u32, function: httpapi::types::HTTPSYS_LOG_CALLBACK) -> u32 {
    // SAFETY: the function needs nothing of its context.
    unsafe { HttpsysSetLogCallback(level, function, std::ptr::null_mut()) }
}

#[test]
fn a_programs_own_subscriber_stays_and_the_callback_is_refused_with_183() {
    tracing::subscriber::set_global_default(tracing::subscriber::NoSubscriber::new())
        .expect("it is the first");
    assert_eq!(set(5, Some(never)), 183);
    tracing::error!("nobody hears this");
    let mut text = [0_u8; 256];
    let mut needed = 0;
    // SAFETY: the buffer and the number are valid for writes.
    let code = unsafe { HttpsysLastReason(text.as_mut_ptr().cast(), 256, &mut needed) };
    assert_eq!(code, 0);
    let text = String::from_utf8_lossy(&text[..needed as usize - 1]);
    assert!(text.starts_with("HttpsysSetLogCallback: "), "{text}");
    assert!(text.ends_with("ERROR_ALREADY_EXISTS (183)"), "{text}");
    // There is none to remove.
    assert_eq!(set(0, None), 0);
}
