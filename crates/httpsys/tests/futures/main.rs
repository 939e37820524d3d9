//! Tests of the futures on real sockets, on two executors and on none.
//!
//! Owns what the futures add to the blocking calls: waking, dropping, moving between tasks. What a
//! call answers is tested with its blocking form.

mod calls;
mod drops;
mod executor;
#[path = "../api/support.rs"]
mod support;
mod tasks;
mod upgrade;
