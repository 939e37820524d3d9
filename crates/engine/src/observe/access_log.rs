//! Access logging: one entry for each response of a URL group that has a log.
//!
//! Owns: what is measured of an exchange (when it began, what was sent), the log data that came with
//! its calls, and the entry at its end. Does not own: the logs and their files (`log_files.rs`), nor
//! what a door takes for log data ([`LogSource`]).
//!
//! An exchange has an [`ExchangeLog`] only where its URL group or session has a log: elsewhere nothing
//! is measured, and each hook costs one branch; they are `cold` so that it stays at that. The log
//! data of a call is copied while the call runs (the pages do not say how long the memory of pLogData
//! is used; assumed). What counts is that of the last call (HTTP_LOG_FIELDS_DATA, documented); if the
//! connection breaks before, that of the latest (assumed).
//!
//! Threading: under the lock of the connection's slot; nothing here waits for a disk.

use std::cell::RefCell;
use std::time::Instant;

use httpsys_core::connection::ResponseState;
use httpsys_core::proto::header::request_id;
use httpsys_core::{Error, Request, RequestId};
use httpsys_logging::{Address, FieldsBuf, FieldsData, Record, Text, Time, Version};

use crate::calls::queue::Queue;
use crate::conn::pool;
use crate::conn::slot::Conn;
use crate::observe::exchange_log::{ExchangeLog, Measured};
use crate::observe::trace;
use crate::service::Service;

/// Log data of a response: what `pLogData` is to HttpSendHttpResponse.
pub trait LogSource {
    /// Puts the fields into `kept`, which has what earlier calls for this response put there. Called
    /// only if the response is logged, with the connection locked: it must not call the service.
    fn put(&self, kept: &mut FieldsBuf);

    /// As [`LogSource::put`], for a response that has ended with this call: lends the fields, if there are
    /// any, and copies them only where they are not at hand.
    fn lend(&self, kept: &mut FieldsBuf, log: &mut dyn FnMut(&FieldsData<'_>)) {
        self.put(kept);
        if let Some(fields) = kept.get() {
            log(&fields);
        }
    }
}

impl LogSource for FieldsData<'_> {
    fn put(&self, kept: &mut FieldsBuf) {
        kept.set(self);
    }

    fn lend(&self, _: &mut FieldsBuf, log: &mut dyn FnMut(&FieldsData<'_>)) {
        log(self);
    }
}

/// The log data of a call; `None` for none: if it is the last of a response, that is not logged
/// (documented).
pub type Log<'a> = Option<&'a dyn LogSource>;

/// The log data of a send while it is under way.
#[derive(Clone, Copy)]
pub(crate) enum SendLog<'a> {
    /// It came with the call, and counts from the call's first byte on.
    New(Log<'a>),
    /// It is kept with the exchange.
    Kept,
}

/// Entries that a thread keeps to use again, and the largest copy of log data in one.
const KEPT: usize = 8;

const LARGEST_KEPT: usize = 16 * 1024;

thread_local! {
    #[expect(clippy::vec_box, reason = "the boxes themselves go in and out")]
    static FREE: RefCell<Vec<Box<ExchangeLog>>> = const { RefCell::new(Vec::new()) };

}

impl Service {
    /// The first bytes of a head have arrived.
    pub(crate) fn log_from_now(&self) -> Box<ExchangeLog> {
        take_free(self.clock().now())
    }

    /// A request for a URL group with a log has arrived.
    #[cold]
    pub(crate) fn begin_log(&self, conn: &mut Conn, request: &Request) {
        let stream_id = conn.stream_id();
        let Some(own) = conn.state.under_way_mut() else {
            return;
        };

        let entry = own.log.get_or_insert_with(|| self.log_from_now());
        let entry = &mut entry.measured;
        let version = request.version();
        entry.version = (version.major > 0).then_some(Version {
            major: version.major,
            minor: version.minor,
        });
        entry.stream_id = stream_id;
        entry.head_length = request.head.head_len() as u64;
        entry.site = u32::try_from(request.group.0 & u64::from(u32::MAX)).unwrap_or(0);
    }

    /// A call for the response begins, with this log data.
    #[cold]
    pub(crate) fn keep_log_data(&self, conn: &mut Conn, log: Log<'_>) {
        let Some(entry) = log_of(conn) else { return };

        match log {
            Some(source) => source.put(&mut entry.fields),
            None => entry.fields.clear(),
        }
    }

    /// A call that goes on, or has failed, has put so many of its bytes on the wire. Its log data is kept from
    /// now on.
    #[cold]
    pub(crate) fn log_part_sent(&self, conn: &mut Conn, bytes: u64, log: &mut SendLog<'_>) {
        if let SendLog::New(log) = std::mem::replace(log, SendLog::Kept) {
            self.keep_log_data(conn, log);
        }
        if let Some(entry) = log_of(conn) {
            entry.measured.part_sent = bytes;
        }
    }

    /// A call of so many bytes has completed; `ended`: it was the last.
    #[cold]
    pub(crate) fn log_sent(&self, conn: &mut Conn, bytes: u64, ended: bool, log: SendLog<'_>) {
        if let Some(entry) = log_of(conn) {
            entry.measured.bytes_sent += bytes;
            entry.measured.part_sent = 0;
        }
        match log {
            _ if ended => self.end_log(conn, 0, log),
            SendLog::New(log) => self.keep_log_data(conn, log),
            SendLog::Kept => {}
        }
    }

    /// The connection ends, with or without a response. One that was begun with log data is logged,
    /// with the code of the end as its Win32 status unless the program gave one (64 for a client
    /// that broke off is observed with IIS; the others are assumed).
    #[cold]
    pub(crate) fn log_broken(&self, conn: &mut Conn, error: Error) {
        let exchange = conn.state.exchange();
        if exchange.is_none_or(|exchange| exchange.answer() == ResponseState::None) {
            // Log data that was prepared for a response that never came.
            if let Some(entry) = log_of(conn) {
                entry.fields.clear();
            }
        }
        self.end_log(conn, error.win32(), SendLog::Kept);
    }

    /// Whether responses of some URL group are logged.
    #[must_use]
    pub fn has_logs(&self) -> bool {
        self.routes().has_logs()
    }

    /// Keeps log data for a response that comes without, as one by id does.
    ///
    /// # Errors
    /// As [`Service::check_live`].
    pub fn prepare_log(
        &self,
        queue: &Queue,
        request: RequestId,
        source: &dyn LogSource,
    ) -> Result<(), Error> {
        let mut conn = self.live_request(queue, request)?.into_connection();
        self.keep_log_data(&mut conn, Some(source));
        Ok(())
    }

    fn end_log(&self, conn: &mut Conn, win32_status: u32, log: SendLog<'_>) {
        let own = conn.state.under_way_mut();
        let Some(mut entry) = own.and_then(|own| own.log.take()) else {
            return;
        };

        let ExchangeLog { measured, fields } = &mut *entry;
        let mut write = |given: &FieldsData<'_>| self.log(conn, measured, given, win32_status);
        match log {
            SendLog::New(Some(source)) => source.lend(fields, &mut write),
            SendLog::New(None) => {}
            SendLog::Kept => {
                if let Some(given) = fields.get() {
                    write(&given);
                }
            }
        }
        fields.clear();
        put_free(entry);
    }

    /// Writes the line of a response into the logs of its URL group and session.
    fn log(&self, conn: &Conn, entry: &Measured, fields: &FieldsData<'_>, win32_status: u32) {
        let Some(bound) = &conn.bound else { return };

        let given = fields.win32_status;
        let body = conn.state.exchange().map_or(0, |of| of.body_received());
        let taken = self.clock().now().saturating_duration_since(entry.since);
        let mut record = Record {
            time: Time::utc(self.clock().unix_seconds()),
            version: entry.version,
            bytes_sent: entry.bytes_sent + entry.part_sent,
            bytes_received: entry.head_length + body,
            time_taken_ms: u64::try_from(taken.as_millis()).unwrap_or(u64::MAX),
            stream_id: entry.stream_id,
            stream_id_ex: None,
            transport: Text::ABSENT,
            site_id: entry.site,
            fields: FieldsData {
                win32_status: if given == 0 { win32_status } else { given },
                ..*fields
            },
        };

        let mut line = pool::get_buffer();
        for slot in bound.group.logs() {
            if slot.log(&mut record, self.clock(), &mut line) {
                trace::log_file_write(conn.state.id(), fields.protocol_status);
            }
        }
        pool::put_buffer(line);
    }
}

/// As a program in C fills HTTP_LOG_FIELDS_DATA from HTTP_REQUEST; the query is without its question
/// mark, as in the logs of IIS (observed).
#[must_use]
pub fn fields_of(request: &Request) -> FieldsData<'_> {
    let head = &request.head;
    let known = |id| Text::Bytes(head.known(id).unwrap_or_default());
    let query = request.url.query().unwrap_or_default();
    FieldsData {
        uri_stem: Text::Wide(request.url.abs_path()),
        client_ip: Address::Ip(request.remote.ip()),
        server_ip: Address::Ip(request.local.ip()),
        method: Text::Bytes(head.verb_text()),
        uri_query: Text::Wide(query.strip_prefix(&[u16::from(b'?')]).unwrap_or(query)),
        host: known(request_id::HOST),
        user_agent: known(request_id::USER_AGENT),
        cookie: known(request_id::COOKIE),
        referrer: known(request_id::REFERER),
        server_port: request.local.port(),
        method_num: request.verb() as u32,
        ..FieldsData::default()
    }
}

/// The entry of the request under way.
fn log_of(conn: &mut Conn) -> Option<&mut ExchangeLog> {
    conn.state.under_way_mut()?.log.as_deref_mut()
}

fn take_free(now: Instant) -> Box<ExchangeLog> {
    let free = FREE.try_with(|free| free.borrow_mut().pop()).ok().flatten();
    match free {
        Some(mut entry) => {
            let measured = &mut entry.measured;
            measured.since = now;
            (measured.bytes_sent, measured.part_sent) = (0, 0);
            entry
        }
        None => Box::new(ExchangeLog {
            measured: Measured {
                since: now,
                version: None,
                stream_id: None,
                head_length: 0,
                bytes_sent: 0,
                part_sent: 0,
                site: 0,
            },
            fields: FieldsBuf::default(),
        }),
    }
}

fn put_free(entry: Box<ExchangeLog>) {
    if entry.fields.capacity() > LARGEST_KEPT {
        return;
    }
    let _ = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        if free.len() < KEPT {
            free.push(entry);
        }
    });
}
