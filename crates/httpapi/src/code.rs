//! What the Rust side of a C function returns.
//!
//! Owns [`ErrorCode`], the few Win32 codes that are not failures of the service, and the two shapes
//! in which a result reaches C (ULONG and BOOL). Does not own the table from causes to numbers: that
//! is `httpsys_core::Error`. Threading: plain values.

use httpsys_core::Error;

/// A Win32 code other than NO_ERROR (0).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ErrorCode(u32);

impl ErrorCode {
    /// ERROR_INVALID_FUNCTION (1).
    pub(crate) const INVALID_FUNCTION: ErrorCode = ErrorCode(1);
    /// ERROR_FILE_NOT_FOUND (2): there is no such record.
    pub(crate) const FILE_NOT_FOUND: ErrorCode = ErrorCode(Error::NotFound.win32());
    /// ERROR_NO_MORE_ITEMS (259): the end of an enumeration.
    pub(crate) const NO_MORE_ITEMS: ErrorCode = ErrorCode(259);
    /// ERROR_IO_PENDING (997): the completion follows.
    pub(crate) const IO_PENDING: ErrorCode = ErrorCode(997);
    /// ERROR_NOT_SUPPORTED (50).
    pub(crate) const NOT_SUPPORTED: ErrorCode = ErrorCode(Error::NotSupported.win32());
    /// ERROR_NOT_FOUND (1168).
    pub(crate) const NOT_FOUND: ErrorCode = ErrorCode(1168);
    /// STATUS_NOT_SUPPORTED, for the two functions that return an NTSTATUS (documented:
    /// HttpDelegateRequestEx, HttpFindUrlGroupId). 50 would count as success there.
    pub(crate) const NT_NOT_SUPPORTED: ErrorCode = ErrorCode(0xC000_00BB);

    /// The NTSTATUS for this code, which a function that returns one gives instead.
    pub(crate) fn as_nt(self) -> ErrorCode {
        ErrorCode(httpsys_win32::status::nt_from_win32(self.0))
    }

    /// The number.
    pub(crate) const fn win32(self) -> u32 {
        self.0
    }
}

impl From<Error> for ErrorCode {
    fn from(error: Error) -> Self {
        ErrorCode(error.win32())
    }
}

impl ErrorCode {
    /// The code of a function of `httpsys-win32`, which is not 0.
    pub(crate) const fn from_win32(code: httpsys_win32::status::Code) -> ErrorCode {
        ErrorCode(code)
    }
}

/// The result of a function body; `Ok` is NO_ERROR.
pub(crate) type CallResult = Result<(), ErrorCode>;

/// The two return types of http.h.
pub(crate) trait Returned {
    /// The value that C sees.
    fn from_outcome(outcome: CallResult) -> Self;
}

/// ULONG: the Win32 code.
impl Returned for u32 {
    fn from_outcome(outcome: CallResult) -> Self {
        outcome.map_or_else(ErrorCode::win32, |()| 0)
    }
}

/// BOOL: TRUE for success.
impl Returned for i32 {
    fn from_outcome(outcome: CallResult) -> Self {
        i32::from(outcome.is_ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outcomes_become_codes_and_truth_values() {
        assert_eq!(u32::from_outcome(Ok(())), 0);
        assert_eq!(u32::from_outcome(Err(ErrorCode::IO_PENDING)), 997);
        assert_eq!(
            u32::from_outcome(Err(Error::MoreData { needed: 9 }.into())),
            234
        );
        assert_eq!(i32::from_outcome(Ok(())), 1);
        assert_eq!(i32::from_outcome(Err(ErrorCode::NOT_SUPPORTED)), 0);
    }
}
