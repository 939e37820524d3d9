//! HttpWaitForDemandStart: telling a controller that a request waits for a worker.
//!
//! Owns the one wait that a queue can have. Does not own who may wait: only a controller handle
//! may, which the door checks (QUE-013).

use httpsys_core::Error;
use httpsys_core::request_queue::RequestQueue;
use httpsys_socket::lock::MutexGuard;

use crate::calls::queue_handle::QueueHandle;
use crate::poll::operation::{Operation, Started};
use crate::poll::waiter::Waiting;
use crate::service::Service;

impl Service {
    /// HttpWaitForDemandStart: blocks until a request waits in the queue, which stays queued for a
    /// worker (QUE-011).
    ///
    /// # Errors
    /// [`Error::InvalidHandle`] (6) after shutdown or close (QUE-014); [`Error::AlreadyExists`]
    /// (183) while another wait is outstanding (QUE-012); [`Error::Aborted`] (995) when the queue
    /// shuts down meanwhile.
    pub fn wait_for_demand_start(&self, queue: &QueueHandle) -> Result<(), Error> {
        self.block(self.shards().home(), queue, |waiting| {
            let Some(mut fifos) = self.fifos_without_demand(queue)? else {
                return Ok(true);
            };
            fifos.wait_for_demand(queue.handle_id(), None, waiting);
            Ok(false)
        })
    }

    /// The overlapped form: done when a request waits already.
    ///
    /// # Errors
    /// As [`Service::wait_for_demand_start`].
    pub fn try_wait_for_demand_start<O: Operation>(
        &self,
        queue: &QueueHandle,
        operation: O,
    ) -> Started<O, ()> {
        let mut fifos = match self.fifos_without_demand(queue) {
            Ok(None) => return Started::Done(operation, Ok(())),
            Ok(Some(fifos)) => fifos,
            Err(error) => return Started::Done(operation, Err(error)),
        };
        let started = self.operations().keep(operation, |operation| {
            let id = operation.id();
            let waiting = Waiting::Operation(operation);
            fifos.wait_for_demand(queue.handle_id(), Some(id), waiting);
        });
        drop(fifos);
        self.arm_fallback(self.shards().first());
        started
    }

    /// The queue, locked, for a wait to begin; `None`: a request waits already.
    fn fifos_without_demand<'q>(
        &self,
        queue: &'q QueueHandle,
    ) -> Result<Option<MutexGuard<'q, RequestQueue<Waiting>>>, Error> {
        self.check_process()?;
        let fifos = queue.lock();
        if !fifos.receives(queue.handle_id()) {
            return Err(Error::InvalidHandle);
        }
        if fifos.has_demand_wait() {
            return Err(Error::AlreadyExists);
        }
        Ok(fifos.is_empty().then_some(fifos))
    }
}
