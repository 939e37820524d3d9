//! HTTP_RESPONSE of the program's: what is read, and what is refused.
//!
//! Owns the checks against the text of the head. Threading: none.

use std::ptr::null_mut;

use httpsys_core::proto::Finish;
use httpsys_core::proto::h1::response::write;

use super::*;
use crate::types::{HTTP_RESPONSE_INFO, HTTP_UNKNOWN_HEADER};

const DATE: &[u8; 29] = b"Tue, 24 Nov 2026 00:00:00 GMT";

fn empty() -> HTTP_RESPONSE_V2 {
    // SAFETY: integers and raw pointers only, for which zero is a value.
    let mut response: HTTP_RESPONSE_V2 = unsafe { std::mem::zeroed() };
    response.Base.StatusCode = 200;
    response
}

fn known(text: &'static str) -> HTTP_KNOWN_HEADER {
    HTTP_KNOWN_HEADER {
        RawValueLength: text.len() as u16,
        pRawValue: text.as_ptr(),
    }
}

fn unknown(name: &'static str, value: &'static str) -> HTTP_UNKNOWN_HEADER {
    HTTP_UNKNOWN_HEADER {
        NameLength: name.len() as u16,
        RawValueLength: value.len() as u16,
        pName: name.as_ptr(),
        pRawValue: value.as_ptr(),
    }
}

fn lines(response: &HTTP_RESPONSE_V2, version_1: bool) -> Result<Vec<String>, u32> {
    let mut head = ResponseParts::new();
    // SAFETY: the tests pass whole structures whose pointers are good or refused.
    unsafe { read(response, version_1, &mut head, ServerToken::Behind) }
        .map_err(ErrorCode::win32)?;
    let text =
        String::from_utf8_lossy(write(&mut head, &Finish::new(DATE)).into_bytes()).into_owned();
    Ok(text.trim_end().lines().map(str::to_owned).collect())
}

#[test]
fn snd_007_status_reason_and_headers_are_read() {
    let mut response = empty();
    response.Base.StatusCode = 418;
    response.Base.pReason = b"I am a teapot".as_ptr();
    response.Base.ReasonLength = 13;
    response.Base.Headers.KnownHeaders[25] = known("120");
    let mut fields = [unknown("X-One", "1"), unknown("X-Two", "")];
    response.Base.Headers.UnknownHeaderCount = 2;
    response.Base.Headers.pUnknownHeaders = fields.as_mut_ptr();
    // Fields that do not matter may hold anything.
    response.Base.Flags = u32::MAX;
    response.Base.Headers.TrailerCount = 77;
    response.Base.Headers.pTrailers = std::ptr::dangling_mut();
    response.Base.Headers.KnownHeaders[3].pRawValue = std::ptr::dangling();
    let lines = lines(&response, false).unwrap();
    assert_eq!(lines[0], "HTTP/1.1 418 I am a teapot");
    assert_eq!(lines[1], "Retry-After: 120");
    assert_eq!(lines[3..5], ["X-One: 1", "X-Two: "]);
}

#[test]
fn rsp_022_multiple_known_headers_are_lines_in_order() {
    let mut response = empty();
    response.Base.Headers.KnownHeaders[29] = known("Basic");
    let mut values = [known("a=1"), known("b=2")];
    let mut fields = HTTP_MULTIPLE_KNOWN_HEADERS {
        HeaderId: 27,
        Flags: 0,
        KnownHeaderCount: 2,
        KnownHeaders: values.as_mut_ptr(),
    };
    let mut info = HTTP_RESPONSE_INFO {
        Type: HttpResponseInfoTypeMultipleKnownHeaders,
        Length: size_of::<HTTP_MULTIPLE_KNOWN_HEADERS>() as u32,
        pInfo: (&raw mut fields).cast(),
    };
    response.ResponseInfoCount = 1;
    response.pResponseInfo = &mut info;
    let with_information = lines(&response, false).unwrap();
    let cookies: Vec<_> = with_information
        .iter()
        .filter(|line| line.starts_with("Set-Cookie"))
        .collect();
    assert_eq!(cookies, ["Set-Cookie: a=1", "Set-Cookie: b=2"]);
    assert_eq!(with_information[4], "WWW-Authenticate: Basic");
    // The structure of version 1 ends before the information.
    assert_eq!(
        lines(&response, true).map(|lines| lines.len()),
        Ok(with_information.len() - 2)
    );
}

#[test]
fn g_057_and_g_058_bad_responses_are_refused() {
    let mut head = ResponseParts::new();
    // SAFETY: NULL.
    let null = unsafe { read(std::ptr::null(), false, &mut head, ServerToken::Behind) };
    assert_eq!(null.err().map(ErrorCode::win32), Some(87));

    let refused = |change: &dyn Fn(&mut HTTP_RESPONSE_V2)| {
        let mut response = empty();
        change(&mut response);
        lines(&response, false).err()
    };
    assert_eq!(refused(&|_| {}), None);
    assert_eq!(refused(&|r| r.Base.StatusCode = 0), Some(87));
    assert_eq!(refused(&|r| r.Base.StatusCode = 1000), Some(87));
    assert_eq!(refused(&|r| r.Base.ReasonLength = 1), Some(87));
    assert_eq!(
        refused(&|r| r.Base.Headers.KnownHeaders[12].RawValueLength = 1),
        Some(87)
    );
    assert_eq!(
        refused(&|r| r.Base.Headers.KnownHeaders[12] = known("a\r\nb: c")),
        Some(87)
    );
    assert_eq!(
        refused(&|r| r.Base.Headers.UnknownHeaderCount = 1),
        Some(87)
    );
    assert_eq!(refused(&|r| r.ResponseInfoCount = 1), Some(87));
    assert_eq!(refused(&|r| r.ResponseInfoCount = u16::MAX), Some(87));
    for field in [unknown("", "x"), unknown("a b", "x"), unknown("a", "x\ny")] {
        let mut fields = [field];
        let first = fields.as_mut_ptr();
        let change = |r: &mut HTTP_RESPONSE_V2| {
            r.Base.Headers.UnknownHeaderCount = 1;
            r.Base.Headers.pUnknownHeaders = first;
        };
        assert_eq!(refused(&change), Some(87));
    }
}

#[test]
fn response_information_that_is_not_there_yet_is_refused() {
    for (kind, code) in [
        (1, Err(50)),
        (2, Ok(())),
        (3, Err(50)),
        (4, Err(87)),
        (-1, Err(87)),
    ] {
        let mut response = empty();
        let mut info = HTTP_RESPONSE_INFO {
            Type: kind,
            Length: 0,
            pInfo: null_mut(),
        };
        response.ResponseInfoCount = 1;
        response.pResponseInfo = &mut info;
        assert_eq!(lines(&response, false).map(|_| ()), code);
    }
}
