//! What a poll tells, and whom it calls.

use std::io::ErrorKind;
use std::net::Shutdown;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use httpsys_network::{Network, Poll, Rules, WAKE};

use crate::{address, events, kind, network, pair, run};

#[test]
fn a_socket_is_writable_when_a_third_of_its_send_buffer_is_free() {
    let (network, listener) = network(Rules {
        send_buffer: 9,
        receive_buffer: 4,
        ..Rules::default()
    });
    let (client, server) = pair(&network, &listener);
    let poll = Poll::new(&network);
    poll.register(&client, 0).unwrap();
    assert!(events(&poll)[0].writable);
    assert_eq!(client.write(b"012345678").unwrap(), 9);
    assert_eq!(client.write(b"9abcdefgh").unwrap(), 4);
    for room in 1..=3 {
        assert_eq!(events(&poll), [], "{room}");
        assert_eq!(server.read(&mut [0]).unwrap(), 1);
    }
    assert!(events(&poll)[0].writable);
    assert_eq!(client.write(b"defgh").unwrap(), 3);
}

#[test]
fn the_acknowledgement_of_the_end_is_an_event() {
    let millisecond = Duration::from_millis(1);
    let (network, listener) = network(Rules {
        delay: millisecond..=millisecond,
        ..Rules::default()
    });
    let (_client, server) = pair(&network, &listener);
    let poll = Poll::new(&network);
    poll.register(&server, 0).unwrap();
    assert_eq!(events(&poll).len(), 1);
    server.shutdown(Shutdown::Write).unwrap();
    assert_eq!(events(&poll).len(), 1);
    run(&network);
    // Linux: FIN-WAIT-2.
    assert_eq!(events(&poll).len(), 1);
}

#[test]
fn a_wake_is_an_event_once() {
    let (network, _listener) = network(Rules::default());
    let poll = Poll::new(&network);
    poll.clone().wake();
    poll.wake();
    assert!(poll.is_ready());
    let tokens: Vec<usize> = events(&poll).iter().map(|event| event.token).collect();
    assert_eq!(tokens, [WAKE]);
    assert!(!poll.is_ready());
    assert_eq!(events(&poll), []);
}

#[test]
fn a_callback_may_use_the_network_and_is_told_of_what_becomes_ready() {
    let (network, listener) = network(Rules::default());
    let (client, server) = pair(&network, &listener);
    let poll = Poll::new(&network);
    poll.register(&server, 0).unwrap();
    poll.register(&listener, 1).unwrap();
    events(&poll);
    let told = Arc::new(AtomicUsize::new(0));
    let (counted, handle) = (Arc::clone(&told), network.clone());
    poll.on_ready(move || {
        let _ = handle.now();
        counted.fetch_add(1, Ordering::Relaxed);
    });
    assert_eq!(client.write(b"!").unwrap(), 1);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    // Still in the list.
    assert_eq!(client.write(b"!").unwrap(), 1);
    assert_eq!(told.load(Ordering::Relaxed), 1);
    let _second = network.connect(None, address()).unwrap();
    assert_eq!(told.load(Ordering::Relaxed), 2);
    poll.wake();
    assert_eq!(told.load(Ordering::Relaxed), 3);
}

#[test]
fn a_callback_may_own_sockets_of_the_network() {
    let (network, listener) = network(Rules::default());
    let poll = Poll::new(&network);
    for _ in 0..2 {
        let owned = pair(&network, &listener);
        poll.on_ready(move || drop(owned.0.peer_addr()));
    }
    assert_eq!(network.connections(), 1);
    drop(poll);
    assert_eq!(network.connections(), 0);
}

#[test]
fn a_poll_returns_no_more_than_its_capacity_and_the_rest_later() {
    let (network, listener) = network(Rules::default());
    let pairs: Vec<_> = (0..5).map(|_| pair(&network, &listener)).collect();
    let poll = Poll::with_capacity(&network, 2);
    for (token, (_, server)) in pairs.iter().enumerate() {
        poll.register(server, token).unwrap();
    }
    let mut tokens = Vec::new();
    let mut calls = 0;
    while poll.is_ready() {
        let found = events(&poll);
        assert!(found.len() <= 2);
        tokens.extend(found.iter().map(|event| event.token));
        calls += 1;
    }
    assert_eq!((tokens, calls), (vec![0, 1, 2, 3, 4], 3));
}

#[test]
fn registrations_are_checked() {
    let (network, listener) = network(Rules::default());
    let poll = Poll::new(&network);
    poll.register(&listener, 0).unwrap();
    assert_eq!(
        kind(poll.register(&listener, 1)),
        Err(ErrorKind::AlreadyExists)
    );
    poll.deregister(&listener).unwrap();
    assert_eq!(kind(poll.deregister(&listener)), Err(ErrorKind::NotFound));
    let other = Poll::new(&Network::new(1, Rules::default()));
    assert_eq!(
        kind(other.register(&listener, 0)),
        Err(ErrorKind::InvalidInput)
    );
}
