//! One word from one thread to another.
//!
//! Owns the pair of who gives it and who waits for it. Invariant: a wait ends when the word is given, when
//! nobody can give it any more, or at its deadline. Threading: each half belongs to one thread.

use std::sync::Arc;
use std::time::Instant;

use httpsys_socket::lock::{Condvar, Mutex};

#[derive(Default)]
struct SpokenWord {
    said: Mutex<Option<bool>>,
    heard: Condvar,
}

/// Gives the word; dropped without, it never will.
pub(crate) struct Giver(Arc<SpokenWord>);

/// Waits for the word.
pub(crate) struct Taker(Arc<SpokenWord>);

/// A word that was not given yet.
pub(crate) fn word() -> (Giver, Taker) {
    let shared = Arc::new(SpokenWord::default());
    (Giver(shared.clone()), Taker(shared))
}

impl Giver {
    pub(crate) fn give(self) {
        self.0.say(true);
    }
}

impl Drop for Giver {
    fn drop(&mut self) {
        self.0.say(false);
    }
}

impl SpokenWord {
    /// The first counts.
    fn say(&self, given: bool) {
        self.said.lock().get_or_insert(given);
        self.heard.notify_one();
    }
}

impl Taker {
    /// Whether the word was given, until the deadline (`None`: whenever).
    pub(crate) fn wait(self, deadline: Option<Instant>) -> bool {
        let mut said = self.0.said.lock();
        loop {
            match (*said, deadline) {
                (Some(given), _) => return given,
                (None, None) => self.0.heard.wait(&mut said),
                (None, Some(at)) => {
                    if self.0.heard.wait_until(&mut said, at).timed_out() {
                        return *said == Some(true);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::source;

    #[test]
    fn a_word_that_is_given_ends_the_wait_and_so_does_one_that_never_will_be() {
        let (giver, taker) = word();
        let waits = std::thread::spawn(move || taker.wait(None));
        giver.give();
        assert!(waits.join().unwrap());
        let (giver, taker) = word();
        drop(giver);
        assert!(!taker.wait(None));
    }

    #[test]
    fn a_wait_for_a_word_ends_at_its_deadline() {
        let (_giver, taker) = word();
        assert!(!taker.wait(Some(source::now())));
    }
}
