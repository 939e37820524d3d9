//! Win32 error codes and NTSTATUS values that the functions of http.h return or store.
//!
//! Owns numbers only; which code an operation gives is decided elsewhere. Functions return the
//! former, OVERLAPPED.Internal holds the latter. Pages: System Error Codes; NTSTATUS Values.
//! Plain data; any thread.

use super::win32::NTSTATUS;

// ---- Win32 error codes ----

pub const NO_ERROR: u32 = 0;
pub const ERROR_SUCCESS: u32 = 0;
pub const ERROR_INVALID_FUNCTION: u32 = 1;
pub const ERROR_FILE_NOT_FOUND: u32 = 2;
pub const ERROR_PATH_NOT_FOUND: u32 = 3;
pub const ERROR_ACCESS_DENIED: u32 = 5;
pub const ERROR_INVALID_HANDLE: u32 = 6;
pub const ERROR_NOT_ENOUGH_MEMORY: u32 = 8;
pub const ERROR_OUTOFMEMORY: u32 = 14;
pub const ERROR_BAD_COMMAND: u32 = 22;
pub const ERROR_SHARING_VIOLATION: u32 = 32;
pub const ERROR_HANDLE_EOF: u32 = 38;
pub const ERROR_NOT_SUPPORTED: u32 = 50;
pub const ERROR_NETNAME_DELETED: u32 = 64;
pub const ERROR_INVALID_PARAMETER: u32 = 87;
pub const ERROR_CALL_NOT_IMPLEMENTED: u32 = 120;
pub const ERROR_INSUFFICIENT_BUFFER: u32 = 122;
pub const ERROR_INVALID_NAME: u32 = 123;
pub const ERROR_ALREADY_EXISTS: u32 = 183;
pub const ERROR_MORE_DATA: u32 = 234;
pub const WAIT_TIMEOUT: u32 = 258;
pub const ERROR_NO_MORE_ITEMS: u32 = 259;
pub const ERROR_ABANDONED_WAIT_0: u32 = 735;
pub const ERROR_OPERATION_ABORTED: u32 = 995;
pub const ERROR_IO_INCOMPLETE: u32 = 996;
pub const ERROR_IO_PENDING: u32 = 997;
pub const ERROR_NOACCESS: u32 = 998;
pub const ERROR_DLL_INIT_FAILED: u32 = 1114;
pub const ERROR_NOT_FOUND: u32 = 1168;
pub const ERROR_CONNECTION_REFUSED: u32 = 1225;
pub const ERROR_CONNECTION_INVALID: u32 = 1229;
pub const ERROR_CONNECTION_ABORTED: u32 = 1236;
pub const ERROR_REVISION_MISMATCH: u32 = 1306;
pub const ERROR_NO_SUCH_LOGON_SESSION: u32 = 1312;
pub const ERROR_INVALID_ID_AUTHORITY: u32 = 1343;
pub const ERROR_TIMEOUT: u32 = 1460;

// ---- Results of the wait functions. Page: WaitForSingleObject. ----

pub const WAIT_OBJECT_0: u32 = 0x0;
pub const WAIT_ABANDONED: u32 = 0x80;
pub const WAIT_IO_COMPLETION: u32 = 0xc0;
pub const WAIT_FAILED: u32 = u32::MAX;

// ---- NTSTATUS ----

pub const STATUS_SUCCESS: NTSTATUS = 0x0;
pub const STATUS_PENDING: NTSTATUS = 0x103;
pub const STATUS_BUFFER_OVERFLOW: NTSTATUS = 0x8000_0005u32 as i32;
pub const STATUS_INVALID_HANDLE: NTSTATUS = 0xc000_0008u32 as i32;
pub const STATUS_INVALID_PARAMETER: NTSTATUS = 0xc000_000du32 as i32;
pub const STATUS_INVALID_DEVICE_REQUEST: NTSTATUS = 0xc000_0010u32 as i32;
pub const STATUS_END_OF_FILE: NTSTATUS = 0xc000_0011u32 as i32;
pub const STATUS_ACCESS_DENIED: NTSTATUS = 0xc000_0022u32 as i32;
pub const STATUS_BUFFER_TOO_SMALL: NTSTATUS = 0xc000_0023u32 as i32;
pub const STATUS_OBJECT_NAME_NOT_FOUND: NTSTATUS = 0xc000_0034u32 as i32;
pub const STATUS_OBJECT_NAME_COLLISION: NTSTATUS = 0xc000_0035u32 as i32;
pub const STATUS_REVISION_MISMATCH: NTSTATUS = 0xc000_0059u32 as i32;
pub const STATUS_INSUFFICIENT_RESOURCES: NTSTATUS = 0xc000_009au32 as i32;
pub const STATUS_NOT_SUPPORTED: NTSTATUS = 0xc000_00bbu32 as i32;
pub const STATUS_CANCELLED: NTSTATUS = 0xc000_0120u32 as i32;
pub const STATUS_LOCAL_DISCONNECT: NTSTATUS = 0xc000_013bu32 as i32;
pub const STATUS_CONNECTION_RESET: NTSTATUS = 0xc000_020du32 as i32;
pub const STATUS_NOT_FOUND: NTSTATUS = 0xc000_0225u32 as i32;
pub const STATUS_GRACEFUL_DISCONNECT: NTSTATUS = 0xc000_0237u32 as i32;
pub const STATUS_CONNECTION_INVALID: NTSTATUS = 0xc000_023au32 as i32;
pub const STATUS_CONNECTION_ABORTED: NTSTATUS = 0xc000_0241u32 as i32;
