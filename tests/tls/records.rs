//! Records as clients rarely send them.

use std::io::Write;

use httpsys_tests::door::{Door, Reply, World};
use httpsys_tests::net::TcpStream;
use httpsys_tests::tls::{Offer, TlsWire};
use rustls::ContentType;

secure_doors![
    a_body_behind_records_without_content_is_read,
    close_notify_in_one_piece_with_a_request_ends_the_connection_behind_the_response,
];

/// Padding alone is allowed (RFC 8446 section 5.4), and no event tells of what one read leaves of it. The first
/// request makes the receive window large enough for more than that.
fn a_body_behind_records_without_content_is_read<D: Door>(w: &World<D>) {
    let mut stream = TcpStream::connect(("127.0.0.1", w.port())).expect("a connection");
    let mut client = TlsWire::into_writer(&Offer::tls13(), &mut stream).expect("TLS 1.3");
    let content = [b'a'; 16_000];
    // The content type stands before zeros: the last byte that is none.
    let mut padding = [0; 16_000];
    padding[0] = u8::from(ContentType::ApplicationData);
    let head = |length: usize| {
        let host = format!("Host: localhost:{}", w.port());
        format!("POST / HTTP/1.1\r\n{host}\r\nContent-Length: {length}\r\n\r\n").into_bytes()
    };
    let mut records = |head: &[u8], typ, middle: &[u8], count, last: &[u8]| {
        let data = ContentType::ApplicationData;
        let mut records = client.record(data, head);
        for _ in 0..count {
            records.extend(client.record(typ, middle));
        }
        records.extend(client.record(data, last));
        records
    };
    let data = ContentType::ApplicationData;
    let large = records(&head(100 * 16_000 + 4), data, &content, 100, b"last");
    let padded = records(&head(4), ContentType::Unknown(0), &padding, 30, b"body");
    for (request, length) in [(large, 100 * 16_000 + 4), (padded, 4)] {
        std::thread::scope(|scope| {
            scope.spawn(|| stream.write_all(&request).expect("sent"));
            let received = w.receive();
            let (mut read, mut buffer) = (0, vec![0; 65_536]);
            while read < length {
                read += w.read_body(received.id, &mut buffer).expect("body");
            }
            assert_eq!(read, length);
            assert!(w.respond(received.id, &Reply::ok()).is_ok());
        });
    }
}

/// RFC 8446 section 6.1: the client reads on, and waits for the end.
fn close_notify_in_one_piece_with_a_request_ends_the_connection_behind_the_response<D: Door>(
    w: &World<D>,
) {
    for offer in [Offer::tls12(), Offer::tls13()] {
        let mut stream = TcpStream::connect(("127.0.0.1", w.port())).expect("a connection");
        let mut client = TlsWire::connect(&offer, &mut stream).expect("TLS");
        let session = client.session_mut();
        session
            .writer()
            .write_all(w.get("/").as_bytes())
            .expect("taken");
        session.send_close_notify();
        client.flush(&mut stream).expect("sent");
        let received = w.receive();
        assert!(w.respond(received.id, &Reply::ok().chunk("one")).is_ok());
        let (mut response, mut buffer) = (Vec::new(), [0; 1024]);
        stream
            .set_read_timeout(Some(httpsys_tests::PATIENCE))
            .expect("a deadline");
        loop {
            match client.read(&mut stream, &mut buffer).expect("an end") {
                0 => break,
                n => response.extend_from_slice(&buffer[..n]),
            }
        }
        assert!(response.ends_with(b"\r\n\r\none"), "{response:?}");
    }
}
