//! What strict mode remembers of responses.
//!
//! Owns: which ids have ended with a last send, and how much of a promised length was given. Does not own: which
//! calls are legal (`httpsys_core::exchange`). Invariant: bounded, so that ids whose clients have gone away are
//! forgotten at some time. Threading: plain data.

use std::collections::{BTreeMap, VecDeque};

use httpsys_core::RequestId;
use httpsys_core::proto::ResponseParts;

/// Ids of answered requests that are remembered.
const MAX_ANSWERED: usize = 4096;
/// Responses with a promised length that may be under way.
const MAX_PROMISES: usize = 4096;

/// A response whose head promises a length.
#[derive(Clone, Copy, Debug)]
struct Promise {
    length: u64,
    given: u64,
    /// The place in the order in which they began.
    number: u64,
}

/// See the module head.
#[derive(Debug, Default)]
pub(super) struct ResponseLedger {
    answered: VecDeque<RequestId>,
    promises: BTreeMap<RequestId, Promise>,
    /// The same, the oldest first.
    by_age: BTreeMap<u64, RequestId>,
    begun: u64,
}

/// The Content-Length that the program gave, where the body must have that length.
pub(super) fn promised(head: &ResponseParts) -> Option<u64> {
    let bodiless = matches!(head.status(), 100..=199 | 204 | 304);
    if !head.has_content_length() || head.has_transfer_encoding() || bodiless {
        return None;
    }
    let is_length = |name: &[u8]| name.eq_ignore_ascii_case(b"Content-Length");
    let mut fields = head.fields();
    let value = fields.find(|field| is_length(field.name))?.value;
    std::str::from_utf8(value).ok()?.trim().parse().ok()
}

impl ResponseLedger {
    /// A response has begun. Promised and given bytes, if they cannot be the same any more.
    pub(super) fn begin(
        &mut self,
        request: RequestId,
        promised: Option<u64>,
        given: u64,
        last: bool,
    ) -> Option<(u64, u64)> {
        if let Some(length) = promised {
            self.promise(request, length);
        }
        self.go_on(request, given, last)
    }

    /// As [`ResponseLedger::begin`], for one more part.
    pub(super) fn go_on(
        &mut self,
        request: RequestId,
        given: u64,
        last: bool,
    ) -> Option<(u64, u64)> {
        if last {
            if self.answered.len() >= MAX_ANSWERED {
                self.answered.pop_front();
            }
            self.answered.push_back(request);
        }
        let promise = self.promises.get_mut(&request)?;
        promise.given = promise.given.saturating_add(given);
        let Promise { length, given, .. } = *promise;
        let is_wrong = given > length || (last && given != length);
        if is_wrong || last {
            self.forget(request);
        }
        is_wrong.then_some((length, given))
    }

    /// The oldest promise goes when there are too many.
    fn promise(&mut self, request: RequestId, length: u64) {
        self.forget(request);
        if self.promises.len() >= MAX_PROMISES {
            if let Some((_, oldest)) = self.by_age.pop_first() {
                self.promises.remove(&oldest);
            }
        }
        let number = self.begun;
        self.begun += 1;
        let promise = Promise {
            length,
            given: 0,
            number,
        };
        self.promises.insert(request, promise);
        self.by_age.insert(number, request);
    }

    fn forget(&mut self, request: RequestId) {
        if let Some(promise) = self.promises.remove(&request) {
            self.by_age.remove(&promise.number);
        }
    }

    /// Whether the last send of this request has begun.
    pub(super) fn is_answered(&self, request: RequestId) -> bool {
        self.answered.contains(&request)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: RequestId = RequestId(7);

    #[test]
    fn a_length_is_compared_at_the_last_part_and_once_it_is_exceeded() {
        let mut ledger = ResponseLedger::default();
        assert_eq!(ledger.begin(ID, Some(5), 5, true), None);
        assert_eq!(ledger.begin(ID, Some(5), 4, true), Some((5, 4)));
        assert_eq!(ledger.begin(ID, None, 4, true), None);
        assert_eq!(ledger.begin(ID, Some(5), 2, false), None);
        assert_eq!(ledger.go_on(ID, 2, false), None);
        assert_eq!(ledger.go_on(ID, 2, false), Some((5, 6)));
        assert_eq!(ledger.go_on(ID, 2, true), None, "it was found");
    }

    #[test]
    fn only_so_much_is_remembered() {
        let mut ledger = ResponseLedger::default();
        for id in 1..=2 * MAX_ANSWERED as u64 {
            ledger.begin(RequestId(id), Some(1), 0, false);
            ledger.begin(RequestId(id), None, 1, true);
            ledger.begin(RequestId(id), Some(1), 0, false);
        }
        assert_eq!(ledger.answered.len(), MAX_ANSWERED);
        assert_eq!(ledger.promises.len(), MAX_PROMISES);
        assert_eq!(ledger.by_age.len(), MAX_PROMISES);
        assert!(ledger.is_answered(RequestId(2 * MAX_ANSWERED as u64)));
        assert!(!ledger.is_answered(RequestId(1)));
    }

    #[test]
    fn the_oldest_promise_is_forgotten_whatever_its_id_is() {
        let mut ledger = ResponseLedger::default();
        let oldest = RequestId(u64::MAX);
        let youngest = RequestId(1);
        ledger.begin(oldest, Some(5), 0, false);
        for id in 2..=MAX_PROMISES as u64 {
            ledger.begin(RequestId(id), Some(5), 0, false);
        }
        ledger.begin(youngest, Some(5), 0, false);
        assert_eq!(ledger.go_on(oldest, 4, true), None);
        assert_eq!(ledger.go_on(youngest, 4, true), Some((5, 4)));
    }
}
