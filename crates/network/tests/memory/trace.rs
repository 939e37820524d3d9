//! The trace, and the traits of std.

use std::io::{ErrorKind, Read, Write};
use std::net::Shutdown;
use std::time::Duration;

use httpsys_network::{Rules, TraceKind};

use crate::{address, network, pair, read};

#[test]
fn the_traits_of_std_work() {
    let (network, listener) = network(Rules::default());
    let (mut client, server) = pair(&network, &listener);
    client.write_all(b"all of it").unwrap();
    client.flush().unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    let mut text = String::new();
    (&server).read_to_string(&mut text).unwrap();
    assert_eq!(text, "all of it");
}

#[test]
fn the_trace_tells_what_happened() {
    let (network, listener) = network(Rules::default());
    let (client, server) = pair(&network, &listener);
    assert_eq!(client.write(b"hello").unwrap(), 5);
    drop(server);
    network.advance(Duration::from_micros(1500));
    assert_eq!(read(&client), Err(ErrorKind::ConnectionReset));
    let trace = network.take_trace();
    let lines: Vec<String> = trace.iter().map(ToString::to_string).collect();
    let wanted = [
        "0.000 us  listen on 127.0.0.1:80",
        "0.000 us  #1 connect 127.0.0.1:49152 to 127.0.0.1:80",
        "0.000 us  #1 connected",
        "0.000 us  #1 waits to be accepted",
        "0.000 us  #1 accepted",
        "0.000 us  #1 client writes 5",
        "0.000 us  #1 5 bytes arrive at the server",
        "0.000 us  #1 server closes",
        "0.000 us  #1 server sends RST",
        "0.000 us  #1 RST arrives at the client",
        "1500.000 us  #1 client reads: ConnectionReset",
    ];
    assert_eq!(lines, wanted);
    assert!(network.take_trace().is_empty());
}

#[test]
fn the_trace_is_bounded() {
    let (network, listener) = network(Rules {
        trace: 2,
        ..Rules::default()
    });
    for _ in 0..10 {
        assert!(listener.accept().is_err());
    }
    assert_eq!(network.lost_trace_events(), 9);
    let kinds: Vec<TraceKind> = network.take_trace().into_iter().map(|it| it.kind).collect();
    let failed = TraceKind::AcceptFailed(ErrorKind::WouldBlock);
    assert_eq!(kinds, [TraceKind::Listen(address()), failed]);
}
