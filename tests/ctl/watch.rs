//! The live view in a terminal: tmux has it, and shows what is on the screen.

use std::process::Command;
use std::time::Instant;

use httpsys_tests::PATIENCE;
use httpsys_tests::client::Client;
use httpsys_tests::program::{Program, cargo_build, succeed, target_dir};
use httpsys_tests::watchdog::Watchdog;

use crate::place::Place;

/// A tmux server of the test's own, gone with it.
struct Terminal<'a> {
    place: &'a Place,
}

impl Terminal<'_> {
    fn tmux(&self) -> Command {
        let mut command = Command::new("tmux");
        command
            .arg("-S")
            .arg(self.place.path().join("tmux"))
            .args(["-f", "/dev/null"])
            .env_remove("TMUX")
            .envs(self.place.variables());
        command
    }

    fn start(place: &Place) -> Terminal<'_> {
        let terminal = Terminal { place };
        let program = Place::program().display().to_string();
        // What is left on the screen when the program has ended is the test's to see.
        let line = format!("{program} --watch; echo ended with $?; read -r _");
        let mut command = terminal.tmux();
        command.args(["new-session", "-d", "-x", "110", "-y", "24", &line]);
        succeed(&mut command);
        terminal
    }

    fn screen(&self) -> String {
        let output = succeed(self.tmux().args(["capture-pane", "-p"]));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn press(&self, key: &str) {
        succeed(self.tmux().args(["send-keys", key]));
    }

    /// Waits until the screen is as it should be.
    fn shows(&self, what: &str, is_there: impl Fn(&str) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let screen = self.screen();
            if is_there(&screen) {
                return screen;
            }
            assert!(
                Instant::now() < end,
                "{what} is never on the screen:\n{screen}"
            );
            std::thread::yield_now();
        }
    }
}

impl Drop for Terminal<'_> {
    fn drop(&mut self) {
        let _ = self.tmux().arg("kill-server").output();
    }
}

fn has_tmux() -> bool {
    let there = Command::new("tmux").arg("-V").output();
    let there = there.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("SKIPPED: no tmux on this machine");
    }
    there
}

#[test]
fn the_live_view_shows_a_request_that_hangs_until_it_is_over() {
    if !has_tmux() {
        return;
    }
    let place = Place::new();
    cargo_build(&["-p", "httpsys-examples", "--bin", "hello"]);
    let _watchdog = Watchdog::start();
    let mut command = Command::new(target_dir().join("hello"));
    let server = Program::start(
        command
            .args(["--port", "0"])
            .envs(place.variables())
            .env("HTTPSYS_CONTROL", "1"),
    );
    let port = server.port();
    let mut client = Client::connect(port);
    let head = "POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\n";
    client.send(head.as_bytes());
    let terminal = Terminal::start(&place);
    let screen = terminal.shows("the request", |screen| screen.contains("POST /echo"));
    for text in [
        format!("Process ID: {}", server.id()),
        "connections 1 ".into(),
        "reading body".into(),
        "127.0.0.1:".into(),
        "Request queues (1)".into(),
        "q quit".into(),
    ] {
        assert!(screen.contains(&text), "{text}:\n{screen}");
    }
    client.send(b"hello");
    terminal.shows("its end", |screen| !screen.contains("POST /echo"));
    terminal.press("i");
    terminal.shows("the idle connection", |screen| screen.contains(" idle "));
    terminal.press("q");
    terminal.shows("the end", |screen| screen.contains("ended with 0"));
}

#[test]
fn the_live_view_ends_with_its_process() {
    if !has_tmux() {
        return;
    }
    let place = Place::new();
    cargo_build(&["-p", "httpsys-examples", "--bin", "hello"]);
    let _watchdog = Watchdog::start();
    let mut command = Command::new(target_dir().join("hello"));
    command.args(["--port", "0"]);
    let server = Program::start(command.envs(place.variables()).env("HTTPSYS_CONTROL", "1"));
    let terminal = Terminal::start(&place);
    terminal.shows("the view", |screen| screen.contains("Request queues (1)"));
    drop(server);
    terminal.shows("the end", |screen| {
        screen.contains("the process has ended") && screen.contains("ended with 3")
    });
}

#[test]
fn without_a_terminal_the_live_view_says_what_to_do() {
    let _watchdog = Watchdog::start();
    let place = Place::new();
    assert_eq!(place.run("--watch").code, 3, "nothing is live");
    cargo_build(&["-p", "httpsys-examples", "--bin", "hello"]);
    let mut command = Command::new(target_dir().join("hello"));
    command.args(["--port", "0"]);
    let _server = Program::start(command.envs(place.variables()).env("HTTPSYS_CONTROL", "1"));
    let ended = place.run("--watch");
    assert_eq!(ended.code, 1);
    assert!(
        ended.errors.contains("'show connections' prints once"),
        "{}",
        ended.errors
    );
}
