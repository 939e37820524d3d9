//! The processors of the machine, how busy they are, and the path of a process.
//!
//! Owns the C form only. Threading: any thread.

use super::text::{self, Unit};
use super::{Bool, fence_bool, not_null, put};
use crate::handle::Handle;
use crate::module;
use crate::process::machine;
use crate::process::own;
use crate::process::topology::{self, SharedBy};
use crate::status::{
    Code, ERROR_INSUFFICIENT_BUFFER, ERROR_INVALID_PARAMETER, ERROR_NOT_SUPPORTED,
};

/// SYSTEM_LOGICAL_PROCESSOR_INFORMATION; its union as two numbers.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct LogicalProcessor {
    mask: u64,
    relationship: u32,
    padding: u32,
    about: [u64; 2],
}

const _: () = assert!(size_of::<LogicalProcessor>() == 32);

impl LogicalProcessor {
    fn new(shared: SharedBy, mask: u64) -> LogicalProcessor {
        let (relationship, about) = match shared {
            SharedBy::Core(several) => (0, [u64::from(several), 0]),
            SharedBy::Node(number) => (1, [u64::from(number), 0]),
            SharedBy::Cache(cache) => {
                let first = u64::from(cache.level)
                    | u64::from(cache.associativity) << 8
                    | u64::from(cache.line) << 16
                    | u64::from(cache.size) << 32;
                (2, [first, u64::from(cache.kind)])
            }
            SharedBy::Package => (3, [0, 0]),
        };
        LogicalProcessor {
            mask,
            relationship,
            padding: 0,
            about,
        }
    }
}

/// GetLogicalProcessorInformation: tells which processors are one core, and which share a cache, a memory node or a
/// package. FALSE with 122 and the bytes needed if the buffer is too small, 87 without a length.
///
/// Differs: where the system does not say (macOS), each processor is a core, and all are one package.
///
/// # Safety
/// `to` has the bytes that `bytes` says; `bytes` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetLogicalProcessorInformation(
    to: *mut LogicalProcessor,
    bytes: *mut u32,
) -> Bool {
    fence_bool(|| {
        not_null(bytes)?;
        let all = topology::all();
        let needed = all.len() * size_of::<LogicalProcessor>();
        // SAFETY: valid by the contract of this function, here and below.
        let room = unsafe { bytes.read_unaligned() };
        // SAFETY: as above.
        unsafe { put(bytes, needed as u32) };
        if (room as usize) < needed || to.is_null() {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        for (at, (shared, mask)) in all.into_iter().enumerate() {
            // SAFETY: the buffer has room for all of them, as just tested.
            unsafe { put(to.add(at), LogicalProcessor::new(shared, mask)) };
        }
        Ok(())
    })
}

/// GetSystemTimes: gets the time that all processors together were idle, in the system's code (with the idle time, as
/// documented) and in programs, since the system started, in units of 100 nanoseconds. NULL is skipped.
///
/// Differs: FALSE with 50 where the system does not say (macOS).
///
/// # Safety
/// The pointers are NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetSystemTimes(
    idle: *mut u64,
    kernel: *mut u64,
    user: *mut u64,
) -> Bool {
    fence_bool(|| {
        let times = machine::times().ok_or(ERROR_NOT_SUPPORTED)?;
        // SAFETY: NULL or valid by the contract of this function.
        unsafe {
            put(idle, times.idle);
            put(kernel, times.kernel);
            put(user, times.user);
        }
        Ok(())
    })
}

unsafe fn image_name<U: Unit>(
    process: Handle,
    flags: u32,
    to: *mut U,
    size: *mut u32,
) -> Result<(), Code> {
    const NATIVE: u32 = 1;
    own::check(process)?;
    not_null(size)?;
    let path = match flags {
        0 => module::windows_path(0)?,
        NATIVE => text::wide_of(&module::file_name(0)?.to_string_lossy()),
        _ => return Err(ERROR_INVALID_PARAMETER),
    };
    let units = U::encode(&path);
    // SAFETY: valid by the contract of the exported functions: the buffer has the room that the size
    // says.
    unsafe {
        if !text::store_text(to, size.read_unaligned() as usize, &units) {
            return Err(ERROR_INSUFFICIENT_BUFFER);
        }
        put(size, units.len() as u32);
    }
    Ok(())
}

/// QueryFullProcessImageNameW: gets the path of the program; with PROCESS_NAME_NATIVE as the system writes it. `size`
/// is the size of the buffer on input and the length on output. FALSE with 122 if the buffer is too small, 6 for a
/// handle that is not this process, 87 for other flags.
///
/// # Safety
/// `to` has the room that `size` says; `size` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryFullProcessImageNameW(
    process: Handle,
    flags: u32,
    to: *mut u16,
    size: *mut u32,
) -> Bool {
    // SAFETY: by the contract of this function.
    fence_bool(|| unsafe { image_name(process, flags, to, size) })
}

/// QueryFullProcessImageNameA: works like [`QueryFullProcessImageNameW`], in UTF-8.
///
/// # Safety
/// Works like [`QueryFullProcessImageNameW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryFullProcessImageNameA(
    process: Handle,
    flags: u32,
    to: *mut u8,
    size: *mut u32,
) -> Bool {
    // SAFETY: by the contract of this function.
    fence_bool(|| unsafe { image_name(process, flags, to, size) })
}
