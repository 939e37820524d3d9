//! The terminal behind a console handle: modes, size, title, and reading characters.
//!
//! Owns the translation between console modes and termios(3), and input that was read and not handed
//! out yet. Does not own handles: it takes descriptors. Invariants: a descriptor that is no terminal
//! gives 6, which is how programs find out that a standard handle was redirected (documented:
//! WriteConsole). Text is UTF-8 on the terminal's side. Threading: any thread; a read blocks.

use std::io;
use std::mem::MaybeUninit;
use std::os::fd::RawFd;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys_socket::lock::Mutex;

use crate::status::{self, Code, ERROR_INVALID_HANDLE};

const ENABLE_PROCESSED_INPUT: u32 = 0x1;
const ENABLE_LINE_INPUT: u32 = 0x2;
const ENABLE_ECHO_INPUT: u32 = 0x4;
/// What a mode of input may say, and what of it termios has.
const INPUT_MODES: u32 = 0x3FF;
const INPUT_IN_TERMIOS: u32 = ENABLE_PROCESSED_INPUT | ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT;
const OUTPUT_MODES: u32 = 0x1F;

/// What termios has no place for: the rest of the modes of input, and those of output.
static INPUT_REST: AtomicU32 = AtomicU32::new(0x1F0); // mouse, insert, quick edit, extended, position
static OUTPUT_MODE: AtomicU32 = AtomicU32::new(0x7); // processed, wrap, virtual terminal

/// Whether a descriptor is a terminal that is read from, or written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// A handle for input.
    Input,
    /// A screen buffer.
    Output,
}

fn termios(fd: RawFd) -> Result<libc::termios, Code> {
    let mut now = MaybeUninit::<libc::termios>::zeroed();
    // SAFETY: the call writes to the address of a live value, and fails for what is no terminal.
    match unsafe { libc::tcgetattr(fd, now.as_mut_ptr()) } {
        // SAFETY: written by the call.
        0 => Ok(unsafe { now.assume_init() }),
        _ => Err(ERROR_INVALID_HANDLE),
    }
}

/// Refuses what is no terminal.
///
/// # Errors
/// 6.
pub fn check(fd: RawFd) -> Result<(), Code> {
    termios(fd).map(drop)
}

/// Whether a descriptor can only be written to.
pub fn is_write_only(fd: RawFd) -> bool {
    // SAFETY: F_GETFL touches no memory.
    let flags = unsafe { libc::fcntl(fd, libc::F_GETFL) };
    flags >= 0 && flags & libc::O_ACCMODE == libc::O_WRONLY
}

/// Writes all of it.
///
/// # Errors
/// What the system reports.
pub fn write(fd: RawFd, mut bytes: &[u8]) -> Result<(), Code> {
    while !bytes.is_empty() {
        // SAFETY: the buffer is a live slice.
        let count = unsafe { libc::write(fd, bytes.as_ptr().cast(), bytes.len()) };
        match usize::try_from(count) {
            Ok(count) => bytes = &bytes[count..],
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(status::from_io(&error));
                }
            }
        }
    }
    Ok(())
}

/// GetConsoleMode.
///
/// # Errors
/// 6 for what is no terminal.
pub fn mode(fd: RawFd, side: Side) -> Result<u32, Code> {
    let now = termios(fd)?;
    if side == Side::Output {
        return Ok(OUTPUT_MODE.load(Ordering::Relaxed));
    }
    let mut mode = INPUT_REST.load(Ordering::Relaxed);
    for (flag, bit) in [
        (libc::ISIG, ENABLE_PROCESSED_INPUT),
        (libc::ICANON, ENABLE_LINE_INPUT),
        (libc::ECHO, ENABLE_ECHO_INPUT),
    ] {
        if now.c_lflag & flag != 0 {
            mode |= bit;
        }
    }
    Ok(mode)
}

/// SetConsoleMode.
///
/// # Errors
/// 6 for what is no terminal; 87 for unknown modes, or echo without lines (documented).
pub fn set_mode(fd: RawFd, side: Side, mode: u32) -> Result<(), Code> {
    let mut now = termios(fd)?;
    let known = match side {
        Side::Input => INPUT_MODES,
        Side::Output => OUTPUT_MODES,
    };
    let echo_alone = mode & (ENABLE_ECHO_INPUT | ENABLE_LINE_INPUT) == ENABLE_ECHO_INPUT;
    if mode & !known != 0 || (side == Side::Input && echo_alone) {
        return Err(status::ERROR_INVALID_PARAMETER);
    }
    if side == Side::Output {
        OUTPUT_MODE.store(mode, Ordering::Relaxed);
        return Ok(());
    }
    INPUT_REST.store(mode & !INPUT_IN_TERMIOS, Ordering::Relaxed);
    for (flag, bit) in [
        (libc::ISIG, ENABLE_PROCESSED_INPUT),
        (libc::ICANON, ENABLE_LINE_INPUT),
        (libc::ECHO, ENABLE_ECHO_INPUT),
    ] {
        match mode & bit != 0 {
            true => now.c_lflag |= flag,
            false => now.c_lflag &= !flag,
        }
    }
    if mode & ENABLE_LINE_INPUT == 0 {
        now.c_cc[libc::VMIN] = 1;
        now.c_cc[libc::VTIME] = 0;
    }
    // SAFETY: the value is one that tcgetattr gave, with flags changed.
    match unsafe { libc::tcsetattr(fd, libc::TCSANOW, &raw const now) } {
        0 => Ok(()),
        _ => Err(status::from_io(&io::Error::last_os_error())),
    }
}

/// Columns and rows of the window; 80 and 25 for a terminal that does not say.
///
/// # Errors
/// 6 for what is no terminal.
pub fn size(fd: RawFd) -> Result<(u16, u16), Code> {
    check(fd)?;
    let mut size = MaybeUninit::<libc::winsize>::zeroed();
    // SAFETY: the call writes one winsize to the address of a live value, which is valid as zeros too.
    let size = unsafe {
        libc::ioctl(fd, libc::TIOCGWINSZ, size.as_mut_ptr());
        size.assume_init()
    };
    match (size.ws_col, size.ws_row) {
        (0, _) | (_, 0) => Ok((80, 25)),
        known => Ok(known),
    }
}

/// Drops what was typed and not read.
///
/// # Errors
/// 6 for what is no terminal.
pub fn flush_input(fd: RawFd) -> Result<(), Code> {
    check(fd)?;
    INPUT.lock().clear();
    // SAFETY: touches no memory.
    unsafe { libc::tcflush(fd, libc::TCIFLUSH) };
    Ok(())
}

/// Input that was read from the terminal and not handed out, in UTF-8.
static INPUT: Mutex<Vec<u8>> = Mutex::new(Vec::new());

/// Reads characters for at most `room` units, of which `cost` says how many a character takes. A line
/// ends with CR LF. Empty at the end of the input.
///
/// # Errors
/// 6 for what is no terminal; what the system reports.
pub fn read(fd: RawFd, room: usize, cost: fn(char) -> usize) -> Result<String, Code> {
    let lines = termios(fd)?.c_lflag & libc::ICANON != 0;
    loop {
        let (text, used) = first_characters(&INPUT.lock(), room, cost);
        if !text.is_empty() || room == 0 {
            let mut input = INPUT.lock();
            let used = used.min(input.len());
            input.drain(..used);
            return Ok(text);
        }
        let mut bytes = [0u8; 4096];
        // SAFETY: the buffer is a live value of this size.
        let count = unsafe { libc::read(fd, bytes.as_mut_ptr().cast(), bytes.len()) };
        match usize::try_from(count) {
            Err(_) => {
                let error = io::Error::last_os_error();
                if error.kind() != io::ErrorKind::Interrupted {
                    return Err(status::from_io(&error));
                }
            }
            Ok(0) => return Ok(String::new()),
            Ok(count) => {
                let mut input = INPUT.lock();
                for &byte in &bytes[..count] {
                    if byte == b'\n' && lines {
                        input.push(b'\r');
                    }
                    input.push(byte);
                }
            }
        }
    }
}

/// The characters at the start that fit, and how many bytes they were. Bytes that are no UTF-8 become
/// U+FFFD; the first bytes of a character whose rest has not come yet stay.
fn first_characters(bytes: &[u8], room: usize, cost: fn(char) -> usize) -> (String, usize) {
    let mut text = String::new();
    let (mut used, mut units) = (0, 0);
    while used < bytes.len() {
        let next = &bytes[used..bytes.len().min(used + 4)];
        let (character, length) = match std::str::from_utf8(next) {
            Ok(rest) => rest.chars().next().map(|c| (c, c.len_utf8())),
            Err(error) if error.valid_up_to() > 0 => {
                let valid = std::str::from_utf8(&next[..error.valid_up_to()]).unwrap_or_default();
                valid.chars().next().map(|c| (c, c.len_utf8()))
            }
            Err(error) => error
                .error_len()
                .map(|length| (char::REPLACEMENT_CHARACTER, length)),
        }
        .unwrap_or(('\0', 0));
        if length == 0 || units + cost(character) > room {
            break;
        }
        text.push(character);
        used += length;
        units += cost(character);
    }
    (text, used)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_handed_out_whole() {
        let text = "aä€\u{1F600}".as_bytes();
        let take = |bytes, room| first_characters(bytes, room, char::len_utf16);
        assert_eq!(take(text, 3), ("aä€".into(), 6));
        assert_eq!(take(text, 4), ("aä€".into(), 6), "no half of a pair");
        assert_eq!(take(text, 5), ("aä€\u{1F600}".into(), 10));
        assert_eq!(
            take(&text[..4], 5),
            ("aä".into(), 3),
            "the rest has not come"
        );
        assert_eq!(take(b"\xFFa", 5), ("\u{FFFD}a".into(), 2));
    }

    /// Both ends of a new terminal: that of the user, and that of the program.
    fn terminal() -> (std::os::fd::OwnedFd, std::os::fd::OwnedFd) {
        use std::os::fd::FromRawFd;
        let (mut user, mut program) = (-1, -1);
        let null = std::ptr::null_mut();
        // SAFETY: the call writes two descriptors, which nobody else has, to live values; the other
        // arguments may be NULL.
        unsafe {
            let (user, program) = (&raw mut user, &raw mut program);
            assert_eq!(
                libc::openpty(user, program, null, null.cast(), null.cast()),
                0
            );
        }
        // SAFETY: just opened.
        unsafe {
            (
                std::os::fd::OwnedFd::from_raw_fd(user),
                std::os::fd::OwnedFd::from_raw_fd(program),
            )
        }
    }

    #[test]
    fn modes_are_those_of_the_terminal() {
        use std::os::fd::AsRawFd;
        let (user, program) = terminal();
        let fd = program.as_raw_fd();
        let before = mode(fd, Side::Input).unwrap();
        assert_eq!(before & INPUT_IN_TERMIOS, INPUT_IN_TERMIOS);
        let raw = before & !(ENABLE_LINE_INPUT | ENABLE_ECHO_INPUT);
        set_mode(fd, Side::Input, raw).unwrap();
        assert_eq!(mode(fd, Side::Input), Ok(raw));
        assert_eq!(termios(fd).unwrap().c_lflag & libc::ICANON, 0);
        let echo_alone = raw | ENABLE_ECHO_INPUT;
        let refused = Err(status::ERROR_INVALID_PARAMETER);
        assert_eq!(set_mode(fd, Side::Input, echo_alone), refused);
        assert_eq!(set_mode(fd, Side::Output, 0x8000), refused);
        assert_eq!(set_mode(fd, Side::Output, 0x7), Ok(()));
        assert_eq!(size(fd), Ok((80, 25)), "a terminal that does not say");
        set_mode(fd, Side::Input, before).unwrap();
        write(user.as_raw_fd(), "grüß\nnext\n".as_bytes()).unwrap();
        assert_eq!(read(fd, 3, char::len_utf16).as_deref(), Ok("grü"));
        assert_eq!(read(fd, 100, char::len_utf16).as_deref(), Ok("ß\r\n"));
        assert_eq!(read(fd, 100, char::len_utf16).as_deref(), Ok("next\r\n"));
    }

    #[test]
    fn a_pipe_is_no_terminal() {
        let (end, _other) = std::os::unix::net::UnixStream::pair().unwrap();
        let fd = std::os::fd::AsRawFd::as_raw_fd(&end);
        assert_eq!(mode(fd, Side::Input), Err(ERROR_INVALID_HANDLE));
        assert_eq!(size(fd), Err(ERROR_INVALID_HANDLE));
        assert_eq!(read(fd, 5, char::len_utf16), Err(ERROR_INVALID_HANDLE));
    }
}
