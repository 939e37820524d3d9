//! The calls of the API on requests and queues.

pub(crate) mod cancel;
pub(crate) mod chunk;
pub(crate) mod close_handle;
pub(crate) mod demand;
pub(crate) mod disconnect;
pub(crate) mod drain;
pub(crate) mod entity_body;
pub(crate) mod file_threads;
pub(crate) mod file_work;
pub(crate) mod fragments;
pub(crate) mod keep;
pub(crate) mod owner;
pub(crate) mod pending_send;
pub(crate) mod push;
pub(crate) mod queue;
pub(crate) mod queue_handle;
pub(crate) mod ranges;
pub(crate) mod read_ahead;
pub(crate) mod receive;
pub(crate) mod send;
pub(crate) mod tls;
