//! Random numbers: BCryptGenRandom, RtlGenRandom, CryptGenRandom.
//!
//! Owns the C form, and the handles of the two interfaces, which stand for nothing else. Threading: any thread.

use std::ffi::c_void;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Bool, fence_bool, not_null, put, wide};
use crate::handle::Handle;
use crate::random;
use crate::status::ERROR_INVALID_PARAMETER;

/// NTSTATUS.
type Status = u32;
const STATUS_INVALID_HANDLE: Status = 0xC000_0008;
const STATUS_INVALID_PARAMETER: Status = 0xC000_000D;
const STATUS_UNSUCCESSFUL: Status = 0xC000_0001;
const STATUS_NOT_FOUND: Status = 0xC000_0225;

const BCRYPT_USE_SYSTEM_PREFERRED_RNG: u32 = 2;
/// BCRYPT_RNG_ALG_HANDLE, which is also what opening the algorithm gives.
const RNG: usize = 0x81;

/// # Safety
/// `to` is NULL or has room for `bytes` bytes.
unsafe fn fill(to: *mut u8, bytes: u32) -> Result<(), u32> {
    if bytes == 0 {
        return Ok(());
    }
    not_null(to)?;
    // In pieces, so that a large request needs no memory of ours.
    let mut block = [0; 256];
    let mut done = 0;
    while done < bytes as usize {
        let piece = block.len().min(bytes as usize - done);
        random::fill(&mut block[..piece])?;
        // SAFETY: there is room by the contract.
        unsafe { to.add(done).copy_from_nonoverlapping(block.as_ptr(), piece) };
        done += piece;
    }
    Ok(())
}

/// BCryptGenRandom: fills a buffer with random bytes of the system. Returns 0, STATUS_INVALID_HANDLE,
/// STATUS_INVALID_PARAMETER.
///
/// # Safety
/// `to` is NULL or has room for `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn BCryptGenRandom(
    algorithm: Handle,
    to: *mut u8,
    bytes: u32,
    flags: u32,
) -> Status {
    let preferred = flags & BCRYPT_USE_SYSTEM_PREFERRED_RNG != 0;
    match algorithm as usize {
        0 if !preferred => return STATUS_INVALID_HANDLE,
        RNG if !preferred => {}
        0 => {}
        _ if preferred => return STATUS_INVALID_PARAMETER,
        _ => return STATUS_INVALID_HANDLE,
    }
    if to.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    // SAFETY: the same contract.
    match unsafe { fill(to, bytes) } {
        Ok(()) => 0,
        Err(_) => STATUS_UNSUCCESSFUL,
    }
}

/// BCryptOpenAlgorithmProvider: returns a handle for random numbers ("RNG").
///
/// Partial: other algorithms are STATUS_NOT_FOUND.
///
/// # Safety
/// `to` is NULL or valid; `name` is NULL or NUL-terminated.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn BCryptOpenAlgorithmProvider(
    to: *mut Handle,
    name: *const u16,
    _implementation: *const u16,
    _flags: u32,
) -> Status {
    // SAFETY: the same contract.
    let Ok(name) = (unsafe { wide(name) }) else {
        return STATUS_INVALID_PARAMETER;
    };
    if to.is_null() {
        return STATUS_INVALID_PARAMETER;
    }
    if name != [b'R', b'N', b'G'].map(u16::from) {
        return STATUS_NOT_FOUND;
    }
    // SAFETY: not NULL, so valid.
    unsafe { put(to, RNG as Handle) };
    0
}

/// BCryptCloseAlgorithmProvider: closes a handle for random numbers: 0, or STATUS_INVALID_HANDLE.
#[unsafe(no_mangle)]
pub extern "system" fn BCryptCloseAlgorithmProvider(algorithm: Handle, _flags: u32) -> Status {
    match algorithm as usize {
        RNG => 0,
        _ => STATUS_INVALID_HANDLE,
    }
}

/// SystemFunction036: fills a buffer with random bytes of the system, under the name by which it is exported;
/// programs call it RtlGenRandom. FALSE for NULL.
///
/// # Safety
/// `to` is NULL or has room for `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SystemFunction036(to: *mut c_void, bytes: u32) -> u8 {
    // SAFETY: the same contract.
    u8::from(unsafe { fill(to.cast(), bytes) }.is_ok())
}

/// How many contexts are open; a handle is a constant, since nothing depends on it.
static CONTEXTS: AtomicUsize = AtomicUsize::new(0);
const CONTEXT: usize = 0xC0DE_0010;

fn acquire(to: *mut usize) -> Bool {
    fence_bool(|| {
        not_null(to)?;
        CONTEXTS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the callers' contract: not NULL, so valid.
        unsafe { put(to, CONTEXT) };
        Ok(())
    })
}

fn context(handle: usize) -> Result<(), u32> {
    match handle == CONTEXT && CONTEXTS.load(Ordering::Relaxed) > 0 {
        true => Ok(()),
        false => Err(ERROR_INVALID_PARAMETER),
    }
}

/// CryptAcquireContextW: gets a handle for CryptGenRandom.
///
/// Partial: it is good for random numbers; key containers, providers, kinds and flags are ignored.
///
/// # Safety
/// `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CryptAcquireContextW(
    to: *mut usize,
    _container: *const u16,
    _provider: *const u16,
    _kind: u32,
    _flags: u32,
) -> Bool {
    acquire(to)
}

/// CryptAcquireContextA: gets a handle for CryptGenRandom.
///
/// Partial: it is good for random numbers; key containers, providers, kinds and flags are ignored.
///
/// # Safety
/// `to` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CryptAcquireContextA(
    to: *mut usize,
    _container: *const u8,
    _provider: *const u8,
    _kind: u32,
    _flags: u32,
) -> Bool {
    acquire(to)
}

/// CryptGenRandom: fills a buffer with random bytes of the system; FALSE with 87 for an invalid handle and for NULL.
///
/// # Safety
/// `to` is NULL or has room for `bytes` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CryptGenRandom(handle: usize, bytes: u32, to: *mut u8) -> Bool {
    fence_bool(|| {
        context(handle)?;
        // SAFETY: the same contract.
        unsafe { fill(to, bytes) }
    })
}

/// CryptReleaseContext: closes a handle of CryptAcquireContext; FALSE with 87 for something that is
/// not one and for flags.
#[unsafe(no_mangle)]
pub extern "system" fn CryptReleaseContext(handle: usize, flags: u32) -> Bool {
    fence_bool(|| {
        context(handle)?;
        if flags != 0 {
            return Err(ERROR_INVALID_PARAMETER);
        }
        CONTEXTS.fetch_sub(1, Ordering::Relaxed);
        Ok(())
    })
}
