//! The state of a strict service, and the hooks for what its calls show.
//!
//! Owns: the findings of one service, and when what is remembered becomes one. Does not own: the kinds
//! (`httpsys_core::misuse`), what is remembered (`ledger.rs`, `lent.rs`), nor where it is told (`report.rs`).
//! Invariant: a service that is not strict has no [`StrictState`], so that each hook costs it one branch. Threading:
//! any thread; its locks are taken last, one at a time, and nothing is called while one is held.

use httpsys_core::connection::{DeliveryState, Exchange, Opaque, ResponseState};
use httpsys_core::proto::{ResponseParts, StrictMode};
use httpsys_core::{Finding, Misuse, QueueId, RequestId};
use httpsys_socket::lock::Mutex;

use crate::observe::strict::ledger::{self, ResponseLedger};
use crate::observe::strict::lent::{LentMemory, LentRange, LentUse};
use crate::observe::strict::report;

/// Findings that are kept; further ones are only told.
const MAX_FINDINGS: usize = 1024;

/// What a strict service remembers.
#[derive(Debug)]
pub struct StrictState {
    mode: StrictMode,
    findings: Mutex<Vec<Finding>>,
    ledger: Mutex<ResponseLedger>,
    lent: Mutex<LentMemory>,
}

impl StrictState {
    /// `None` for a service that is not strict.
    pub(crate) fn new(mode: StrictMode) -> Option<Box<StrictState>> {
        let state = || StrictState {
            mode,
            findings: Mutex::new(Vec::new()),
            ledger: Mutex::default(),
            lent: Mutex::default(),
        };
        (mode != StrictMode::Off).then(|| Box::new(state()))
    }

    pub(crate) fn kept(&self) -> Vec<Finding> {
        self.findings.lock().clone()
    }

    pub(crate) fn clear(&self) {
        self.findings.lock().clear();
    }

    /// Keeps a finding and tells it, as the mode says.
    #[cold]
    pub fn found(&self, misuse: Misuse, call: &'static str, arguments: String) {
        let finding = Finding::new(misuse, call, arguments);
        report::tell(self.mode, &finding);
        let mut findings = self.findings.lock();
        if findings.len() < MAX_FINDINGS {
            findings.push(finding);
        }
    }

    /// A response begins: its head may promise a length.
    #[cold]
    #[inline(never)]
    pub(crate) fn begins(&self, head: &ResponseParts, exchange: &Exchange, given: u64) {
        let promised = ledger::promised(head).filter(|_| !exchange.is_head());
        let (request, last) = (exchange.request(), !exchange.is_open());
        let wrong = self.ledger.lock().begin(request, promised, given, last);
        self.check_length("HttpSendHttpResponse", request, wrong);
    }

    /// A response goes on.
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
            self.found(Misuse::ContentLengthMismatch, call, arguments);
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

    /// The connection of this request is reset, because its queue or handle closes.
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
        self.found(misuse, call, arguments);
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

    /// A call waits, for the first time or again, with this memory.
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
            self.found(Misuse::BufferShared, call, arguments);
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
}
