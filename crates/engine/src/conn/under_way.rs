//! What belongs to the request under way on a connection: it comes with the request and goes with it.
//!
//! Owns: the request's block until it is handed over, the calls that wait for its entity body or for
//! room for its response, and what is measured and allowed for it. Does not own: the state of the
//! exchange (`httpsys_core::exchange`), beside which the connection's machine keeps this
//! ([`Connection::under_way`](httpsys_core::connection::Connection::under_way)); so no connection
//! without a request has any of it; nor of a [`PendingHead`], unless a part of a head has come.
//! Threading: always behind the slot's lock.

use std::cell::RefCell;
use std::collections::VecDeque;

use httpsys_core::Request;

use crate::conn::alarm::Allowance;
use crate::observe::exchange_log::ExchangeLog;
use crate::poll::waiter::Waiting;

/// [`UnderWay::queued_at`] of a request that has not waited: later than every time.
pub(crate) const NOT_QUEUED: u64 = u64::MAX;

/// See the module head.
#[derive(Debug)]
pub(crate) struct UnderWay {
    /// The request, until it is handed over whole.
    pub(crate) block: Option<Box<Request>>,
    /// If its URL group has a log.
    pub(crate) log: Option<Box<ExchangeLog>>,
    /// The calls that wait, made on first use.
    waits: Option<Box<Waits>>,
    /// When it was queued, in the clock's milliseconds; [`NOT_QUEUED`] for one that was given to a
    /// receive at once.
    pub(crate) queued_at: u64,
}

/// The calls that wait for something of a request, and what is allowed to a send that has waited.
#[derive(Debug, Default)]
pub(crate) struct Waits {
    /// Entity body reads, in posting order (G-040).
    pub(crate) readers: VecDeque<Waiting>,
    /// The send that found the socket full, or for which a file is read.
    pub(crate) writer: Option<Waiting>,
    /// How long the client may take for the response, once one of its sends has waited.
    pub(crate) allowance: Option<Allowance>,
    /// Bytes that the bandwidth still allows the current send to write.
    pub(crate) allowed: u64,
    /// The lines of the trailer fields that have come behind a chunked body (BDY-020): no more than its decoder takes.
    pub(crate) trailers: Vec<u8>,
}

/// A head of which a part has come.
#[derive(Debug)]
pub(crate) struct PendingHead {
    /// What was parsed of it, so that no line is parsed twice.
    pub(crate) block: Box<Request>,
    /// Since its first bytes, if some URL group has a log.
    pub(crate) log: Option<Box<ExchangeLog>>,
}

impl UnderWay {
    /// Of a request that has just come.
    #[inline]
    pub(crate) fn new(log: Option<Box<ExchangeLog>>) -> Self {
        UnderWay {
            block: None,
            log,
            waits: None,
            queued_at: NOT_QUEUED,
        }
    }

    /// Whether a call has waited.
    #[inline]
    pub(crate) fn has_waits(&self) -> bool {
        self.waits.is_some()
    }

    /// The calls that wait, if one ever has.
    #[inline]
    pub(crate) fn waits(&mut self) -> Option<&mut Waits> {
        self.waits.as_deref_mut()
    }

    /// The calls that wait, made on first use.
    pub(crate) fn waits_mut(&mut self) -> &mut Waits {
        self.waits.get_or_insert_with(take_free)
    }

    /// Whether reads of the entity body wait.
    pub(crate) fn has_readers(&self) -> bool {
        let waits = self.waits.as_ref();
        waits.is_some_and(|waits| !waits.readers.is_empty())
    }

    /// Takes the first waiting reader.
    pub(crate) fn pop_reader(&mut self) -> Option<Waiting> {
        self.waits.as_mut()?.readers.pop_front()
    }

    /// Takes the send that waits for the socket or the bandwidth.
    pub(crate) fn pop_writer(&mut self) -> Option<Waiting> {
        let writer = &mut self.waits.as_mut()?.writer;
        writer.take_if(|writer| !matches!(writer, Waiting::Reading(_)))
    }

    /// The send under way does not wait for the client: a file is read for it.
    pub(crate) fn is_reading_file(&self) -> bool {
        let writer = self.waits.as_ref().and_then(|waits| waits.writer.as_ref());
        matches!(writer, Some(Waiting::Reading(_)))
    }
}

impl Drop for UnderWay {
    #[inline]
    fn drop(&mut self) {
        if let Some(waits) = self.waits.take() {
            put_free(waits);
        }
    }
}

/// Lists that a thread keeps to use again.
const KEPT: usize = 8;

thread_local! {
    #[expect(clippy::vec_box, reason = "the boxes themselves go in and out")]
    static FREE: RefCell<Vec<Box<Waits>>> = const { RefCell::new(Vec::new()) };
}

#[cold]
fn take_free() -> Box<Waits> {
    let free = FREE.try_with(|free| free.borrow_mut().pop()).ok().flatten();
    free.unwrap_or_default()
}

#[cold]
fn put_free(mut waits: Box<Waits>) {
    waits.readers.clear();
    waits.writer = None;
    waits.allowance = None;
    waits.allowed = 0;
    waits.trailers = Vec::new();
    let _ = FREE.try_with(|free| {
        let mut free = free.borrow_mut();
        if free.len() < KEPT {
            free.push(waits);
        }
    });
}
