//! Modules: the program, this library under the names of the system's, and libraries that were loaded
//! (documented: GetModuleHandle, LoadLibrary, GetProcAddress).
//!
//! Owns: which names mean this library, how names of DLLs become those of shared libraries, and the
//! table of what was loaded. Does not own how text crosses the C interface. Invariants: a module handle
//! is a number that stays the same while the module is loaded and is never one of another; names
//! are compared without regard to the case of ASCII letters, as on Windows; a library is given back to
//! the system once for each time it was loaded. Threading: any thread; loading runs the library's
//! constructors on the calling thread, with no lock held.

mod linker;
mod names;

use std::path::{Path, PathBuf};

use httpsys_socket::lock::Mutex;

pub use names::is_ours;

use crate::status::{Code, ERROR_INVALID_PARAMETER, ERROR_MOD_NOT_FOUND, ERROR_PROC_NOT_FOUND};

/// The addresses of these are the handles of the program and of this library.
static PROGRAM: u64 = 1;
static LIBRARY: u64 = 2;

/// What a handle stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Module {
    Program,
    Own,
    Loaded(linker::Library),
}

/// One loaded library. Never freed, so that its address is the handle of no other.
#[derive(Debug)]
struct LoadedLibrary {
    handle: usize,
    library: linker::Library,
    path: PathBuf,
    /// How often it was loaded and not freed.
    count: usize,
}

static LOADED: Mutex<Vec<LoadedLibrary>> = Mutex::new(Vec::new());

/// The handle of the program.
pub fn program() -> usize {
    &raw const PROGRAM as usize
}

/// The handle of this library.
pub fn own() -> usize {
    &raw const LIBRARY as usize
}

fn of(handle: usize) -> Result<Module, Code> {
    if handle == 0 || handle == program() {
        return Ok(Module::Program);
    }
    if handle == own() {
        return Ok(Module::Own);
    }
    let loaded = LOADED.lock();
    let entry = loaded.iter().find(|entry| entry.handle == handle);
    entry
        .map(|entry| Module::Loaded(entry.library))
        .ok_or(ERROR_MOD_NOT_FOUND)
}

/// Refuses what is no module; 0 is the program.
///
/// # Errors
/// 126.
pub fn check(handle: usize) -> Result<(), Code> {
    of(handle).map(drop)
}

/// The module of that name, if it is loaded. With `count` it has to be freed once more.
///
/// # Errors
/// 126 when it is not loaded.
pub fn find(name: &str, count: bool) -> Result<usize, Code> {
    if is_ours(name) {
        return Ok(own());
    }
    if names::is_path(name, &file_name(program())?) {
        return Ok(program());
    }
    let mut loaded = LOADED.lock();
    let mut entries = loaded.iter_mut();
    let entry = entries.find(|entry| names::is_path(name, &entry.path));
    let entry = entry.ok_or(ERROR_MOD_NOT_FOUND)?;
    entry.count += usize::from(count);
    Ok(entry.handle)
}

/// The module that an address belongs to.
///
/// # Errors
/// 126 when it belongs to none that has a handle.
pub fn find_address(address: usize, count: bool) -> Result<usize, Code> {
    let image = linker::image_of(address).ok_or(ERROR_MOD_NOT_FOUND)?;
    if Some(image.base) == linker::own_image().map(|own| own.base) && !linker::is_program(&image) {
        return Ok(own());
    }
    if linker::is_program(&image) {
        return Ok(program());
    }
    let mut loaded = LOADED.lock();
    let mut entries = loaded.iter_mut();
    let entry = entries.find(|entry| entry.path == image.path);
    let entry = entry.ok_or(ERROR_MOD_NOT_FOUND)?;
    entry.count += usize::from(count);
    Ok(entry.handle)
}

/// Loads a library.
///
/// # Errors
/// 126 when it is not found, or needs another that is not; 193 when the file is no library; 87 without
/// a name.
pub fn load(name: &str) -> Result<usize, Code> {
    if name.is_empty() {
        return Err(ERROR_INVALID_PARAMETER);
    }
    if is_ours(name) {
        return Ok(own());
    }
    let mut failure = ERROR_MOD_NOT_FOUND;
    let folder = file_name(program()).ok();
    let folder = folder.as_deref().and_then(Path::parent);
    for candidate in names::candidates(name, folder) {
        match linker::open(&candidate) {
            Ok(library) => return Ok(enter(library, candidate)),
            Err(ERROR_MOD_NOT_FOUND) => {}
            Err(code) => failure = code,
        }
    }
    Err(failure)
}

fn enter(library: linker::Library, candidate: PathBuf) -> usize {
    let path = library.path().unwrap_or(candidate);
    let mut loaded = LOADED.lock();
    if let Some(entry) = loaded.iter_mut().find(|entry| entry.library == library) {
        entry.count += 1;
        return entry.handle;
    }
    let place: &'static u64 = Box::leak(Box::new(0));
    let handle = std::ptr::from_ref(place) as usize;
    loaded.push(LoadedLibrary {
        handle,
        library,
        path,
        count: 1,
    });
    handle
}

/// Frees a library once. The program and this library stay.
///
/// # Errors
/// 126 for what is no module.
pub fn free(handle: usize) -> Result<(), Code> {
    let library = {
        let mut loaded = LOADED.lock();
        let Some(at) = loaded.iter().position(|entry| entry.handle == handle) else {
            drop(loaded);
            return match handle {
                0 => Err(ERROR_MOD_NOT_FOUND),
                _ => check(handle),
            };
        };
        loaded[at].count -= 1;
        let library = loaded[at].library;
        if loaded[at].count == 0 {
            loaded.swap_remove(at);
        }
        library
    };
    library.close();
    Ok(())
}

/// The address of what a module exports under a name; the program exports what the linker keeps for
/// others (`-rdynamic`).
///
/// # Errors
/// 126 for what is no module, 127 for a name that it does not export; a name that this library does not
/// is also told as an event, since a program may go on without the function and nobody knows why.
pub fn symbol(handle: usize, name: &[u8]) -> Result<usize, Code> {
    let module = of(handle)?;
    let found = match module {
        Module::Program => linker::symbol_of_program(name),
        Module::Own => linker::own_symbol(name),
        Module::Loaded(library) => library.symbol(name),
    };
    if found.is_none() && module == Module::Own {
        crate::trace::missing(&String::from_utf8_lossy(name));
    }
    found.ok_or(ERROR_PROC_NOT_FOUND)
}

/// The path of a module's file.
///
/// # Errors
/// 126 for what is no module.
pub fn file_name(handle: usize) -> Result<PathBuf, Code> {
    match of(handle)? {
        Module::Program => std::env::current_exe().map_err(|error| crate::status::from_io(&error)),
        Module::Own => linker::own_image()
            .map(|image| image.path)
            .ok_or(ERROR_MOD_NOT_FOUND),
        Module::Loaded(library) => {
            let loaded = LOADED.lock();
            let entry = loaded.iter().find(|entry| entry.library == library);
            let path = entry.map(|entry| entry.path.clone());
            path.ok_or(ERROR_MOD_NOT_FOUND)
        }
    }
}

/// [`file_name`] as Windows writes it.
///
/// # Errors
/// As [`file_name`].
pub fn windows_path(handle: usize) -> Result<Vec<u16>, Code> {
    Ok(crate::files::path::from_native(&file_name(handle)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_names_of_the_system_mean_this_library() {
        assert_eq!(find("HTTPAPI.DLL", false), Ok(own()));
        assert_eq!(load("kernel32"), Ok(own()));
        assert_eq!(free(own()), Ok(()));
        assert_eq!(find("nothing.dll", false), Err(ERROR_MOD_NOT_FOUND));
        assert_eq!(load(""), Err(ERROR_INVALID_PARAMETER));
    }

    #[test]
    fn the_program_is_a_module() {
        let path = file_name(0).unwrap();
        assert_eq!(
            Ok(path.clone()),
            std::env::current_exe().map_err(drop).map_err(|()| 0)
        );
        let name = path.file_name().and_then(|name| name.to_str()).unwrap();
        assert_eq!(find(name, false), Ok(program()));
    }

    #[test]
    fn a_library_of_the_system_is_loaded_and_freed() {
        let name = if cfg!(target_vendor = "apple") {
            "libz.dylib"
        } else {
            "libm.so.6"
        };
        let Ok(first) = load(name) else {
            return; // A system that has it under another name.
        };
        assert_eq!(load(name), Ok(first), "the same handle");
        assert!(symbol(first, b"cos").is_ok() || cfg!(target_vendor = "apple"));
        assert_eq!(symbol(first, b"no_such_name"), Err(ERROR_PROC_NOT_FOUND));
        assert_eq!(free(first), Ok(()));
        assert_eq!(free(first), Ok(()));
        assert_eq!(free(first), Err(ERROR_MOD_NOT_FOUND));
        assert_eq!(symbol(first, b"cos"), Err(ERROR_MOD_NOT_FOUND));
    }

    #[test]
    fn what_is_no_module_is_refused() {
        assert_eq!(check(4), Err(ERROR_MOD_NOT_FOUND));
        assert_eq!(free(0), Err(ERROR_MOD_NOT_FOUND));
        assert_eq!(load("/nowhere/at/all.dll"), Err(ERROR_MOD_NOT_FOUND));
    }
}
