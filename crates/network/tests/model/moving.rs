//! Bytes on their way.

use std::io::{ErrorKind, IoSlice};

use crate::sockets::{Ready, Socket, Sockets};

crate::everywhere! {
    bytes_come_in_order_both_ways,
    an_empty_read_or_write_moves_nothing,
    a_read_without_bytes_would_block,
    full_buffers_stop_a_writer_and_a_reader_frees_it,
    a_vectored_write_takes_a_part_in_order,
    a_closed_writer_still_delivers_everything,
    acknowledged_bytes_count_no_more,
    a_full_socket_has_bytes_unacknowledged,
    both_directions_are_independent,
}

fn bytes_come_in_order_both_ways<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    assert_eq!(server.write(b"hello "), Ok(6));
    assert_eq!(server.write(b"client"), Ok(6));
    s.expect(&client, b"hello client");
    assert_eq!(client.write(b"hello server"), Ok(12));
    s.expect(&server, b"hello");
    s.expect(&server, b" server");
    assert_eq!(server.read(&mut [0; 8]), Err(ErrorKind::WouldBlock));
}

fn an_empty_read_or_write_moves_nothing<S: Sockets>(s: &S) {
    let (mut client, server) = s.pair();
    assert_eq!(server.write(b""), Ok(0));
    assert_eq!(server.write_vectored(&[]), Ok(0));
    assert_eq!(client.read(&mut []), Err(ErrorKind::WouldBlock));
    assert_eq!(server.write(b"x"), Ok(1));
    s.becomes(&mut client, Ready::BOTH);
    assert_eq!(client.read(&mut []), Ok(0));
    s.expect(&client, b"x");
}

fn a_read_without_bytes_would_block<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    assert_eq!(client.read(&mut [0; 8]), Err(ErrorKind::WouldBlock));
    assert_eq!(server.read(&mut [0; 8]), Err(ErrorKind::WouldBlock));
}

fn full_buffers_stop_a_writer_and_a_reader_frees_it<S: Sockets>(s: &S) {
    let (client, mut server) = s.pair();
    let mut poll = s.poll();
    s.watch(&mut poll, &mut server, 5);
    assert_eq!(s.event(&mut poll, 5), Ready::WRITABLE);
    let mut sent = s.fill(&server);
    let mut read = Vec::new();
    // What the other side's kernel still takes may make room.
    let mut buffer = vec![0; 300_000];
    loop {
        let events = s.events(&mut poll);
        if !events.is_empty() {
            assert_eq!(events, [(5, Ready::WRITABLE)]);
            break;
        }
        match client.read(&mut buffer) {
            Ok(n) => read.extend_from_slice(&buffer[..n]),
            Err(kind) => {
                assert_eq!(kind, ErrorKind::WouldBlock);
                s.wait(std::time::Instant::now());
            }
        }
    }
    assert_eq!(server.write(b"the end"), Ok(7));
    sent.extend_from_slice(b"the end");
    let left = sent.len() - read.len();
    let mut rest = vec![0; left];
    let mut filled = 0;
    while filled < left {
        filled += s.until("bytes", || client.read(&mut rest[filled..]).ok());
    }
    read.extend_from_slice(&rest);
    assert!(read == sent);
}

fn a_vectored_write_takes_a_part_in_order<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    s.until("connected", || client.peer().ok());
    let pieces: Vec<Vec<u8>> = (0..64).map(|n| vec![n; S::PIECE]).collect();
    let all = pieces.concat();
    let mut sent = 0;
    let mut read = Vec::new();
    let mut was_partial = false;
    let mut buffer = vec![0; 1_000_000];
    while sent < all.len() {
        // The pieces from where the last write stopped.
        let (piece, from) = (sent / S::PIECE, sent % S::PIECE);
        let mut slices = vec![IoSlice::new(&pieces[piece][from..])];
        slices.extend(pieces[piece + 1..].iter().map(|piece| IoSlice::new(piece)));
        match server.write_vectored(&slices) {
            Ok(n) => {
                was_partial |= n < all.len() - sent;
                sent += n;
            }
            Err(kind) => assert_eq!(kind, ErrorKind::WouldBlock),
        }
        match client.read(&mut buffer) {
            Ok(n) => read.extend_from_slice(&buffer[..n]),
            Err(kind) => {
                assert_eq!(kind, ErrorKind::WouldBlock);
                s.wait(std::time::Instant::now());
            }
        }
    }
    assert!(was_partial);
    drop(server);
    read.extend(s.read_to_end(&client));
    assert!(read == all);
}

fn a_closed_writer_still_delivers_everything<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    let sent = s.fill(&server);
    drop(server);
    assert!(s.read_to_end(&client) == sent);
}

fn acknowledged_bytes_count_no_more<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    assert_eq!(server.unacknowledged(), 0);
    assert_eq!(server.write(b"nobody reads this"), Ok(17));
    s.until("acknowledged", || {
        (server.unacknowledged() == 0).then_some(())
    });
    server.shutdown(std::net::Shutdown::Write).unwrap();
    s.until("acknowledged", || {
        (server.unacknowledged() == 0).then_some(())
    });
    drop(client);
}

fn a_full_socket_has_bytes_unacknowledged<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    let sent = s.fill(&server).len() as u64;
    let left = server.unacknowledged();
    assert!(left > 0 && left < sent + 1, "{left} of {sent}");
    drop(server);
    s.read_to_end(&client);
}

fn both_directions_are_independent<S: Sockets>(s: &S) {
    let (client, server) = s.pair();
    let sent = s.fill(&server);
    assert_eq!(client.write(b"up"), Ok(2));
    s.expect(&server, b"up");
    drop(server);
    assert!(s.read_to_end(&client) == sent);
}
