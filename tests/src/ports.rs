//! Ports for tests that run at the same time, in threads and in processes.
//!
//! Owns: the choice of a port that no other test uses. Does not own: the port itself, which the
//! service under test opens. Invariant: as long as a [`Port`] lives, no other [`Port`] on the
//! machine has its number, because the UDP port of the same number is held as its lock; it is gone
//! with the process, however that ends. The range lies below the ports that systems give to
//! outgoing connections, so that no client takes a number by accident, and has five digits, which
//! the byte counts of the catalog assume.

use std::net::{Ipv4Addr, Ipv6Addr, TcpListener, UdpSocket};
use std::sync::atomic::{AtomicU32, Ordering};

const FIRST: u32 = 12_000;
const COUNT: u32 = 20_000;

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A port number of one test, free in TCP when it was taken.
#[derive(Debug)]
pub struct Port {
    number: u16,
    _lock: UdpSocket,
}

impl Port {
    /// Takes a port.
    ///
    /// # Panics
    /// If the machine has none.
    #[must_use]
    pub fn take() -> Port {
        // Processes start at different places, so that they seldom try each other's numbers.
        let seed = std::process::id().wrapping_mul(2_654_435_761);
        for _ in 0..COUNT {
            let step = NEXT.fetch_add(1, Ordering::Relaxed);
            let number = FIRST + seed.wrapping_add(step) % COUNT;
            let number = u16::try_from(number).expect("the range ends below 65536");
            let Ok(lock) = UdpSocket::bind((Ipv4Addr::LOCALHOST, number)) else {
                continue;
            };
            if is_free(number) {
                return Port {
                    number,
                    _lock: lock,
                };
            }
        }
        panic!("no free port in {FIRST}..{}", FIRST + COUNT);
    }

    /// The number.
    #[must_use]
    pub fn number(&self) -> u16 {
        self.number
    }
}

fn is_free(number: u16) -> bool {
    let v4 = TcpListener::bind((Ipv4Addr::UNSPECIFIED, number)).is_ok();
    // Without IPv6 there is nothing to collide with.
    let v6 = match TcpListener::bind((Ipv6Addr::LOCALHOST, number)) {
        Ok(_) => true,
        Err(error) => error.kind() != std::io::ErrorKind::AddrInUse,
    };
    v4 && v6
}

/// Whether the machine has `::1`.
#[must_use]
pub fn has_ipv6() -> bool {
    TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_ports_differ_and_have_five_digits() {
        let (first, second) = (Port::take(), Port::take());
        assert_ne!(first.number(), second.number());
        assert!(first.number() >= 10_000 && second.number() >= 10_000);
    }
}
