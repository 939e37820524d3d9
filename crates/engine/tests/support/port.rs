//! A port of a test's own.
//!
//! Owns: finding one that stays free until the service has it. Does not own: the URL.

use std::net::TcpListener;

/// The port for which `register` succeeds. A free port may be taken by another program before it is
/// ours, so some are tried.
pub(crate) fn take(mut register: impl FnMut(u16) -> bool) -> u16 {
    let port = (0..20).find_map(|_| {
        let free = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = free.local_addr().expect("it is bound").port();
        drop(free);
        register(port).then_some(port)
    });
    port.expect("a port that stays free")
}
