//! Who polls what, and which sockets have something to tell: the lists that epoll(7) keeps.
//!
//! Owns: registrations and the ready list of each poll. Does not own: what a socket is ready for, which is
//! asked when the event is taken, so that one event says everything. Invariant: a source is in a ready
//! list at most once, in the order of the first edge.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::io::ErrorKind;
use std::sync::Arc;

use crate::role::{ConnectionNumber, Role};

/// Told when a poll has something that it had not before.
pub(crate) type ReadyCallback = Arc<dyn Fn() + Send + Sync>;

/// What can be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PollSource {
    Listener(u32),
    End(ConnectionNumber, Role),
}

#[derive(Debug)]
struct WatchedSource {
    token: usize,
    is_listed: bool,
}

#[derive(Default)]
struct PollLists {
    sources: BTreeMap<PollSource, WatchedSource>,
    ready: VecDeque<PollSource>,
    is_woken: bool,
    callback: Option<ReadyCallback>,
}

/// All polls of a network.
#[derive(Default)]
pub(crate) struct Watches {
    polls: BTreeMap<u64, PollLists>,
    last: u64,
    /// Whom to tell when the network's lock is free.
    rings: Vec<ReadyCallback>,
}

impl fmt::Debug for Watches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watches")
            .field("polls", &self.polls.len())
            .finish_non_exhaustive()
    }
}

impl PollLists {
    fn list(&mut self, source: PollSource, rings: &mut Vec<ReadyCallback>) {
        let Some(registered) = self.sources.get_mut(&source) else {
            return;
        };
        if !std::mem::replace(&mut registered.is_listed, true) {
            self.ready.push_back(source);
            rings.extend(self.callback.clone());
        }
    }

    /// False if it was not registered.
    fn remove(&mut self, source: PollSource) -> bool {
        let registered = self.sources.remove(&source);
        if registered.as_ref().is_some_and(|it| it.is_listed) {
            self.ready.retain(|listed| *listed != source);
        }
        registered.is_some()
    }
}

impl Watches {
    pub(crate) fn add_poll(&mut self) -> u64 {
        self.last += 1;
        self.polls.insert(self.last, PollLists::default());
        self.last
    }

    /// Returns the callback: what it owns may be of this network, whose lock is held now.
    pub(crate) fn remove_poll(&mut self, poll: u64) -> Option<ReadyCallback> {
        self.polls.remove(&poll)?.callback
    }

    /// Returns the callback that was there before, as [`Watches::remove_poll`] does.
    pub(crate) fn set_callback(
        &mut self,
        poll: u64,
        callback: ReadyCallback,
    ) -> Option<ReadyCallback> {
        self.polls.get_mut(&poll)?.callback.replace(callback)
    }

    /// `is_ready`: it has something to tell now.
    pub(crate) fn register(
        &mut self,
        poll: u64,
        source: PollSource,
        token: usize,
        is_ready: bool,
    ) -> Result<(), ErrorKind> {
        let lists = self.polls.get_mut(&poll).ok_or(ErrorKind::NotFound)?;
        if lists.sources.contains_key(&source) {
            return Err(ErrorKind::AlreadyExists);
        }
        let is_listed = false;
        lists
            .sources
            .insert(source, WatchedSource { token, is_listed });
        if is_ready {
            lists.list(source, &mut self.rings);
        }
        Ok(())
    }

    pub(crate) fn deregister(&mut self, poll: u64, source: PollSource) -> Result<(), ErrorKind> {
        let lists = self.polls.get_mut(&poll).ok_or(ErrorKind::NotFound)?;
        let was_registered = lists.remove(source);
        was_registered.then_some(()).ok_or(ErrorKind::NotFound)
    }

    /// The source has gone.
    pub(crate) fn forget(&mut self, source: PollSource) {
        for lists in self.polls.values_mut() {
            lists.remove(source);
        }
    }

    /// Something has changed at the source.
    pub(crate) fn edge(&mut self, source: PollSource) {
        for lists in self.polls.values_mut() {
            lists.list(source, &mut self.rings);
        }
    }

    pub(crate) fn wake(&mut self, poll: u64) {
        if let Some(lists) = self.polls.get_mut(&poll) {
            if !std::mem::replace(&mut lists.is_woken, true) {
                self.rings.extend(lists.callback.clone());
            }
        }
    }

    pub(crate) fn take_wake(&mut self, poll: u64) -> bool {
        let lists = self.polls.get_mut(&poll);
        lists.is_some_and(|lists| std::mem::take(&mut lists.is_woken))
    }

    /// The next source of the ready list, with its token.
    pub(crate) fn take_ready(&mut self, poll: u64) -> Option<(PollSource, usize)> {
        let lists = self.polls.get_mut(&poll)?;
        let source = lists.ready.pop_front()?;
        let registered = lists.sources.get_mut(&source)?;
        registered.is_listed = false;
        Some((source, registered.token))
    }

    pub(crate) fn has_ready(&self, poll: u64) -> bool {
        let lists = self.polls.get(&poll);
        lists.is_some_and(|lists| lists.is_woken || !lists.ready.is_empty())
    }

    pub(crate) fn take_rings(&mut self) -> Vec<ReadyCallback> {
        std::mem::take(&mut self.rings)
    }
}
