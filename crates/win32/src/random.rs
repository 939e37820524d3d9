//! Random numbers from the system.
//!
//! Owns the call. Threading: any thread.

use crate::status::{Code, ERROR_GEN_FAILURE};

/// Fills bytes with random ones, good enough for keys; 31 when the system has none.
pub fn fill(bytes: &mut [u8]) -> Result<(), Code> {
    // The call takes at most 256 bytes (getentropy(3)).
    for piece in bytes.chunks_mut(256) {
        // SAFETY: the piece is as long as the call is told.
        let failed = unsafe { libc::getentropy(piece.as_mut_ptr().cast(), piece.len()) } != 0;
        if failed {
            return Err(ERROR_GEN_FAILURE);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #[test]
    fn long_and_short_pieces_are_filled() {
        let mut bytes = [0u8; 1000];
        assert_eq!(super::fill(&mut bytes), Ok(()));
        assert!(bytes[..100].iter().any(|&byte| byte != 0));
        assert!(bytes[900..].iter().any(|&byte| byte != 0));
        assert_eq!(super::fill(&mut []), Ok(()));
    }
}
