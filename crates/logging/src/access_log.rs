//! The access log of a URL group or a server session.
//!
//! Owns: [`AccessLog`], which combines a configuration, its format and a writer. Does not own:
//! which requests it is for. Threading: any thread may log.

use std::io;

use crate::config::{Config, Flags};
use crate::fields::Fields;
use crate::files::{Files, StdFiles};
use crate::format::{DEFAULT_SOFTWARE, Format, line};
use crate::record::Record;
use crate::sink::{LogKind, LogPlan};
use crate::text::CodePage;
use crate::writer::{LogWriter, WriterSettings};

/// A log that is switched on.
#[derive(Debug)]
pub struct AccessLog {
    flags: Flags,
    format: Format,
    fields: Fields,
    code_page: CodePage,
    writer: LogWriter,
}

impl AccessLog {
    /// A log in the configuration's directory. The configuration has been checked with
    /// [`Config::validate`]; one that has not makes strange files, nothing worse.
    ///
    /// Fails if the thread cannot be started. No file is made yet.
    pub fn start(config: &Config, settings: &WriterSettings) -> io::Result<Self> {
        Self::start_in(StdFiles::new(&config.directory), config, settings)
    }

    /// The same with files that are elsewhere; the configuration's directory is not used.
    pub fn start_in<F: Files>(
        files: F,
        config: &Config,
        settings: &WriterSettings,
    ) -> io::Result<Self> {
        let plan = LogPlan {
            kind: LogKind::Access {
                format: config.format,
                utf8: config.flags.contains(Flags::USE_UTF8_CONVERSION),
            },
            rollover: config.rollover,
            local: config.flags.contains(Flags::LOCAL_TIME_ROLLOVER),
            fields: config.fields,
            software: config
                .software_name
                .clone()
                .unwrap_or_else(|| DEFAULT_SOFTWARE.to_owned()),
        };
        Ok(Self {
            flags: config.flags,
            format: config.format,
            fields: config.fields,
            code_page: config.code_page(),
            writer: LogWriter::start(plan, files, settings)?,
        })
    }

    /// Whether a response with this status code is logged. Asked before a [`Record`] is made, it
    /// saves making it.
    #[must_use]
    pub fn selects(&self, status: u16) -> bool {
        self.flags.select(status)
    }

    /// Logs a response if its status code is selected. False if it had to be dropped.
    ///
    /// The line is made in `scratch`, which is overwritten and keeps its memory: no allocation once
    /// it has grown.
    pub fn log(&self, record: &Record<'_>, scratch: &mut Vec<u8>) -> bool {
        if !self.selects(record.fields.protocol_status) {
            return true;
        }
        scratch.clear();
        line(self.format, self.fields, self.code_page, record, scratch);
        scratch.is_empty() || self.writer.try_push(record.time, scratch)
    }

    /// The writer: to flush, to close, and to see what happened to the entries.
    #[must_use]
    pub fn writer(&self) -> &LogWriter {
        &self.writer
    }
}
