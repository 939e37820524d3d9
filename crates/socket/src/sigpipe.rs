//! Writes that meet a peer that is gone with an error, and with no signal.
//!
//! Owns: keeping SIGPIPE, which the system sends to the writing thread, from the program, for calls that know no
//! MSG_NOSIGNAL. Does not own: the calls. Invariant: a SIGPIPE that waited before still waits, and the thread's mask is
//! as it was. Threading: any thread; the mask is its own.

use std::mem::MaybeUninit;
use std::ptr::null_mut;

/// Runs `write`, whose SIGPIPE reaches nobody. The signal may come with a success, too: a call that writes several
/// pieces succeeds with those before the one that failed.
pub fn without_sigpipe<R>(write: impl FnOnce() -> R) -> R {
    let mut pipe = MaybeUninit::<libc::sigset_t>::uninit();
    let mut before = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: each set is filled by the call that names it before it is read; the mask is this thread's, and is put
    // back before anything else runs on it.
    unsafe {
        libc::sigemptyset(pipe.as_mut_ptr());
        libc::sigaddset(pipe.as_mut_ptr(), libc::SIGPIPE);
        libc::pthread_sigmask(libc::SIG_BLOCK, pipe.as_ptr(), before.as_mut_ptr());
        // A thread that lets the signal through has none that waits.
        let waited = libc::sigismember(before.as_ptr(), libc::SIGPIPE) == 1 && is_pending();
        let result = write();
        if !waited && is_pending() {
            take(pipe.as_ptr());
        }
        libc::pthread_sigmask(libc::SIG_SETMASK, before.as_ptr(), null_mut());
        result
    }
}

/// Takes the signal that waits for this thread, and waits for none.
///
/// # Safety
/// The set is SIGPIPE's, which this thread blocks.
unsafe fn take(pipe: *const libc::sigset_t) {
    // SAFETY: the set is filled (caller).
    #[cfg(any(target_os = "linux", target_os = "android"))]
    unsafe {
        let at_once = std::mem::zeroed::<libc::timespec>();
        libc::sigtimedwait(pipe, null_mut(), &raw const at_once);
    }
    // SAFETY: as above. There is no call with a time limit; another thread that takes a signal of the process meanwhile
    // would have to wait for SIGPIPE, too.
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    unsafe {
        let mut taken = 0;
        libc::sigwait(pipe, &raw mut taken);
    }
}

/// Whether SIGPIPE waits for this thread.
pub(crate) fn is_pending() -> bool {
    let mut pending = MaybeUninit::<libc::sigset_t>::uninit();
    // SAFETY: the set is filled before it is read.
    unsafe {
        libc::sigpending(pending.as_mut_ptr()) == 0
            && libc::sigismember(pending.as_ptr(), libc::SIGPIPE) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_that_comes_with_a_success_reaches_nobody() {
        // SAFETY: the action is one of the system's; Rust's start-up has set the signal to be ignored.
        let before = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        let written = without_sigpipe(|| {
            // SAFETY: this thread blocks the signal.
            unsafe { libc::raise(libc::SIGPIPE) };
            assert!(is_pending());
            Ok::<_, std::io::Error>(4096)
        });
        assert_eq!(written.expect("a success"), 4096);
        assert!(!is_pending());
        // SAFETY: as above.
        unsafe { libc::signal(libc::SIGPIPE, before) };
    }
}
