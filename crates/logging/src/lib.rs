//! The log files of the Windows HTTP Server API.
//!
//! Owns: access logs in the W3C, IIS, NCSA and centralized binary formats, the HTTPERR error log,
//! the names of their files, rollover, and the threads that write them. Does not own: which request
//! is logged where, what a response was, or a clock: records, times and time zones are arguments.
//!
//! Where to look: [`AccessLog`] and [`ErrorLog`] are the doors. [`Record`] and [`ErrorRecord`] are
//! what goes in; [`line()`], [`error_line`] and [`header`] make text of it; [`is_due`] and
//! [`file_name`] decide on files; [`LogWriter`] has the thread; [`Files`] is where files are,
//! [`MemoryDisk`] a place in memory for them.
//!
//! Everything but the writer and [`StdFiles`] is sans-IO: pure functions and plain data.
//!
//! # Use
//!
//! ```
//! use httpsys_logging::{
//!     AccessLog, Address, Config, Fields, FieldsData, Format, MemoryFiles, Record, Text, Time,
//! };
//!
//! let fields = Fields::DATE | Fields::TIME | Fields::METHOD | Fields::URI_STEM | Fields::STATUS;
//! let config = Config::new("/var/log/site", Format::W3c, fields);
//! let files = MemoryFiles::default();
//! let log = AccessLog::start_in(files.clone(), &config, &Default::default())?;
//!
//! let mut scratch = Vec::new();
//! let record = Record {
//!     time: Time::utc(1_020_361_335),
//!     fields: FieldsData {
//!         method: Text::Bytes(b"GET"),
//!         uri_stem: Text::Str("/images/a picture.jpg"),
//!         client_ip: Address::Ip([172, 22, 255, 255].into()),
//!         protocol_status: 200,
//!         ..FieldsData::default()
//!     },
//!     ..Record::default()
//! };
//! assert!(log.log(&record, &mut scratch));
//! log.writer().close();
//!
//! let text = files.contents("ex020502.log").unwrap();
//! assert!(text.ends_with(b"2002-05-02 17:42:15 GET /images/a+picture.jpg 200\r\n"));
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # What is known and what is not
//!
//! Pages are those of the HTTP Server API documentation unless another is named.
//!
//! | part | known from | assumed |
//! |---|---|---|
//! | W3C | w3c-logging, HTTP_LOG_FIELD_ constants | columns newer than that page, Unicode spaces |
//! | IIS | iis-logging with its sample | blanks become `+` |
//! | NCSA | ncsa-logging with its sample | blanks and quotation marks become `+` |
//! | binary | centralized-binary-logging; Log Parser's BIN fields | **the layout**, see [`raw`] |
//! | error log | KB 820729 and the pages named in `error_log.rs` | size is raised to the minimum |
//! | file names | HTTP_LOGGING_INFO; `u_`, `.ibl` observed with IIS | weeks begin on Sunday |
//! | selection | IIS's selectiveLogging | that HTTP.sys draws the same line at 400 |
//!
//! Not done: security descriptors are not applied to files; a file that has been idle stays open
//! (HTTP.sys closes it after 15 minutes, observed).
#![forbid(unsafe_code)]

mod access_log;
mod config;
mod disk;
mod error_log;
mod fields;
mod files;
mod format;
mod owned;
pub mod raw;
mod reason;
mod record;
mod rollover;
mod sink;
mod text;
mod time;
mod writer;

pub use access_log::AccessLog;
pub use config::{
    Config, ConfigError, Flags, MAX_DIRECTORY_NAME, MAX_SECURITY_DESCRIPTOR, MAX_SOFTWARE_NAME,
    Scope,
};
pub use disk::MemoryDisk;
pub use error_log::{
    ERROR_LOG_SOFTWARE, ErrorLog, ErrorLogSettings, ErrorRecord, MAX_URI, MAX_VERB, error_line,
};
pub use fields::Fields;
pub use files::{Files, LogFile, MemoryFile, MemoryFiles, StdFiles};
pub use format::{DEFAULT_SOFTWARE, Format, header, line};
pub use owned::FieldsBuf;
pub use reason::Reason;
pub use record::{Address, FieldsData, Record, Version};
pub use rollover::{OpenFile, Rollover, error_file_name, file_name, is_due};
pub use text::{CodePage, Text};
pub use time::Time;
pub use writer::{LogCounters, LogWriter, WriterSettings};
