//! What a handle refers to.
//!
//! Owns the trait between the handle table and the objects behind it, including those of higher
//! crates (request queues). Does not own the objects. Invariant: `signal` and `io` return the same
//! reference (or the same `None`) for the whole life of the object. Threading: methods are called
//! from any thread, with no lock of this crate held.

use std::any::Any;
use std::sync::Arc;

pub use crate::io::cancel::CancelScope;
use crate::io::state::IoState;
use crate::sync::signal::ObjectSignal;

/// Conversion to `Any` for [`crate::lookup_as`]; implemented for every type.
pub trait AnyObject: Send + Sync + 'static {
    /// The same reference as `Any`.
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync>;
}

impl<T: Send + Sync + 'static> AnyObject for T {
    fn into_any(self: Arc<Self>) -> Arc<dyn Any + Send + Sync> {
        self
    }
}

/// Something that a handle can refer to.
pub trait Object: AnyObject {
    /// A handle to the object was closed with CloseHandle. The handle is already invalid. Called
    /// once per closed handle.
    fn on_close(&self) {}

    /// Another handle to the object was opened (DuplicateHandle).
    fn on_duplicate(&self) {}

    /// Whether CloseHandle may close a handle to this object; if not it fails with 6.
    fn close_allowed(&self) -> bool {
        true
    }

    /// What the wait functions wait on; `None` makes them fail with 6.
    fn signal(&self) -> Option<&ObjectSignal> {
        None
    }

    /// The state of file-like objects, which can be associated with a completion port.
    fn io(&self) -> Option<&IoState> {
        None
    }

    /// Cancels pending operations. Returns whether there was one to cancel.
    fn cancel_io(&self, _scope: CancelScope) -> bool {
        false
    }
}
