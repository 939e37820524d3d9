//! A graceful shutdown that begins when a future is ready.
//!
//! Owns the thread that makes the blocking call and then waits for what is still in progress, and the news of
//! its end. Does not own the shutdown itself (`crate::RequestQueue::shutdown_gracefully`). Threading: whoever
//! polls it, and its own thread.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use super::in_flight::InFlight;
use crate::future::FutureSlot;
use crate::{Drained, Error, RequestQueue, Result};

/// A graceful shutdown.
pub(super) struct Shutdown {
    limit: Duration,
    state: ShutdownState,
}

enum ShutdownState {
    Awaits(Pin<Box<dyn Future<Output = ()> + Send>>),
    Drains(Arc<FutureSlot<Result<Drained>>>),
    Over(Result<Drained>),
}

impl Shutdown {
    pub(super) fn new(signal: Pin<Box<dyn Future<Output = ()> + Send>>, limit: Duration) -> Self {
        Shutdown {
            limit,
            state: ShutdownState::Awaits(signal),
        }
    }

    /// How the shutdown has ended; `None` before that. If it has ended well, either nothing is in progress
    /// any more, or the limit is over.
    pub(super) fn poll(
        &mut self,
        queue: &RequestQueue,
        in_flight: &Arc<InFlight>,
        context: &mut Context<'_>,
    ) -> Option<Result<Drained>> {
        if let ShutdownState::Awaits(signal) = &mut self.state {
            if signal.as_mut().poll(context).is_pending() {
                return None;
            }
            self.state = self.begin(queue, in_flight, context);
        }
        if let ShutdownState::Drains(slot) = &self.state {
            if let Poll::Ready(result) = slot.poll(context.waker()) {
                self.state = ShutdownState::Over(result);
            }
        }
        match &self.state {
            ShutdownState::Over(result) => Some(*result),
            _ => None,
        }
    }

    fn begin(
        &self,
        queue: &RequestQueue,
        in_flight: &Arc<InFlight>,
        context: &Context<'_>,
    ) -> ShutdownState {
        let slot = FutureSlot::new(context.waker());
        let (done, queue, limit) = (Arc::clone(&slot), queue.clone(), self.limit);
        let in_flight = Arc::clone(in_flight);
        let started = httpsys_socket::spawn("httpsys-drain", move || {
            let deadline = httpsys_socket::now().checked_add(limit);
            let drained = queue.shutdown_gracefully(limit);
            if drained.is_ok() {
                // Handlers may be at work for clients that are gone.
                in_flight.wait_until_idle(deadline);
            }
            // The future may be gone.
            let _ = done.complete(drained);
        });
        match started {
            Ok(_) => ShutdownState::Drains(slot),
            Err(_) => ShutdownState::Over(Err(Error::NoResources)),
        }
    }

    /// Its end has to be waited for.
    pub(super) fn is_draining(&self) -> bool {
        matches!(self.state, ShutdownState::Drains(_))
    }
}
