//! Builds of the programs: which compiler, which language, which library.
//!
//! Owns: the command lines. They are the ones that a user without the compiler wrapper writes.
//! Invariant: a compiler that has anything to say fails the test, warnings included.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use httpsys_tests::program::{cargo_build, root, target_dir};

use crate::folder::Folder;

/// Which form of the library a program is linked to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    Shared,
    Static,
}

/// How a program is built.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Recipe {
    pub(crate) compiler: &'static str,
    pub(crate) library: Library,
    /// More flags for the compiler and the linker.
    pub(crate) more: &'static [&'static str],
}

impl Recipe {
    /// The compiler that every machine with a C compiler has, and the shared library.
    pub(crate) const USUAL: Recipe = Recipe {
        compiler: "cc",
        library: Library::Shared,
        more: &["-O1", "-g"],
    };

    fn is_cpp(&self) -> bool {
        self.compiler.ends_with("++")
    }
}

/// A program that was built.
#[derive(Debug)]
pub(crate) struct Built {
    folder: Folder,
}

impl Built {
    /// The program's file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("program")
    }
}

/// Whether the machine has a command of that name that knows its version.
pub(crate) fn has_command(name: &str) -> bool {
    let output = Command::new(name).arg("--version").output();
    output.is_ok_and(|output| output.status.success())
}

/// Builds `examples/c/<program>.c`.
///
/// # Panics
/// If the compiler has anything to say.
pub(crate) fn build(program: &str, recipe: &Recipe) -> Built {
    match try_build(program, recipe) {
        Ok(built) => built,
        Err(said) => panic!("{program}, {recipe:?}:\n{said}"),
    }
}

/// As [`build`], or what the compiler says.
pub(crate) fn try_build(program: &str, recipe: &Recipe) -> Result<Built, String> {
    static LIBRARY: OnceLock<()> = OnceLock::new();
    LIBRARY.get_or_init(|| cargo_build(&["-p", "httpapi"]));
    let built = Built {
        folder: Folder::new(),
    };
    let objects = [
        built.folder.path().join("program.o"),
        built.folder.path().join("wmain.o"),
    ];
    let sources = [
        root().join("examples/c").join(program).with_extension("c"),
        root().join("crates/httpapi/include/runtime/wmain.c"),
    ];
    compile(recipe, recipe.is_cpp(), &sources[0], &objects[0])?;
    compile(recipe, false, &sources[1], &objects[1])?;
    let mut link = Command::new(recipe.compiler);
    link.args(recipe.more).args(&objects);
    let library = target_dir();
    match recipe.library {
        Library::Static => {
            link.arg(library.join("libhttpapi.a"));
            link.args(["-lpthread", "-ldl", "-lm"]);
        }
        Library::Shared => {
            link.arg("-L").arg(&library);
            link.arg(format!("-Wl,-rpath,{}", library.display()));
            link.args(["-lhttpapi", "-lpthread"]);
        }
    }
    run(link.arg("-o").arg(built.path()))?;
    Ok(built)
}

fn compile(recipe: &Recipe, cpp: bool, source: &Path, object: &Path) -> Result<(), String> {
    let (language, standard) = if cpp {
        ("c++", "-std=c++17")
    } else {
        ("c", "-std=c11")
    };
    let include = root().join("crates/httpapi/include");
    run(Command::new(recipe.compiler)
        .args(["-x", language, standard])
        .args(["-Wall", "-Wextra", "-Werror", "-fshort-wchar"])
        .args(recipe.more)
        .arg("-I")
        .arg(&include)
        .arg("-I")
        .arg(include.join("runtime"))
        .arg("-I")
        .arg(include.join("win32"))
        .arg("-c")
        .arg(source)
        .arg("-o")
        .arg(object))
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        Ok(())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}
