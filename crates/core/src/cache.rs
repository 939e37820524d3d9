//! The response cache and the fragment cache (CSH rows): whole responses that the service sends again by
//! itself, and named pieces of bodies that programs put into their responses.
//!
//! Owns: which response is kept and which request gets it (`conditions`), what it gets (`answer`), the entries with
//! their budget and their end (`store`), where they are found (`places`, `index`), and which entries a URL names
//! (`scope`). Does not own: when an entry is looked for, reading of bodies, sending, locks. Time is an argument, in
//! milliseconds of any clock that never goes back; so is the present second, which dates are compared with.
//!
//! An entry is shared: whoever sends it holds it while it sends, and copies nothing of its body. What was
//! flushed meanwhile is sent to its end, and counts until then.
//!
//! Threading: plain data; what is changed, is changed through `&mut`. A look-up changes only what the entry
//! remembers of its use, which is atomic, so that many can look at once.

mod answer;
mod conditions;
mod entry;
mod index;
mod key_hasher;
mod limits;
mod listing;
mod places;
mod policy;
mod scope;
mod store;
#[cfg(test)]
#[allow(
    clippy::single_range_in_vec_init,
    reason = "lists of ranges are what is meant"
)]
mod tests;

pub use answer::{CacheAnswer, CachedBody};
pub use conditions::{CacheablePart, NotCached, may_be_served, may_be_stored};
pub use entry::{CacheEntry, CachedLog};
pub use limits::CacheLimits;
pub use listing::{CacheState, CachedItem};
pub use policy::CachePolicy;
pub use scope::CacheScope;
pub use store::{CacheUse, ResponseCache, ShareProgress};
