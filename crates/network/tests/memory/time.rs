//! Delays, windows, rules that change.

use std::io::ErrorKind;
use std::time::Duration;

use httpsys_network::{Chance, Rules};

use crate::{address, kind, network, pair, read, run};

#[test]
fn segments_take_their_time_and_never_overtake() {
    let (network, listener) = network(Rules {
        delay: Duration::from_millis(1)..=Duration::from_millis(50),
        segment: 1..=3,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    let start = network.now();
    assert_eq!(client.write(b"abcdefghijklmnopqrstuvwxyz").unwrap(), 26);
    assert_eq!(read(&server), Err(ErrorKind::WouldBlock));
    let mut got = String::new();
    let mut pieces = 0;
    while got.len() < 26 {
        network.advance(network.next().unwrap());
        if let Ok(piece) = read(&server) {
            got.push_str(&piece);
            pieces += 1;
        }
    }
    assert_eq!(got, "abcdefghijklmnopqrstuvwxyz");
    assert!(pieces > 1, "{pieces}");
    let took = network.now() - start;
    assert!(took >= Duration::from_millis(1) && took <= Duration::from_millis(50));
}

#[test]
fn a_split_segment_comes_in_two_pieces_without_any_other_delay() {
    let (network, listener) = network(Rules {
        split: Chance::ALWAYS,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    assert_eq!(client.write(b"hello world").unwrap(), 11);
    let first = read(&server).unwrap();
    assert!(!first.is_empty() && first.len() < 11);
    run(&network);
    assert_eq!(first + &read(&server).unwrap(), "hello world");
}

#[test]
fn a_window_bounds_what_is_under_way() {
    let (network, listener) = network(Rules {
        send_buffer: 10,
        receive_buffer: 4,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    assert_eq!(client.write(b"0123456789abcdef").unwrap(), 10);
    // What has arrived is acknowledged.
    assert_eq!(client.unacknowledged(), 6);
    assert_eq!(client.write(b"abcdef").unwrap(), 4);
    assert_eq!(kind(client.write(b"ef")), Err(ErrorKind::WouldBlock));
    assert_eq!(read(&server), Ok("0123".to_owned()));
    assert_eq!(read(&server), Ok("4567".to_owned()));
    assert_eq!(read(&server), Ok("89ab".to_owned()));
    assert_eq!(read(&server), Ok("cd".to_owned()));
    assert_eq!(read(&server), Err(ErrorKind::WouldBlock));
    assert_eq!(client.unacknowledged(), 0);
}

#[test]
fn rules_change_while_connections_are_there() {
    let (network, listener) = network(Rules {
        refuse: Chance::ALWAYS,
        ..Rules::default()
    });
    let refused = network.connect(None, address()).unwrap();
    assert_eq!(read(&refused), Err(ErrorKind::ConnectionRefused));
    network.change_rules(|rules| {
        rules.refuse = Chance::NEVER;
        rules.send_buffer = 0;
    });
    let (client, server) = pair(&network, &listener);
    // No room at all would be none for ever.
    assert_eq!(client.write(b"hello").unwrap(), 1);
    assert_eq!(read(&server), Ok("h".to_owned()));
}

#[test]
fn time_goes_forward_only() {
    let (network, _listener) = network(Rules::default());
    network.advance(Duration::from_secs(5));
    network.advance(Duration::from_secs(3));
    assert_eq!(network.now(), Duration::from_secs(5));
    assert_eq!(network.next(), None);
}
