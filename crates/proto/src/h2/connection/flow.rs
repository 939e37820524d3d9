//! Flow control (RFC 9113 sections 5.2 and 6.9), and the content that waits to be read.
//!
//! Owns: the arithmetic of windows and the buffer behind one. Does not own: whose windows they are.
//! Invariant: a window is never above 2^31-1; the buffer never holds more than its window. Threading:
//! plain values.

use crate::h2::stream_id::MAX_31;

/// What may be sent. It can be negative, when the peer has made all windows smaller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct SendWindow(i64);

impl SendWindow {
    pub(super) fn new(size: u32) -> Self {
        Self(i64::from(size))
    }

    /// Bytes that may go now.
    pub(super) fn available(self) -> usize {
        usize::try_from(self.0).unwrap_or_default()
    }

    /// Takes what is sent.
    pub(super) fn take(&mut self, bytes: usize) {
        self.0 -= bytes as i64;
    }

    /// Changes it by `change`; false when it is too large then, and nothing has changed.
    #[must_use]
    pub(super) fn change(&mut self, change: i64) -> bool {
        let size = self.0.saturating_add(change);
        let is_possible = size <= i64::from(MAX_31);
        if is_possible {
            self.0 = size;
        }
        is_possible
    }
}

/// What the peer may send.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ReceiveWindow {
    size: u32,
    /// What it may still send.
    left: u32,
    /// What was read and is not announced yet.
    returned: u32,
}

impl ReceiveWindow {
    pub(super) fn new(size: u32) -> Self {
        Self {
            size,
            left: size,
            returned: 0,
        }
    }

    /// Takes what has arrived; false when it is more than was allowed.
    #[must_use]
    pub(super) fn take(&mut self, bytes: usize) -> bool {
        let left = u32::try_from(bytes).ok();
        let left = left.and_then(|bytes| self.left.checked_sub(bytes));
        if let Some(left) = left {
            self.left = left;
        }
        left.is_some()
    }

    /// What has arrived and was not given back.
    pub(super) fn kept(self) -> usize {
        (self.size - self.left - self.returned) as usize
    }

    /// Gives back what was read. `Some` is what to announce now: less than half a window waits, so that a
    /// small body costs no WINDOW_UPDATE (H2X-013).
    #[must_use]
    pub(super) fn give_back(&mut self, bytes: usize) -> Option<u32> {
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        self.returned = self.returned.saturating_add(bytes);
        self.returned = self.returned.min(self.size - self.left);
        if self.returned < self.size / 2 {
            return None;
        }
        let increment = std::mem::take(&mut self.returned);
        self.left += increment;
        Some(increment)
    }
}

/// Content that has arrived and was not read.
#[derive(Debug, Default)]
pub(super) struct ContentBuffer {
    bytes: Vec<u8>,
    /// Bytes in front that were read.
    read: usize,
}

impl ContentBuffer {
    pub(super) fn len(&self) -> usize {
        self.bytes.len() - self.read
    }

    pub(super) fn push(&mut self, bytes: &[u8]) {
        if self.read >= self.len() {
            // What is moved is no more than what was read since the last time.
            self.bytes.drain(..self.read);
            self.read = 0;
        }
        self.bytes.extend_from_slice(bytes);
    }

    /// Moves as much as there is room for to `out`, and returns how much that was.
    pub(super) fn read(&mut self, out: &mut [u8]) -> usize {
        let length = self.len().min(out.len());
        let from = self.bytes.get(self.read..).unwrap_or_default();
        let (Some(from), Some(to)) = (from.get(..length), out.get_mut(..length)) else {
            return 0;
        };
        to.copy_from_slice(from);
        self.read += length;
        length
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_9113_6_9_1_a_send_window_has_31_bits() {
        let mut window = SendWindow::new(MAX_31);
        assert!(!window.change(1));
        window.take(10);
        assert!(window.change(10));
        assert!(!window.change(i64::MAX));
        assert_eq!(window.available(), MAX_31 as usize);
    }

    #[test]
    fn rfc_9113_6_9_2_a_send_window_can_be_negative() {
        let mut window = SendWindow::new(10);
        window.take(8);
        assert!(window.change(-5));
        assert_eq!(window.available(), 0);
        assert!(window.change(3));
        assert_eq!(window.available(), 0);
        assert!(window.change(1));
        assert_eq!(window.available(), 1);
    }

    #[test]
    fn h2_a_receive_window_is_announced_by_halves() {
        let mut window = ReceiveWindow::new(100);
        assert!(window.take(60));
        assert!(!window.take(41));
        assert_eq!(window.give_back(49), None);
        assert_eq!(window.give_back(1), Some(50));
        assert!(window.take(90));
        assert!(!window.take(1));
        assert_eq!(
            window.give_back(1000),
            Some(100),
            "never more than was taken"
        );
    }

    #[test]
    fn content_is_read_as_it_came() {
        let mut buffer = ContentBuffer::default();
        let (mut expected, mut seen) = (Vec::new(), Vec::new());
        let mut out = [0; 7];
        for n in 0..100u8 {
            let piece = vec![n; usize::from(n % 13)];
            buffer.push(&piece);
            expected.extend(piece);
            let length = buffer.read(&mut out[..usize::from(n % 8).min(7)]);
            seen.extend_from_slice(&out[..length]);
        }
        while buffer.len() > 0 {
            let length = buffer.read(&mut out);
            seen.extend_from_slice(&out[..length]);
        }
        assert_eq!(seen, expected);
    }
}
