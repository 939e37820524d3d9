//! Who polls, what a poll does, and how calls wait.

pub(crate) mod accept;
pub(crate) mod arrivals;
pub(crate) mod deferred;
pub(crate) mod deputies;
pub(crate) mod deputy;
pub(crate) mod fallback;
pub(crate) mod lead;
pub(crate) mod leadership;
pub(crate) mod loan;
pub(crate) mod operation;
pub(crate) mod poller;
pub(crate) mod shard;
pub(crate) mod shards;
#[cfg(feature = "sim")]
pub(crate) mod simulated;
pub(crate) mod turn;
pub(crate) mod waiter;
pub(crate) mod wake;
