//! Services: there is no service control manager off Windows.
//!
//! Owns the answers that programs expect where they were not started by one: most go on as console
//! programs after 1063. Invariant: no handle of a service exists, so each function that takes one gives
//! 6. Threading: any thread.

use std::ffi::{c_char, c_void};
use std::ptr;

use super::{Bool, FALSE, fence, fence_bool};
use crate::handle::Handle;
use crate::status::{
    Code, ERROR_DATABASE_DOES_NOT_EXIST, ERROR_FAILED_SERVICE_CONTROLLER_CONNECT,
    ERROR_INVALID_DATA, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_SERVICE_NOT_IN_EXE,
};

/// SERVICE_TABLE_ENTRYW and SERVICE_TABLE_ENTRYA: 16 bytes.
#[repr(C)]
#[derive(Debug)]
pub struct ServiceTableEntry {
    name: *const c_void,
    main: *const c_void,
}

unsafe fn dispatch(table: *const ServiceTableEntry) -> Result<(), Code> {
    if table.is_null() {
        return Err(ERROR_INVALID_DATA);
    }
    // SAFETY: a table ends with an entry of NULLs, so it has one; by the contracts of the exported functions.
    let first = unsafe { table.read_unaligned() };
    match first.name.is_null() || first.main.is_null() {
        true => Err(ERROR_INVALID_DATA),
        false => Err(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT),
    }
}

/// StartServiceCtrlDispatcherW: returns FALSE with 1063 (ERROR_FAILED_SERVICE_CONTROLLER_CONNECT), as in a program
/// that was started from a console; 13 for an empty table.
///
/// Differs: no program is ever started as a service.
///
/// # Safety
/// `table` is NULL or ends with an entry of NULLs.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartServiceCtrlDispatcherW(table: *const ServiceTableEntry) -> Bool {
    // SAFETY: by the contract of this function.
    fence_bool(|| unsafe { dispatch(table) })
}

/// StartServiceCtrlDispatcherA: works like [`StartServiceCtrlDispatcherW`].
///
/// # Safety
/// `table` is NULL or ends with an entry of NULLs.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartServiceCtrlDispatcherA(table: *const ServiceTableEntry) -> Bool {
    // SAFETY: by the contract of this function.
    fence_bool(|| unsafe { dispatch(table) })
}

/// RegisterServiceCtrlHandlerW: returns NULL with 1083 (no such service in this program), 87 for NULL.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterServiceCtrlHandlerW(
    name: *const u16,
    _handler: *const c_void,
) -> Handle {
    handler(name.is_null())
}

/// RegisterServiceCtrlHandlerExW: returns NULL with 1083 (no such service in this program), 87 for NULL.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterServiceCtrlHandlerExW(
    name: *const u16,
    _handler: *const c_void,
    _context: *mut c_void,
) -> Handle {
    handler(name.is_null())
}

/// RegisterServiceCtrlHandlerA: returns NULL with 1083 (no such service in this program), 87 for NULL.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterServiceCtrlHandlerA(
    name: *const c_char,
    _handler: *const c_void,
) -> Handle {
    handler(name.is_null())
}

/// RegisterServiceCtrlHandlerExA: returns NULL with 1083 (no such service in this program), 87 for NULL.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn RegisterServiceCtrlHandlerExA(
    name: *const c_char,
    _handler: *const c_void,
    _context: *mut c_void,
) -> Handle {
    handler(name.is_null())
}

fn handler(unnamed: bool) -> Handle {
    fence(ptr::null_mut(), || match unnamed {
        true => Err(ERROR_INVALID_PARAMETER),
        false => Err(ERROR_SERVICE_NOT_IN_EXE),
    })
}

/// OpenSCManagerW: returns NULL with 1065 (ERROR_DATABASE_DOES_NOT_EXIST): there are no services.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenSCManagerW(
    _machine: *const u16,
    _database: *const u16,
    _access: u32,
) -> Handle {
    fence(ptr::null_mut(), || Err(ERROR_DATABASE_DOES_NOT_EXIST))
}

/// OpenServiceW: returns NULL with 6: no manager is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenServiceW(
    _manager: Handle,
    _name: *const u16,
    _access: u32,
) -> Handle {
    fence(ptr::null_mut(), || Err(ERROR_INVALID_HANDLE))
}

/// CreateServiceW: returns NULL with 6: no manager is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateServiceW(
    _manager: Handle,
    _name: *const u16,
    _shown: *const u16,
    _access: u32,
    _kind: u32,
    _start: u32,
    _errors: u32,
    _path: *const u16,
    _group: *const u16,
    _tag: *mut u32,
    _needs: *const u16,
    _account: *const u16,
    _password: *const u16,
) -> Handle {
    fence(ptr::null_mut(), || Err(ERROR_INVALID_HANDLE))
}

/// StartServiceW: returns FALSE with 6: no service is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartServiceW(
    _service: Handle,
    _count: u32,
    _arguments: *const *const u16,
) -> Bool {
    no_service()
}

/// OpenSCManagerA: returns NULL with 1065 (ERROR_DATABASE_DOES_NOT_EXIST): there are no services.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenSCManagerA(
    _machine: *const c_char,
    _database: *const c_char,
    _access: u32,
) -> Handle {
    fence(ptr::null_mut(), || Err(ERROR_DATABASE_DOES_NOT_EXIST))
}

/// OpenServiceA: returns NULL with 6: no manager is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn OpenServiceA(
    _manager: Handle,
    _name: *const c_char,
    _access: u32,
) -> Handle {
    fence(ptr::null_mut(), || Err(ERROR_INVALID_HANDLE))
}

/// CreateServiceA: returns NULL with 6: no manager is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn CreateServiceA(
    _manager: Handle,
    _name: *const c_char,
    _shown: *const c_char,
    _access: u32,
    _kind: u32,
    _start: u32,
    _errors: u32,
    _path: *const c_char,
    _group: *const c_char,
    _tag: *mut u32,
    _needs: *const c_char,
    _account: *const c_char,
    _password: *const c_char,
) -> Handle {
    fence(ptr::null_mut(), || Err(ERROR_INVALID_HANDLE))
}

/// StartServiceA: returns FALSE with 6: no service is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn StartServiceA(
    _service: Handle,
    _count: u32,
    _arguments: *const *const c_char,
) -> Bool {
    no_service()
}

/// SetServiceStatus: returns FALSE with 6: no service is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetServiceStatus(_service: Handle, _status: *const c_void) -> Bool {
    no_service()
}

/// QueryServiceStatus: returns FALSE with 6: no service is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn QueryServiceStatus(_service: Handle, _status: *mut c_void) -> Bool {
    no_service()
}

/// ControlService: returns FALSE with 6: no service is ever open.
///
/// # Safety
/// The pointers are not read.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ControlService(
    _service: Handle,
    _control: u32,
    _status: *mut c_void,
) -> Bool {
    no_service()
}

/// DeleteService: returns FALSE with 6: no service is ever open.
#[unsafe(no_mangle)]
pub extern "system" fn DeleteService(_service: Handle) -> Bool {
    no_service()
}

/// CloseServiceHandle: returns FALSE with 6: no service is ever open.
#[unsafe(no_mangle)]
pub extern "system" fn CloseServiceHandle(_service: Handle) -> Bool {
    no_service()
}

fn no_service() -> Bool {
    fence(FALSE, || Err(ERROR_INVALID_HANDLE))
}
