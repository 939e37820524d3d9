//! How a queue is served, as data.
//!
//! Owns the values. Does not own their meaning (`serving.rs`), or how a program sets them (`serve.rs`).

use super::shutdown::Shutdown;
use super::task_set::ServeTask;

/// What starts a [`ServeTask`].
pub(super) type Spawn = Box<dyn Fn(ServeTask) + Send>;

pub(super) struct Options {
    pub(super) concurrency: usize,
    pub(super) half_close: bool,
    pub(super) spawn: Option<Spawn>,
    pub(super) shutdown: Option<Shutdown>,
}
