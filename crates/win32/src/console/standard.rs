//! The standard handles (documented: GetStdHandle, SetStdHandle).
//!
//! Owns: which handle stands for standard input, output and error; they are made of the descriptors 0,
//! 1 and 2 when they are first asked for, and do not own them. Invariants: the same handle each time,
//! also after somebody closed it, as on Windows. Threading: any thread.

use std::sync::Arc;

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::PerProcess;

use crate::handle::{self, Handle};
use crate::io::file::File;

static HANDLES: PerProcess<Mutex<[Option<usize>; 3]>> = PerProcess::new();

/// Which of the three: STD_INPUT_HANDLE is -10, STD_OUTPUT_HANDLE -11, STD_ERROR_HANDLE -12.
pub fn which(number: u32) -> Option<usize> {
    match number as i32 {
        -10 => Some(0),
        -11 => Some(1),
        -12 => Some(2),
        _ => None,
    }
}

/// The handle; NULL when the descriptor is not open.
pub fn get(which: usize) -> Handle {
    let mut handles = HANDLES.get_or_init(Mutex::default).lock();
    let Some(place) = handles.get_mut(which) else {
        return std::ptr::null_mut();
    };
    if let Some(handle) = *place {
        return handle as Handle;
    }
    // SAFETY: the standard descriptors belong to the program, which keeps them open while it uses
    // their handles; they are not closed with the handle.
    let Ok(file) = (unsafe { File::from_fd(which as i32, false) }) else {
        return std::ptr::null_mut();
    };
    let handle = handle::insert(Arc::new(file));
    if !handle.is_null() {
        *place = Some(handle as usize);
    }
    handle
}

/// Replaces the handle; the descriptor stays what it was.
pub fn set(which: usize, handle: Handle) {
    let mut handles = HANDLES.get_or_init(Mutex::default).lock();
    if let Some(place) = handles.get_mut(which) {
        *place = Some(handle as usize);
    }
}
