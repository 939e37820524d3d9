//! Where windows.h and its relatives come from: our own headers, and the mingw-w64 headers with ours in
//! front (`httpsys-cc --sdk`).
//!
//! Owns: that both say the same, structure by structure and number by number (`layout`), and that sources
//! as people write them compile with both, by each compiler in each language (`sources`). Does not own
//! what the functions do. Compilers and headers that the machine lacks are named on standard error.
#![cfg(not(windows))]

mod declared;
mod layout;
mod sources;
mod spelling;

use std::path::{Path, PathBuf};
use std::process::Command;

use httpsys_tests::program::{is_there, root, succeed, target_dir};

/// A folder for what one test builds.
fn scratch(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("sdk")
        .join(test);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}

/// Where the declarations come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sdk {
    Own,
    Mingw,
}

impl Sdk {
    /// Those that this machine has; says which one it has not.
    fn all() -> Vec<Self> {
        if mingw_headers().is_some() {
            return vec![Self::Own, Self::Mingw];
        }
        eprintln!("SKIPPED: no mingw-w64 headers on this machine (Debian: mingw-w64-common)");
        vec![Self::Own]
    }

    fn option(self) -> String {
        match self {
            Self::Own => "--sdk=own".into(),
            Self::Mingw => format!("--sdk={}", mingw_headers().expect("asked before")),
        }
    }
}

/// The folder that `--sdk=auto` finds.
fn mingw_headers() -> Option<String> {
    let mut command = Command::new(root().join("tools/httpsys-cc"));
    let output = succeed(command.arg("--sdk=auto").arg("--cflags"));
    let flags = String::from_utf8(output.stdout).expect("UTF-8");
    let (_, behind) = flags.split_once("-idirafter ")?;
    behind.split_whitespace().next().map(str::to_owned)
}

/// The wrapper for a compiler, which finds the library of this profile.
fn wrapper(compiler: &str, sdk: Sdk) -> Command {
    let cpp = compiler.ends_with("++");
    let name = if cpp { "httpsys-c++" } else { "httpsys-cc" };
    let mut command = Command::new(root().join("tools").join(name));
    command.env("CC", compiler).env("CXX", compiler);
    command.env("HTTPSYS_LIB_DIR", target_dir());
    command.arg(sdk.option());
    command.args(["-x", if cpp { "c++" } else { "c" }]);
    command
}
