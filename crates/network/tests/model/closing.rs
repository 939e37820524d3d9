//! The ends of connections.

use std::io::ErrorKind;
use std::net::Shutdown;

use crate::sockets::{Ready, Socket, Sockets};

crate::everywhere! {
    a_client_may_end_its_side_and_read_on,
    a_server_may_end_its_side_and_read_on,
    the_end_is_read_again_and_again,
    a_write_after_shutdown_is_a_broken_pipe,
    a_shutdown_may_be_repeated_until_both_sides_have_ended,
    when_both_sides_have_ended_the_socket_is_closed,
    both_sides_may_end_at_once,
    a_closed_peer_is_an_end,
    a_write_to_a_closed_peer_breaks_the_pipe,
    a_close_with_unread_bytes_is_a_reset,
    a_close_with_unread_bytes_behind_the_own_end_is_a_reset,
    a_reset_fails_a_read_once,
    a_reset_fails_a_write_once,
    the_error_of_a_reset_is_taken_once,
    what_came_before_a_reset,
    what_came_before_an_end_and_a_reset,
    a_reset_after_an_end_breaks_the_pipe,
    a_reset_loses_what_was_not_sent,
    a_close_while_the_peer_writes_is_a_reset,
    a_reader_that_is_shut_still_gets_bytes,
    bytes_for_a_socket_that_is_shut_both_ways_are_answered_with_a_reset,
    a_shutdown_after_a_reset_is_not_connected,
    a_shutdown_sends_what_was_written_first,
    a_close_behind_the_peers_end_is_no_reset,
    unread_bytes_behind_both_ends_reset_nothing,
    a_reset_behind_both_ends_changes_nothing,
}

fn ends<S: Sockets>(s: &S, ending: &S::Stream, mut other: S::Stream) -> S::Stream {
    ending.shutdown(Shutdown::Write).unwrap();
    s.becomes(&mut other, Ready::ENDED);
    assert_eq!(other.read(&mut [0; 8]), Ok(0));
    assert_eq!(other.write(b"goes on"), Ok(7));
    s.expect(ending, b"goes on");
    assert_eq!(other.write(b"and on"), Ok(6));
    s.expect(ending, b"and on");
    other
}

fn a_client_may_end_its_side_and_read_on<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    s.until("connected", || client.peer().ok());
    ends(s, &client, server);
}

fn a_server_may_end_its_side_and_read_on<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    s.until("connected", || client.peer().ok());
    ends(s, &server, client);
}

fn the_end_is_read_again_and_again<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    assert_eq!(server.write(b"last"), Ok(4));
    server.shutdown(Shutdown::Write).unwrap();
    s.expect(&client, b"last");
    for _ in 0..5 {
        assert_eq!(s.outcome(&client), Ok(0));
    }
}

fn a_write_after_shutdown_is_a_broken_pipe<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    server.shutdown(Shutdown::Write).unwrap();
    assert_eq!(server.write(b"x"), Err(ErrorKind::BrokenPipe));
    assert_eq!(server.write(b"x"), Err(ErrorKind::BrokenPipe));
    assert_eq!(s.ready(&mut server), Ready::WRITABLE);
    assert_eq!(server.read(&mut [0; 8]), Err(ErrorKind::WouldBlock));
    drop(client);
}

fn a_shutdown_may_be_repeated_until_both_sides_have_ended<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    assert_eq!(server.shutdown(Shutdown::Write), Ok(()));
    assert_eq!(server.shutdown(Shutdown::Write), Ok(()));
    assert_eq!(server.shutdown(Shutdown::Read), Ok(()));
    assert_eq!(server.shutdown(Shutdown::Both), Ok(()));
    client.shutdown(Shutdown::Write).unwrap();
    s.until("closed", || server.shutdown(Shutdown::Write).err());
    let error = server.shutdown(Shutdown::Write);
    assert_eq!(error, Err(ErrorKind::NotConnected));
    assert_eq!(s.ready(&mut server), Ready::CLOSED);
}

fn when_both_sides_have_ended_the_socket_is_closed<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    server.shutdown(Shutdown::Write).unwrap();
    s.becomes(&mut client, Ready::ENDED);
    client.shutdown(Shutdown::Write).unwrap();
    for end in [&mut client, &mut server] {
        s.becomes(end, Ready::CLOSED);
        s.until("closed", || end.peer().err());
        assert_eq!(end.peer(), Err(ErrorKind::NotConnected));
        assert_eq!(end.read(&mut [0; 8]), Ok(0));
        assert_eq!(end.write(b"x"), Err(ErrorKind::BrokenPipe));
        assert_eq!(end.take_error(), None);
    }
}

fn both_sides_may_end_at_once<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    client.shutdown(Shutdown::Both).unwrap();
    server.shutdown(Shutdown::Both).unwrap();
    for end in [&mut client, &mut server] {
        s.until("closed", || end.peer().err());
        assert_eq!(s.ready(end), Ready::CLOSED);
        assert_eq!(end.read(&mut [0; 8]), Ok(0));
    }
}

fn a_closed_peer_is_an_end<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    drop(client);
    s.becomes(&mut server, Ready::ENDED);
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
    assert_eq!(server.take_error(), None);
    assert!(server.peer().is_ok());
}

fn a_write_to_a_closed_peer_breaks_the_pipe<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    drop(client);
    s.becomes(&mut server, Ready::ENDED);
    assert_eq!(server.write(b"too late"), Ok(8));
    s.becomes(&mut server, Ready::BROKEN);
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
    assert_eq!(server.write(b"x"), Err(ErrorKind::BrokenPipe));
    assert_eq!(s.ready(&mut server), Ready::CLOSED);
    assert_eq!(server.take_error(), None);
    assert_eq!(server.write(b"x"), Err(ErrorKind::BrokenPipe));
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
}

fn a_close_with_unread_bytes_is_a_reset<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    assert_eq!(server.write(b"unread"), Ok(6));
    s.becomes(&mut client, Ready::BOTH);
    drop(client);
    s.becomes(&mut server, Ready::BROKEN);
    assert_eq!(server.read(&mut [0; 8]), Err(ErrorKind::ConnectionReset));
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
    assert_eq!(server.write(b"x"), Err(ErrorKind::BrokenPipe));
}

fn a_close_with_unread_bytes_behind_the_own_end_is_a_reset<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    client.shutdown(Shutdown::Write).unwrap();
    s.becomes(&mut server, Ready::ENDED);
    assert_eq!(server.write(b"unread"), Ok(6));
    s.becomes(&mut client, Ready::BOTH);
    drop(client);
    s.becomes(&mut server, Ready::BROKEN);
    assert_eq!(server.take_error(), Some(ErrorKind::BrokenPipe));
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
}

/// A connection whose client has reset it.
fn reset<S: Sockets>(s: &S) -> S::Stream {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    client.reset();
    s.becomes(&mut server, Ready::BROKEN);
    server
}

fn a_reset_fails_a_read_once<S: Sockets>(s: &S) {
    let mut server = reset(s);
    assert_eq!(server.read(&mut [0; 8]), Err(ErrorKind::ConnectionReset));
    assert_eq!(s.ready(&mut server), Ready::CLOSED);
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
    assert_eq!(server.write(b"x"), Err(ErrorKind::BrokenPipe));
}

fn a_reset_fails_a_write_once<S: Sockets>(s: &S) {
    let server = reset(s);
    assert_eq!(server.write(b"x"), Err(ErrorKind::ConnectionReset));
    assert_eq!(server.write(b"x"), Err(ErrorKind::BrokenPipe));
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
    assert_eq!(server.write(b""), Err(ErrorKind::BrokenPipe));
}

fn the_error_of_a_reset_is_taken_once<S: Sockets>(s: &S) {
    let server = reset(s);
    assert_eq!(server.peer(), Err(ErrorKind::NotConnected));
    assert_eq!(server.take_error(), Some(ErrorKind::ConnectionReset));
    assert_eq!(server.take_error(), None);
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
}

fn what_came_before_a_reset<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    assert_eq!(client.write(b"before"), Ok(6));
    s.until("arrived", || (client.unacknowledged() == 0).then_some(()));
    client.reset();
    s.becomes(&mut server, Ready::BROKEN);
    assert_eq!(server.read(&mut [0; 4]), Ok(4));
    assert_eq!(server.read(&mut [0; 4]), Ok(2));
    assert_eq!(server.read(&mut [0; 4]), Err(ErrorKind::ConnectionReset));
    assert_eq!(server.read(&mut [0; 4]), Ok(0));
}

fn what_came_before_an_end_and_a_reset<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    assert_eq!(client.write(b"before"), Ok(6));
    drop(client);
    s.becomes(&mut server, Ready::ENDED);
    assert_eq!(server.write(b"too late"), Ok(8));
    s.becomes(&mut server, Ready::BROKEN);
    assert_eq!(server.read(&mut [0; 8]), Ok(6));
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
    assert_eq!(server.take_error(), Some(ErrorKind::BrokenPipe));
}

fn a_reset_after_an_end_breaks_the_pipe<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    client.shutdown(Shutdown::Write).unwrap();
    s.becomes(&mut server, Ready::ENDED);
    client.reset();
    s.becomes(&mut server, Ready::BROKEN);
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
    assert_eq!(server.take_error(), Some(ErrorKind::BrokenPipe));
}

fn a_reset_loses_what_was_not_sent<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    let sent = s.fill(&server).len();
    server.reset();
    let mut read = 0;
    let end = loop {
        match s.outcome(&client) {
            Ok(n) if n > 0 => read += n,
            end => break end,
        }
    };
    assert_eq!(end, Err(ErrorKind::ConnectionReset));
    assert!(read < sent, "{read} of {sent}");
}

fn a_close_while_the_peer_writes_is_a_reset<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 1);
    assert_eq!(s.event(&mut poll, 1), Ready::WRITABLE);
    s.fill(&server);
    s.becomes(&mut client, Ready::BOTH);
    drop(client);
    let ready = s.until("broken", || {
        let events = s.events(&mut poll);
        let last = events.last().map(|(_, ready)| *ready);
        last.filter(|ready| ready.error)
    });
    assert_eq!(ready, Ready::BROKEN);
    assert_eq!(server.write(b"x"), Err(ErrorKind::ConnectionReset));
}

fn a_reader_that_is_shut_still_gets_bytes<S: Sockets>(s: &S) {
    let (mut client, server) = s.pair();
    s.until("connected", || client.peer().ok());
    client.shutdown(Shutdown::Read).unwrap();
    assert_eq!(s.ready(&mut client), Ready::ENDED);
    assert_eq!(client.read(&mut [0; 8]), Ok(0));
    assert_eq!(server.write(b"yet"), Ok(3));
    let mut left = 3;
    s.until("bytes", || {
        left -= client.read(&mut [0; 8]).unwrap();
        (left == 0).then_some(())
    });
    assert_eq!(client.read(&mut [0; 8]), Ok(0));
    assert_eq!(client.write(b"back"), Ok(4));
    s.expect(&server, b"back");
}

fn bytes_for_a_socket_that_is_shut_both_ways_are_answered_with_a_reset<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    client.shutdown(Shutdown::Both).unwrap();
    s.becomes(&mut server, Ready::ENDED);
    assert_eq!(server.write(b"nobody"), Ok(6));
    s.becomes(&mut server, Ready::BROKEN);
    s.becomes(&mut client, Ready::BROKEN);
    assert_eq!(server.take_error(), Some(ErrorKind::BrokenPipe));
    assert_eq!(client.take_error(), Some(ErrorKind::ConnectionReset));
    assert_eq!(client.read(&mut [0; 8]), Ok(0));
}

fn a_shutdown_after_a_reset_is_not_connected<S: Sockets>(s: &S) {
    let server = reset(s);
    for how in [Shutdown::Write, Shutdown::Read, Shutdown::Both] {
        assert_eq!(server.shutdown(how), Err(ErrorKind::NotConnected));
    }
}

fn a_shutdown_sends_what_was_written_first<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    let sent = s.fill(&server);
    server.shutdown(Shutdown::Write).unwrap();
    assert_eq!(server.write(b"x"), Err(ErrorKind::BrokenPipe));
    assert!(s.read_to_end(&client) == sent);
    s.until("acknowledged", || {
        (server.unacknowledged() == 0).then_some(())
    });
}

fn a_close_behind_the_peers_end_is_no_reset<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    server.shutdown(Shutdown::Write).unwrap();
    s.becomes(&mut client, Ready::ENDED);
    drop(client);
    s.becomes(&mut server, Ready::CLOSED);
    assert_eq!(server.take_error(), None);
}

fn unread_bytes_behind_both_ends_reset_nothing<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    assert_eq!(server.write(b"unread"), Ok(6));
    server.shutdown(Shutdown::Write).unwrap();
    client.shutdown(Shutdown::Write).unwrap();
    s.becomes(&mut client, Ready::CLOSED);
    s.until("closed", || client.peer().err());
    s.becomes(&mut server, Ready::CLOSED);
    drop(client);
    assert_eq!(server.take_error(), None);
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
}

fn a_reset_behind_both_ends_changes_nothing<S: Sockets>(s: &S) {
    let (mut client, mut server) = s.pair();
    s.until("connected", || client.peer().ok());
    server.shutdown(Shutdown::Write).unwrap();
    s.becomes(&mut client, Ready::ENDED);
    client.shutdown(Shutdown::Write).unwrap();
    client.reset();
    s.becomes(&mut server, Ready::CLOSED);
    assert_eq!(server.take_error(), None);
    assert_eq!(server.read(&mut [0; 8]), Ok(0));
}
