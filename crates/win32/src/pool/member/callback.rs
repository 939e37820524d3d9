//! The functions of the program that the pool calls.

use std::ffi::c_void;

use crate::handle::Handle;
use crate::status::WAIT_TIMEOUT;

/// The function of a member, by what Windows calls its type.
#[derive(Clone, Copy, Debug)]
pub enum Callback {
    /// PTP_SIMPLE_CALLBACK: instance, context.
    Simple(unsafe extern "system" fn(*mut c_void, *mut c_void)),
    /// PTP_WORK_CALLBACK and PTP_TIMER_CALLBACK: instance, context, the object.
    Object(unsafe extern "system" fn(*mut c_void, *mut c_void, Handle)),
    /// PTP_WAIT_CALLBACK: instance, context, the object, TP_WAIT_RESULT (0 or WAIT_TIMEOUT).
    Wait(unsafe extern "system" fn(*mut c_void, *mut c_void, Handle, u32)),
    /// LPTHREAD_START_ROUTINE of QueueUserWorkItem: context.
    WorkItem(unsafe extern "system" fn(*mut c_void) -> u32),
    /// WAITORTIMERCALLBACK: context, whether the time-out passed.
    WaitOrTimer(unsafe extern "system" fn(*mut c_void, u8)),
}

impl Callback {
    /// Calls it; `result` is a TP_WAIT_RESULT.
    pub(super) fn call(
        self,
        instance: *mut c_void,
        context: *mut c_void,
        own: Handle,
        result: u32,
    ) {
        // SAFETY: the application promised a function of the type that each creating call names, and
        // that it may be called from any thread with this context.
        unsafe {
            match self {
                Callback::Simple(function) => function(instance, context),
                Callback::Object(function) => function(instance, context, own),
                Callback::Wait(function) => function(instance, context, own, result),
                Callback::WorkItem(function) => _ = function(context),
                Callback::WaitOrTimer(function) => {
                    function(context, u8::from(result == WAIT_TIMEOUT));
                }
            }
        }
    }
}
