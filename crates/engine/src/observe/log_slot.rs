//! An open access log, and the place in a URL group or a server session that holds it.
//!
//! Owns opening, replacing and writing to it. Does not own which call opens a log (`log_files.rs`), nor the
//! files (`httpsys-logging`).

use std::path::Path;
use std::sync::Arc;

use httpsys_core::Error;
use httpsys_core::property::{LogFormat, Logging, Rollover};
use httpsys_logging::{AccessLog, Config, Fields, Flags, Format, LogCounters, Record, Scope, Time};
use httpsys_socket::lock::RwLock;

use crate::clock::Clock;
use crate::observe::reason;
use crate::transport::host::Host;

/// Where the log of a server session or URL group is, if it has one.
#[derive(Debug, Default)]
pub(crate) struct LogSlot(RwLock<Option<Arc<OpenLog>>>);

/// A log that is switched on.
#[derive(Debug)]
pub(crate) struct OpenLog {
    pub(super) log: AccessLog,
    pub(super) directory: String,
    /// Its lines or its file names have local time.
    pub(super) local: bool,
}

impl OpenLog {
    /// Opens the log that the property asks for; its first file is made with the first entry
    /// (documented).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87), the one code that the pages of the Set functions have, for
    /// values that HTTP_LOGGING_INFO does not allow, and for a directory that cannot be made or
    /// written to (assumed: HTTP.sys may find that out only with the first request);
    /// [`Error::NoResources`] (8) when the system has no thread for it. An event says why.
    pub(crate) fn open(logging: &Logging, scope: Scope, host: &Host) -> Result<OpenLog, Error> {
        let refused = |why: &dyn std::fmt::Display| {
            tracing::error!(error = %why, "the access log cannot be opened");
            reason::invalid(format!("HTTP_LOGGING_INFO: {why}"))
        };
        let config = config_of(logging).ok_or_else(|| refused(&"a name is not UTF-16"))?;
        config.validate(scope).map_err(|error| refused(&error))?;
        let directory = Path::new(&config.directory);
        host.make_writable(directory)
            .map_err(|error| refused(&format_args!("{}: {error}", directory.display())))?;
        let log = host.start_access_log(&config).map_err(|error| {
            tracing::error!(%error, "no thread for the access log");
            Error::NoResources
        })?;
        Ok(OpenLog {
            log,
            local: matches!(config.format, Format::Iis | Format::Ncsa)
                || config.flags.contains(Flags::LOCAL_TIME_ROLLOVER),
            directory: config.directory,
        })
    }

    /// Writes everything that was handed over, and ends the log.
    pub(crate) fn close(&self) {
        self.log.writer().close();
        let counters = self.log.writer().counters();
        if counters.dropped != 0 || counters.failed != 0 {
            tracing::warn!(
                directory = self.directory,
                dropped = counters.dropped,
                failed = counters.failed,
                "entries of an access log were lost"
            );
        }
    }
}

impl LogSlot {
    /// Puts a log in, or none; gives back the one that was there, for [`OpenLog::close`].
    #[must_use]
    pub(crate) fn replace(&self, log: Option<Arc<OpenLog>>) -> Option<Arc<OpenLog>> {
        std::mem::replace(&mut *self.0.write(), log)
    }

    /// Logs a response, if there is a log and it selects the status. True if it was taken over.
    pub(crate) fn log(
        &self,
        record: &mut Record<'_>,
        clock: &dyn Clock,
        line: &mut Vec<u8>,
    ) -> bool {
        let slot = self.0.read();
        let Some(open) = slot.as_ref() else {
            return false;
        };
        if !open.log.selects(record.fields.protocol_status) {
            return false;
        }
        let unix_seconds = record.time.unix_seconds;
        record.time = Time {
            unix_seconds,
            utc_offset: if open.local {
                clock.utc_offset(unix_seconds)
            } else {
                0
            },
        };
        open.log.log(record, line)
    }

    /// Waits until all entries are written.
    pub(crate) fn flush(&self) {
        // Not under the lock: that waits for the disk.
        let open = self.0.read().clone();
        if let Some(open) = open {
            open.log.writer().flush();
        }
    }

    /// What became of the entries of the log, if there is one.
    pub(crate) fn counters(&self) -> Option<LogCounters> {
        let slot = self.0.read();
        slot.as_ref().map(|open| open.log.writer().counters())
    }
}

/// `None` for a name that is not well-formed UTF-16.
pub(super) fn config_of(logging: &Logging) -> Option<Config> {
    let format = match logging.format {
        LogFormat::W3c => Format::W3c,
        LogFormat::Iis => Format::Iis,
        LogFormat::Ncsa => Format::Ncsa,
        LogFormat::Raw => Format::Raw,
    };
    let directory = String::from_utf16(&logging.directory).ok()?;
    let software_name = String::from_utf16(&logging.software_name).ok()?;
    let mut config = Config::new(directory, format, Fields(logging.fields));
    config.flags = Flags(logging.flags);
    config.software_name = (!software_name.is_empty()).then_some(software_name);
    config.rollover = match logging.rollover {
        Rollover::Size(size) => httpsys_logging::Rollover::Size(size),
        Rollover::Daily => httpsys_logging::Rollover::Daily,
        Rollover::Weekly => httpsys_logging::Rollover::Weekly,
        Rollover::Monthly => httpsys_logging::Rollover::Monthly,
        Rollover::Hourly => httpsys_logging::Rollover::Hourly,
    };
    Some(config)
}
