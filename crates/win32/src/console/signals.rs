//! The signals that stand for console control events.
//!
//! Owns: the signal handler, which only writes the number to a pipe; taking signals over and giving
//! them back. Does not own the list of control handlers. Invariants: a signal that is ignored stays
//! ignored (nohup, the background of a shell: what Windows inherits as the ignoring of Ctrl-C); one is
//! given back only if it is still ours, so a program that installs its own handler later keeps it; a
//! program that blocks a signal and takes it by sigwait is not disturbed. In a child made by fork,
//! which has no thread for them, the signals do what they do by default.
//!
//! Threading: the handler runs on any thread and is async-signal-safe; the rest under the lock of
//! `control`.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::IntoRawFd;
use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicI32, Ordering};

use libc::{c_int, sigaction, sighandler_t};

use crate::status::{Code, ERROR_ACCESS_DENIED, ERROR_INVALID_PARAMETER};

/// CTRL_C_EVENT.
pub(super) const CTRL_C_EVENT: u32 = 0;
/// CTRL_BREAK_EVENT.
pub(super) const CTRL_BREAK_EVENT: u32 = 1;
/// CTRL_CLOSE_EVENT.
pub(super) const CTRL_CLOSE_EVENT: u32 = 2;

const SIGNALS: [(c_int, u32); 4] = [
    (libc::SIGINT, CTRL_C_EVENT),
    (libc::SIGQUIT, CTRL_BREAK_EVENT),
    (libc::SIGTERM, CTRL_CLOSE_EVENT),
    (libc::SIGHUP, CTRL_CLOSE_EVENT),
];

/// The end of the pipe that the handler writes to.
static PIPE: AtomicI32 = AtomicI32::new(-1);
/// The process whose pipe it is.
static OWNER: AtomicI32 = AtomicI32::new(0);

/// What the signals did before they were taken over; `None` for one that was not.
pub(super) struct TakenSignals([Option<sigaction>; SIGNALS.len()]);

impl TakenSignals {
    pub(super) fn before(&self, signal: c_int) -> Option<sigaction> {
        let at = SIGNALS.iter().position(|(own, _)| *own == signal)?;
        self.0[at]
    }
}

/// The event that a signal stands for.
pub(super) fn event_of(signal: c_int) -> u32 {
    let known = SIGNALS.iter().find(|(own, _)| *own == signal);
    known.map_or(CTRL_CLOSE_EVENT, |(_, event)| *event)
}

/// A new pipe for the numbers of signals: the end to read from.
pub(super) fn pipe() -> io::Result<UnixStream> {
    let (read, write) = UnixStream::pair()?;
    write.set_nonblocking(true)?;
    // The one before, of the process that this one was forked from, is left as it is.
    PIPE.store(write.into_raw_fd(), Ordering::SeqCst);
    // SAFETY: getpid has no preconditions.
    OWNER.store(unsafe { libc::getpid() }, Ordering::SeqCst);
    Ok(read)
}

/// Takes over those signals that the program does not ignore.
pub(super) fn take() -> TakenSignals {
    TakenSignals(SIGNALS.map(|(signal, _)| {
        let before = current(signal)?;
        if before.sa_sigaction == libc::SIG_IGN {
            return None;
        }
        install(signal, address(), libc::SA_RESTART);
        // Ours already: inherited by a child made by fork.
        Some(match is_ours(&before) {
            true => plain(libc::SIG_DFL, 0),
            false => before,
        })
    }))
}

/// Gives back the signals that are still ours.
pub(super) fn give_back(taken: &TakenSignals) {
    for ((signal, _), before) in SIGNALS.into_iter().zip(&taken.0) {
        if let (Some(before), Some(true)) = (before, current(signal).as_ref().map(is_ours)) {
            set(signal, before);
        }
    }
}

/// Makes SIGINT ignored, or what it would be otherwise.
pub(super) fn ignore_interrupt(ignore: bool, taken: Option<&mut TakenSignals>) {
    let ignored = current(libc::SIGINT).is_some_and(|now| now.sa_sigaction == libc::SIG_IGN);
    if ignore {
        install(libc::SIGINT, libc::SIG_IGN, 0);
    } else if ignored {
        match taken {
            Some(taken) => {
                taken.0[0].get_or_insert_with(|| plain(libc::SIG_DFL, 0));
                install(libc::SIGINT, address(), libc::SA_RESTART);
            }
            None => install(libc::SIGINT, libc::SIG_DFL, 0),
        }
    }
}

/// Sends a signal to this process (0), or to a process group.
pub(super) fn send(signal: c_int, group: u32) -> Result<(), Code> {
    // SAFETY: getpid and kill touch no memory.
    let result = unsafe {
        let own = libc::getpid();
        match i32::try_from(group) {
            Ok(0) => libc::kill(own, signal),
            Ok(group) if group == own => libc::kill(own, signal),
            Ok(group) if group > 1 => libc::kill(-group, signal),
            _ => return Err(ERROR_INVALID_PARAMETER),
        }
    };
    match result {
        0 => Ok(()),
        _ if io::Error::last_os_error().raw_os_error() == Some(libc::EPERM) => {
            Err(ERROR_ACCESS_DENIED)
        }
        _ => Err(ERROR_INVALID_PARAMETER),
    }
}

/// What the signal would have done before it was taken over: calls the program's own handler, or ends
/// the process.
pub(super) fn as_before(signal: c_int, before: Option<sigaction>) {
    let Some(before) = before.filter(|before| before.sa_sigaction > libc::SIG_IGN) else {
        return end_by(signal);
    };
    if before.sa_flags & libc::SA_SIGINFO == 0 {
        // SAFETY: the program installed this function as a handler of one argument.
        let handler: extern "C" fn(c_int) = unsafe { std::mem::transmute(before.sa_sigaction) };
        return handler(signal);
    }
    // SAFETY: the program installed this function as a handler of three arguments; all zeros is a
    // valid siginfo_t.
    unsafe {
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut libc::c_void) =
            std::mem::transmute(before.sa_sigaction);
        let mut info = MaybeUninit::<libc::siginfo_t>::zeroed();
        (*info.as_mut_ptr()).si_signo = signal;
        handler(signal, info.as_mut_ptr(), std::ptr::null_mut());
    }
}

/// Ends the process by the signal, so that its parent sees why.
pub(super) fn end_by(signal: c_int) {
    install(signal, libc::SIG_DFL, 0);
    // SAFETY: the set is initialised by sigemptyset; both calls get addresses of live values. raise
    // ends the process here, since the signal is not blocked and does what it does by default.
    unsafe {
        let mut set = MaybeUninit::<libc::sigset_t>::uninit();
        libc::sigemptyset(set.as_mut_ptr());
        libc::sigaddset(set.as_mut_ptr(), signal);
        libc::pthread_sigmask(libc::SIG_UNBLOCK, set.as_ptr(), std::ptr::null_mut());
        libc::raise(signal);
    }
}

/// The handler: hands the number on. What it calls is async-signal-safe.
extern "C" fn on_signal(signal: c_int) {
    // SAFETY: getpid, signal, raise and write are async-signal-safe; the byte is that of a live value,
    // and errno is a number of this thread's.
    unsafe {
        let errno = errno_place();
        let kept = *errno;
        if libc::getpid() == OWNER.load(Ordering::SeqCst) {
            let byte = signal as u8;
            // A full pipe holds enough of them.
            libc::write(PIPE.load(Ordering::SeqCst), (&raw const byte).cast(), 1);
        } else {
            libc::signal(signal, libc::SIG_DFL);
            libc::raise(signal);
        }
        *errno = kept;
    }
}

#[cfg(target_vendor = "apple")]
unsafe fn errno_place() -> *mut c_int {
    // SAFETY: no preconditions.
    unsafe { libc::__error() }
}

#[cfg(not(target_vendor = "apple"))]
unsafe fn errno_place() -> *mut c_int {
    // SAFETY: no preconditions.
    unsafe { libc::__errno_location() }
}

fn address() -> sighandler_t {
    on_signal as extern "C" fn(c_int) as usize
}

fn is_ours(action: &sigaction) -> bool {
    action.sa_sigaction == address()
}

fn current(signal: c_int) -> Option<sigaction> {
    let mut now = MaybeUninit::<sigaction>::zeroed();
    // SAFETY: without a new action the call writes the present one to the address of a live value.
    unsafe {
        (libc::sigaction(signal, std::ptr::null(), now.as_mut_ptr()) == 0)
            .then(|| now.assume_init())
    }
}

fn plain(handler: sighandler_t, flags: c_int) -> sigaction {
    // SAFETY: all zeros is a valid sigaction: the default action with an empty mask.
    let mut action: sigaction = unsafe { MaybeUninit::zeroed().assume_init() };
    action.sa_sigaction = handler;
    action.sa_flags = flags;
    action
}

fn install(signal: c_int, handler: sighandler_t, flags: c_int) {
    set(signal, &plain(handler, flags));
}

fn set(signal: c_int, action: &sigaction) {
    // SAFETY: the action is one that the system gave, or one of `plain`, whose handler is
    // async-signal-safe. It does not fail for these signals.
    unsafe { libc::sigaction(signal, action, std::ptr::null_mut()) };
}
