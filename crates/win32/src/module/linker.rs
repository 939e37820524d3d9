//! The dynamic linker: dlopen(3), dlsym(3), dladdr(3).
//!
//! Owns the calls and what their answers mean as codes. Does not own the table of modules. Invariant: a
//! [`Library`] is used while it is open, which the table sees to. Threading: any thread.

use std::ffi::{CStr, CString, OsStr, c_void};
use std::mem::MaybeUninit;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::status::{Code, ERROR_BAD_EXE_FORMAT, ERROR_MOD_NOT_FOUND};

/// An open library: the linker's handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Library(usize);

/// A file that is mapped into the process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Image {
    pub(super) base: usize,
    pub(super) path: PathBuf,
}

/// Opens a library.
///
/// # Errors
/// 126 when there is none, or it needs another that is missing; 193 when the file is none.
pub(super) fn open(path: &Path) -> Result<Library, Code> {
    let name = CString::new(path.as_os_str().as_bytes()).map_err(|_| ERROR_MOD_NOT_FOUND)?;
    // SAFETY: a NUL-terminated name; the constructors of the library are the caller's business, as
    // with LoadLibrary.
    let handle = unsafe { libc::dlopen(name.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
    if !handle.is_null() {
        return Ok(Library(handle as usize));
    }
    let said = error();
    let wrong = [
        "invalid ELF",
        "wrong ELF",
        "file too short",
        "not a mach-o",
        "not an ELF",
    ];
    match path.is_file() && wrong.iter().any(|text| said.contains(text)) {
        true => Err(ERROR_BAD_EXE_FORMAT),
        false => Err(ERROR_MOD_NOT_FOUND),
    }
}

fn error() -> String {
    // SAFETY: dlerror gives NULL or a string that stays until the next call on this thread.
    unsafe {
        let text = libc::dlerror();
        match text.is_null() {
            true => String::new(),
            false => CStr::from_ptr(text).to_string_lossy().into_owned(),
        }
    }
}

impl Library {
    /// Gives one opening back.
    pub(super) fn close(self) {
        // SAFETY: the table counts openings, so this one is open.
        unsafe { libc::dlclose(self.0 as *mut c_void) };
    }

    /// What it, or a library that it needs, exports under a name.
    pub(super) fn symbol(self, name: &[u8]) -> Option<usize> {
        look_up(self.0 as *mut c_void, name)
    }

    /// Where its file is.
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    pub(super) fn path(self) -> Option<PathBuf> {
        /// `struct link_map` of <link.h>, as far as it is public.
        #[repr(C)]
        struct LinkMap {
            address: usize,
            name: *const libc::c_char,
        }
        let mut map: *const LinkMap = std::ptr::null();
        // SAFETY: the handle is open; RTLD_DI_LINKMAP stores a pointer to the library's link map, whose
        // name is a NUL-terminated string while it is open.
        unsafe {
            let to = (&raw mut map).cast();
            if libc::dlinfo(self.0 as *mut c_void, libc::RTLD_DI_LINKMAP, to) != 0 || map.is_null()
            {
                return None;
            }
            path_of((*map).name)
        }
    }

    /// Where its file is: not known here.
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    pub(super) fn path(self) -> Option<PathBuf> {
        None
    }
}

/// # Safety
/// `name` is NULL or a NUL-terminated string.
unsafe fn path_of(name: *const libc::c_char) -> Option<PathBuf> {
    if name.is_null() {
        return None;
    }
    // SAFETY: by the contract.
    let name = unsafe { CStr::from_ptr(name) };
    let path = Path::new(OsStr::from_bytes(name.to_bytes()));
    // The linker has the name as it was given.
    Some(std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned()))
}

fn look_up(handle: *mut c_void, name: &[u8]) -> Option<usize> {
    let name = CString::new(name).ok()?;
    // SAFETY: the handle is open or a special one of the linker's; the name is NUL-terminated.
    let address = unsafe { libc::dlsym(handle, name.as_ptr()) };
    (!address.is_null()).then_some(address as usize)
}

/// The file that an address belongs to.
pub(super) fn image_of(address: usize) -> Option<Image> {
    let mut found = MaybeUninit::<libc::Dl_info>::zeroed();
    // SAFETY: the address is only looked up; the call fills the structure, and its name stays while the
    // file is mapped.
    unsafe {
        if libc::dladdr(address as *const c_void, found.as_mut_ptr()) == 0 {
            return None;
        }
        let found = found.assume_init();
        Some(Image {
            base: found.dli_fbase as usize,
            path: path_of(found.dli_fname)?,
        })
    }
}

/// The file that this code is in: the shared library, or the program if it is linked statically.
pub(super) fn own_image() -> Option<Image> {
    image_of(own_image as fn() -> Option<Image> as usize)
}

/// Whether it is the program's file.
pub(super) fn is_program(image: &Image) -> bool {
    std::env::current_exe().is_ok_and(|program| program == image.path)
}

/// What this library exports under a name. Its dependencies do not count.
pub(super) fn own_symbol(name: &[u8]) -> Option<usize> {
    let own = own_image()?;
    let address = match is_program(&own) {
        true => symbol_of_program(name)?,
        false => {
            let library = open(&own.path).ok()?;
            let address = library.symbol(name);
            library.close();
            address?
        }
    };
    (image_of(address)?.base == own.base).then_some(address)
}

/// What the program, or a library that it is linked to, exports under a name.
pub(super) fn symbol_of_program(name: &[u8]) -> Option<usize> {
    // SAFETY: NULL asks for the program; it is never unloaded.
    let program = unsafe { libc::dlopen(std::ptr::null(), libc::RTLD_NOW) };
    if program.is_null() {
        return None;
    }
    let address = look_up(program, name);
    // SAFETY: opened above, once.
    unsafe { libc::dlclose(program) };
    address
}
