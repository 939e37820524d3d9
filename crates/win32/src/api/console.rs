//! The console: control handlers, standard handles, modes, text.
//!
//! Owns the C form only. Threading: any thread; a read blocks.

use std::ffi::c_void;
use std::os::fd::RawFd;
use std::sync::Arc;

use httpsys_socket::lock::Mutex;

use super::text::{self, Unit};
use super::{Bool, fence, fence_bool, not_null, object_as, put};
use crate::console::control::{self, Handler};
use crate::console::standard;
use crate::console::terminal::{self, Side};
use crate::handle::{Handle, INVALID_HANDLE_VALUE};
use crate::io::file::File;
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY};

/// SetConsoleCtrlHandler: registers or removes a handler of control events. Handlers run on a thread of
/// their own, the one registered last first, until one returns TRUE. SIGINT is CTRL_C_EVENT, SIGQUIT
/// CTRL_BREAK_EVENT, SIGTERM and SIGHUP are CTRL_CLOSE_EVENT; the signals are ours while a handler is
/// registered, except those that the program ignores, blocks or handles itself later. If no handler
/// returns TRUE the process ends by the signal, or the program's own earlier signal handler is called.
/// After CTRL_CLOSE_EVENT the process ends 5 seconds later if it has not before
/// (`HTTPSYS_HUNG_APP_TIMEOUT` in the environment: another time in milliseconds). NULL and TRUE: the
/// process and those that it starts ignore SIGINT; NULL and FALSE: no longer. FALSE with 87 when the
/// handler to remove is not registered, 8 when the system has no thread for them.
///
/// Differs: the end is by a signal, not with exit code 0xC000013A; after CTRL_CLOSE_EVENT and TRUE
/// the process has the rest of the 5 seconds, where Windows ends it immediately. CTRL_LOGOFF_EVENT
/// and CTRL_SHUTDOWN_EVENT do not occur.
///
/// # Safety
/// The handler may be called from any thread until it is removed.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleCtrlHandler(handler: Option<Handler>, add: Bool) -> Bool {
    fence_bool(|| match (handler, add != 0) {
        (None, ignore) => {
            control::ignore_ctrl_c(ignore);
            Ok(())
        }
        // SAFETY: callable by the contract of this function.
        (Some(handler), true) => unsafe { control::add(handler) },
        (Some(handler), false) => control::remove(handler),
    })
}

/// GenerateConsoleCtrlEvent: sends CTRL_C_EVENT or CTRL_BREAK_EVENT. FALSE with 87 for another event or
/// a process group that does not exist.
///
/// Differs: group 0 is this process alone, not all that share its console; another group is that of
/// POSIX, and gets SIGQUIT.
#[unsafe(no_mangle)]
pub extern "system" fn GenerateConsoleCtrlEvent(event: u32, group: u32) -> Bool {
    fence_bool(|| control::generate(event, group))
}

/// GetStdHandle: returns the handle of standard input (-10), output (-11) or error (-12), for ReadFile, WriteFile and
/// the console functions. The same one each time. INVALID_HANDLE_VALUE with 6 for another number, NULL when the
/// descriptor is not open.
///
/// Differs: closing the handle leaves the descriptor open.
#[unsafe(no_mangle)]
pub extern "system" fn GetStdHandle(number: u32) -> Handle {
    fence(INVALID_HANDLE_VALUE, || {
        let which = standard::which(number).ok_or(ERROR_INVALID_HANDLE)?;
        Ok(standard::get(which))
    })
}

/// SetStdHandle: sets the handle that GetStdHandle returns from now on. FALSE with 6 for an invalid number.
///
/// Differs: the descriptors 0, 1 and 2, which the C library uses, stay.
#[unsafe(no_mangle)]
pub extern "system" fn SetStdHandle(number: u32, handle: Handle) -> Bool {
    fence_bool(|| {
        let which = standard::which(number).ok_or(ERROR_INVALID_HANDLE)?;
        standard::set(which, handle);
        Ok(())
    })
}

/// The file behind a handle, and its descriptor, which stays open while the file is held.
fn descriptor(handle: Handle) -> Result<(Arc<File>, RawFd), Code> {
    let file: Arc<File> = object_as(handle)?;
    let descriptor = std::os::fd::AsRawFd::as_raw_fd(&*file);
    Ok((file, descriptor))
}

/// Which side of the terminal a handle is: standard output and error, and what can only be written.
fn side(handle: Handle, descriptor: RawFd) -> Side {
    let output = [1, 2]
        .into_iter()
        .any(|which| standard::get(which) == handle);
    match output || terminal::is_write_only(descriptor) {
        true => Side::Output,
        false => Side::Input,
    }
}

/// GetConsoleMode: gets the modes of a console handle. FALSE with 6 for a handle that is not a terminal, which is how
/// programs notice that output was redirected.
///
/// # Safety
/// `mode` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleMode(handle: Handle, mode: *mut u32) -> Bool {
    fence_bool(|| {
        let (_file, descriptor) = descriptor(handle)?;
        let now = terminal::mode(descriptor, side(handle, descriptor))?;
        not_null(mode)?;
        // SAFETY: valid by the contract of this function.
        unsafe { put(mode, now) };
        Ok(())
    })
}

/// SetConsoleMode: sets the modes of a console handle. ENABLE_PROCESSED_INPUT, ENABLE_LINE_INPUT and
/// ENABLE_ECHO_INPUT change the terminal; FALSE with 6 for a handle that is not a terminal, 87 for unknown modes.
///
/// Differs: all other modes are kept and have no effect; a terminal always understands its control
/// sequences, as with ENABLE_VIRTUAL_TERMINAL_PROCESSING.
#[unsafe(no_mangle)]
pub extern "system" fn SetConsoleMode(handle: Handle, mode: u32) -> Bool {
    fence_bool(|| {
        let (_file, descriptor) = descriptor(handle)?;
        terminal::set_mode(descriptor, side(handle, descriptor), mode)
    })
}

unsafe fn write<U: Unit>(handle: Handle, from: *const U, count: u32, written: *mut u32) -> Bool {
    fence_bool(|| {
        // SAFETY: NULL or valid by the contract of the exported functions, here and below.
        unsafe { put(written, 0) };
        let (_file, descriptor) = descriptor(handle)?;
        terminal::check(descriptor)?;
        if count > 0 {
            // SAFETY: as above.
            let wide = unsafe { text::read_exactly(from, count as usize) }?;
            let bytes = <u8 as Unit>::encode(&wide);
            terminal::write(descriptor, &bytes)?;
        }
        // SAFETY: as above.
        unsafe { put(written, count) };
        Ok(())
    })
}

/// WriteConsoleW: writes characters to a terminal; FALSE with 6 if the handle is none (as on Windows for
/// output that was redirected: use WriteFile).
///
/// # Safety
/// `from` has `count` characters; `written` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleW(
    handle: Handle,
    from: *const u16,
    count: u32,
    written: *mut u32,
    _reserved: *mut c_void,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { write(handle, from, count, written) }
}

/// WriteConsoleA: works like [`WriteConsoleW`]; UTF-8.
///
/// # Safety
/// Works like [`WriteConsoleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn WriteConsoleA(
    handle: Handle,
    from: *const u8,
    count: u32,
    written: *mut u32,
    _reserved: *mut c_void,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { write(handle, from, count, written) }
}

unsafe fn read<U: Unit>(
    handle: Handle,
    to: *mut U,
    room: u32,
    read: *mut u32,
    cost: fn(char) -> usize,
) -> Bool {
    fence_bool(|| {
        not_null(read)?;
        // SAFETY: valid by the contract of the exported functions, here and below.
        unsafe { put(read, 0) };
        let (_file, descriptor) = descriptor(handle)?;
        terminal::check(descriptor)?;
        not_null(to)?;
        let typed = terminal::read(descriptor, room as usize, cost)?;
        let units = U::encode(&text::wide_of(&typed));
        // SAFETY: as above.
        unsafe {
            text::store(to, &units);
            put(read, units.len() as u32);
        }
        Ok(())
    })
}

/// ReadConsoleW: reads characters that were typed, a line with CR LF at its end in line mode. 0
/// characters at the end of the input. FALSE with 6 for a handle that is not a terminal.
///
/// Differs: CONSOLE_READCONSOLE_CONTROL is ignored.
///
/// # Safety
/// `to` has room for `room` characters; `count` is valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadConsoleW(
    handle: Handle,
    to: *mut u16,
    room: u32,
    count: *mut u32,
    _control: *mut c_void,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { read(handle, to, room, count, char::len_utf16) }
}

/// ReadConsoleA: works like [`ReadConsoleW`]; UTF-8.
///
/// # Safety
/// Works like [`ReadConsoleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn ReadConsoleA(
    handle: Handle,
    to: *mut u8,
    room: u32,
    count: *mut u32,
    _control: *mut c_void,
) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { read(handle, to, room, count, char::len_utf8) }
}

/// FlushConsoleInputBuffer: drops what was typed and not read. FALSE with 6 for a handle that is
/// not a terminal.
#[unsafe(no_mangle)]
pub extern "system" fn FlushConsoleInputBuffer(handle: Handle) -> Bool {
    fence_bool(|| {
        let (_file, descriptor) = descriptor(handle)?;
        terminal::flush_input(descriptor)
    })
}

/// The code page of terminals.
const CP_UTF8: u32 = 65001;

/// GetConsoleCP: returns 65001 (UTF-8).
#[unsafe(no_mangle)]
pub extern "system" fn GetConsoleCP() -> u32 {
    CP_UTF8
}

/// GetConsoleOutputCP: returns 65001 (UTF-8).
#[unsafe(no_mangle)]
pub extern "system" fn GetConsoleOutputCP() -> u32 {
    CP_UTF8
}

fn set_code_page(page: u32) -> Bool {
    fence_bool(|| match page {
        CP_UTF8 => Ok(()),
        _ => Err(ERROR_INVALID_PARAMETER),
    })
}

/// SetConsoleCP: sets the code page of the input. FALSE with 87 for another code page than 65001.
///
/// Differs: terminals speak UTF-8 only.
#[unsafe(no_mangle)]
pub extern "system" fn SetConsoleCP(page: u32) -> Bool {
    set_code_page(page)
}

/// SetConsoleOutputCP: sets the code page of the output. FALSE with 87 for another code page than 65001.
///
/// Differs: terminals speak UTF-8 only.
#[unsafe(no_mangle)]
pub extern "system" fn SetConsoleOutputCP(page: u32) -> Bool {
    set_code_page(page)
}

/// The title that was set.
static TITLE: Mutex<Vec<u16>> = Mutex::new(Vec::new());
/// Longest title (documented: 64 K).
const LONGEST_TITLE: usize = 64 << 10;

unsafe fn set_title<U: Unit>(title: *const U) -> Bool {
    fence_bool(|| {
        // SAFETY: NUL-terminated by the contract of the exported functions.
        let title = unsafe { text::read_at_most(title, LONGEST_TITLE + 1) }?;
        if title.len() > LONGEST_TITLE {
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        }
        if let Ok((_file, descriptor)) = descriptor(standard::get(1)) {
            if terminal::check(descriptor).is_ok() {
                let plain = String::from_utf16_lossy(&title).replace(char::is_control, "");
                let sequence = format!("\x1b]0;{plain}\x07");
                // A terminal that does not take it has no title.
                let _ = terminal::write(descriptor, sequence.as_bytes());
            }
        }
        *TITLE.lock() = title;
        Ok(())
    })
}

/// SetConsoleTitleW: sets the title of the terminal's window, by its control sequence if standard output is a
/// terminal. FALSE with 87 for NULL, 8 for one that is too long.
///
/// # Safety
/// `title` is NULL or a NUL-terminated string.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleTitleW(title: *const u16) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { set_title(title) }
}

/// SetConsoleTitleA: works like [`SetConsoleTitleW`]; UTF-8.
///
/// # Safety
/// Works like [`SetConsoleTitleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn SetConsoleTitleA(title: *const u8) -> Bool {
    // SAFETY: by the contract of this function.
    unsafe { set_title(title) }
}

unsafe fn title<U: Unit>(to: *mut U, room: u32) -> u32 {
    fence(0, || {
        let units = U::encode(&TITLE.lock());
        // SAFETY: room for `room` characters by the contract of the exported functions.
        unsafe { text::store_text(to, room as usize, &units) };
        Ok(units.len() as u32)
    })
}

/// GetConsoleTitleW: copies the title that this process has set, and returns its length. The title is empty if none
/// was set. Nothing is stored if the buffer is too small.
///
/// Differs: the title that the window had before is not known.
///
/// # Safety
/// `to` has room for `room` characters.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleTitleW(to: *mut u16, room: u32) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { title(to, room) }
}

/// GetConsoleTitleA: works like [`GetConsoleTitleW`]; UTF-8.
///
/// # Safety
/// Works like [`GetConsoleTitleW`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleTitleA(to: *mut u8, room: u32) -> u32 {
    // SAFETY: by the contract of this function.
    unsafe { title(to, room) }
}

/// CONSOLE_SCREEN_BUFFER_INFO: pairs of columns and rows.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct ScreenBufferInfo {
    size: [i16; 2],
    cursor: [i16; 2],
    attributes: u16,
    /// Left, top, right, bottom.
    window: [i16; 4],
    maximum: [i16; 2],
}

/// GetConsoleScreenBufferInfo: gets the size of the terminal's window. FALSE with 6 for a handle that is not a
/// terminal.
///
/// Differs: the buffer is as large as the window, the position of the cursor is 0, 0 and the attributes
/// are those that were set last.
///
/// # Safety
/// `info` is NULL or valid.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn GetConsoleScreenBufferInfo(
    handle: Handle,
    info: *mut ScreenBufferInfo,
) -> Bool {
    fence_bool(|| {
        let (_file, descriptor) = descriptor(handle)?;
        let (columns, rows) = terminal::size(descriptor)?;
        not_null(info)?;
        let most = |value: u16| i16::try_from(value).unwrap_or(i16::MAX);
        let (columns, rows) = (most(columns), most(rows));
        let now = ScreenBufferInfo {
            size: [columns, rows],
            cursor: [0, 0],
            attributes: *ATTRIBUTES.lock(),
            window: [0, 0, columns - 1, rows - 1],
            maximum: [columns, rows],
        };
        // SAFETY: valid by the contract of this function.
        unsafe { put(info, now) };
        Ok(())
    })
}

/// White on black.
const PLAIN: u16 = 0x07;
static ATTRIBUTES: Mutex<u16> = Mutex::new(PLAIN);

/// SetConsoleTextAttribute: sets the colours of what is written from now on, by control sequences. FALSE with 6 for a
/// handle that is not a terminal.
#[unsafe(no_mangle)]
pub extern "system" fn SetConsoleTextAttribute(handle: Handle, attributes: u16) -> Bool {
    fence_bool(|| {
        let (_file, descriptor) = descriptor(handle)?;
        terminal::check(descriptor)?;
        let sequence = colours(attributes);
        terminal::write(descriptor, sequence.as_bytes())?;
        *ATTRIBUTES.lock() = attributes;
        Ok(())
    })
}

/// The control sequence of attributes: their bits are blue, green, red, bright.
fn colours(attributes: u16) -> String {
    const ORDER: [u16; 8] = [0, 4, 2, 6, 1, 5, 3, 7];
    if attributes & 0xFF == PLAIN {
        return "\x1b[0m".to_owned();
    }
    let colour = |bits: u16| ORDER[usize::from(bits & 7)] + if bits & 8 != 0 { 60 } else { 0 };
    let (front, back) = (30 + colour(attributes), 40 + colour(attributes >> 4));
    format!("\x1b[{front};{back}m")
}

/// GetConsoleWindow: returns NULL, since a terminal has no window handle.
#[unsafe(no_mangle)]
pub extern "system" fn GetConsoleWindow() -> Handle {
    std::ptr::null_mut()
}
