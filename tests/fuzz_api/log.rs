//! The access log of a site, read back.
//!
//! Owns: its folder, and the claim that each complete response has one line, whose sc-bytes are the
//! bytes on the wire. Does not own the format (`conformance`). Threading: one thread, after the end.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_tests::door::LogSpec;
use windows_sys::Win32::Networking::HttpServer as http;

use crate::findings::{count, finding};
use crate::token::Token;

/// Gone with the value.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("httpsys-fuzz-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        let _ = std::fs::remove_dir_all(&path);
        Folder(path)
    }

    /// W3C with path and bytes, in one file.
    pub(crate) fn spec(&self) -> LogSpec {
        LogSpec {
            format: http::HttpLoggingTypeW3C,
            directory: self.0.to_str().expect("UTF-8").to_owned(),
            software_name: String::new(),
            fields: http::HTTP_LOG_FIELD_URI_STEM | http::HTTP_LOG_FIELD_BYTES_SENT,
            flags: http::HTTP_LOGGING_FLAG_USE_UTF8_CONVERSION,
            rollover: (http::HttpLoggingRolloverSize, u32::MAX),
        }
    }

    /// Compares the lines with the responses that clients have seen whole.
    pub(crate) fn check(&self, expected: &HashMap<Token, u64>) {
        let text = std::fs::read_to_string(self.0.join("u_extend1.log")).unwrap_or_default();
        let mut lines: HashMap<Token, u64> = HashMap::new();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let fields = line.split_once(' ').and_then(|(stem, bytes)| {
                let token = u64::from_str_radix(stem.rsplit('/').next()?, 16).ok()?;
                Some((Token(token), bytes.trim().parse().ok()?))
            });
            let Some((token, bytes)) = fields else {
                finding!("a line of the log that nobody wrote: {line:?}");
                continue;
            };
            if lines.insert(token, bytes).is_some() {
                finding!("{token:x?} is in the log twice");
            }
        }
        for (token, wire) in expected {
            match lines.get(token) {
                Some(bytes) if bytes == wire => {}
                Some(bytes) => finding!("{token:x?}: sc-bytes {bytes}, on the wire {wire}"),
                None => finding!("{token:x?} is not in the log"),
            }
        }
        count("log lines compared", expected.len() as u64);
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
