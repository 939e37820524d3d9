//! What a wait with a time limit says, for condition variables that are not parking_lot's.

/// Whether a wait has ended because its time was over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaitTimeoutResult(bool);

impl WaitTimeoutResult {
    pub(super) fn new(timed_out: bool) -> WaitTimeoutResult {
        WaitTimeoutResult(timed_out)
    }

    /// It has.
    #[must_use]
    pub fn timed_out(self) -> bool {
        self.0
    }
}
