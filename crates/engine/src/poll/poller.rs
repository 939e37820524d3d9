//! The poll: what tells of sockets that are ready.
//!
//! Owns: the two halves of a poll, one that whoever leads polls with and one that all threads share, to
//! register sockets and to interrupt who polls. Does not own: what events mean (`turn.rs`), nor who polls
//! (`lead.rs`).

use std::io;
use std::time::Duration;

use mio::{Events, Poll, Registry, Token, Waker};

#[cfg(feature = "sim")]
use crate::poll::simulated::{SimulatedPoller, SimulatedRegistry};
use crate::sys::{self, Listed};

/// Events of one poll: enough to amortise the call, few enough that the first request of a batch
/// does not wait for the parsing of hundreds.
const EVENTS: usize = 128;

/// The token of an interrupt.
pub(crate) const WAKER: usize = usize::MAX;

/// The half of the thread that leads.
pub(crate) enum Poller {
    /// The system's.
    Mio(MioPoller),
    /// That of a simulated network.
    #[cfg(feature = "sim")]
    Memory(SimulatedPoller),
}

/// A poll of the system, with the events that it told last.
pub(crate) struct MioPoller {
    /// Before what it lists.
    _listed: Option<Listed>,
    poll: Poll,
    pub(crate) events: Events,
}

/// The half that threads share.
pub(crate) enum PollRegistry {
    /// The system's.
    Mio(MioRegistry),
    /// That of a simulated network.
    #[cfg(feature = "sim")]
    Memory(SimulatedRegistry),
}

/// Where sockets of the system are registered.
pub(crate) struct MioRegistry {
    /// Before what it lists.
    _listed: Option<Listed>,
    registry: Registry,
    waker: Waker,
}

/// Makes both halves of a poll of the system.
///
/// # Errors
/// The system has no descriptor for it.
pub(crate) fn mio_poll() -> io::Result<(Poller, PollRegistry)> {
    let poll = Poll::new()?;
    let registry = poll.registry().try_clone()?;
    let waker = Waker::new(&registry, Token(WAKER))?;
    let shared = MioRegistry {
        _listed: sys::list_poll(&registry),
        registry,
        waker,
    };
    let leads = MioPoller {
        _listed: sys::list_poll(poll.registry()),
        poll,
        events: Events::with_capacity(EVENTS),
    };
    Ok((Poller::Mio(leads), PollRegistry::Mio(shared)))
}

impl Poller {
    /// Waits for events, for `timeout` at most.
    ///
    /// # Errors
    /// What the system says; `Interrupted` if a signal came first.
    #[inline]
    pub(crate) fn poll(&mut self, timeout: Option<Duration>) -> io::Result<()> {
        match self {
            Poller::Mio(mio) => {
                let timeout = match sys::LONGEST_POLL {
                    Some(longest) => Some(timeout.map_or(longest, |timeout| timeout.min(longest))),
                    None => timeout,
                };
                mio.poll.poll(&mut mio.events, timeout)
            }
            #[cfg(feature = "sim")]
            Poller::Memory(simulated) => {
                simulated.poll(timeout);
                Ok(())
            }
        }
    }

    /// Whether the last poll told of nothing.
    pub(crate) fn is_idle(&self) -> bool {
        match self {
            Poller::Mio(mio) => mio.events.is_empty(),
            #[cfg(feature = "sim")]
            Poller::Memory(simulated) => simulated.events.is_empty(),
        }
    }
}

impl PollRegistry {
    /// Interrupts the thread that polls, or else the next poll.
    pub(crate) fn interrupt(&self) {
        match self {
            // It can only fail when the poll is gone, and with it whom to wake.
            PollRegistry::Mio(mio) => drop(mio.waker.wake()),
            #[cfg(feature = "sim")]
            PollRegistry::Memory(simulated) => simulated.interrupt(),
        }
    }

    /// The system's registry, if sockets of the system are polled here.
    #[inline]
    #[allow(clippy::unnecessary_wraps, reason = "the simulated poll has none")]
    pub(crate) fn mio(&self) -> Option<&Registry> {
        match self {
            PollRegistry::Mio(mio) => Some(&mio.registry),
            #[cfg(feature = "sim")]
            PollRegistry::Memory(_) => None,
        }
    }

    /// The simulated one, for a socket that can be polled nowhere else.
    ///
    /// # Errors
    /// Sockets of the system are polled here.
    #[cfg(feature = "sim")]
    pub(crate) fn need_simulated(&self) -> io::Result<&SimulatedRegistry> {
        match self {
            PollRegistry::Memory(simulated) => Ok(simulated),
            PollRegistry::Mio(_) => Err(io::ErrorKind::InvalidInput.into()),
        }
    }

    /// As [`PollRegistry::mio`], for a socket that can be polled nowhere else.
    pub(crate) fn need_mio(&self) -> io::Result<&Registry> {
        self.mio().ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }
}
