//! The PTP_IO of a thread-pool I/O object.
//!
//! Owns its handle and the association with a file's. Does not own the object ([`crate::pool::file_io`]).
//! Threading: any thread.

use std::sync::Arc;

use crate::handle::{self, Handle};
use crate::io::state::{CompletionTarget, IoState};
use crate::object::Object;
use crate::pool::file_io::{IoCallback, ThreadpoolIo};
use crate::pool::workers::default_pool;
use crate::status::{Code, ERROR_NO_SYSTEM_RESOURCES};

impl Object for ThreadpoolIo {
    fn close_allowed(&self) -> bool {
        false
    }
}

/// Creates the object, associates the handle's I/O with it and opens its PTP_IO.
///
/// # Errors
/// 87 when the handle is associated with a port or another thread-pool I/O already; 8 when the system
/// has no thread for callbacks.
pub(crate) fn create(io: &IoState, callback: IoCallback, context: usize) -> Result<Handle, Code> {
    default_pool().ensure()?;
    let object = Arc::new(ThreadpoolIo::new(callback, context));
    let own = handle::insert(object.clone());
    if own.is_null() {
        return Err(ERROR_NO_SYSTEM_RESOURCES);
    }
    object.set_own(own);
    if let Err(code) = io.bind(CompletionTarget::Pool(object)) {
        handle::remove(own);
        return Err(code);
    }
    Ok(own)
}

/// CloseThreadpoolIo: invalidates the PTP_IO. Operations under way still run their callback,
/// later ones do not; the object goes with the last of them.
pub(crate) fn close(own: Handle) {
    if let Some(object) = handle::lookup_as::<ThreadpoolIo>(own) {
        object.close();
        handle::remove(own);
    }
}
