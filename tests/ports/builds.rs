//! How the programs are built: by each compiler with each set of headers, or by mingw.
//!
//! Owns: the flags. A Windows project says on the compiler's line what a project file says there: UNICODE,
//! and the import libraries. Does not own what is run. What the machine lacks is named on standard error.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

pub(crate) use httpsys_tests::program::succeed;
use httpsys_tests::program::{cargo_build, is_there, root, target_dir};

/// The folder with httpsys_httpapi.dll and its import library: the program is mingw's, under Wine.
const DLL: &str = "HTTPSYS_PORTS_DLL";

/// What mingw's http.h lacks.
const MINGW_LACKS: [&str; 2] = [
    "-DHTTP_URL_FLAG_REMOVE_ALL=1",
    "-DHttpServiceConfigTimeout=3",
];

/// A program of this folder.
pub(crate) struct Source {
    /// Without its extension.
    pub(crate) name: &'static str,
    /// Which of several scenarios, in the name of the transcript; else empty.
    pub(crate) scenario: &'static str,
    /// Whether it is C++.
    pub(crate) plus: bool,
    /// Whether the project sets UNICODE and _UNICODE.
    pub(crate) unicode: bool,
}

impl Source {
    const fn new(name: &'static str, plus: bool, unicode: bool) -> Source {
        let scenario = "";
        Source {
            name,
            scenario,
            plus,
            unicode,
        }
    }

    /// In a second scenario.
    pub(crate) const fn with(self, scenario: &'static str) -> Source {
        Source { scenario, ..self }
    }

    /// In C, with UNICODE.
    pub(crate) const fn c(name: &'static str) -> Source {
        Source::new(name, false, true)
    }

    /// In C, without UNICODE.
    pub(crate) const fn ansi(name: &'static str) -> Source {
        Source::new(name, false, false)
    }

    /// In C++, with UNICODE.
    pub(crate) const fn plus(name: &'static str) -> Source {
        Source::new(name, true, true)
    }

    /// In C++, without UNICODE.
    pub(crate) const fn plus_ansi(name: &'static str) -> Source {
        Source::new(name, true, false)
    }

    /// The name of its transcript, of its folder, and in messages.
    pub(crate) fn full_name(&self) -> String {
        match self.scenario {
            "" => self.name.to_owned(),
            scenario => format!("{}-{scenario}", self.name),
        }
    }

    fn path(&self) -> PathBuf {
        let extension = if self.plus { "cpp" } else { "c" };
        root().join(format!("tests/ports/{}.{extension}", self.name))
    }

    fn macros(&self) -> &'static [&'static str] {
        if self.unicode {
            &["-DUNICODE", "-D_UNICODE"]
        } else {
            &[]
        }
    }
}

/// A built program.
pub(crate) struct Build {
    /// Which it is, for messages.
    title: String,
    pub(crate) program: PathBuf,
    /// Whether it runs under Wine.
    pub(crate) wine: bool,
}

impl fmt::Display for Build {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.title)
    }
}

impl Build {
    /// All that this machine can build.
    pub(crate) fn all(source: &Source) -> Vec<Build> {
        if let Some(folder) = std::env::var_os(DLL) {
            return vec![Build::with_mingw(source, Path::new(&folder))];
        }
        eprintln!("SKIPPED: the build of mingw, which make test-dll runs under Wine");
        cargo_build(&["-p", "httpapi"]);
        let compilers = if source.plus {
            ["g++", "clang++"]
        } else {
            ["gcc", "clang"]
        };
        let mut builds = Vec::new();
        for compiler in compilers {
            if !is_there(compiler) {
                continue;
            }
            if !has_choice() {
                builds.push(Build::with_ours(source, compiler, "own"));
                continue;
            }
            for sdk in ["own", "auto"] {
                if sdk == "auto" && flags("own") == flags("auto") {
                    eprintln!("SKIPPED: no headers of mingw-w64 on this machine");
                    continue;
                }
                builds.push(Build::with_ours(source, compiler, sdk));
            }
        }
        assert!(!builds.is_empty(), "no compiler");
        builds
    }

    fn with_ours(source: &Source, compiler: &str, sdk: &str) -> Build {
        let name = source.full_name();
        let title = format!("{name} by {compiler} with --sdk={sdk}");
        // Each scenario has a program of its own: tests run beside one another.
        let program = folder(&format!("builds/{compiler}-{sdk}/{name}")).join(source.name);
        let mut build = wrapper(source.plus);
        build.env("HTTPSYS_LIB_DIR", target_dir());
        build.env("CC", compiler).env("CXX", compiler);
        if has_choice() {
            build.arg(format!("--sdk={sdk}"));
        }
        build.args(["-O1", "-g", "-Wall", "-Wextra", "-Werror"]);
        build.arg("-Wno-unknown-pragmas");
        build.args(
            if source.plus {
                "-std=c++17"
            } else {
                "-std=gnu11"
            }
            .split(' '),
        );
        build.args(source.macros()).arg(source.path());
        succeed(build.arg("-o").arg(&program));
        let wine = false;
        Build {
            title,
            program,
            wine,
        }
    }

    fn with_mingw(source: &Source, dll: &Path) -> Build {
        let name = source.full_name();
        let title = format!("{name} by mingw under Wine");
        let program = dll.join(format!("{name}.exe"));
        let compiler = if source.plus { "g++" } else { "gcc" };
        let mut build = Command::new(format!("x86_64-w64-mingw32-{compiler}"));
        build.args(["-O1", "-Wall", "-Wno-unknown-pragmas", "-static"]);
        // mingw's own printf does not know %ws, msvcrt's does.
        build.arg("-D__USE_MINGW_ANSI_STDIO=0").args(MINGW_LACKS);
        if source.unicode && starts_wide(&source.path()) {
            build.arg("-municode");
        }
        build.args(source.macros()).arg(source.path());
        build.arg("-o").arg(&program).arg("-L").arg(dll);
        build.args(["-lhttpsys_httpapi", "-lws2_32", "-lshlwapi", "-lole32"]);
        succeed(&mut build);
        let wine = true;
        Build {
            title,
            program,
            wine,
        }
    }
}

/// Whether the program begins with wmain, or a _tmain that is one.
fn starts_wide(source: &Path) -> bool {
    let text = std::fs::read_to_string(source).expect("the source");
    text.contains(" wmain(") || text.contains(" _tmain(")
}

fn wrapper(plus: bool) -> Command {
    let name = if plus { "httpsys-c++" } else { "httpsys-cc" };
    Command::new(root().join("tools").join(name))
}

/// Whether the wrapper lets one choose the headers.
fn has_choice() -> bool {
    let text = std::fs::read_to_string(root().join("tools/httpsys-cc"));
    text.expect("the wrapper").contains("--sdk=")
}

/// What the wrapper compiles with.
fn flags(sdk: &str) -> String {
    let mut command = wrapper(false);
    let output = command.arg(format!("--sdk={sdk}")).arg("--cflags").output();
    let output = output.expect("the wrapper runs");
    assert!(output.status.success(), "--sdk={sdk} --cflags");
    String::from_utf8(output.stdout).expect("flags are text")
}

/// Where a program is built and what it may write.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("ports")
        .join(name);
    std::fs::create_dir_all(&folder).expect("a folder for the test");
    folder
}
