//! HttpWaitForDemandStart: telling a controller that a request waits for a worker.
//!
//! Owns the one wait that a queue can have. Does not own who may wait: only a controller handle
//! may, which the door checks (QUE-013).

use httpsys_core::Error;

use crate::calls::queue_handle::QueueHandle;
use crate::poll::waiter::{PendingOperation, Waiting};
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
        self.block(queue, |waiting| self.register_demand(queue, || waiting))
    }

    /// The overlapped form. `Ok(false)`: pending, and the operation will be signalled.
    ///
    /// # Errors
    /// As [`Service::wait_for_demand_start`].
    pub fn try_wait_for_demand_start(
        &self,
        queue: &QueueHandle,
        register: &mut dyn FnMut() -> Box<dyn PendingOperation>,
    ) -> Result<bool, Error> {
        let done = self.register_demand(queue, || Waiting::Operation(register()))?;
        if !done {
            self.arm_fallback();
        }
        Ok(done)
    }

    fn register_demand(
        &self,
        queue: &QueueHandle,
        waiting: impl FnOnce() -> Waiting,
    ) -> Result<bool, Error> {
        self.check_process()?;
        let mut fifos = queue.lock();
        if !fifos.receives(queue.handle_id()) {
            return Err(Error::InvalidHandle);
        }
        if fifos.has_demand_wait() {
            return Err(Error::AlreadyExists);
        }
        if !fifos.is_empty() {
            return Ok(true);
        }
        fifos.wait_for_demand(queue.handle_id(), waiting());
        Ok(false)
    }
}
