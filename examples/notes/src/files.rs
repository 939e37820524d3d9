//! Files: an upload goes to the disk piece by piece, a download is sent from there.
//!
//! Owns the folder, the limit, and that a file is there as a whole or not at all: an upload is a temporary file until
//! its last byte has come. Does not own routing (`app.rs`).

use std::io::{self, Write};
use std::path::PathBuf;

use httpsys::{Error, FileRange, Request, Response, Result};
use serde_json::json;
use tempfile::NamedTempFile;

use crate::app::{json, problem};

/// The longest file.
pub(crate) const LIMIT: u64 = 16 << 20;
/// How many bytes of an upload are in memory at a time.
const BUFFER: usize = 64 * 1024;

/// What a client is told of a name that it cannot use.
const BAD_NAME: &str =
    "a name has letters, digits, '-', '_' and '.', and is not that of a device such as NUL";

/// The files in a folder.
pub(crate) struct Files {
    folder: PathBuf,
}

/// Why an upload is not stored.
enum UploadError {
    TooLong,
    Client(Error),
    Disk(io::Error),
}

impl From<Error> for UploadError {
    fn from(error: Error) -> Self {
        UploadError::Client(error)
    }
}

impl From<io::Error> for UploadError {
    fn from(error: io::Error) -> Self {
        UploadError::Disk(error)
    }
}

impl Files {
    pub(crate) fn new(folder: PathBuf) -> Files {
        Files { folder }
    }

    /// Answers `PUT /files/NAME`.
    pub(crate) fn store(&self, request: &Request, name: &str) -> Result<Response<'static>> {
        if !is_name(name) {
            return Ok(problem(400, BAD_NAME));
        }
        match self.receive(request, name) {
            Ok(length) => Ok(json(201, &json!({ "name": name, "length": length }))),
            // The service discards what the client still sends.
            Err(UploadError::TooLong) => Ok(problem(413, "at most 16 MiB")),
            Err(UploadError::Client(error)) => Err(error),
            Err(UploadError::Disk(error)) => {
                eprintln!("notes: cannot store {name}: {error}");
                Ok(problem(500, "the file cannot be stored"))
            }
        }
    }

    fn receive(&self, request: &Request, name: &str) -> std::result::Result<u64, UploadError> {
        // A client that waits for 100 (Continue) then sends nothing at all.
        if request
            .content_length()
            .is_some_and(|length| length > LIMIT)
        {
            return Err(UploadError::TooLong);
        }
        let mut file = NamedTempFile::new_in(&self.folder)?; // deleted unless it is kept
        let mut buffer = vec![0; BUFFER];
        let mut length = 0;
        loop {
            let read = request.read_body(&mut buffer)?;
            if read == 0 {
                break;
            }
            length += read as u64;
            if length > LIMIT {
                return Err(UploadError::TooLong);
            }
            file.write_all(&buffer[..read])?;
        }
        file.persist(self.folder.join(name))
            .map_err(|error| error.error)?;
        Ok(length)
    }

    /// Answers `GET /files/NAME`.
    pub(crate) fn load(&self, name: &str) -> Response<'static> {
        let opened = match is_name(name) {
            true => FileRange::open(self.folder.join(name)),
            false => Err(io::ErrorKind::NotFound.into()),
        };
        match opened {
            Ok(file) => Response::ok()
                .header("Content-Type", "application/octet-stream")
                .body(file)
                .process_ranges(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                problem(404, "there is no such file")
            }
            Err(error) => {
                eprintln!("notes: cannot read {name}: {error}");
                problem(500, "the file cannot be read")
            }
        }
    }
}

/// Whether it is a plain name: none that leads out of the folder, is hidden, or has a special meaning on some system.
fn is_name(name: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    !name.is_empty()
        && name.len() <= 100
        && !name.starts_with('.')
        && !name.ends_with('.') // Windows drops it
        && name.bytes().all(allowed)
        && !is_device(name)
}

/// Whether Windows takes the name for a device, as it does with any extension: `nul.txt` is a device as well.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.to_ascii_uppercase();
    match stem.strip_prefix("COM").or(stem.strip_prefix("LPT")) {
        Some(number) => matches!(number.as_bytes(), [b'0'..=b'9']),
        None => matches!(&stem[..], "CON" | "PRN" | "AUX" | "NUL"),
    }
}
