//! The HTTPERR log: a line for each request or connection that the service itself ends.
//!
//! Owns: whether there is a log (`EnableErrorLogging`, LIM-019), and what of a connection goes into
//! a line: of a request that the program has, its request line is kept beside the connection.
//! Does not own the file nor its format (`httpsys-logging`). Lines are handed to a bounded buffer;
//! nothing here waits for a disk. Threading: any thread.

use std::path::PathBuf;

use httpsys_core::Request;
use httpsys_core::proto::{Parameters, Version};
use httpsys_logging::{CodePage, ErrorLog, ErrorLogSettings, Rollover};

use crate::transport::host::Host;

/// The log that these parameters ask for, if they do.
pub(crate) fn open(parameters: &Parameters, host: &Host) -> std::io::Result<Option<ErrorLog>> {
    if !parameters.enable_error_logging {
        return Ok(None);
    }
    let folder: PathBuf = match &parameters.error_logging_dir[..] {
        "" => std::env::temp_dir(),
        directory => directory.into(),
    };

    let settings = ErrorLogSettings {
        rollover: Rollover::Size(parameters.error_log_file_truncate_size),
        code_page: CodePage::LOCAL,
        ..ErrorLogSettings::default()
    };

    host.start_error_log(&folder, &settings).map(Some)
}

/// What a line says of a request.
#[derive(Clone, Copy)]
pub(crate) struct RequestLine<'a> {
    pub(super) version: Version,
    pub(super) verb: &'a [u8],
    pub(super) target: &'a [u8],
}

impl<'a> From<&'a Request> for RequestLine<'a> {
    fn from(request: &'a Request) -> Self {
        RequestLine {
            version: request.version(),
            verb: request.head.verb_text(),
            target: request.head.raw_url(),
        }
    }
}

/// The request line of the request that the program was given last, kept while there is a log or somebody
/// looks at requests under way: the request itself may be the program's. It stays with the slot, so that it
/// costs an allocation once.
#[derive(Debug)]
pub(crate) struct Received {
    pub(super) version: Version,
    /// When it came, in the clock's milliseconds; when it was handed over if it has not waited.
    pub(super) since: u64,
    /// Verb and target, each as far as a line has it.
    pub(super) text: Vec<u8>,
    pub(super) verb: usize,
}

impl Received {
    pub(super) fn line(&self) -> RequestLine<'_> {
        let (verb, target) = self.text.split_at(self.verb);
        RequestLine {
            version: self.version,
            verb,
            target,
        }
    }
}
