//! From listen and connect to accept.

use std::io::ErrorKind;
use std::net::{Shutdown, SocketAddr};

use crate::sockets::{Ready, Socket, Sockets};

crate::everywhere! {
    a_connection_is_writable_before_it_is_accepted,
    addresses_of_both_ends_agree,
    a_connect_that_nobody_listens_for_is_refused,
    a_refused_connect_fails_a_read_once,
    a_refused_connect_fails_a_write_once,
    connections_are_accepted_in_order,
    an_empty_listener_has_nothing_to_accept,
    a_listener_is_readable_while_connections_wait,
    each_arrival_at_a_listener_is_an_event,
    bytes_and_end_wait_for_the_accept,
    a_connection_that_was_reset_is_still_accepted,
    a_full_backlog_holds_connects_up,
    a_shutdown_while_connecting_gives_up,
    a_close_while_connecting_gives_up,
    a_closed_listener_resets_those_that_wait,
    an_accepted_connection_outlives_its_listener,
    an_address_has_one_listener,
    a_wildcard_excludes_each_address_of_its_family,
}

fn a_connection_is_writable_before_it_is_accepted<S: Sockets>(s: &S) {
    let (_listener, address) = s.listen();
    let mut client = s.connect(address);
    s.becomes(&mut client, Ready::WRITABLE);
    assert_eq!(client.peer(), Ok(address));
    assert_eq!(client.take_error(), None);
    assert_eq!(client.write(b"early"), Ok(5));
}

fn addresses_of_both_ends_agree<S: Sockets>(s: &S) {
    let (listener, address) = s.listen();
    let client = s.connect(address);
    let server = s.accepted(&listener);
    s.until("connected", || client.peer().ok());
    assert_eq!(server.local(), address);
    assert_eq!(client.peer(), Ok(address));
    assert_eq!(server.peer(), Ok(client.local()));
    assert_ne!(client.local(), address);
}

fn refused<S: Sockets>(s: &S) -> S::Stream {
    let (listener, address) = s.listen();
    drop(listener);
    let mut client = s.connect(address);
    s.becomes(&mut client, Ready::BROKEN);
    client
}

fn a_connect_that_nobody_listens_for_is_refused<S: Sockets>(s: &S) {
    let mut client = refused(s);
    assert_eq!(client.peer(), Err(ErrorKind::NotConnected));
    assert_eq!(client.take_error(), Some(ErrorKind::ConnectionRefused));
    assert_eq!(client.take_error(), None);
    assert_eq!(s.ready(&mut client), Ready::CLOSED);
    assert_eq!(client.read(&mut [0; 8]), Ok(0));
    assert_eq!(client.write(b"x"), Err(ErrorKind::BrokenPipe));
}

fn a_refused_connect_fails_a_read_once<S: Sockets>(s: &S) {
    let client = refused(s);
    let error = Err(ErrorKind::ConnectionRefused);
    assert_eq!(client.read(&mut [0; 8]), error);
    assert_eq!(client.read(&mut [0; 8]), Ok(0));
}

fn a_refused_connect_fails_a_write_once<S: Sockets>(s: &S) {
    let client = refused(s);
    assert_eq!(client.write(b"x"), Err(ErrorKind::ConnectionRefused));
    assert_eq!(client.write(b"x"), Err(ErrorKind::BrokenPipe));
}

fn connections_are_accepted_in_order<S: Sockets>(s: &S) {
    let (mut listener, address) = s.listen();
    let mut poll = s.poll();
    s.watch_listener(&mut poll, &mut listener, 1);
    let mut clients = Vec::new();
    for _ in 0..5 {
        clients.push(s.connect(address));
        s.event(&mut poll, 1);
    }
    for client in &clients {
        let server = s.accepted(&listener);
        assert_eq!(server.peer(), Ok(client.local()));
    }
}

fn an_empty_listener_has_nothing_to_accept<S: Sockets>(s: &S) {
    let (mut listener, _) = s.listen();
    assert_eq!(s.listener_ready(&mut listener), Ready::NOTHING);
    let error = s.accept(&listener).unwrap_err();
    assert_eq!(error, ErrorKind::WouldBlock);
}

fn a_listener_is_readable_while_connections_wait<S: Sockets>(s: &S) {
    let (mut listener, address) = s.listen();
    let _clients = [s.connect(address), s.connect(address)];
    s.until("readable", || {
        (s.listener_ready(&mut listener) == Ready::READABLE).then_some(())
    });
    let _first = s.accepted(&listener);
    s.until("readable", || {
        (s.listener_ready(&mut listener) == Ready::READABLE).then_some(())
    });
    let _second = s.accepted(&listener);
    assert_eq!(s.listener_ready(&mut listener), Ready::NOTHING);
}

fn each_arrival_at_a_listener_is_an_event<S: Sockets>(s: &S) {
    let (mut listener, address) = s.listen();
    let mut poll = s.poll();
    s.watch_listener(&mut poll, &mut listener, 3);
    assert_eq!(s.events(&mut poll), []);
    let _first = s.connect(address);
    assert_eq!(s.event(&mut poll, 3), Ready::READABLE);
    assert_eq!(s.events(&mut poll), []);
    let _second = s.connect(address);
    assert_eq!(s.event(&mut poll, 3), Ready::READABLE);
}

fn bytes_and_end_wait_for_the_accept<S: Sockets>(s: &S) {
    let (listener, address) = s.listen();
    let mut client = s.connect(address);
    s.becomes(&mut client, Ready::WRITABLE);
    assert_eq!(client.write(b"all of it"), Ok(9));
    drop(client);
    let server = s.accepted(&listener);
    assert_eq!(s.read_to_end(&server), b"all of it");
}

fn a_connection_that_was_reset_is_still_accepted<S: Sockets>(s: &S) {
    let (mut listener, address) = s.listen();
    let client = s.connect(address);
    s.until("queued", || {
        (s.listener_ready(&mut listener) == Ready::READABLE).then_some(())
    });
    client.reset();
    let mut server = s.accepted(&listener);
    s.becomes(&mut server, Ready::BROKEN);
    assert_eq!(server.read(&mut [0; 8]), Err(ErrorKind::ConnectionReset));
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
}

/// A listener whose backlog is full, those who fill it, and one more who connects.
fn held_up<S: Sockets>(s: &S) -> (S::Listener, [S::Stream; 2], S::Stream) {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listener = s.listen_at(any, 1).unwrap();
    let address = s.local(&listener);
    let mut first = [s.connect(address), s.connect(address)];
    for client in &mut first {
        s.becomes(client, Ready::WRITABLE);
    }
    let third = s.connect(address);
    (listener, first, third)
}

fn a_full_backlog_holds_connects_up<S: Sockets>(s: &S) {
    let (listener, _others, mut third) = held_up(s);
    assert_eq!(s.ready(&mut third), Ready::NOTHING);
    assert_eq!(third.peer(), Err(ErrorKind::NotConnected));
    assert_eq!(third.write(b"x"), Err(ErrorKind::WouldBlock));
    assert_eq!(third.read(&mut [0; 8]), Err(ErrorKind::WouldBlock));
    let _first = s.accepted(&listener);
    // It asks again after a second.
    s.becomes(&mut third, Ready::WRITABLE);
}

fn a_closed_listener_resets_those_that_wait<S: Sockets>(s: &S) {
    let (mut listener, address) = s.listen();
    let mut client = s.connect(address);
    s.until("queued", || {
        (s.listener_ready(&mut listener) == Ready::READABLE).then_some(())
    });
    drop(listener);
    s.becomes(&mut client, Ready::BROKEN);
    assert_eq!(client.take_error(), Some(ErrorKind::ConnectionReset));
}

fn an_accepted_connection_outlives_its_listener<S: Sockets>(s: &S) {
    let (listener, address) = s.listen();
    let client = s.connect(address);
    let server = s.accepted(&listener);
    drop(listener);
    assert_eq!(server.write(b"still here"), Ok(10));
    s.expect(&client, b"still here");
}

fn an_address_has_one_listener<S: Sockets>(s: &S) {
    let (listener, address) = s.listen();
    let second = s.listen_at(address, 1).map(|_| ());
    assert_eq!(second, Err(ErrorKind::AddrInUse));
    let elsewhere = SocketAddr::from(([127, 0, 0, 2], address.port()));
    s.listen_at(elsewhere, 1).map(drop).unwrap();
    drop(listener);
    s.listen_at(address, 1).map(drop).unwrap();
}

fn a_wildcard_excludes_each_address_of_its_family<S: Sockets>(s: &S) {
    let (listener, address) = s.listen();
    let wildcard = SocketAddr::from(([0, 0, 0, 0], address.port()));
    let second = s.listen_at(wildcard, 1).map(|_| ());
    assert_eq!(second, Err(ErrorKind::AddrInUse));
    drop(listener);
    let everywhere = s.listen_at(wildcard, 1).unwrap();
    let second = s.listen_at(address, 1).map(|_| ());
    assert_eq!(second, Err(ErrorKind::AddrInUse));
    let client = s.connect(address);
    let server = s.accepted(&everywhere);
    assert_eq!(server.local(), address);
    drop(client);
}

fn a_shutdown_while_connecting_gives_up<S: Sockets>(s: &S) {
    for how in [Shutdown::Read, Shutdown::Write, Shutdown::Both] {
        let (_listener, _others, mut third) = held_up(s);
        let mut poll = s.poll();
        s.watch(&mut poll, &mut third, 1);
        assert_eq!(third.shutdown(how), Ok(()));
        let given_up = Ready {
            readable: false,
            ..Ready::BROKEN
        };
        assert_eq!(s.event(&mut poll, 1), given_up);
        assert_eq!(third.read(&mut [0; 8]), Err(ErrorKind::ConnectionReset));
        assert_eq!(third.read(&mut [0; 8]), Err(ErrorKind::NotConnected));
        assert_eq!(third.write(b"x"), Err(ErrorKind::BrokenPipe));
        assert_eq!(third.take_error(), None);
        assert_eq!(third.shutdown(how), Err(ErrorKind::NotConnected));
    }
}

fn a_close_while_connecting_gives_up<S: Sockets>(s: &S) {
    let (listener, others, third) = held_up(s);
    drop(third);
    let wanted = others.each_ref().map(|client| client.local());
    for _ in &others {
        let server = s.accepted(&listener);
        assert!(wanted.contains(&server.peer().unwrap()));
    }
    let fourth = s.connect(s.local(&listener));
    let server = s.accepted(&listener);
    assert_eq!(server.peer(), Ok(fourth.local()));
}
