//! An accepted overlapped call: waiting for its end, and what it says.
//!
//! Owns: that packet, OVERLAPPED and GetOverlappedResult say the same. Does not own the slot.
//! Threading: one thread.

use std::sync::atomic::Ordering;

use httpsys_tests::raw::Handle;
use windows_sys::Win32::System::IO::{GetOverlappedResult, OVERLAPPED};

use super::{DELIVERED, Held, How, Slot, code_of, take_packets};
use crate::findings::finding;
use crate::watch::{Call, during};

/// An accepted call. It must be waited for: the memory is the service's until then.
#[derive(Debug)]
#[must_use]
pub(crate) struct Op {
    pub(super) slot: &'static Slot,
    pub(super) how: How,
}

impl Op {
    pub(crate) fn overlapped(&self) -> *mut OVERLAPPED {
        self.slot.overlapped.get()
    }

    /// Whether the call has ended; waits for so long at most.
    pub(crate) fn has_ended(&self, milliseconds: u32) -> bool {
        if let How::Port { port, .. } = self.how {
            if self.is_delivered() {
                return true;
            }
            take_packets(port, milliseconds);
            return self.is_delivered();
        }
        Held(self.slot).peek(milliseconds)
    }

    fn is_delivered(&self) -> bool {
        self.slot.state.load(Ordering::SeqCst) & DELIVERED != 0
    }

    /// Waits for the end: code, bytes, and the slot. On a queue that stays open at times by
    /// GetOverlappedResult.
    pub(crate) fn wait(self, open: Option<Handle>) -> (u32, u32, Held) {
        let mut bytes = 0;
        let asked = open
            .filter(|_| !matches!(self.how, How::Port { .. }))
            .map(|queue| {
                let overlapped = self.overlapped();
                during(Call::OverlappedResult, queue.0 as u64, || {
                    // SAFETY: both outlive the call; the structure's low bit is understood.
                    unsafe { GetOverlappedResult(queue.raw(), overlapped, &raw mut bytes, 1) }
                })
            });
        while !self.has_ended(20) {}
        let slot = self.slot;
        let (code, count, held) = self.end();
        match asked {
            Some(0) if code == 0 => finding!("{slot:?}: GetOverlappedResult fails"),
            Some(1) if (code, count) != (0, bytes) => {
                finding!("{slot:?}: GetOverlappedResult {bytes}, OVERLAPPED {code} {count}");
            }
            _ => {}
        }
        (code, count, held)
    }

    /// Of a call that has ended.
    pub(crate) fn end(self) -> (u32, u32, Held) {
        // SAFETY: the call has ended, so the structure is ours.
        let overlapped = unsafe { *self.slot.overlapped.get() };
        let status = overlapped.Internal as u32;
        if status == 0x103 {
            finding!("{:?}: ended, and pending at the same time", self.slot);
        }
        let bytes = overlapped.InternalHigh as u32;
        if let How::Port { .. } = self.how {
            // SAFETY: `state` says that the packet was taken.
            let packet = unsafe { *self.slot.packet.get() };
            if packet != (status, bytes) {
                finding!(
                    "{:?}: packet {packet:x?}, OVERLAPPED {status:x} {bytes}",
                    self.slot
                );
            }
        }
        (code_of(status), bytes, Held(self.slot))
    }
}
