//! The timer wheel of a shard, and what it has due.
//!
//! Owns the data behind its lock, which is a leaf. Does not own what is done when a time has come
//! (`timers.rs`), nor the wheel's rules (`httpsys_core::timer`).

use std::collections::VecDeque;

use httpsys_core::timer::{Tick, TimerWheel};
use httpsys_socket::lock::Mutex;

/// The wheel of a shard.
#[derive(Debug, Default)]
pub(crate) struct Timers(pub(super) Mutex<WheelState>);

#[derive(Debug)]
pub(super) struct WheelState {
    pub(super) wheel: TimerWheel,
    /// What the wheel has handed out and nobody has looked at yet: more than one share was due.
    pub(super) due: VecDeque<(u32, Tick)>,
    /// What was looked at while somebody else had the slot.
    pub(super) held: Vec<(u32, Tick)>,
    /// When whoever looks at the wheel will do so next by himself.
    pub(super) wakes_at: Tick,
}

impl Default for WheelState {
    fn default() -> Self {
        WheelState {
            wheel: TimerWheel::default(),
            due: VecDeque::new(),
            held: Vec::new(),
            // Nobody looks before there is something.
            wakes_at: Tick::NEVER,
        }
    }
}
