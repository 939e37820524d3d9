//! The faults of `httpsys_sim.h`, as rules of the network.
//!
//! Owns: their numbers and the limits of their values. Does not own: what a fault does (`httpsys-network`).

use std::time::Duration;

use httpsys_network::{Chance, Network};

use crate::code::CallResult;
use crate::reason::invalid;

/// HTTPSYS_FAULT of the header.
const SPLIT: i32 = 1;
const DELAY: i32 = 2;
const FULL_SEND_BUFFER: i32 = 3;
const RESET: i32 = 4;
const REFUSE: i32 = 5;
const ACCEPT: i32 = 6;
const BUFFER_SIZE: i32 = 7;
const SEGMENT_SIZE: i32 = 8;

/// A day: longer delays would outlast every time limit.
const LONGEST_DELAY: u64 = 86_400_000;

/// HttpsysSimFault.
pub(crate) fn set(network: &Network, kind: i32, value: u64) -> CallResult {
    match kind {
        SPLIT | FULL_SEND_BUFFER | RESET | REFUSE | ACCEPT => chance(network, kind, value),
        DELAY if value <= LONGEST_DELAY => {
            let delay = Duration::ZERO..=Duration::from_millis(value);
            network.change_rules(|rules| rules.delay = delay);
            Ok(())
        }
        DELAY => Err(invalid("Value is more than 86,400,000 ms")),
        BUFFER_SIZE | SEGMENT_SIZE => size(network, kind, value),
        _ => Err(invalid(format!("Kind is {kind}: no HTTPSYS_FAULT"))),
    }
}

fn chance(network: &Network, kind: i32, percent: u64) -> CallResult {
    if percent > 100 {
        return Err(invalid(format!(
            "Value is {percent}: more than 100 percent"
        )));
    }
    let chance = Chance::from(percent as f64 / 100.0);
    network.change_rules(|rules| match kind {
        SPLIT => rules.split = chance,
        FULL_SEND_BUFFER => rules.full_send_buffer = chance,
        RESET => rules.reset = chance,
        REFUSE => rules.refuse = chance,
        _ => rules.no_descriptors = chance,
    });
    Ok(())
}

fn size(network: &Network, kind: i32, bytes: u64) -> CallResult {
    let most = usize::try_from(bytes).unwrap_or(0);
    if !(1..=1 << 30).contains(&most) {
        return Err(invalid("Value is not from 1 to 1,073,741,824 bytes"));
    }
    network.change_rules(|rules| match kind {
        SEGMENT_SIZE => rules.segment = 1..=most,
        _ => (rules.send_buffer, rules.receive_buffer) = (most, most),
    });
    Ok(())
}
