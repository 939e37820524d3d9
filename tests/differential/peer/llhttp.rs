//! The reading of llhttp, the parser of Node.js, by a child process that reads many inputs.
//!
//! Owns: running `llhttp.js`, and its output as readings. Does not own: any opinion. A machine
//! without `node` has no such reading.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use httpsys_tests::program::root;

use crate::model::{BodyEnd, End, Fields, Message, Reading};

const SCRIPT: &str = "tests/differential/peer/llhttp.js";

/// The version of llhttp, if there is a Node.js.
pub(crate) fn version() -> Option<String> {
    let output = Command::new("node")
        .args(["-p", "process.versions.llhttp"])
        .output()
        .ok()?;
    let version = String::from_utf8(output.stdout).ok()?.trim().to_owned();
    output.status.success().then_some(version)
}

/// One reading for each input, in order.
pub(crate) fn read_all(inputs: &[Vec<u8>]) -> Vec<Reading> {
    let mut child = Command::new("node")
        .args(["--no-warnings"])
        .arg(Path::new(&root()).join(SCRIPT))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node runs");
    let mut stdin = child.stdin.take().expect("piped");
    let mut framed = Vec::new();
    for input in inputs {
        let length = u32::try_from(input.len()).expect("a short input");
        framed.extend(length.to_le_bytes());
        framed.extend_from_slice(input);
    }
    let output = thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(&framed));
        child.wait_with_output().expect("node's output")
    });
    assert!(output.status.success(), "node fails");
    let text = String::from_utf8(output.stdout).expect("text");
    let mut lines = text.lines();
    let readings: Vec<Reading> = inputs.iter().map(|_| reading(&mut lines)).collect();
    assert_eq!(lines.next(), None, "lines left over");
    readings
}

fn reading<'a>(lines: &mut impl Iterator<Item = &'a str>) -> Reading {
    let mut messages: Vec<Message> = Vec::new();
    loop {
        let line = lines.next().expect("an end line");
        if let Some(words) = line.strip_prefix("M ") {
            messages.push(message(words));
            continue;
        }
        let words = line.strip_prefix("E ").expect("an end line");
        let end = match words.split_once(' ') {
            None if words == "Clean" => End::Clean,
            None if words == "Partial" => End::Partial,
            None => End::Refused(words.to_owned()),
            Some((_, code)) => End::Refused(text(&unhex(code))),
        };
        return settle(messages, end);
    }
}

/// An end in the middle of a body is that body's.
fn settle(mut messages: Vec<Message>, end: End) -> Reading {
    if let Some(last) = messages.last_mut() {
        if let (None, Some((_, body_end))) = (last.end, &mut last.body) {
            *body_end = match end {
                End::Refused(code) => BodyEnd::Malformed(code),
                _ => BodyEnd::Partial,
            };
            return Reading {
                messages,
                end: End::Unread,
            };
        }
        if last.last == Some(true) {
            return Reading {
                messages,
                end: End::Unread,
            };
        }
    }
    Reading { messages, end }
}

fn message(words: &str) -> Message {
    let mut words = words.split(' ');
    let mut next = || words.next().expect("a word");
    let (method, target) = (unhex(next()), unhex(next()));
    let mut number = || next().parse::<usize>().ok();
    let version = (number(), number());
    let short = |number: Option<usize>| u16::try_from(number.expect("a number")).expect("short");
    let keep_alive = number() == Some(1);
    let head_end = number();
    let end = number();
    let body = unhex(next());
    let mut fields = Fields::default();
    while let (Some(name), Some(value)) = (words.next(), words.next()) {
        fields.add(&unhex(name), &unhex(value));
    }
    Message {
        method,
        target,
        version: (short(version.0), short(version.1)),
        fields,
        framing: None,
        body: Some((body, BodyEnd::Complete)),
        last: Some(!keep_alive),
        head_end,
        end,
    }
}

fn unhex(word: &str) -> Vec<u8> {
    if word == "-" {
        return Vec::new();
    }
    word.as_bytes()
        .chunks(2)
        .map(|pair| {
            let digits = std::str::from_utf8(pair).expect("text");
            u8::from_str_radix(digits, 16).expect("hexadecimal")
        })
        .collect()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
