//! What handles can refer to, of the kinds that know nothing of handles themselves.
//!
//! Owns what closing and waiting mean for them. Does not own the objects. Threading: as [`Object`].

use std::sync::Arc;

use crate::handle::{self, Handle};
use crate::io::port::Port;
use crate::object::Object;
use crate::pool::workers::Pool;
use crate::sync::event::Event;
use crate::sync::signal::ObjectSignal;

impl Object for Event {
    fn signal(&self) -> Option<&ObjectSignal> {
        Some(&self.signal)
    }
}

impl Object for Port {
    fn on_close(&self) {
        self.close();
    }
}

impl Object for Pool {
    fn close_allowed(&self) -> bool {
        false
    }
}

/// The event behind a handle, for an operation to set at its end, whatever becomes of the handle.
pub(crate) fn keep(handle: Handle) -> Option<Arc<Event>> {
    handle::lookup_as(handle)
}
