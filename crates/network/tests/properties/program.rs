//! A program at one end of a connection, and what it may do and see.
//!
//! Owns: the bytes of all streams and the checks of each call. Does not own: which call comes next.

use std::io::ErrorKind;
use std::net::Shutdown;
use std::sync::LazyLock;

use httpsys_network::{ConnectionNumber, Event, Role, Stream};

/// A generator that has nothing to do with the network's (xorshift64*).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33) % bound
    }
}

/// The bytes of every stream, from different places on, round and round.
static BYTES: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut dice = Dice::new(1);
    let mut bytes: Vec<u8> = (0..LENGTH).map(|_| dice.below(256) as u8).collect();
    bytes.extend_from_within(..PIECE);
    bytes
});
pub(crate) const LENGTH: usize = 65_521;
/// The most bytes of a read or write.
pub(crate) const PIECE: usize = 3000;

/// What stands at this place of the stream that `role` of the connection writes.
pub(crate) fn bytes_at(
    (number, role): (ConnectionNumber, Role),
    place: u64,
    count: usize,
) -> &'static [u8] {
    let start = u64::from(number.0) * 7919 + role as u64 * 31_337 + place;
    let start = (start % LENGTH as u64) as usize;
    &BYTES[start..start + count]
}

/// One end as a program with an edge-triggered poll sees it.
pub(crate) struct Program {
    pub(crate) stream: Option<Stream>,
    pub(crate) written: u64,
    pub(crate) read: u64,
    pub(crate) may_read: bool,
    pub(crate) may_write: bool,
    pub(crate) was_told_of_end: bool,
    pub(crate) has_ended: bool,
    pub(crate) is_read_shut: bool,
    pub(crate) has_seen_end: bool,
    pub(crate) is_broken: bool,
}

impl Program {
    pub(crate) fn new(stream: Stream) -> Program {
        Program {
            stream: Some(stream),
            written: 0,
            read: 0,
            may_read: false,
            may_write: false,
            was_told_of_end: false,
            has_ended: false,
            is_read_shut: false,
            has_seen_end: false,
            is_broken: false,
        }
    }

    pub(crate) fn hear(&mut self, event: &Event) {
        self.may_read |= event.readable || event.read_closed;
        self.was_told_of_end |= event.read_closed;
        self.may_write |= event.writable || event.write_closed;
    }

    pub(crate) fn write(&mut self, length: u64) {
        let Some(stream) = &self.stream else { return };
        let bytes = bytes_at(stream.id(), self.written, length as usize);
        match stream.write(bytes) {
            Ok(count) => {
                assert!(!self.has_ended, "a write after the end");
                assert!(count > 0 || length == 0);
                self.written += count as u64;
                self.may_write &= count as u64 == length;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.may_write = false,
            Err(error) => self.fail(error.kind()),
        }
    }

    pub(crate) fn read(&mut self, length: usize) {
        let Some(stream) = &self.stream else { return };
        let (number, role) = stream.id();
        let mut buffer = vec![0; length];
        match stream.read(&mut buffer) {
            Ok(0) if length > 0 => self.has_seen_end = true,
            Ok(count) => {
                // Behind the end nothing comes, unless this side has shut its reading down.
                assert!(count == 0 || !self.has_seen_end || self.is_read_shut);
                let wanted = bytes_at((number, role.peer()), self.read, count);
                assert!(buffer[..count] == *wanted, "other bytes");
                self.read += count as u64;
                // As the engine does on Linux: behind the bytes there may be an end, if it was told.
                self.may_read &= count == length || self.was_told_of_end;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => self.may_read = false,
            Err(error) => self.fail(error.kind()),
        }
    }

    fn fail(&mut self, kind: ErrorKind) {
        use ErrorKind::{BrokenPipe, ConnectionRefused, ConnectionReset, NotConnected, TimedOut};
        assert!(
            [
                BrokenPipe,
                ConnectionRefused,
                ConnectionReset,
                NotConnected,
                TimedOut
            ]
            .contains(&kind),
            "{kind:?}"
        );
        // A pipe that this side has closed is broken in order.
        self.is_broken |= kind != BrokenPipe || !self.has_ended;
    }

    pub(crate) fn shutdown(&mut self, how: Shutdown) {
        let Some(stream) = &self.stream else { return };
        match stream.shutdown(how) {
            Ok(()) => {
                self.has_ended |= how != Shutdown::Read;
                self.is_read_shut |= how != Shutdown::Write;
            }
            Err(error) => assert_eq!(error.kind(), ErrorKind::NotConnected),
        }
    }
}
