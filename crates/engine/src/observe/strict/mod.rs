//! Strict mode: what a service has seen of misuse of the API.
//!
//! Owns: nothing but its files: findings and hooks (`state.rs`), what is remembered of responses (`ledger.rs`) and of
//! the memory of pending calls (`lent.rs`), where a finding is reported (`report.rs`), and what is asked of a service
//! (`questions.rs`). Does not own: the kinds (`httpsys_core::misuse`), nor what a call returns, which is the same as
//! without.

mod ledger;
pub(crate) mod lent;
mod questions;
mod report;
pub(crate) mod state;
