//! How an overlapped call of this API runs and ends.
//!
//! Owns: the one way in which a call is attempted, waits and is attempted again; the rules that decide
//! whether a completion is delivered (documented: HTTP Completion Routines); and the call's entry in the
//! list of its handle, for CancelIo. Does not own what a call does ([`Work`]) nor the delivery itself
//! (`httpsys-win32`). Invariants: each [`Overlapped`] ends once, inline or later; NO_ERROR and 997
//! deliver, every other code that the function returns does not. Threading: a call may end on any thread.

use std::sync::Arc;

use httpsys_core::ids::SlotAddress;
use httpsys_core::{Error, OperationId};
use httpsys_engine::{LentUse, Operation, PendingOperation, Signal, Started};
use httpsys_win32::Pending;

use crate::code::{CallResult, ErrorCode};
use crate::pointers::Out;
use crate::queue_handle::{HeldHandle, PendingCall, QueueObject};
use crate::strict;
use crate::types::OVERLAPPED;

/// An overlapped call in progress.
#[derive(Debug)]
pub(crate) struct Overlapped<W> {
    handle: Arc<QueueObject>,
    pending: Pending,
    /// Of its last wait.
    id: Option<OperationId>,
    /// What the call does.
    pub(crate) work: W,
}

/// What an overlapped call does.
pub(crate) trait Work: Send + Sized + 'static {
    /// Where it waits: `None` on the queue, otherwise the place of its request or connection.
    fn place(&self) -> Option<SlotAddress>;

    /// The function, for strict mode.
    fn call(&self) -> &'static str;

    /// The memory that it fills, for strict mode.
    fn memory(&self) -> &[u8] {
        &[]
    }

    /// Goes on as far as possible: within the function (`None`), or because the wait was signalled.
    fn attempt<'a>(
        operation: LentCall<'a, Self>,
        handle: &QueueObject,
        signal: Option<Signal>,
    ) -> Started<LentCall<'a, Self>, u64>;
}

/// A call while it is attempted: it is large, and so the engine gets it by reference and takes it out
/// only when it has to wait.
pub(crate) struct LentCall<'a, W> {
    operation: &'a mut Option<Overlapped<W>>,
    /// The bytes that a call has which is not here.
    nothing: usize,
}

impl<W> LentCall<'_, W> {
    /// What the call does; `None` once it waits, when nobody asks any more.
    #[inline]
    pub(crate) fn work(&mut self) -> Option<&mut W> {
        self.operation.as_mut().map(|operation| &mut operation.work)
    }

    /// As [`LentCall::work`], with a count for a call that is not here.
    pub(crate) fn work_or_nothing(&mut self) -> (Option<&mut W>, &mut usize) {
        let work = self.operation.as_mut().map(|operation| &mut operation.work);
        (work, &mut self.nothing)
    }
}

impl<W> Overlapped<W> {
    /// The program's OVERLAPPED is in use from now on, by the function `call`.
    ///
    /// # Safety
    /// `overlapped` is valid for reads and writes until the operation has ended.
    #[inline]
    pub(crate) unsafe fn begin(
        handle: &HeldHandle,
        overlapped: *mut OVERLAPPED,
        call: &'static str,
        work: W,
    ) -> Overlapped<W> {
        if let Some(strict) = handle.strict() {
            strict.uses_overlapped(call, overlapped as usize);
        }
        // SAFETY: by the contract of this function; both types are the OVERLAPPED of Windows.
        let pending = unsafe { handle.io_state().begin(overlapped.cast()) };
        Overlapped {
            handle: handle.share(),
            pending,
            id: None,
            work,
        }
    }

    /// The call is about to wait under this id.
    ///
    /// # Errors
    /// 995 when it was cancelled, or its handle closed: it does not wait.
    pub(crate) fn waits(
        &mut self,
        id: OperationId,
        place: Option<SlotAddress>,
    ) -> Result<(), Error> {
        let call = PendingCall::new(id, self.pending.thread(), place);
        self.handle
            .add_pending(self.pending.overlapped(), call, self.id)?;
        self.id = Some(id);
        Ok(())
    }

    /// Whether its memory is watched.
    #[inline]
    pub(crate) fn is_strict(&self) -> bool {
        self.handle.strict().is_some()
    }

    /// Strict mode: the call waits, and sends this memory meanwhile.
    #[cold]
    pub(crate) fn lends(&self, call: &'static str, memory: &[&[u8]]) {
        self.lends_for(call, LentUse::Sends, memory);
    }

    #[cold]
    fn lends_for(&self, call: &'static str, purpose: LentUse, memory: &[&[u8]]) {
        if let Some(strict) = self.handle.strict() {
            let ranges = memory.iter().map(|bytes| strict::range(bytes)).collect();
            strict.lends(call, self.pending.overlapped(), purpose, ranges);
        }
    }

    /// Strict mode: the call has waited with this memory.
    #[cold]
    pub(crate) fn takes_back(&self, memory: &[&[u8]]) {
        if let Some(strict) = self.handle.strict() {
            let ranges: Vec<_> = memory.iter().map(|bytes| strict::range(bytes)).collect();
            strict.takes_back(self.pending.overlapped(), &ranges);
        }
    }

    /// Strict mode: the call has failed, and its memory is not read any more.
    #[cold]
    pub(crate) fn forgets_memory(&self) {
        if let Some(strict) = self.handle.strict() {
            strict.forgets(self.pending.overlapped());
        }
    }

    /// The call ends after the function has returned 997.
    pub(crate) fn complete(mut self, result: Result<u64, Error>) {
        self.complete_in_place(result);
    }

    /// As [`Overlapped::complete`], without moving it.
    #[inline]
    fn complete_in_place(&mut self, result: Result<u64, Error>) {
        if let Some(id) = self.id {
            self.handle.remove_pending(self.pending.overlapped(), id);
        }
        let (code, bytes) = code_and_bytes(result);
        self.pending.complete_in_place(code, bytes);
    }

    /// The call ends within the function; fills the program's byte count, which is legal
    /// beside an OVERLAPPED and the only one there is for 234 and 38.
    pub(crate) fn inline(self, result: Result<u64, Error>, count: Out<u32>) -> CallResult {
        let (code, bytes) = code_and_bytes(result);
        count.set_count(bytes as u64);
        match result {
            Ok(_) => self.pending.complete_inline(code, bytes),
            // Completed without a packet, for programs that skip packets (HP sample).
            Err(Error::MoreData { .. }) if self.pending.skips_on_success() => {
                self.pending.complete_inline(code, bytes);
            }
            Err(_) => self.pending.abandon(code),
        }
        Ok(result.map(|_| ())?)
    }
}

impl<W: Work> Overlapped<W> {
    /// Strict mode: as [`Overlapped::lends`], for a call that fills memory.
    #[cold]
    #[inline(never)]
    fn lends_memory(&self) {
        let memory = self.work.memory();
        self.lends_for(self.work.call(), LentUse::Fills, &[memory]);
    }

    #[cold]
    #[inline(never)]
    fn takes_memory_back(&self) {
        self.takes_back(&[self.work.memory()]);
    }

    /// Runs the call within its function.
    #[inline(always)]
    pub(crate) fn start(self, handle: &QueueObject, count: Out<u32>) -> CallResult {
        let mut operation = Some(self);
        let Some(result) = attempt(&mut operation, handle, None) else {
            report_findings(handle);
            return Err(ErrorCode::IO_PENDING);
        };
        match operation {
            Some(operation) => operation.inline(result, count),
            None => Err(ErrorCode::IO_PENDING),
        }
    }
}

/// Strict mode: reports what was noted while a connection was locked.
#[inline]
fn report_findings(handle: &QueueObject) {
    if let Some(strict) = handle.strict() {
        strict.report();
    }
}

/// Its result, if the call is done: then it has not been taken.
#[inline]
fn attempt<W: Work>(
    operation: &mut Option<Overlapped<W>>,
    handle: &QueueObject,
    signal: Option<Signal>,
) -> Option<Result<u64, Error>> {
    let lent = LentCall {
        operation,
        nothing: 0,
    };
    match W::attempt(lent, handle, signal) {
        Started::Done(_, result) => Some(result),
        Started::Pending(_) => None,
    }
}

impl<W: Work> Operation for LentCall<'_, W> {
    type Kept = Overlapped<W>;

    #[inline]
    fn keep(self, id: OperationId) -> Result<Overlapped<W>, (Self, Error)> {
        let Some(operation) = self.operation else {
            return Err((self, Error::Internal));
        };
        let place = operation.work.place();
        if let Err(error) = operation.waits(id, place) {
            return Err((self, error));
        }
        if operation.is_strict() {
            operation.lends_memory();
        }
        self.operation.take().ok_or((self, Error::Internal))
    }
}

impl<W: Work> PendingOperation for Overlapped<W> {
    fn signal(self, signal: Signal) {
        Self::signal_kept(&mut Some(self), signal);
    }

    fn signal_kept(kept: &mut Option<Self>, signal: Signal) {
        let Some(operation) = kept else { return };
        if let Signal::Failed(error) = signal {
            if operation.is_strict() {
                operation.forgets_memory();
            }
            return operation.complete_in_place(Err(error));
        }
        if operation.is_strict() {
            operation.takes_memory_back();
        }
        let handle = Arc::clone(&operation.handle);
        let result = match attempt(kept, &handle, Some(signal)) {
            // The queue was shut or closed while the call was with us (RCV-007): 6 is for calls that
            // begin then.
            Some(Err(Error::InvalidHandle)) => Err(Error::Aborted),
            Some(result) => result,
            None => return report_findings(&handle),
        };
        if let Some(operation) = kept {
            operation.complete_in_place(result);
        }
    }
}

/// A blocking call has ended: fills the byte count.
pub(crate) fn blocking(result: Result<u64, Error>, count: Out<u32>) -> CallResult {
    count.set_count(code_and_bytes(result).1 as u64);
    Ok(result.map(|_| ())?)
}

/// RCV-009, ENT-013: the size needed is the byte count of 234. Of other failures it is 0 (RCV-008,
/// ENT-005).
#[inline]
fn code_and_bytes(result: Result<u64, Error>) -> (u32, usize) {
    match result {
        Ok(bytes) => (0, usize::try_from(bytes).unwrap_or(usize::MAX)),
        Err(error @ Error::MoreData { needed }) => (error.win32(), needed as usize),
        Err(error) => (error.win32(), 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn byte_counts_of_each_end() {
        let count = |result| {
            let mut bytes = 77;
            // SAFETY: `bytes` outlives the call.
            let outcome = blocking(result, unsafe { Out::optional(&mut bytes) });
            (outcome.err().map_or(0, ErrorCode::win32), bytes)
        };
        assert_eq!(count(Ok(5)), (0, 5));
        assert_eq!(count(Ok(u64::MAX)), (0, u32::MAX));
        assert_eq!(count(Err(Error::MoreData { needed: 900 })), (234, 900));
        assert_eq!(count(Err(Error::EndOfBody)), (38, 0));
    }
}
