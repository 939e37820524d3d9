//! The state of a strict service, and the hooks for what its calls show.
//!
//! Owns: the findings of one service, and when what is remembered becomes one. Does not own: the kinds
//! (`httpsys_core::misuse`), what is remembered (`ledger.rs`, `lent.rs`), nor where it is reported (`report.rs`).
//! Invariant: a service that is not strict has no [`StrictState`], so that each hook costs it one branch. Threading:
//! any thread; its locks are taken last, one at a time, and nothing is called while one is held. A connection may be
//! locked when a finding is noted, but not when it is reported: that may block, and runs code of the program.

use httpsys_core::connection::{DeliveryState, Exchange, Opaque, ResponseState};
use httpsys_core::proto::{ResponseParts, StrictMode};
use httpsys_core::{Finding, Misuse, QueueId, RequestId};
use httpsys_socket::lock::Mutex;

use crate::observe::strict::ledger::{self, ResponseLedger};
use crate::observe::strict::lent::{LentMemory, LentRange, LentUse};
use crate::observe::strict::report;

/// How many findings are kept; further ones are only reported.
const MAX_FINDINGS: usize = 1024;

/// What a strict service remembers.
#[derive(Debug)]
pub struct StrictState {
    mode: StrictMode,
    findings: Mutex<Findings>,
    ledger: Mutex<ResponseLedger>,
    lent: Mutex<LentMemory>,
}

/// Reports what was noted when it is dropped. It is made before a connection is locked, and so outlives the lock.
pub(crate) struct ReportsAtEnd<'a>(pub(crate) Option<&'a StrictState>);

impl Drop for ReportsAtEnd<'_> {
    #[inline]
    fn drop(&mut self) {
        if let Some(strict) = self.0 {
            strict.report();
        }
    }
}

#[derive(Debug, Default)]
struct Findings {
    kept: Vec<Finding>,
    unreported: Vec<Finding>,
}

impl StrictState {
    /// `None` for a service that is not strict.
    pub(crate) fn new(mode: StrictMode) -> Option<Box<StrictState>> {
        let state = || StrictState {
            mode,
            findings: Mutex::default(),
            ledger: Mutex::default(),
            lent: Mutex::default(),
        };
        (mode != StrictMode::Off).then(|| Box::new(state()))
    }

    pub(crate) fn kept(&self) -> Vec<Finding> {
        self.findings.lock().kept.clone()
    }

    pub(crate) fn clear(&self) {
        self.findings.lock().kept.clear();
    }

    /// Keeps a finding and reports it, as the mode says. No connection is locked.
    #[cold]
    pub fn found(&self, misuse: Misuse, call: &'static str, arguments: String) {
        self.note(misuse, call, arguments);
        self.report();
    }

    /// Keeps a finding; [`StrictState::report`] follows when no connection is locked any more.
    fn note(&self, misuse: Misuse, call: &'static str, arguments: String) {
        let finding = Finding::new(misuse, call, arguments);
        let mut findings = self.findings.lock();
        if findings.kept.len() < MAX_FINDINGS {
            findings.kept.push(finding.clone());
        }
        findings.unreported.push(finding);
    }

    /// Reports what was noted since the last time. No connection is locked.
    #[cold]
    #[inline(never)]
    pub fn report(&self) {
        let unreported = std::mem::take(&mut self.findings.lock().unreported);
        for finding in &unreported {
            report::report(self.mode, finding);
        }
    }

    /// A response begins: its head may promise a length. A finding is only noted.
    #[cold]
    #[inline(never)]
    pub(crate) fn begins(&self, head: &ResponseParts, exchange: &Exchange, given: u64) {
        let promised = ledger::promised(head).filter(|_| !exchange.is_head());
        let (request, last) = (exchange.request(), !exchange.is_open());
        let wrong = self.ledger.lock().begin(request, promised, given, last);
        self.check_length("HttpSendHttpResponse", request, wrong);
    }

    /// A response goes on. A finding is only noted.
    #[cold]
    #[inline(never)]
    pub(crate) fn continues(&self, request: RequestId, given: u64, last: bool) {
        let wrong = self.ledger.lock().go_on(request, given, last);
        self.check_length("HttpSendResponseEntityBody", request, wrong);
    }

    fn check_length(&self, call: &'static str, request: RequestId, wrong: Option<(u64, u64)>) {
        if let Some((promised, given)) = wrong {
            let arguments = format!(
                "RequestId {:#x}, Content-Length {promised}, bytes given {given}",
                request.0
            );
            self.note(Misuse::ContentLengthMismatch, call, arguments);
        }
    }

    /// A call found no live request under this id.
    #[cold]
    pub(crate) fn is_dead(&self, call: &'static str, request: RequestId) {
        let answered = self.ledger.lock().is_answered(request);
        if answered {
            let arguments = format!("RequestId {:#x}", request.0);
            self.found(Misuse::RequestIdAfterLastSend, call, arguments);
        }
    }

    /// The connection of this request is reset, because its queue or handle closes. A finding is only noted.
    #[cold]
    pub(crate) fn closes(&self, call: &'static str, queue: QueueId, exchange: &Exchange) {
        let misuse = match (exchange.delivery(), exchange.answer(), exchange.opaque()) {
            (DeliveryState::Queued, ..) | (_, ResponseState::Last, _) => return,
            (_, ResponseState::None, _) => Misuse::RequestUnanswered,
            (_, ResponseState::Streaming, Opaque::No) => Misuse::ResponseNotEnded,
            // Its end is the program's affair.
            (_, ResponseState::Streaming, Opaque::Open | Opaque::PeerEnded) => return,
        };
        let arguments = format!(
            "queue {:#x}, RequestId {:#x}",
            queue.0,
            exchange.request().0
        );
        self.note(misuse, call, arguments);
    }

    /// A call is about to use this OVERLAPPED.
    #[cold]
    #[inline(never)]
    pub fn uses_overlapped(&self, call: &'static str, overlapped: usize) {
        let other = self.lent.lock().owner(overlapped);
        if let Some(other) = other {
            let arguments = format!("Overlapped {overlapped:#x}, which a pending {other} has");
            self.found(Misuse::OverlappedInUse, call, arguments);
        }
    }

    /// A call waits, for the first time or again, with this memory. A finding is only noted.
    #[cold]
    #[inline(never)]
    pub fn lends(
        &self,
        call: &'static str,
        overlapped: usize,
        purpose: LentUse,
        ranges: Vec<LentRange>,
    ) {
        let shared = self.lent.lock().lend(call, overlapped, purpose, ranges);
        if let Some((other, range)) = shared {
            let arguments = format!("{range}, which a pending {other} fills");
            self.note(Misuse::BufferShared, call, arguments);
        }
    }

    /// The call goes on or ends: `ranges` is what it has lent, with its sums now.
    #[cold]
    #[inline(never)]
    pub fn takes_back(&self, overlapped: usize, ranges: &[LentRange]) {
        let changed = self.lent.lock().take_back(overlapped, ranges);
        if let Some((call, purpose, range)) = changed {
            let misuse = match purpose {
                LentUse::Sends => Misuse::SendBufferChanged,
                LentUse::Fills => Misuse::ReceiveBufferChanged,
            };
            self.found(misuse, call, format!("Overlapped {overlapped:#x}, {range}"));
        }
    }

    /// The call ends with a failure: nobody knows whether what it has lent is still there.
    #[cold]
    #[inline(never)]
    pub fn forgets(&self, overlapped: usize) {
        self.lent.lock().forget(overlapped);
    }
}
