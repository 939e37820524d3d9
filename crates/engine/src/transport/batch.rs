//! Requests of an HTTP/2 connection that came together.
//!
//! Owns: how many of them are unanswered, and when nothing waits for the rest of them any more. Does not own: the
//! frames that are kept meanwhile, nor the rule by which they are (`carrier.rs`); which connections have such requests
//! (`open_batches.rs`). Threading: behind the carrier's lock.

/// The requests that came together last.
#[derive(Debug, Default)]
pub(super) struct Batch {
    number: u32,
    unanswered: usize,
    is_listed: bool,
}

/// A request's place in a batch.
#[derive(Debug)]
pub(crate) struct BatchPlace {
    batch: u32,
    is_answered: bool,
}

impl Batch {
    /// So many requests were read: together with those that were read since the last poll. Returns whether the
    /// carrier is to be put into the list.
    #[must_use]
    pub(super) fn add(&mut self, requests: usize) -> bool {
        if self.unanswered == 0 {
            if requests < 2 {
                return false;
            }
            self.number = self.number.wrapping_add(1);
        }
        self.unanswered += requests;
        !std::mem::replace(&mut self.is_listed, true)
    }

    /// A place for one of the requests that were just added; `None`: it came alone.
    pub(super) fn place(&self) -> Option<BatchPlace> {
        (self.unanswered > 0).then_some(BatchPlace {
            batch: self.number,
            is_answered: false,
        })
    }

    /// Nobody waits for this request any more: it has an answer, or its stream has ended. Returns whether it was the
    /// last of its batch that had none.
    pub(super) fn answer(&mut self, place: &mut Option<BatchPlace>) -> bool {
        let Some(place) = place.as_mut().filter(|place| !place.is_answered) else {
            return false;
        };
        place.is_answered = true;
        if place.batch != self.number || self.unanswered == 0 {
            return false;
        }
        self.unanswered -= 1;
        self.unanswered == 0
    }

    /// Whether there are unanswered requests that came with this one.
    pub(super) fn has_others(&self, place: Option<&BatchPlace>) -> bool {
        place.is_some_and(|place| place.batch == self.number && self.unanswered > 0)
    }

    /// Nobody waits for the rest.
    pub(super) fn end(&mut self) {
        self.unanswered = 0;
        self.is_listed = false;
    }

    /// Whether a request has no answer; else it is over.
    pub(super) fn is_open(&mut self) -> bool {
        self.is_listed = self.unanswered > 0;
        self.is_listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(batch: &mut Batch, requests: usize) -> Vec<Option<BatchPlace>> {
        let _ = batch.add(requests);
        (0..requests).map(|_| batch.place()).collect()
    }

    #[test]
    fn a_request_that_comes_alone_is_in_no_batch() {
        let mut batch = Batch::default();
        assert!(!batch.add(1));
        assert!(batch.place().is_none());
        assert!(!batch.has_others(None));
    }

    #[test]
    fn requests_that_come_together_wait_until_each_has_an_answer() {
        let mut batch = Batch::default();
        let mut places = places(&mut batch, 3);
        for (at, place) in places.iter_mut().enumerate() {
            assert_eq!(batch.answer(place), at == 2, "{at}");
            // Once counts.
            assert!(!batch.answer(place));
            assert_eq!(batch.has_others(place.as_ref()), at < 2, "{at}");
        }
    }

    #[test]
    fn requests_of_another_batch_are_not_waited_for() {
        let mut batch = Batch::default();
        let mut old = places(&mut batch, 2);
        batch.end();
        let new = places(&mut batch, 2);
        assert!(!batch.answer(&mut old[0]));
        assert!(!batch.has_others(old[0].as_ref()));
        assert!(batch.has_others(new[0].as_ref()));
        assert_eq!(batch.unanswered, 2);
    }

    #[test]
    fn what_comes_before_the_next_poll_joins_an_open_batch() {
        let mut batch = Batch::default();
        assert!(batch.add(2), "it is new in the list");
        assert!(!batch.add(1));
        let mut last = batch.place();
        assert!(!batch.answer(&mut last));
        assert!(batch.has_others(last.as_ref()));
        assert_eq!(batch.unanswered, 2);
    }

    #[test]
    fn a_batch_is_open_until_all_have_an_answer() {
        let mut batch = Batch::default();
        let mut places = places(&mut batch, 2);
        assert!(batch.is_open());
        assert!(!batch.answer(&mut places[0]));
        assert!(batch.is_open());
        assert!(batch.answer(&mut places[1]));
        assert!(!batch.is_open());
        assert!(batch.add(2), "it is in the list again");
    }
}
