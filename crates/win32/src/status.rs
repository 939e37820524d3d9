//! Win32 error codes, NTSTATUS values and the table between them.
//!
//! Owns the numbers this crate uses and both directions of the mapping. Does not own the meaning of
//! a code for a call. Invariant: every Win32 code below 65,536 survives the round trip through an
//! NTSTATUS, because codes without one of their own travel as FACILITY_NTWIN32 values
//! (`0xC007xxxx`, MS-ERREF 2.3). Threading: pure functions.

/// A Win32 error code, the number that `GetLastError` returns.
pub type Code = u32;

macro_rules! codes {
    ($($name:ident = $value:literal;)*) => {
        $(#[doc = concat!("Win32 error ", stringify!($value), " (documented: System Error Codes).")]
        pub const $name: Code = $value;)*

        /// All of them.
        #[cfg(all(test, not(windows)))]
        pub(crate) const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    ERROR_SUCCESS = 0;
    ERROR_INVALID_FUNCTION = 1;
    ERROR_FILE_NOT_FOUND = 2;
    ERROR_PATH_NOT_FOUND = 3;
    ERROR_TOO_MANY_OPEN_FILES = 4;
    ERROR_ACCESS_DENIED = 5;
    ERROR_INVALID_HANDLE = 6;
    ERROR_NOT_ENOUGH_MEMORY = 8;
    ERROR_INVALID_DATA = 13;
    RPC_S_OUT_OF_MEMORY = 14;
    ERROR_INVALID_DRIVE = 15;
    ERROR_NOT_SAME_DEVICE = 17;
    ERROR_NO_MORE_FILES = 18;
    ERROR_WRITE_PROTECT = 19;
    ERROR_BAD_LENGTH = 24;
    ERROR_GEN_FAILURE = 31;
    ERROR_SHARING_VIOLATION = 32;
    ERROR_LOCK_VIOLATION = 33;
    ERROR_HANDLE_EOF = 38;
    ERROR_NOT_SUPPORTED = 50;
    ERROR_BAD_NETPATH = 53;
    ERROR_NETNAME_DELETED = 64;
    ERROR_FILE_EXISTS = 80;
    ERROR_INVALID_PARAMETER = 87;
    ERROR_BROKEN_PIPE = 109;
    ERROR_BUFFER_OVERFLOW = 111;
    ERROR_DISK_FULL = 112;
    ERROR_INSUFFICIENT_BUFFER = 122;
    ERROR_INVALID_NAME = 123;
    ERROR_INVALID_LEVEL = 124;
    ERROR_MOD_NOT_FOUND = 126;
    ERROR_PROC_NOT_FOUND = 127;
    ERROR_NEGATIVE_SEEK = 131;
    ERROR_SEEK_ON_DEVICE = 132;
    ERROR_DIR_NOT_EMPTY = 145;
    ERROR_DISCARDED = 157;
    ERROR_NOT_LOCKED = 158;
    ERROR_BAD_ARGUMENTS = 160;
    ERROR_BUSY = 170;
    ERROR_ALREADY_EXISTS = 183;
    ERROR_BAD_EXE_FORMAT = 193;
    ERROR_ENVVAR_NOT_FOUND = 203;
    ERROR_FILENAME_EXCED_RANGE = 206;
    ERROR_FILE_TOO_LARGE = 223;
    ERROR_NO_DATA = 232;
    ERROR_MORE_DATA = 234;
    WAIT_TIMEOUT = 258;
    ERROR_NO_MORE_ITEMS = 259;
    ERROR_DIRECTORY = 267;
    ERROR_NOT_OWNER = 288;
    ERROR_TOO_MANY_POSTS = 298;
    ERROR_MR_MID_NOT_FOUND = 317;
    ERROR_INVALID_ADDRESS = 487;
    ERROR_ARITHMETIC_OVERFLOW = 534;
    ERROR_ABANDONED_WAIT_0 = 735;
    ERROR_OPERATION_ABORTED = 995;
    ERROR_IO_INCOMPLETE = 996;
    ERROR_IO_PENDING = 997;
    ERROR_NOACCESS = 998;
    ERROR_INVALID_FLAGS = 1004;
    ERROR_BADDB = 1009;
    ERROR_KEY_DELETED = 1018;
    ERROR_FAILED_SERVICE_CONTROLLER_CONNECT = 1063;
    ERROR_DATABASE_DOES_NOT_EXIST = 1065;
    ERROR_SERVICE_NOT_IN_EXE = 1083;
    ERROR_NO_UNICODE_TRANSLATION = 1113;
    ERROR_IO_DEVICE = 1117;
    ERROR_OLD_WIN_VERSION = 1150;
    ERROR_NOT_FOUND = 1168;
    ERROR_CONNECTION_INVALID = 1229;
    ERROR_REQUEST_ABORTED = 1235;
    ERROR_UNKNOWN_REVISION = 1305;
    ERROR_REVISION_MISMATCH = 1306;
    ERROR_NONE_MAPPED = 1332;
    ERROR_INVALID_ACL = 1336;
    ERROR_INVALID_SID = 1337;
    ERROR_INVALID_SECURITY_DESCR = 1338;
    ERROR_ALLOTTED_SPACE_EXCEEDED = 1344;
    ERROR_INTERNAL_ERROR = 1359;
    ERROR_NO_SYSTEM_RESOURCES = 1450;
    ERROR_WORKING_SET_QUOTA = 1453;
    ERROR_TIMEOUT = 1460;
    ERROR_UNSUPPORTED_TYPE = 1630;
    RPC_S_INVALID_STRING_UUID = 1705;
    ERROR_RESOURCE_TYPE_NOT_FOUND = 1813;
    ERROR_RESOURCE_LANG_NOT_FOUND = 1815;
    ERROR_CANT_RESOLVE_FILENAME = 1921;
    WSAEFAULT = 10014;
    WSAEINVAL = 10022;
    WSAEAFNOSUPPORT = 10047;
    WSAVERNOTSUPPORTED = 10092;
    WSANOTINITIALISED = 10093;
}

/// NTSTATUS in `OVERLAPPED.Internal` while the operation runs (documented: OVERLAPPED).
pub const STATUS_PENDING: u32 = 0x103;

/// Pairs that hold in both directions, sorted by Win32 code.
const PAIRS: &[(Code, u32)] = &[
    (0, 0x0000_0000),    // STATUS_SUCCESS
    (1, 0xC000_0010),    // STATUS_INVALID_DEVICE_REQUEST
    (2, 0xC000_0034),    // STATUS_OBJECT_NAME_NOT_FOUND
    (3, 0xC000_003A),    // STATUS_OBJECT_PATH_NOT_FOUND
    (4, 0xC000_011F),    // STATUS_TOO_MANY_OPENED_FILES
    (5, 0xC000_0022),    // STATUS_ACCESS_DENIED
    (6, 0xC000_0008),    // STATUS_INVALID_HANDLE
    (8, 0xC000_0017),    // STATUS_NO_MEMORY
    (17, 0xC000_00D4),   // STATUS_NOT_SAME_DEVICE
    (18, 0x8000_0006),   // STATUS_NO_MORE_FILES
    (19, 0xC000_00A2),   // STATUS_MEDIA_WRITE_PROTECTED
    (24, 0xC000_0004),   // STATUS_INFO_LENGTH_MISMATCH
    (31, 0xC000_0001),   // STATUS_UNSUCCESSFUL
    (32, 0xC000_0043),   // STATUS_SHARING_VIOLATION
    (33, 0xC000_0054),   // STATUS_FILE_LOCK_CONFLICT
    (38, 0xC000_0011),   // STATUS_END_OF_FILE
    (50, 0xC000_00BB),   // STATUS_NOT_SUPPORTED
    (52, 0xC000_00BD),   // STATUS_DUPLICATE_NAME
    (64, 0xC000_00C9),   // STATUS_NETWORK_NAME_DELETED
    (87, 0xC000_000D),   // STATUS_INVALID_PARAMETER
    (109, 0xC000_014B),  // STATUS_PIPE_BROKEN
    (112, 0xC000_007F),  // STATUS_DISK_FULL
    (121, 0xC000_00B5),  // STATUS_IO_TIMEOUT
    (122, 0xC000_0023),  // STATUS_BUFFER_TOO_SMALL
    (123, 0xC000_0033),  // STATUS_OBJECT_NAME_INVALID
    (145, 0xC000_0101),  // STATUS_DIRECTORY_NOT_EMPTY
    (158, 0xC000_007E),  // STATUS_RANGE_NOT_LOCKED
    (161, 0xC000_003B),  // STATUS_OBJECT_PATH_SYNTAX_BAD
    (170, 0x8000_0011),  // STATUS_DEVICE_BUSY
    (183, 0xC000_0035),  // STATUS_OBJECT_NAME_COLLISION
    (206, 0xC000_0106),  // STATUS_NAME_TOO_LONG
    (232, 0xC000_00B1),  // STATUS_PIPE_CLOSING
    (233, 0xC000_00B0),  // STATUS_PIPE_DISCONNECTED
    (234, 0x8000_0005),  // STATUS_BUFFER_OVERFLOW
    (258, 0x0000_0102),  // STATUS_TIMEOUT
    (259, 0x8000_001A),  // STATUS_NO_MORE_ENTRIES
    (267, 0xC000_0103),  // STATUS_NOT_A_DIRECTORY
    (487, 0xC000_0141),  // STATUS_INVALID_ADDRESS
    (534, 0xC000_0095),  // STATUS_INTEGER_OVERFLOW
    (735, 0x0000_0080),  // STATUS_ABANDONED_WAIT_0
    (995, 0xC000_0120),  // STATUS_CANCELLED
    (997, 0x0000_0103),  // STATUS_PENDING
    (998, 0xC000_0005),  // STATUS_ACCESS_VIOLATION
    (1006, 0xC000_0098), // STATUS_FILE_INVALID
    (1117, 0xC000_0185), // STATUS_IO_DEVICE_ERROR
    (1130, 0xC000_0205), // STATUS_INSUFF_SERVER_RESOURCES
    (1168, 0xC000_0225), // STATUS_NOT_FOUND
    (1225, 0xC000_0236), // STATUS_CONNECTION_REFUSED
    (1226, 0xC000_0237), // STATUS_GRACEFUL_DISCONNECT
    (1227, 0xC000_0238), // STATUS_ADDRESS_ALREADY_ASSOCIATED
    (1228, 0xC000_0239), // STATUS_ADDRESS_NOT_ASSOCIATED
    (1229, 0xC000_023A), // STATUS_CONNECTION_INVALID
    (1230, 0xC000_023B), // STATUS_CONNECTION_ACTIVE
    (1231, 0xC000_023C), // STATUS_NETWORK_UNREACHABLE
    (1232, 0xC000_023D), // STATUS_HOST_UNREACHABLE
    (1233, 0xC000_023E), // STATUS_PROTOCOL_UNREACHABLE
    (1234, 0xC000_023F), // STATUS_PORT_UNREACHABLE
    (1235, 0xC000_0240), // STATUS_REQUEST_ABORTED
    (1236, 0xC000_0241), // STATUS_CONNECTION_ABORTED
    (1237, 0xC000_022D), // STATUS_RETRY
    (1306, 0xC000_0059), // STATUS_REVISION_MISMATCH
    (1314, 0xC000_0061), // STATUS_PRIVILEGE_NOT_HELD
    (1359, 0xC000_00E5), // STATUS_INTERNAL_ERROR
    (1450, 0xC000_009A), // STATUS_INSUFFICIENT_RESOURCES
    (1784, 0xC000_00E8), // STATUS_INVALID_USER_BUFFER
    (1816, 0xC000_0044), // STATUS_QUOTA_EXCEEDED
];

/// NTSTATUS values that share a Win32 code with one of [`PAIRS`].
const ALIASES: &[(u32, Code)] = &[
    (0xC000_0002, 1),   // STATUS_NOT_IMPLEMENTED
    (0xC000_000F, 2),   // STATUS_NO_SUCH_FILE
    (0xC000_00BA, 5),   // STATUS_FILE_IS_A_DIRECTORY
    (0xC000_0024, 6),   // STATUS_OBJECT_TYPE_MISMATCH
    (0xC000_013B, 64),  // STATUS_LOCAL_DISCONNECT
    (0xC000_013C, 64),  // STATUS_REMOTE_DISCONNECT
    (0xC000_020C, 64),  // STATUS_CONNECTION_DISCONNECTED
    (0xC000_020D, 64),  // STATUS_CONNECTION_RESET
    (0xC000_0030, 87),  // STATUS_INVALID_PARAMETER_MIX
    (0xC000_00EF, 87),  // STATUS_INVALID_PARAMETER_1
    (0xC000_00F0, 87),  // STATUS_INVALID_PARAMETER_2
    (0xC000_00F1, 87),  // STATUS_INVALID_PARAMETER_3
    (0xC000_00F2, 87),  // STATUS_INVALID_PARAMETER_4
    (0xC000_0039, 161), // STATUS_OBJECT_PATH_INVALID
    (0xC000_00D9, 232), // STATUS_PIPE_EMPTY
];

/// High half of an NTSTATUS that carries a Win32 code in its low half (MS-ERREF 2.3).
const FACILITY_NTWIN32: u32 = 0xC007_0000;

/// The NTSTATUS that stands for a Win32 code in `OVERLAPPED.Internal`. A code above 65,535 (an
/// HRESULT such as SEC_E_*) is stored as it is.
pub fn nt_from_win32(code: Code) -> u32 {
    // The two codes of nearly every completion.
    if code == ERROR_SUCCESS {
        return 0;
    }
    match PAIRS.binary_search_by_key(&code, |&(win32, _)| win32) {
        Ok(at) => PAIRS[at].1,
        Err(_) if code <= 0xFFFF => FACILITY_NTWIN32 | code,
        Err(_) => code,
    }
}

/// The Win32 code for an NTSTATUS (documented: RtlNtStatusToDosError); 317
/// (ERROR_MR_MID_NOT_FOUND) when there is none. HRESULTs of facility SSPI (`0x8009xxxx`) and values
/// with the customer bit pass through unchanged (assumed).
pub fn win32_from_nt(status: u32) -> Code {
    if status == 0 {
        return ERROR_SUCCESS;
    }
    if let Some(&(win32, _)) = PAIRS.iter().find(|&&(_, nt)| nt == status) {
        return win32;
    }
    if let Some(&(_, win32)) = ALIASES.iter().find(|&&(nt, _)| nt == status) {
        return win32;
    }
    match status >> 16 {
        0xC007 | 0x8007 => status & 0xFFFF,
        0x8009 => status,
        _ if status & 0x2000_0000 != 0 => status,
        _ => ERROR_MR_MID_NOT_FOUND,
    }
}

/// Whether an NTSTATUS is a success or informational value (the NT_SUCCESS macro).
pub fn nt_success(status: u32) -> bool {
    status < 0x8000_0000
}

/// The Win32 code for an `errno` value of a file or memory call; 31 (ERROR_GEN_FAILURE) for one
/// that has no counterpart.
#[cfg(not(windows))]
pub fn from_errno(errno: i32) -> Code {
    match errno {
        libc::ENOENT => ERROR_FILE_NOT_FOUND,
        libc::ENOTDIR => ERROR_PATH_NOT_FOUND,
        libc::EACCES | libc::EPERM | libc::EISDIR => ERROR_ACCESS_DENIED,
        libc::EEXIST => ERROR_FILE_EXISTS,
        libc::EMFILE | libc::ENFILE => ERROR_TOO_MANY_OPEN_FILES,
        libc::ENOMEM | libc::EAGAIN => ERROR_NOT_ENOUGH_MEMORY,
        libc::EBADF => ERROR_INVALID_HANDLE,
        libc::EINVAL => ERROR_INVALID_PARAMETER,
        libc::ENOSPC | libc::EDQUOT => ERROR_DISK_FULL,
        libc::EROFS => ERROR_WRITE_PROTECT,
        libc::ENAMETOOLONG => ERROR_FILENAME_EXCED_RANGE,
        libc::ELOOP => ERROR_CANT_RESOLVE_FILENAME,
        libc::EBUSY => ERROR_BUSY,
        libc::EFAULT => ERROR_NOACCESS,
        libc::EIO => ERROR_IO_DEVICE,
        libc::EPIPE => ERROR_NO_DATA,
        libc::EFBIG => ERROR_FILE_TOO_LARGE,
        libc::ESPIPE => ERROR_SEEK_ON_DEVICE,
        libc::ETXTBSY => ERROR_SHARING_VIOLATION,
        libc::EXDEV => ERROR_NOT_SAME_DEVICE,
        libc::ENOTEMPTY => ERROR_DIR_NOT_EMPTY,
        libc::ECONNRESET => ERROR_NETNAME_DELETED,
        libc::ENOTSUP => ERROR_NOT_SUPPORTED,
        _ => ERROR_GEN_FAILURE,
    }
}

/// The Win32 code for an I/O error of the standard library.
#[cfg(not(windows))]
pub fn from_io(error: &std::io::Error) -> Code {
    match error.raw_os_error() {
        Some(errno) => from_errno(errno),
        None => match error.kind() {
            std::io::ErrorKind::InvalidInput => ERROR_INVALID_NAME,
            std::io::ErrorKind::OutOfMemory => ERROR_NOT_ENOUGH_MEMORY,
            _ => ERROR_GEN_FAILURE,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_sorted_and_unique_in_both_directions() {
        assert!(PAIRS.windows(2).all(|w| w[0].0 < w[1].0));
        let mut statuses: Vec<u32> = PAIRS.iter().map(|p| p.1).collect();
        statuses.extend(ALIASES.iter().map(|a| a.0));
        let total = statuses.len();
        statuses.sort_unstable();
        statuses.dedup();
        assert_eq!(statuses.len(), total);
    }

    #[test]
    fn every_pair_maps_both_ways() {
        for &(win32, nt) in PAIRS {
            assert_eq!(nt_from_win32(win32), nt, "code {win32}");
            assert_eq!(win32_from_nt(nt), win32, "status {nt:#x}");
        }
        for &(nt, win32) in ALIASES {
            assert_eq!(win32_from_nt(nt), win32, "status {nt:#x}");
        }
    }

    #[test]
    fn the_codes_of_http_completions() {
        for (win32, nt) in [
            (0, 0),
            (997, 0x103),
            (234, 0x8000_0005),
            (38, 0xC000_0011),
            (995, 0xC000_0120),
            (1229, 0xC000_023A),
            (122, 0xC000_0023),
            (6, 0xC000_0008),
            (87, 0xC000_000D),
            (5, 0xC000_0022),
            (1168, 0xC000_0225),
            (50, 0xC000_00BB),
            (1359, 0xC000_00E5),
        ] {
            assert_eq!(nt_from_win32(win32), nt);
            assert_eq!(win32_from_nt(nt), win32);
        }
    }

    #[test]
    fn every_16_bit_code_survives_the_round_trip() {
        for code in 0..=0xFFFF {
            assert_eq!(win32_from_nt(nt_from_win32(code)), code);
            assert!(
                code == 0 || !nt_success(nt_from_win32(code)) || [258, 735, 997].contains(&code)
            );
        }
    }

    #[test]
    fn unknown_status_is_317_and_hresults_pass() {
        assert_eq!(win32_from_nt(0xC0AB_CDEF), 317);
        assert_eq!(win32_from_nt(0x1234), 317);
        assert_eq!(win32_from_nt(nt_from_win32(0x8009_0322)), 0x8009_0322);
        assert_eq!(win32_from_nt(0x8007_0005), 5);
    }

    #[cfg(not(windows))]
    #[test]
    fn errno_values() {
        for (errno, code) in [
            (libc::ENOENT, 2),
            (libc::EACCES, 5),
            (libc::EEXIST, 80),
            (libc::EBADF, 6),
            (libc::EFAULT, 998),
            (libc::ENOSPC, 112),
            (libc::EPIPE, 232),
            (-1, 31),
        ] {
            assert_eq!(from_errno(errno), code);
        }
    }
}
