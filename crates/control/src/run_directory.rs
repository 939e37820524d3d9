//! The directory with the sockets of one user's live services.
//!
//! Owns: where it is, that nobody else can enter it, and the names in it. Does not own: the sockets.
//! Invariant: a [`RunDirectory`] was a directory of this user with mode 0700 when it was made. Threading:
//! plain data.

use std::fs::{self, DirBuilder};
use std::io::{self, ErrorKind};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::{env, fmt};

use nix::unistd::geteuid;

/// Behind the process id in a socket's name.
const SUFFIX: &str = ".sock";

/// See the module head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunDirectory(PathBuf);

/// Why the directory cannot be used.
#[derive(Debug)]
pub struct RunDirectoryError {
    path: PathBuf,
    why: String,
}

impl fmt::Display for RunDirectoryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(
            f,
            "{path}: {}; XDG_RUNTIME_DIR can name another place",
            self.why
        )
    }
}

impl std::error::Error for RunDirectoryError {}

impl RunDirectory {
    /// That of this user: `$XDG_RUNTIME_DIR/httpsys`, where that is not set `httpsys-UID` in the
    /// directory for temporary files. It is made if it is not there.
    ///
    /// # Errors
    /// It cannot be made, or somebody else could be in it.
    pub fn of_this_user() -> Result<RunDirectory, RunDirectoryError> {
        let runtime = env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let path = match runtime.filter(|path| path.is_absolute()) {
            Some(runtime) => runtime.join("httpsys"),
            None => env::temp_dir().join(format!("httpsys-{}", geteuid())),
        };
        RunDirectory::at(path)
    }

    /// This one, made if it is not there. Its parent has to exist.
    ///
    /// # Errors
    /// As [`RunDirectory::of_this_user`].
    pub fn at(path: PathBuf) -> Result<RunDirectory, RunDirectoryError> {
        let refused = |why: String| RunDirectoryError {
            path: path.clone(),
            why,
        };
        match DirBuilder::new().mode(0o700).create(&path) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => {
                return Err(refused(error.to_string()));
            }
            _ => {}
        }
        // Not of what a link points to: in a directory that all may write to it could be anybody's.
        let found = fs::symlink_metadata(&path).map_err(|error| refused(error.to_string()))?;
        if !found.is_dir() {
            return Err(refused("is not a directory".into()));
        }
        if found.uid() != geteuid().as_raw() {
            return Err(refused("belongs to another user".into()));
        }
        if found.mode() & 0o077 != 0 {
            let mode = found.mode() & 0o777;
            return Err(refused(format!(
                "has mode {mode:04o}, so that others could enter it; it must be 0700"
            )));
        }
        Ok(RunDirectory(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The socket of a service of a process.
    #[must_use]
    pub fn socket(&self, pid: u32, service: u32) -> PathBuf {
        let name = match service {
            1 => format!("{pid}{SUFFIX}"),
            other => format!("{pid}-{other}{SUFFIX}"),
        };
        self.0.join(name)
    }

    /// The sockets in it, with process and service of each, in order.
    ///
    /// # Errors
    /// What the system says.
    pub fn sockets(&self) -> io::Result<Vec<(u32, u32, PathBuf)>> {
        let mut found = Vec::new();
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let name = entry.file_name();
            if let Some((pid, service)) = name.to_str().and_then(owner) {
                found.push((pid, service, entry.path()));
            }
        }
        found.sort();
        Ok(found)
    }
}

fn owner(name: &str) -> Option<(u32, u32)> {
    let name = name.strip_suffix(SUFFIX)?;
    let (pid, service) = name.split_once('-').unwrap_or((name, "1"));
    Some((pid.parse().ok()?, service.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn only_a_directory_that_is_this_users_alone_is_used() {
        let base = env::temp_dir().join(format!("httpsys-run-{}", std::process::id()));
        fs::create_dir(&base).unwrap();
        let good = base.join("good");
        assert_eq!(RunDirectory::at(good.clone()).unwrap().path(), good);
        assert!(RunDirectory::at(good.clone()).is_ok(), "it may be there");
        let link = base.join("link");
        symlink(&good, &link).unwrap();
        let why = RunDirectory::at(link).unwrap_err().why;
        assert_eq!(why, "is not a directory");
        fs::set_permissions(&good, fs::Permissions::from_mode(0o750)).unwrap();
        let why = RunDirectory::at(good).unwrap_err().why;
        assert!(why.contains("mode 0750"), "{why}");
        fs::remove_dir_all(&base).unwrap();
    }

    #[test]
    fn names_of_sockets_are_read_back() {
        let directory = RunDirectory("/run/x".into());
        for (pid, service) in [(1, 1), (42, 3)] {
            let path = directory.socket(pid, service);
            let name = path.file_name().unwrap().to_str().unwrap();
            assert_eq!(owner(name), Some((pid, service)));
        }
        for other in [".42.new", "42", "x.sock", "1-2-3.sock", "-.sock"] {
            assert_eq!(owner(other), None, "{other}");
        }
    }
}
