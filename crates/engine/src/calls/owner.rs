//! Whose a wait is that stands beside the queue's own FIFOs.

use httpsys_core::{HandleId, QueueId};

/// What a wait beside the queue's own FIFOs is filed under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    pub(crate) queue: QueueId,
    pub(crate) handle: HandleId,
}
