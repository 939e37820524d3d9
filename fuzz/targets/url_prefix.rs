//! UrlPrefix strings: any UTF-16.
//!
//! Checks: what parses is written as a prefix that parses to the same and is written the same; its
//! path begins and ends with a slash; equality does not depend on letter case.
#![no_main]

use httpsys_core::url_prefix::UrlPrefix;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // Text where it is text, so that the fuzzer's dictionary helps; pairs of bytes otherwise.
    let units: Vec<u16> = match std::str::from_utf8(data) {
        Ok(text) => text.encode_utf16().collect(),
        Err(_) => data
            .chunks_exact(2)
            .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
            .collect(),
    };
    let Ok(prefix) = UrlPrefix::parse(&units) else {
        return;
    };
    let slash = Some(&u16::from(b'/'));
    assert_eq!(
        (prefix.path().first(), prefix.path().last()),
        (slash, slash)
    );
    assert_ne!(prefix.port(), 0);
    let text = prefix.to_string();
    if let Ok(whole) = String::from_utf16(&units) {
        let again = UrlPrefix::parse_str(&text);
        assert_eq!(
            again.as_ref(),
            Ok(&prefix),
            "{whole:?} is written as {text:?}"
        );
        assert_eq!(again.expect("parsed").to_string(), text);
        // The scheme has to be lower case (PFX-007).
        let (scheme, rest) = whole.split_once(':').expect("a scheme");
        let upper = format!("{scheme}:{}", rest.to_ascii_uppercase());
        assert_eq!(
            UrlPrefix::parse_str(&upper).as_ref(),
            Ok(&prefix),
            "{upper:?}"
        );
    }
});
