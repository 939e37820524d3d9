//! Names of modules.
//!
//! Owns: the names that mean this library, and where a library of a DLL's name may be. Does not own
//! what is loaded. Invariants: ASCII letters match without regard to case; a name without an extension
//! means that with `.dll`, one with a point at its end itself (documented: LoadLibrary). Threading: pure.

use std::path::{Path, PathBuf};

/// The DLLs whose functions this library has, without their extension. Those whose names begin with
/// `api-ms-win-` stand for parts of them.
const OURS: &[&str] = &[
    "advapi32",
    "bcrypt",
    "httpapi",
    "kernel32",
    "kernelbase",
    "msvcrt",
    "ntdll",
    "ole32",
    "psapi",
    "rpcrt4",
    "secur32",
    "shell32",
    "shlwapi",
    "ucrtbase",
    "user32",
    "ws2_32",
];

/// How shared libraries are called here: what stands before and behind the name.
#[cfg(target_vendor = "apple")]
const SHARED: (&str, &str) = ("lib", ".dylib");
#[cfg(not(target_vendor = "apple"))]
const SHARED: (&str, &str) = ("lib", ".so");

/// Whether a name, perhaps with a folder, means this library.
pub fn is_ours(name: &str) -> bool {
    let file = last(name).to_ascii_lowercase();
    let stem = file.strip_suffix(".dll").unwrap_or(&file);
    OURS.contains(&stem) || stem.starts_with("api-ms-win-")
}

/// Whether a name of GetModuleHandle means the module of that path: its whole path if the name has a
/// folder, else its file name; with the usual changes of the extension.
pub(super) fn is_path(name: &str, path: &Path) -> bool {
    let path = path.to_string_lossy();
    if last(name).len() != name.len() {
        let named = native(name);
        return named.is_some_and(|named| named.to_string_lossy().eq_ignore_ascii_case(&path));
    }
    let file = last(&path).to_ascii_lowercase();
    let wanted = name.to_ascii_lowercase();
    if file == wanted {
        return true;
    }
    let stem = ["." /* itself */, ".dll", ".exe"]
        .iter()
        .find_map(|end| wanted.strip_suffix(end))
        .unwrap_or(&wanted);
    let (before, behind) = SHARED;
    [
        stem.to_owned(),
        format!("{stem}.dll"),
        format!("{stem}{behind}"),
        format!("{before}{stem}{behind}"),
    ]
    .contains(&file)
}

/// Where a library may be: what to try, in this order. The program's folder comes first.
pub(super) fn candidates(name: &str, program: Option<&Path>) -> Vec<PathBuf> {
    let file = last(name);
    let folder = &name[..name.len() - file.len()];
    let (before, behind) = SHARED;
    let lower = file.to_ascii_lowercase();
    let stem = match lower.strip_suffix(".dll") {
        Some(stem) => &file[..stem.len()],
        None => file.strip_suffix('.').unwrap_or(file),
    };
    let mut files = vec![file.strip_suffix('.').unwrap_or(file).to_owned()];
    if lower.ends_with(".dll") || !file.contains('.') {
        files.push(format!("{stem}.dll"));
        files.push(format!("{before}{stem}{behind}"));
        files.push(format!("{stem}{behind}"));
    }
    files.dedup();
    let mut all = Vec::new();
    if !folder.is_empty() {
        let folder = native(folder);
        all.extend(
            folder
                .iter()
                .flat_map(|folder| files.iter().map(|file| folder.join(file))),
        );
        return all;
    }
    if let Some(program) = program {
        all.extend(files.iter().map(|file| program.join(file)));
    }
    all.extend(files.into_iter().map(PathBuf::from));
    all
}

/// The system's path of a name with a folder.
fn native(path: &str) -> Option<PathBuf> {
    let path: Vec<u16> = path.encode_utf16().collect();
    crate::files::path::native(&path).ok()
}

fn last(name: &str) -> &str {
    name.rsplit(['/', '\\', ':']).next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_system() {
        for name in [
            "kernel32",
            "KERNEL32.DLL",
            r"C:\Windows\System32\httpapi.dll",
        ] {
            assert!(is_ours(name), "{name}");
        }
        assert!(is_ours("api-ms-win-core-synch-l1-2-0.dll"));
        assert!(!is_ours("netmsg.dll"));
        assert!(!is_ours("httpapi.exe"));
    }

    #[test]
    fn a_module_is_found_by_its_file_name() {
        let path = Path::new("/opt/app/libfilter.so");
        let program = Path::new("/opt/app/Server");
        if cfg!(not(target_vendor = "apple")) {
            assert!(is_path("filter", path) && is_path("FILTER.DLL", path));
        }
        assert!(is_path("server.exe", program) && is_path("/opt/app/server", program));
        assert!(!is_path("other", program) && !is_path("/opt/server", program));
    }

    #[test]
    fn what_is_tried() {
        let tried = candidates("filter.dll", Some(Path::new("/app")));
        assert_eq!(tried[0], Path::new("/app/filter.dll"));
        assert!(tried.contains(&PathBuf::from(format!("{}filter{}", SHARED.0, SHARED.1))));
        let tried = candidates(r"sub\filter", None);
        assert_eq!(tried[0], Path::new("sub/filter"));
        assert_eq!(tried[1], Path::new("sub/filter.dll"));
        assert_eq!(candidates("libm.so.6", None), [PathBuf::from("libm.so.6")]);
        assert_eq!(candidates("plain.", None)[0], Path::new("plain"));
    }
}
