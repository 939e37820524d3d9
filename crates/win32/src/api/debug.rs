//! Debugging and exceptions.
//!
//! Owns the C form, the error mode, the filter of unhandled exceptions, and the descriptions of threads.
//! Does not own faults: SIGSEGV and its relatives do what they do without this library. Threading: any
//! thread.

use std::collections::BTreeMap;
use std::ffi::{CString, c_void};
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::PerProcess;

use super::text::{self, Unit};
use super::{Bool, FALSE, TRUE, fence, fence_bool, not_null, put};
use crate::handle::Handle;
use crate::process::own;
use crate::threads::id::{self, ThreadId};
use crate::threads::thread;

unsafe fn output<U: Unit>(text: *const U) {
    fence((), || {
        // SAFETY: NULL or NUL-terminated by the contract of the exported functions.
        if let Ok(text) = unsafe { text::read(text) } {
            let bytes = <u8 as Unit>::encode(&text);
            // Nobody reads it then.
            let _ = crate::console::terminal::write(2, &bytes);
        }
        Ok(())
    });
}

/// OutputDebugStringW: writes the text to standard error, as UTF-8.
///
/// Differs: there is no debugger that listens for it.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OutputDebugStringW(text: *const u16) {
    // SAFETY: by the contract of this function.
    unsafe { output(text) }
}

/// OutputDebugStringA: works like [`OutputDebugStringW`]; UTF-8.
///
/// # Safety
/// `text` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OutputDebugStringA(text: *const u8) {
    // SAFETY: by the contract of this function.
    unsafe { output(text) }
}

/// IsDebuggerPresent: returns whether a debugger (gdb, lldb, strace) is attached to the process.
#[unsafe(no_mangle)]
pub extern "system" fn IsDebuggerPresent() -> Bool {
    fence(FALSE, || Ok(Bool::from(own::is_traced())))
}

/// CheckRemoteDebuggerPresent: works like [`IsDebuggerPresent`]. FALSE with 6 for a handle that is
/// not this process.
///
/// # Safety
/// `present` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CheckRemoteDebuggerPresent(
    process: Handle,
    present: *mut Bool,
) -> Bool {
    fence_bool(|| {
        own::check(process)?;
        not_null(present)?;
        // SAFETY: valid by the contract of this function.
        unsafe { put(present, Bool::from(own::is_traced())) };
        Ok(())
    })
}

/// DebugBreak: raises SIGTRAP, which stops in a debugger and ends the process without one.
#[unsafe(no_mangle)]
pub extern "system" fn DebugBreak() {
    // SAFETY: raise touches no memory.
    unsafe { libc::raise(libc::SIGTRAP) };
}

static ERROR_MODE: AtomicU32 = AtomicU32::new(0);

/// SetErrorMode: returns the mode before.
///
/// Differs: the mode is kept and has no effect, since no error opens a window here.
#[unsafe(no_mangle)]
pub extern "system" fn SetErrorMode(mode: u32) -> u32 {
    ERROR_MODE.swap(mode, Ordering::Relaxed)
}

/// GetErrorMode: returns the mode that was set last.
#[unsafe(no_mangle)]
pub extern "system" fn GetErrorMode() -> u32 {
    ERROR_MODE.load(Ordering::Relaxed)
}

/// LPTOP_LEVEL_EXCEPTION_FILTER.
pub type ExceptionFilter = unsafe extern "system" fn(*mut ExceptionPointers) -> i32;

static FILTER: AtomicUsize = AtomicUsize::new(0);

fn filter() -> Option<ExceptionFilter> {
    let address = FILTER.load(Ordering::SeqCst);
    // SAFETY: 0, which is None, or a filter that SetUnhandledExceptionFilter stored.
    unsafe { std::mem::transmute(address) }
}

/// SetUnhandledExceptionFilter: sets the function that RaiseException calls; returns the one before.
///
/// Partial: faults (SIGSEGV and the like) do not call it: install a signal handler for them.
///
/// # Safety
/// The filter may be called from any thread.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetUnhandledExceptionFilter(
    new: Option<ExceptionFilter>,
) -> Option<ExceptionFilter> {
    let before = filter();
    FILTER.store(new.map_or(0, |new| new as usize), Ordering::SeqCst);
    before
}

const MAXIMUM_PARAMETERS: usize = 15;

/// EXCEPTION_RECORD.
#[repr(C)]
#[derive(Debug)]
pub struct ExceptionRecord {
    code: u32,
    flags: u32,
    next: *mut ExceptionRecord,
    address: *mut c_void,
    count: u32,
    parameters: [usize; MAXIMUM_PARAMETERS],
}

const _: () = assert!(size_of::<ExceptionRecord>() == 152);

/// EXCEPTION_POINTERS.
#[repr(C)]
#[derive(Debug)]
pub struct ExceptionPointers {
    record: *mut ExceptionRecord,
    context: *mut c_void,
}

/// RaiseException: calls the filter of SetUnhandledExceptionFilter, since there are no frames that handle exceptions;
/// if it does not say EXCEPTION_CONTINUE_EXECUTION (-1) for an exception that may be continued, the code is written
/// to standard error and the process ends by abort(3), without a word after EXCEPTION_EXECUTE_HANDLER (1). The
/// exceptions that name a thread for a debugger (0x406D1388) and print for one (0x40010006) do nothing.
///
/// Differs: the filter gets no context of the processor (NULL).
///
/// # Safety
/// `parameters` is NULL or has `count` values.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RaiseException(
    code: u32,
    flags: u32,
    count: u32,
    parameters: *const usize,
) {
    const FOR_A_DEBUGGER: [u32; 2] = [0x406D_1388, 0x4001_0006];
    const NONCONTINUABLE: u32 = 1;
    if FOR_A_DEBUGGER.contains(&code) {
        return;
    }
    let given = if parameters.is_null() {
        0
    } else {
        count as usize
    };
    let mut record = ExceptionRecord {
        code: code & !0x1000_0000,
        flags: flags & NONCONTINUABLE,
        next: std::ptr::null_mut(),
        address: RaiseException as *mut c_void,
        count: given.min(MAXIMUM_PARAMETERS) as u32,
        parameters: [0; MAXIMUM_PARAMETERS],
    };
    for (at, place) in record.parameters.iter_mut().take(given).enumerate() {
        // SAFETY: so many are there by the contract of this function.
        *place = unsafe { parameters.add(at).read_unaligned() };
    }
    let mut pointers = ExceptionPointers {
        record: &raw mut record,
        context: std::ptr::null_mut(),
    };
    // SAFETY: callable by the contract of SetUnhandledExceptionFilter, with pointers that are valid
    // during the call.
    let verdict = filter().map_or(0, |filter| unsafe { filter(&raw mut pointers) });
    match verdict {
        -1 if flags & NONCONTINUABLE == 0 => return,
        1 => {}
        _ => {
            let text = format!("Unhandled exception 0x{code:08X}\n");
            // Nobody reads it then.
            let _ = crate::console::terminal::write(2, text.as_bytes());
        }
    }
    std::process::abort()
}

/// What threads were called.
static DESCRIPTIONS: PerProcess<Mutex<BTreeMap<ThreadId, Vec<u16>>>> = PerProcess::new();

const E_FAIL: i32 = 0x8007_0006_u32 as i32; // HRESULT_FROM_WIN32(ERROR_INVALID_HANDLE)

/// SetThreadDescription: sets the name of a thread; for the calling thread, its first 15 bytes are shown in the
/// system's tools. Returns S_OK, or 0x80070006 for a handle that is not a thread.
///
/// # Safety
/// `description` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadDescription(handle: Handle, description: *const u16) -> i32 {
    fence(E_FAIL, || {
        let thread = super::threads::thread_of(handle)?;
        // SAFETY: NULL or NUL-terminated by the contract of this function.
        let name = unsafe { text::read(description) }.unwrap_or_default();
        if thread.id() == id::current_id() {
            show(&String::from_utf16_lossy(&name));
        }
        let mut all = DESCRIPTIONS.get_or_init(Mutex::default).lock();
        all.retain(|id, _| thread::by_id(*id).is_some());
        all.insert(thread.id(), name);
        Ok(0)
    })
}

/// Gives the calling thread a name in the system.
fn show(name: &str) {
    let mut end = name.len().min(15);
    while !name.is_char_boundary(end) {
        end -= 1;
    }
    let Ok(name) = CString::new(&name[..end]) else {
        return;
    };
    // SAFETY: a NUL-terminated name of no more than 15 bytes, for the calling thread.
    #[cfg(target_os = "linux")]
    unsafe {
        libc::pthread_setname_np(libc::pthread_self(), name.as_ptr());
    }
    // SAFETY: as above.
    #[cfg(target_vendor = "apple")]
    unsafe {
        libc::pthread_setname_np(name.as_ptr());
    }
}

/// GetThreadDescription: gets the name that was set, or an empty one; the program frees it with LocalFree. Returns
/// S_OK, or 0x80070006 for a handle that is not a thread.
///
/// # Safety
/// `description` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetThreadDescription(
    handle: Handle,
    description: *mut *mut u16,
) -> i32 {
    fence(E_FAIL, || {
        not_null(description)?;
        let thread = super::threads::thread_of(handle)?;
        let all = DESCRIPTIONS.get_or_init(Mutex::default).lock();
        let name = all.get(&thread.id()).cloned().unwrap_or_default();
        // SAFETY: valid by the contract of this function.
        unsafe { put(description, text::allocate(&name, 0)?) };
        Ok(0)
    })
}

/// SetThreadErrorMode: works like [`SetErrorMode`], which all threads share here.
///
/// # Safety
/// `before` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetThreadErrorMode(mode: u32, before: *mut u32) -> Bool {
    // SAFETY: NULL or valid by the contract of this function.
    unsafe { put(before, SetErrorMode(mode)) };
    TRUE
}
