//! Types of the functions that are ours: `httpsys/extension.h`.
//!
//! Owns their layout. Names begin with `HTTPSYS_`, as those of the functions with `Httpsys`. Plain
//! data; any thread.

/// Bytes of a name with its NUL.
pub const HTTPSYS_NAME_LENGTH: usize = 48;

/// Why a connection ended.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct HTTPSYS_CLOSE_INFO {
    /// HTTPSYS_CLOSE_REASON: 0 while the connection is open.
    pub Reason: u32,
    /// The code with which calls end that wait on the connection.
    pub Win32Status: u32,
    /// The reason's name, ASCII, with its NUL.
    pub Name: [u8; HTTPSYS_NAME_LENGTH],
}
