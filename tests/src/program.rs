//! Programs as child processes: C files compiled against our headers, and example binaries.
//!
//! Owns: building, starting, waiting for the line that says the program listens, and the end of the
//! child. Does not own: what the programs do. Invariant: a child ends with its [`Program`].

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::thread;

use crate::PATIENCE;

/// The root of the workspace.
#[must_use]
pub fn root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("the workspace").to_owned()
}

/// Where cargo puts what it builds for the profile that this test was built with.
///
/// # Panics
/// If the test program lies elsewhere than cargo puts it.
#[must_use]
pub fn target_dir() -> PathBuf {
    let test = std::env::current_exe().expect("the test program");
    let deps = test.parent().expect("a folder");
    deps.parent().expect("the profile's folder").to_owned()
}

/// Whether the machine has this program; says on standard error if not.
#[must_use]
pub fn is_there(program: &str) -> bool {
    let there = Command::new(program).arg("--version").output();
    let there = there.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("SKIPPED: no {program} on this machine");
    }
    there
}

/// Runs a command to its end.
///
/// # Panics
/// With all that it said, if it fails.
pub fn succeed(command: &mut Command) -> Output {
    let output = command.output();
    let output = output.unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{command:?}\n{printed}{said}");
    output
}

/// Runs `cargo build` with these arguments, for the same target folder and profile. Quick when
/// there is nothing to do; `make test` has built the library already.
///
/// # Panics
/// If it fails.
pub fn cargo_build(arguments: &[&str]) {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let profile_dir = target_dir();
    let mut target = profile_dir.parent().expect("the target folder");
    // Built for another machine: cargo reads the variable too, and adds the name itself.
    if let Some(triple) = std::env::var_os("CARGO_BUILD_TARGET") {
        if target.file_name() == Some(&triple) {
            target = target.parent().expect("the target folder");
        }
    }
    let profile = profile_dir.file_name().expect("a name");
    let mut command = Command::new(cargo);
    command
        .arg("build")
        .arg("--offline")
        .args(arguments)
        .arg("--target-dir")
        .arg(target)
        .current_dir(root());
    if profile != "debug" {
        command.arg("--profile").arg(profile);
    }
    let output = command.output().expect("cargo runs");
    assert!(
        output.status.success(),
        "cargo build {arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// Compiles a C file, links it to the shared library, and returns the program.
///
/// # Panics
/// If the compiler has anything to say, warnings included.
#[must_use]
pub fn build_c(source: &str) -> PathBuf {
    cargo_build(&["-p", "httpapi"]);
    let library = target_dir();
    let stem = Path::new(source).file_stem().expect("a name");
    // Tests of one process may build the same file at the same time.
    static BUILDS: AtomicU32 = AtomicU32::new(0);
    let (process, build) = (std::process::id(), BUILDS.fetch_add(1, Ordering::Relaxed));
    let program = library.join(format!("{}-{process}-{build}", stem.to_string_lossy()));
    let compiler = std::env::var_os("CC").unwrap_or_else(|| "cc".into());
    let output = Command::new(compiler)
        .args(["-std=gnu11", "-Wall", "-Wextra", "-Werror", "-O1", "-g"])
        .arg("-I")
        .arg(root().join("crates/httpapi/include"))
        .arg(root().join(source))
        .arg("-L")
        .arg(&library)
        .arg(format!("-Wl,-rpath,{}", library.display()))
        .args(["-lhttpapi", "-lpthread", "-o"])
        .arg(&program)
        .output()
        .expect("a C compiler; $CC names another than cc");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{source}: {said}");
    program
}

/// The port of a line that says `listening on` and a URL.
#[must_use]
pub fn port_of(line: &str) -> Option<u16> {
    let (_, url) = line.split_once("istening on http")?;
    let url = url.strip_prefix('s').unwrap_or(url).strip_prefix("://")?;
    url.split_once(':')?.1.split('/').next()?.parse().ok()
}

/// A running program.
#[derive(Debug)]
pub struct Program {
    child: Child,
    port: u16,
    /// To be removed in the end.
    file: Option<PathBuf>,
}

impl Program {
    /// Compiles and starts a C program, which must say `listening on` and its URL when it is ready.
    #[must_use]
    pub fn start_c(source: &str, arguments: &[String]) -> Program {
        let file = build_c(source);
        let mut program = Program::start(Command::new(&file).args(arguments));
        program.file = Some(file);
        program
    }

    /// Builds and starts a binary of the package `httpsys-examples`.
    #[must_use]
    pub fn start_example(name: &str, arguments: &[String]) -> Program {
        cargo_build(&["-p", "httpsys-examples", "--bin", name]);
        Program::start(Command::new(target_dir().join(name)).args(arguments))
    }

    /// Starts a program.
    ///
    /// # Panics
    /// If it ends or does not say in time that it listens, and on which port.
    pub fn start(command: &mut Command) -> Program {
        Program::start_with_stdin(command.stdin(Stdio::null()))
    }

    /// As [`Program::start`], with the standard input that the command has.
    ///
    /// # Panics
    /// As [`Program::start`].
    pub fn start_with_stdin(command: &mut Command) -> Program {
        let mut child = command
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let output = child.stdout.take().expect("piped");
        let mut program = Program {
            child,
            port: 0,
            file: None,
        };
        let (ready, listening) = mpsc::channel();
        thread::spawn(move || {
            // Reads on to the end, so that the program never waits for its reader.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                if let Some(port) = port_of(&line) {
                    let _ = ready.send(port);
                }
            }
        });
        let Ok(port) = listening.recv_timeout(PATIENCE) else {
            panic!("{command:?} does not say where it listens");
        };
        program.port = port;
        program
    }

    /// The port that it has said first.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether the program has not ended.
    ///
    /// # Panics
    /// If the system does not know the child.
    #[must_use]
    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().expect("a child").is_none()
    }

    /// Asks the program to end by SIGTERM and waits until it has: whether it ended with success.
    ///
    /// # Panics
    /// If it does not end in time.
    #[must_use]
    pub fn terminate(&mut self) -> bool {
        self.ask_to_end();
        self.wait()
    }

    /// Sends SIGTERM.
    ///
    /// # Panics
    /// If that fails.
    pub fn ask_to_end(&self) {
        let asked = Command::new("kill")
            .arg(self.child.id().to_string())
            .status()
            .expect("kill runs");
        assert!(asked.success());
    }

    /// Waits until the program has ended by itself: whether it ended with success.
    ///
    /// # Panics
    /// If it does not end in time.
    #[must_use]
    pub fn wait(&mut self) -> bool {
        let deadline = std::time::Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                return status.success();
            }
            assert!(std::time::Instant::now() < deadline, "it does not end");
            thread::sleep(std::time::Duration::from_millis(5));
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended; there is nobody to tell otherwise.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if let Some(file) = &self.file {
            let _ = std::fs::remove_file(file);
        }
    }
}
