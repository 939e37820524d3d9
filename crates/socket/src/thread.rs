//! Threads of the service: started here, so that none of them takes a signal of the program.
//!
//! Owns: the mask under which they start. Does not own: what they run, or threads that a program
//! starts through `CreateThread`, which are its own.
//!
//! A program that waits for SIGTERM with sigwait(3), or blocks signals around something that must not
//! be interrupted, knows of its own threads only. So ours block every signal that is sent to the
//! process. Signals that a fault of the running code raises are not blocked: the handlers that report a
//! crash or repair a page go on to work. A thread or process that the program starts from a callback on
//! one of our threads inherits the mask, as it does from any thread.

use std::io;
use std::thread::Builder;

#[cfg(feature = "sim")]
mod in_world;
#[cfg(feature = "sim")]
pub use in_world::JoinHandle;
#[cfg(not(feature = "sim"))]
pub use std::thread::JoinHandle;

/// Starts a thread that blocks all signals but those of faults. The name shows in debuggers; the
/// systems keep 15 bytes of it. In a simulation it is a thread of the caller's world.
///
/// # Errors
/// What the system says if it has no thread: `body` is dropped and nothing runs.
pub fn spawn<T: Send + 'static>(
    name: &str,
    body: impl FnOnce() -> T + Send + 'static,
) -> io::Result<JoinHandle<T>> {
    #[cfg(feature = "sim")]
    if let Some(world) = crate::world::current() {
        return in_world::spawn(&world, name, body);
    }
    // The new thread inherits the mask: there is no moment at which it takes a signal.
    let _blocked = BlockedSignals::new();
    let started = Builder::new().name(name.into()).spawn(body);
    #[cfg(feature = "sim")]
    let started = started.map(JoinHandle::real);
    started
}

/// While it lives the calling thread takes no signals.
struct BlockedSignals {
    #[cfg(unix)]
    before: libc::sigset_t,
}

/// What running code raises by a fault of its own. Blocked they would end the process without a word.
#[cfg(unix)]
const FAULTS: [libc::c_int; 6] = [
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGTRAP,
    libc::SIGSYS,
];

#[cfg(unix)]
impl BlockedSignals {
    fn new() -> Self {
        use std::mem::MaybeUninit;
        let mut blocked = MaybeUninit::<libc::sigset_t>::uninit();
        let mut before = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigfillset initialises the set that the other calls get, and pthread_sigmask writes
        // the mask so far to the second address; both are those of live values. None of them fails with
        // these arguments.
        unsafe {
            libc::sigfillset(blocked.as_mut_ptr());
            for fault in FAULTS {
                libc::sigdelset(blocked.as_mut_ptr(), fault);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, blocked.as_ptr(), before.as_mut_ptr());
            BlockedSignals {
                before: before.assume_init(),
            }
        }
    }
}

#[cfg(unix)]
impl Drop for BlockedSignals {
    fn drop(&mut self) {
        // SAFETY: the mask is the one that the calling thread had, since a `BlockedSignals` stays in `spawn`.
        unsafe {
            libc::pthread_sigmask(
                libc::SIG_SETMASK,
                &raw const self.before,
                std::ptr::null_mut(),
            )
        };
    }
}

/// There are no signals.
#[cfg(not(unix))]
impl BlockedSignals {
    fn new() -> Self {
        BlockedSignals {}
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn blocks(signal: libc::c_int) -> bool {
        let mut mask = std::mem::MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: without a set the call only writes the mask to the address of a live value.
        unsafe {
            libc::pthread_sigmask(libc::SIG_BLOCK, std::ptr::null(), mask.as_mut_ptr());
            libc::sigismember(mask.as_ptr(), signal) == 1
        }
    }

    #[test]
    fn a_thread_of_ours_takes_faults_and_no_other_signal() {
        let sent = [libc::SIGTERM, libc::SIGINT, libc::SIGHUP, libc::SIGUSR1];
        let before = sent.map(blocks);
        let (sent_there, faults) = spawn("httpsys-test", move || {
            (sent.map(blocks), FAULTS.map(blocks))
        })
        .unwrap()
        .join()
        .unwrap();
        assert_eq!(sent_there, [true; 4]);
        assert_eq!(faults, [false; 6]);
        assert_eq!(
            sent.map(blocks),
            before,
            "the mask of the thread that starts it"
        );
    }
}
