//! httpsys-probe: measures what nobody has written down about HTTP.sys, and compares with ours.
//!
//! Runs the probes of docs/reference/behaviour-gaps.md, section C, through the C functions: on
//! Windows those of the system's httpapi.dll, elsewhere those of libhttpapi. Prints a line per probe
//! with ours, what was measured, and whether they differ. Needs administrator rights on Windows, or
//! a reservation, as every program that registers URLs.
//!
//!   httpsys-probe [GROUP...] measure and compare; exit code 1 if anything differs
//!   httpsys-probe --record   measure and print the lines of ours.tsv
//!   httpsys-probe --group G  one group, in this process (used by the program itself)
//!
//! Owns: running each group in a process of its own, so that a hang or a crash costs its lines only,
//! and the table. Does not own: the probes (`message`, `life`). Invariant: a value has no date, port,
//! id or address in it, so that two runs can be compared.

mod life;
mod message;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use httpsys_tests::client::{Client, mask_date};
use httpsys_tests::door::{CAbi, World};

/// How long a group may take; the slowest has four timers of two seconds and a wait of ten.
const GROUP_LIMIT: Duration = Duration::from_secs(120);

/// What ours answers: `make probe` fails when it is no longer true.
const OURS: &str = include_str!("ours.tsv");

type World_ = World<CAbi>;
type Probe = fn(&mut Report);

/// Group and what it measures, in the order of section C.
const GROUPS: &[(&str, Probe)] = &[
    ("1-errors", message::errors),
    ("2-fields", message::fields),
    ("3-cancel", life::cancel),
    ("4-dead-ids", life::dead_ids),
    ("5-timers", life::timers),
    ("6-continue", message::expect_continue),
    ("7-disconnect", life::disconnect),
    ("8-queue", life::queue),
    ("9-prefixes", message::prefixes),
    ("10-cooked", message::cooked),
];

/// Takes the lines of a group, and prints each when it is known.
struct Report {
    group: &'static str,
}

impl Report {
    /// Measures one line. A panic is a value too: what was expected did not come.
    fn row(&mut self, name: &str, measure: impl FnOnce() -> String) {
        let value = catch_unwind(AssertUnwindSafe(measure)).unwrap_or_else(|panic| {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|&text| text.to_owned()));
            format!("failed: {}", text.unwrap_or_default())
        });
        let value = value.escape_debug().to_string();
        println!("{}/{name}\t{value}", self.group);
        let _ = std::io::stdout().flush();
    }
}

/// Everything that comes until the connection ends or nothing more does, without date and port.
fn all(client: &mut Client, world: &World_) -> String {
    let bytes = catch_unwind(AssertUnwindSafe(|| client.read_until_gone()));
    bytes.map_or("stays open".to_owned(), |bytes| {
        masked(&bytes, world.port())
    })
}

fn masked(bytes: &[u8], port: u16) -> String {
    mask_date(bytes).replace(&port.to_string(), "PORT")
}

/// A call's result as its code.
fn code<T>(result: Result<T, u32>) -> String {
    result.map_or_else(|code| code.to_string(), |_| "0".to_owned())
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["--group", name] => {
            let Some((group, probe)) = GROUPS.iter().find(|(group, _)| *group == name) else {
                return ExitCode::from(2);
            };
            std::panic::set_hook(Box::new(|_| {}));
            probe(&mut Report { group });
            ExitCode::SUCCESS
        }
        ["--record"] => {
            print!("{}", measure(&[]));
            ExitCode::SUCCESS
        }
        _ if words
            .iter()
            .all(|word| GROUPS.iter().any(|(group, _)| group == word)) =>
        {
            compare(&measure(&words), &words)
        }
        _ => {
            eprintln!("usage: httpsys-probe [--record | GROUP...]");
            ExitCode::from(2)
        }
    }
}

/// The lines of the groups that are asked for, or of all.
fn measure(asked: &[&str]) -> String {
    let groups = GROUPS.iter().map(|(group, _)| *group);
    let wanted = groups.filter(|group| asked.is_empty() || asked.contains(group));
    wanted.map(run_group).collect()
}

/// Runs a group in a process of its own, and ends it when it does not end by itself.
fn run_group(group: &str) -> String {
    let program = std::env::args_os().next().expect("the program's name");
    let mut child = Command::new(program)
        .args(["--group", group])
        .env("HTTPSYS_TEST_SYSTEM_DLL", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts itself");
    let mut output = child.stdout.take().expect("piped");
    let reader = thread::spawn(move || {
        let mut lines = Vec::new();
        let _ = output.read_to_end(&mut lines);
        String::from_utf8_lossy(&lines).replace('\r', "")
    });
    let deadline = Instant::now() + GROUP_LIMIT;
    let success = loop {
        match child.try_wait().expect("a child") {
            Some(status) => break status.success(),
            None if Instant::now() < deadline => thread::sleep(Duration::from_millis(20)),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                break false;
            }
        }
    };
    let mut lines = reader.join().expect("it reads");
    if !success {
        lines.push_str(&format!("{group}/end\tbroke off\n"));
    }
    lines
}

fn table(lines: &str) -> BTreeMap<&str, &str> {
    lines
        .lines()
        .filter_map(|line| line.split_once('\t'))
        .collect()
}

/// Whose answers were measured.
fn measured_name() -> &'static str {
    if !cfg!(windows) {
        "measured"
    } else if std::env::var_os("WINEPREFIX").is_some() || std::env::var_os("WINELOADER").is_some() {
        println!(
            "This is Wine: its httpapi.dll is a program of its own and says nothing about Windows."
        );
        "Wine"
    } else {
        "Windows"
    }
}

fn compare(lines: &str, asked: &[&str]) -> ExitCode {
    let (ours, measured, name) = (table(OURS), table(lines), measured_name());
    let mut names: Vec<&str> = ours.keys().chain(measured.keys()).copied().collect();
    names.retain(|name| {
        asked.is_empty()
            || asked
                .iter()
                .any(|group| name.split('/').next() == Some(*group))
    });
    names.sort_unstable();
    names.dedup();
    let mut differ = 0;
    for probe in &names {
        let (ours, theirs) = (ours.get(probe), measured.get(probe));
        if ours == theirs {
            println!("same     {probe}\n  both     {}", ours.unwrap_or(&""));
        } else {
            differ += 1;
            println!(
                "differs  {probe}\n  ours     {}\n  {name:<8} {}",
                ours.unwrap_or(&"not measured"),
                theirs.unwrap_or(&"not measured")
            );
        }
    }
    println!("{} probes, {differ} differ", names.len());
    ExitCode::from(u8::from(differ > 0))
}
