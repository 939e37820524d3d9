//! Access logs: how one is switched on, and what a request puts into it.
//!
//! Owns: [`Logging`] (HTTP_LOGGING_INFO), and what of a request goes into the log unless the response says
//! otherwise. Does not own: what a response may say ([`LogData`](crate::LogData)), formats, files and when an
//! entry is written (`httpsys-engine`, `httpsys-logging`). Threading: plain values; the setters may be
//! called from any thread.

use std::path::{Path, PathBuf};

use httpsys_core::call::Control;
use httpsys_core::property::{self, LogFormat, Property, Rollover};
use httpsys_engine::logging::{Fields, FieldsBuf, FieldsData, Flags, LogCounters};
use httpsys_engine::reason;
use httpsys_engine::{LogSource, fields_of};

#[cfg(doc)]
use crate::Error;
use crate::log_data::LogChoice;
use crate::text::utf16;
use crate::{Response, Result, ServerSession, UrlGroup};

/// HTTP_LOGGING_INFO: an access log, see [`UrlGroup::set_logging`].
///
/// ```
/// use httpsys::{LogFields, LogFormat, Logging, Response, Server};
/// # use std::io::{Read, Write};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = std::env::temp_dir().join(format!("httpsys-doc-{}", std::process::id()));
/// let fields = LogFields::METHOD | LogFields::URI_STEM | LogFields::STATUS;
/// let logging = Logging::new(LogFormat::W3c, &folder).fields(fields);
/// let server = Server::builder()
///     .url("http://localhost:0/")
///     .logging(logging)
///     .bind()?;
/// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
/// # client.write_all(b"GET /a%20b HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
/// server.receive()?.respond(Response::from_status(404))?;
/// # client.read_to_end(&mut Vec::new())?;
/// drop(server);
/// // A file for each day; it ends with the line `GET /a+b 404`.
/// let file = std::fs::read_dir(&folder)?.next().unwrap()?.path();
/// assert!(std::fs::read_to_string(file)?.ends_with("\r\nGET /a+b 404\r\n"));
/// # std::fs::remove_dir_all(folder)?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logging {
    format: LogFormat,
    directory: PathBuf,
    software_name: String,
    fields: Fields,
    flags: Flags,
    rollover: Rollover,
}

impl Logging {
    /// A log with its files in a directory, which must be an absolute path and should not be used
    /// by another log (documented). A new file begins every day, and a W3C log has all
    /// [`LogFields`](crate::LogFields) that responses have values for.
    #[must_use]
    pub fn new(format: LogFormat, directory: impl Into<PathBuf>) -> Self {
        Logging {
            format,
            directory: directory.into(),
            software_name: String::new(),
            fields: Fields(0x003f_ffff),
            flags: Flags::default(),
            rollover: Rollover::Daily,
        }
    }

    /// The fields of a W3C log. The other formats have fixed ones.
    #[must_use]
    pub fn fields(mut self, fields: Fields) -> Self {
        self.fields = fields;
        self
    }

    /// When a new file begins; [`Rollover::Size`] from 1 MiB.
    #[must_use]
    pub fn rollover(mut self, rollover: Rollover) -> Self {
        self.rollover = rollover;
        self
    }

    /// The name in the `#Software` line of a W3C log, at most 130 UTF-16 units.
    #[must_use]
    pub fn software_name(mut self, name: impl Into<String>) -> Self {
        self.software_name = name.into();
        self
    }

    /// HTTP_LOGGING_FLAG_*.
    #[must_use]
    pub fn flags(mut self, flags: Flags) -> Self {
        self.flags = flags;
        self
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    fn property(&self) -> Result<Property> {
        let directory = self.directory.to_str();
        let directory =
            directory.ok_or_else(|| reason::invalid("the log's directory is not UTF-8"))?;
        Ok(Property::Logging(Some(Box::new(property::Logging {
            flags: self.flags.0,
            software_name: utf16(&self.software_name),
            directory: utf16(directory),
            format: self.format,
            fields: self.fields.0,
            rollover: self.rollover,
        }))))
    }
}

fn property_of(logging: Option<&Logging>) -> Result<Property> {
    logging.map_or(Ok(Property::Logging(None)), Logging::property)
}

impl UrlGroup {
    /// Logs the group's responses, or stops logging: HttpServerLoggingProperty. When the call
    /// returns, the previous log is closed, with all its entries written.
    ///
    /// Responses to a [`crate::Request`] are logged with the fields of their request. The data of
    /// [`Response::log`] takes precedence, and [`Response::without_log`] switches logging off. The
    /// group's log and the log of its session are separate: if both exist, a response is logged in
    /// both (assumed).
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] for [`LogFormat::Raw`], a relative directory or one that cannot
    /// be written to, a size below 1 MiB, flags that contradict each other, and when the group is
    /// closed; an error event says which of these is the cause. In these cases nothing changes.
    pub fn set_logging(&self, logging: Option<&Logging>) -> Result<()> {
        let (group, property) = (self.id(), property_of(logging)?);
        let call = Control::SetUrlGroupProperty { group, property };
        self.service().control(call).map(drop)
    }

    /// What happened to the entries of the group's log; `None` if it has none.
    #[must_use]
    pub fn log_counters(&self) -> Option<LogCounters> {
        self.service().engine().url_group_log_counters(self.id())
    }
}

impl ServerSession {
    /// Sets one log for the responses of all groups of the session, in the format W3C or Raw
    /// (centralised binary): HttpServerLoggingProperty. Otherwise it works like
    /// [`UrlGroup::set_logging`].
    ///
    /// # Errors
    /// The same as those of [`UrlGroup::set_logging`], but the refused formats are IIS and NCSA.
    pub fn set_logging(&self, logging: Option<&Logging>) -> Result<()> {
        let (session, property) = (self.id(), property_of(logging)?);
        let call = Control::SetServerSessionProperty { session, property };
        self.service().control(call).map(drop)
    }

    /// What happened to the entries of the session's log; `None` if it has none.
    #[must_use]
    pub fn log_counters(&self) -> Option<LogCounters> {
        let engine = self.service().engine();
        engine.server_session_log_counters(self.id())
    }
}

/// The log data of a response's head.
pub(crate) struct ResponseLog<'p, 'a> {
    /// None for a response by id.
    pub(crate) request: Option<&'p httpsys_core::Request>,
    pub(crate) response: &'p Response<'a>,
}

impl LogSource for ResponseLog<'_, '_> {
    fn put(&self, kept: &mut FieldsBuf) {
        let data = match self.response.log_choice() {
            Some(LogChoice::Not) => return kept.clear(),
            Some(LogChoice::With(data)) => Some(data),
            None => None,
        };
        let before;
        let mut fields = match self.request {
            Some(request) => fields_of(request),
            None => {
                before = std::mem::take(kept);
                match before.get() {
                    Some(fields) => fields,
                    None if data.is_some() => FieldsData::default(),
                    // By an id of which nothing is known: no entry.
                    None => return,
                }
            }
        };
        fields.protocol_status = self.response.status();
        if let Some(data) = data {
            data.put_over(&mut fields);
        }
        kept.set(&fields);
    }

    fn lend(&self, kept: &mut FieldsBuf, log: &mut dyn FnMut(&FieldsData<'_>)) {
        let choice = self.response.log_choice();
        let (Some(request), Some(LogChoice::With(_)) | None) = (self.request, choice) else {
            self.put(kept);
            if let Some(fields) = kept.get() {
                log(&fields);
            }
            return;
        };
        let mut fields = fields_of(request);
        fields.protocol_status = self.response.status();
        if let Some(LogChoice::With(data)) = choice {
            data.put_over(&mut fields);
        }
        log(&fields);
    }
}

/// The log data of a request that will be answered by its id.
pub(crate) struct RequestLog<'p>(pub(crate) &'p httpsys_core::Request);

impl LogSource for RequestLog<'_> {
    fn put(&self, kept: &mut FieldsBuf) {
        kept.set(&fields_of(self.0));
    }
}

/// The last call of a response whose head had the log data.
pub(crate) struct AsBefore;

impl LogSource for AsBefore {
    fn put(&self, _: &mut FieldsBuf) {}
}
