//! What a poll tells, and when.

use std::io::ErrorKind;
use std::net::Shutdown;

use crate::sockets::{Ready, Socket, Sockets};

crate::everywhere! {
    registering_tells_what_is_ready_once,
    a_late_registration_tells_everything_at_once,
    several_changes_make_one_event,
    each_arrival_is_an_event,
    a_read_makes_no_event,
    an_own_shutdown_is_an_event,
    a_connect_is_told,
    a_refusal_is_told,
    the_end_is_told_although_bytes_are_unread,
    a_reset_is_told,
    a_socket_that_has_left_tells_nothing,
    a_closed_socket_leaves_by_itself,
    a_socket_that_leaves_takes_its_own_event_along,
    events_come_in_the_order_of_their_sockets_changes,
    a_writer_hears_nothing_before_a_third_is_free,
    two_polls_are_told,
}

fn registering_tells_what_is_ready_once<S: Sockets>(s: &S) {
    let (_client, mut server) = s.pair();
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(s.events(&mut poll), [(9, Ready::WRITABLE)]);
    assert_eq!(s.events(&mut poll), []);
}

fn a_late_registration_tells_everything_at_once<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    assert_eq!(client.write(b"bytes"), Ok(5));
    drop(client);
    s.becomes(&mut server, Ready::ENDED);
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(s.events(&mut poll), [(9, Ready::ENDED)]);
    assert_eq!(s.events(&mut poll), []);
    s.expect(&server, b"bytes");
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
}

fn several_changes_make_one_event<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(s.events(&mut poll), [(9, Ready::WRITABLE)]);
    assert_eq!(client.write(b"one"), Ok(3));
    assert_eq!(client.write(b"two"), Ok(3));
    client.shutdown(Shutdown::Write).unwrap();
    s.until("acknowledged", || {
        (client.unacknowledged() == 0).then_some(())
    });
    assert_eq!(s.events(&mut poll), [(9, Ready::ENDED)]);
    assert_eq!(s.events(&mut poll), []);
}

fn each_arrival_is_an_event<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(s.events(&mut poll), [(9, Ready::WRITABLE)]);
    for _ in 0..3 {
        assert_eq!(client.write(b"!"), Ok(1));
        assert_eq!(s.event(&mut poll, 9), Ready::BOTH);
    }
    s.expect(&server, b"!!!");
}

fn a_read_makes_no_event<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(client.write(b"bytes"), Ok(5));
    s.until("acknowledged", || {
        (client.unacknowledged() == 0).then_some(())
    });
    s.events(&mut poll);
    s.expect(&server, b"by");
    assert_eq!(s.events(&mut poll), []);
    s.expect(&server, b"tes");
    assert_eq!(server.read(&mut [0; 8]), Err(ErrorKind::WouldBlock));
    assert_eq!(s.events(&mut poll), []);
}

fn an_own_shutdown_is_an_event<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(s.events(&mut poll), [(9, Ready::WRITABLE)]);
    server.shutdown(Shutdown::Read).unwrap();
    assert_eq!(s.events(&mut poll), [(9, Ready::ENDED)]);
    server.shutdown(Shutdown::Write).unwrap();
    s.until("acknowledged", || {
        (server.unacknowledged() == 0).then_some(())
    });
    assert_eq!(s.events(&mut poll), [(9, Ready::CLOSED)]);
    drop(client);
}

fn a_connect_is_told<S: Sockets>(s: &S) {
    let (_listener, address) = s.listen();
    let mut client = s.connect(address);
    let mut poll = s.poll();
    s.watch(&mut poll, &mut client, 9);
    assert_eq!(s.event(&mut poll, 9), Ready::WRITABLE);
    assert_eq!(s.events(&mut poll), []);
}

fn a_refusal_is_told<S: Sockets>(s: &S) {
    let (listener, address) = s.listen();
    drop(listener);
    let mut client = s.connect(address);
    let mut poll = s.poll();
    s.watch(&mut poll, &mut client, 9);
    assert_eq!(s.event(&mut poll, 9), Ready::BROKEN);
    assert_eq!(client.take_error(), Some(ErrorKind::ConnectionRefused));
    assert_eq!(s.events(&mut poll), []);
}

fn the_end_is_told_although_bytes_are_unread<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(client.write(b"unread"), Ok(6));
    s.until("acknowledged", || {
        (client.unacknowledged() == 0).then_some(())
    });
    assert_eq!(s.events(&mut poll), [(9, Ready::BOTH)]);
    client.shutdown(Shutdown::Write).unwrap();
    assert_eq!(s.event(&mut poll, 9), Ready::ENDED);
}

fn a_reset_is_told<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(s.events(&mut poll), [(9, Ready::WRITABLE)]);
    client.reset();
    assert_eq!(s.event(&mut poll, 9), Ready::BROKEN);
    assert_eq!(server.read(&mut [0; 8]), Err(ErrorKind::ConnectionReset));
}

fn a_socket_that_has_left_tells_nothing<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    s.leave(&mut poll, &mut server);
    assert_eq!(s.events(&mut poll), []);
    assert_eq!(client.write(b"bytes"), Ok(5));
    s.until("acknowledged", || {
        (client.unacknowledged() == 0).then_some(())
    });
    assert_eq!(s.events(&mut poll), []);
    s.watch(&mut poll, &mut server, 10);
    assert_eq!(s.events(&mut poll), [(10, Ready::BOTH)]);
}

fn a_closed_socket_leaves_by_itself<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    assert_eq!(client.write(b"bytes"), Ok(5));
    s.until("acknowledged", || {
        (client.unacknowledged() == 0).then_some(())
    });
    drop(server);
    assert_eq!(s.events(&mut poll), []);
}

fn a_socket_that_leaves_takes_its_own_event_along<S: Sockets>(s: &S) {
    let mut poll = s.poll();
    let mut pairs: Vec<_> = (0..4).map(|_| s.pair()).collect();
    for (index, (client, server)) in pairs.iter_mut().enumerate() {
        s.until("connected", || client.peer().ok());
        s.watch(&mut poll, server, index);
    }
    // Each has an event by now.
    s.leave(&mut poll, &mut pairs[0].1);
    s.watch(&mut poll, &mut pairs[0].1, 10);
    s.leave(&mut poll, &mut pairs[1].1);
    drop(pairs.remove(2));
    let events = s.events(&mut poll);
    assert_eq!(events, [(3, Ready::WRITABLE), (10, Ready::WRITABLE)]);
    assert_eq!(s.events(&mut poll), []);
}

fn events_come_in_the_order_of_their_sockets_changes<S: Sockets>(s: &S) {
    let mut poll = s.poll();
    let mut pairs: Vec<_> = (0..4).map(|_| s.pair()).collect();
    for (index, (client, server)) in pairs.iter_mut().enumerate() {
        s.until("connected", || client.peer().ok());
        s.watch(&mut poll, server, index);
    }
    s.events(&mut poll);
    for index in [2, 0, 3, 1, 0] {
        assert_eq!(pairs[index].0.write(b"!"), Ok(1));
        s.until("acknowledged", || {
            (pairs[index].0.unacknowledged() == 0).then_some(())
        });
    }
    let tokens: Vec<usize> = s
        .events(&mut poll)
        .iter()
        .map(|(token, _)| *token)
        .collect();
    assert_eq!(tokens, [2, 0, 3, 1]);
}

fn a_writer_hears_nothing_before_a_third_is_free<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 9);
    let sent = s.fill(&server);
    s.events(&mut poll);
    let mut last = server.unacknowledged();
    s.until("quiet", || {
        let now = server.unacknowledged();
        let is_quiet = now == last;
        last = now;
        is_quiet.then_some(())
    });
    s.events(&mut poll);
    // One byte makes no room worth an event.
    s.expect(&client, &sent[..1]);
    assert_eq!(s.events(&mut poll), []);
    drop(server);
    s.read_to_end(&client);
}

fn two_polls_are_told<S: Sockets>(s: &S) {
    let (mut first, mut second) = s.pair();
    s.until("connected", || first.peer().ok());
    let mut polls = (s.poll(), s.poll());
    s.watch(&mut polls.0, &mut first, 1);
    s.watch(&mut polls.1, &mut second, 2);
    assert_eq!(s.events(&mut polls.0), [(1, Ready::WRITABLE)]);
    assert_eq!(s.events(&mut polls.1), [(2, Ready::WRITABLE)]);
    assert_eq!(first.write(b"x"), Ok(1));
    assert_eq!(s.event(&mut polls.1, 2), Ready::BOTH);
    assert_eq!(s.events(&mut polls.0), []);
}
