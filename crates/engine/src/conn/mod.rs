//! The connection table and what happens to one connection: reading, writing, timers, error pages,
//! answers from the cache.

pub(crate) mod alarm;
pub(crate) mod cached;
pub(crate) mod carry;
pub(crate) mod error_pages;
pub(crate) mod outgoing;
mod pieces;
pub(crate) mod pool;
pub(crate) mod proxied;
pub(crate) mod read;
pub(crate) mod secure;
pub(crate) mod slot;
pub(crate) mod table;
pub(crate) mod timers;
pub(crate) mod under_way;
pub(crate) mod visit;
pub(crate) mod wheel;
pub(crate) mod write;
