//! Locks in the program's own memory: slim reader/writer locks, critical sections, condition
//! variables, one-time initialization and interlocked lists, each in a file of its own.
//!
//! Owns the layout of these structures (the sizes of 64-bit Windows, all zeros being a valid start)
//! and what waiting on them means; the sleeping itself is parking_lot's. Does not own objects with
//! handles ([`crate::sync::signal`]). Invariants: the memory is only touched through atomics, so that a
//! lock may be used from any thread as soon as it is zeroed; nothing is allocated, so there is
//! nothing to free. As on Windows, a lock is not to be moved or copied once it is in use. A child
//! made by fork does not use what other threads of its parent held or slept on, as with the locks of
//! pthreads. Threading: any thread.

mod condition;
mod list;
mod once;
mod section;
mod srw;

pub use condition::ConditionVariable;
pub use list::ListHeader;
pub use once::{Begun, InitOnce};
pub use section::CriticalSection;
pub use srw::{Mode, SrwLock};

macro_rules! opaque_debug {
    ($($name:ident)*) => {
        $(impl std::fmt::Debug for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.debug_struct(stringify!($name)).finish_non_exhaustive()
            }
        })*
    };
}
opaque_debug!(SrwLock CriticalSection ConditionVariable InitOnce ListHeader);

// The sizes that programs reserve.
const _: () = {
    assert!(size_of::<SrwLock>() == 8 && align_of::<SrwLock>() == 8);
    assert!(size_of::<CriticalSection>() == 40 && align_of::<CriticalSection>() == 8);
    assert!(size_of::<ConditionVariable>() == 8);
    assert!(size_of::<InitOnce>() == 8);
    assert!(size_of::<ListHeader>() == 16 && align_of::<ListHeader>() == 16);
};

#[cfg(test)]
mod tests;
