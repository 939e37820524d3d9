//! One direction of a connection: what its sender wrote and its receiver has not read.
//!
//! Owns: the bytes, where they are, and the window. Does not own: when segments move (`transfer.rs`).
//! Invariants: `bytes` holds, in this order, what has arrived and is unread, what is under way, and what
//! is not sent; the sender has at most its send buffer of bytes that were not acknowledged; what has
//! arrived or is under way never exceeds the receive buffer.

use std::collections::VecDeque;
use std::time::Duration;

use crate::random::SplitMix;
use crate::role::Role;

/// How far the end of the stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FinState {
    None,
    /// It goes out behind the last byte.
    Queued,
    Sent,
}

#[derive(Debug)]
pub(crate) struct Pipe {
    bytes: VecDeque<u8>,
    unread: usize,
    under_way: usize,
    /// Bytes since the beginning: written, sent, arrived.
    pub(crate) written: u64,
    pub(crate) sent: u64,
    pub(crate) arrived: u64,
    /// What the sender has heard: so much has arrived; FIN counts as one.
    pub(crate) acknowledged: u64,
    /// What the sender has heard: it may send up to here.
    pub(crate) window_end: u64,
    /// What the receiver has told last.
    pub(crate) told_window_end: u64,
    pub(crate) fin: FinState,
    /// When the last segment of this direction arrives: no later one may be earlier.
    pub(crate) last_arrival: Duration,
    /// Nothing arrives before this time.
    pub(crate) stalled_until: Duration,
    pub(crate) delays: SplitMix,
    pub(crate) sizes: SplitMix,
    pub(crate) splits: SplitMix,
    pub(crate) buffers: SplitMix,
    pub(crate) resets: SplitMix,
}

impl Pipe {
    /// The direction in which `sender` of connection `number` sends.
    pub(crate) fn new(seed: u64, number: u32, sender: Role, window: usize) -> Pipe {
        let owner = u64::from(number) << 1 | sender.index() as u64;
        let random = |purpose| SplitMix::new(seed, owner, purpose);
        Pipe {
            bytes: VecDeque::new(),
            unread: 0,
            under_way: 0,
            written: 0,
            sent: 0,
            arrived: 0,
            acknowledged: 0,
            window_end: window as u64,
            told_window_end: window as u64,
            fin: FinState::None,
            last_arrival: Duration::ZERO,
            stalled_until: Duration::ZERO,
            delays: random(1),
            sizes: random(2),
            splits: random(3),
            buffers: random(4),
            resets: random(5),
        }
    }

    /// Bytes that the receiver could read.
    pub(crate) fn unread(&self) -> usize {
        self.unread
    }

    /// Bytes that wait to be sent.
    pub(crate) fn unsent(&self) -> usize {
        self.bytes.len() - self.unread - self.under_way
    }

    /// What was sent or waits to be, and was not acknowledged; FIN counts as one.
    pub(crate) fn unacknowledged(&self) -> u64 {
        let fin = u64::from(self.fin != FinState::None);
        (self.sent + self.unsent() as u64 + fin).saturating_sub(self.acknowledged)
    }

    /// Whether the receiver has acknowledged the end of the stream.
    pub(crate) fn is_fin_acknowledged(&self) -> bool {
        self.fin == FinState::Sent && self.acknowledged > self.sent
    }

    pub(crate) fn write(&mut self, bytes: &[u8]) {
        self.bytes.extend(bytes);
        self.written += bytes.len() as u64;
    }

    /// The most bytes that the window lets go out now.
    pub(crate) fn sendable(&self) -> usize {
        let window = self.window_end.saturating_sub(self.sent);
        self.unsent()
            .min(usize::try_from(window).unwrap_or(usize::MAX))
    }

    pub(crate) fn send(&mut self, count: usize) {
        debug_assert!(count <= self.unsent());
        self.under_way += count;
        self.sent += count as u64;
    }

    pub(crate) fn arrive(&mut self, count: usize) {
        debug_assert!(count <= self.under_way);
        self.under_way -= count;
        self.unread += count;
        self.arrived += count as u64;
    }

    /// As [`Pipe::arrive`] where nobody is left to read.
    pub(crate) fn arrive_lost(&mut self, count: usize) {
        self.bytes.drain(self.unread..self.unread + count);
        self.under_way -= count;
        self.arrived += count as u64;
    }

    pub(crate) fn read(&mut self, buffer: &mut [u8]) -> usize {
        let count = buffer.len().min(self.unread);
        let (first, second) = self.bytes.as_slices();
        let from_first = count.min(first.len());
        buffer[..from_first].copy_from_slice(&first[..from_first]);
        buffer[from_first..count].copy_from_slice(&second[..count - from_first]);
        self.bytes.drain(..count);
        self.unread -= count;
        count
    }

    /// The sender has gone, or is cut off: what it did not send is lost.
    pub(crate) fn forget_unsent(&mut self) {
        self.bytes.truncate(self.unread + self.under_way);
    }

    /// What the receiver tells now: how much has arrived, and up to where the sender may send.
    pub(crate) fn tell(&mut self, capacity: usize, fin_arrived: bool) -> (u64, u64) {
        let free = capacity.saturating_sub(self.unread) as u64;
        // A window never moves back.
        self.told_window_end = self.told_window_end.max(self.arrived + free);
        (self.arrived + u64::from(fin_arrived), self.told_window_end)
    }

    /// Whether the sender should hear of what the receiver has read: it has made room worth telling.
    pub(crate) fn has_window_to_tell(&self, capacity: usize) -> bool {
        let free = capacity.saturating_sub(self.unread) as u64;
        let more = (self.arrived + free).saturating_sub(self.told_window_end);
        more >= (capacity as u64).div_ceil(4)
    }
}
