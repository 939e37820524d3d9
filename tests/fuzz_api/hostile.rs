//! A client that keeps no rules.
//!
//! Owns: junk, requests inside of bodies that must never be delivered, and the check that such a
//! client gets nothing of others. Does not own how the service refuses (`wire`). Invariant: a request
//! that is hidden has a token that nobody asked for, so its delivery is a finding of the ledger's.
//! Threading: one thread; nothing here blocks.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;

use crate::connection::{Step, connect, is_reset};
use crate::findings::{count, finding};
use crate::random::Random;
use crate::wire::show;

/// See the module head.
pub(crate) struct Hostile {
    stream: TcpStream,
    out: Vec<u8>,
    out_at: usize,
    steps: u32,
}

impl Hostile {
    pub(crate) fn open(port: u16, random: &mut Random) -> Option<Hostile> {
        let stream = connect(port, random.once_in(2))?;
        let mut out = Vec::new();
        for _ in 0..random.within(1, 3) {
            out.extend(junk(port, random));
        }
        Some(Hostile {
            stream,
            out,
            out_at: 0,
            steps: random.within(20, 2000) as u32,
        })
    }

    pub(crate) fn step(&mut self, random: &mut Random) -> Step {
        self.steps -= 1;
        if self.steps == 0 {
            count("hostile connections", 1);
            return Step::Over;
        }
        let rest = &self.out[self.out_at..];
        let most = random.pick(&[1, 10, 4000, 100_000]);
        if !rest.is_empty() {
            match self.stream.write(&rest[..rest.len().min(most)]) {
                Ok(written) => self.out_at += written,
                Err(error) if is_reset(&error) => self.steps = 1,
                Err(_) => {}
            }
        }
        let mut block = [0; 8192];
        match self.stream.read(&mut block) {
            Ok(0) => {
                self.steps = 1;
                Step::Moved
            }
            Ok(length) => {
                let block = &block[..length];
                if block.windows(8).any(|eight| eight == b"X-Token:") {
                    finding!(
                        "a hostile client got a response of another: {}",
                        show(block)
                    );
                }
                Step::Moved
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => Step::Idle,
            Err(_) => {
                self.steps = 1;
                Step::Idle
            }
        }
    }
}

/// Something that is no request, or one with another inside.
fn junk(port: u16, random: &mut Random) -> Vec<u8> {
    let decoy = format!(
        "GET /f/{:016x} HTTP/1.1\r\nHost: localhost:{port}\r\nX-Token: 0\r\n\r\n",
        u64::MAX - random.below(1000)
    );
    let head = format!("POST /f/hostile HTTP/1.1\r\nHost: localhost:{port}\r\n");
    let length = decoy.len();
    match random.below(12) {
        0 => (0..random.within(1, 3000))
            .map(|_| random.next() as u8)
            .collect(),
        1 => b"GET /f/hostile HTTP/1.1\r\nHost: elsewhere\r\n\r\n".to_vec(),
        2 => format!("GET /f/hostile HTTP/9.1\r\n\r\n{decoy}").into(),
        3 => format!("{head}Content-Length: {length}\r\n\r\n{decoy}").into(),
        4 => format!("{head}Transfer-Encoding: chunked\r\n\r\n{length:x}\r\n{decoy}\r\n0\r\n\r\n")
            .into(),
        5 => format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{decoy}").into(),
        6 => format!("{head}Content-Length: 5\r\nContent-Length: 6\r\n\r\n{decoy}").into(),
        7 => format!("{head}Content-Length: -1\r\n\r\n{decoy}").into(),
        8 => format!("GET /f/{} HTTP/1.1\r\n{decoy}", "x".repeat(20_000)).into(),
        9 => format!("{head}X: {}", "y".repeat(random.index(40_000))).into(),
        10 => format!("{head}Content-Length: 100000\r\n\r\nshort").into(),
        _ => format!("{head}Bad Header: 1\r\n\r\n{decoy}").into(),
    }
}
