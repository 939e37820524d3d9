//! Random programs, step by step on an ideal network and on loopback.
//!
//! Owns: the steps. A step must have the same outcome on both, and leave both ends ready for the same.
//! Writes are small: buffers have other sizes. `MODEL_SEEDS=10000` runs more programs.

use std::io::ErrorKind;
use std::net::Shutdown;
use std::time::Instant;

use crate::sockets::{Loopback, Memory, Outcome, Ready, Socket, Sockets};

const SEEDS: u64 = 1000;
const STEPS: usize = 14;

#[derive(Clone, Copy, Debug)]
enum Step {
    Write(usize),
    Read(usize),
    Shutdown(Shutdown),
    TakeError,
    Close,
    Reset,
}

/// The two ends of a connection, as long as they are open.
struct Ends<'s, S: Sockets> {
    sockets: &'s S,
    ends: [Option<S::Stream>; 2],
}

impl<'s, S: Sockets> Ends<'s, S> {
    fn new(sockets: &'s S) -> Self {
        let (mut client, server) = sockets.pair();
        sockets.becomes(&mut client, Ready::WRITABLE);
        let ends = [Some(client), Some(server)];
        Ends { sockets, ends }
    }

    fn take(&mut self, which: usize, step: Step) -> Outcome<usize> {
        let Some(stream) = &self.ends[which] else {
            return Ok(0);
        };
        match step {
            Step::Write(length) => stream.write(&vec![b'x'; length]),
            Step::Read(length) => stream.read(&mut vec![0; length]),
            Step::Shutdown(how) => stream.shutdown(how).map(|()| 0),
            Step::TakeError => stream.take_error().map_or(Ok(0), Err),
            Step::Close => {
                self.ends[which] = None;
                Ok(0)
            }
            Step::Reset => {
                if let Some(stream) = self.ends[which].take() {
                    stream.reset();
                }
                Ok(0)
            }
        }
    }

    fn ready(&mut self) -> [Option<Ready>; 2] {
        let sockets = self.sockets;
        self.ends
            .each_mut()
            .map(|end| end.as_mut().map(|stream| sockets.ready(stream)))
    }

    /// Waits until both ends are ready for this.
    fn becomes(&mut self, wanted: [Option<Ready>; 2]) -> bool {
        let since = Instant::now();
        while self.ready() != wanted {
            if !self.sockets.wait(since) {
                return false;
            }
        }
        true
    }
}

/// A generator that has nothing to do with the network's (xorshift64*).
fn draw(state: &mut u64, bound: u64) -> u64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    (state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
}

fn step(state: &mut u64) -> Step {
    let length = 1 + draw(state, 20) as usize;
    match draw(state, 16) {
        0..=4 => Step::Write(length),
        5..=9 => Step::Read(length),
        10 | 11 => Step::Shutdown(Shutdown::Write),
        12 => Step::Shutdown(Shutdown::Read),
        13 => Step::Shutdown(Shutdown::Both),
        14 => Step::TakeError,
        _ if draw(state, 2) == 0 => Step::Close,
        _ => Step::Reset,
    }
}

/// The outcome on loopback; what memory has read may come in pieces.
fn real(
    real: &mut Ends<'_, Loopback>,
    which: usize,
    step: Step,
    wanted: Outcome<usize>,
) -> Outcome<usize> {
    let mut outcome = real.take(which, step);
    let (Step::Read(_), Ok(all)) = (step, wanted) else {
        return outcome;
    };
    let since = Instant::now();
    let mut read = 0;
    loop {
        match outcome {
            Ok(count) => read += count,
            Err(ErrorKind::WouldBlock) => {}
            Err(kind) => return Err(kind),
        }
        if read >= all || outcome == Ok(0) || !Loopback.wait(since) {
            return Ok(read);
        }
        outcome = real.take(which, Step::Read(all - read));
    }
}

#[test]
fn random_programs_see_the_same() {
    let seeds = std::env::var("MODEL_SEEDS").ok();
    let seeds = seeds.and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    for seed in 0..seeds {
        let mut state = (seed + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let memory = Memory::ideal();
        let mut ends = (Ends::new(&memory), Ends::new(&Loopback));
        let mut program = Vec::new();
        for _ in 0..STEPS {
            let (which, step) = (draw(&mut state, 2) as usize, step(&mut state));
            let wanted = ends.0.take(which, step);
            program.push((which, step, wanted));
            assert_eq!(
                real(&mut ends.1, which, step, wanted),
                wanted,
                "seed {seed}: {program:?}"
            );
            let ready = ends.0.ready();
            let is_same = ends.1.becomes(ready);
            assert!(
                is_same,
                "seed {seed}: {:?}, not {ready:?}, after {program:?}",
                ends.1.ready()
            );
        }
    }
}
