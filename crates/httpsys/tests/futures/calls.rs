//! What each future does when it is left to finish.

use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread;

use httpsys::{Error, Response};

use crate::executor::{Bell, on_each};
use crate::support::{Client, body_of, server};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// More than the sockets between server and client take.
pub(crate) const HUGE: usize = 64 * 1024 * 1024;

#[test]
fn a_request_is_received_and_answered() {
    on_each(|| async {
        let (server, port) = server();
        let client = Client::send(port, GET);
        let request = server.receive_async().await.unwrap();
        assert!(request.path_is("/"));
        let sent = request.respond_async(Response::ok().body("hello")).await;
        let answer = client.read_all();
        assert_eq!(sent, Ok(answer.len() as u64));
        assert_eq!(body_of(&answer), "hello");
    });
}

#[test]
fn a_receive_that_waits_is_woken_by_the_request() {
    let (server, port) = server();
    let bell = Bell::new();
    let mut next = server.receive_async();
    bell.poll_pending(&mut next);
    assert!(!bell.has_rung());
    let client = Client::send(port, GET);
    let request = bell.run(&mut next).unwrap();
    pollster::block_on(request.respond_async(Response::ok().body("late"))).unwrap();
    assert_eq!(body_of(&client.read_all()), "late");
}

#[test]
fn con_006_receives_that_wait_are_served_in_order() {
    let (server, port) = server();
    let bells = [Bell::new(), Bell::new()];
    let mut receives = [server.receive_async(), server.receive_async()];
    for (bell, next) in bells.iter().zip(&mut receives) {
        bell.poll_pending(next);
    }
    for (bell, next) in bells.iter().zip(&mut receives) {
        let client = Client::send(port, GET);
        bell.wait();
        let request = bell.run(next).unwrap();
        request.respond(Response::ok()).unwrap();
        client.read_all();
    }
}

#[test]
fn a_body_is_read_as_it_comes() {
    on_each(|| async {
        let (server, port) = server();
        let mut client = Client::send(
            port,
            "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\nConnection: close\r\n\r\n",
        );
        let request = server.receive_async().await.unwrap();
        let mut buffer = [0; 16];
        for piece in [b"abc", b"def"] {
            let bell = Bell::new();
            let mut read = request.read_body_async(&mut buffer);
            bell.poll_pending(&mut read);
            client.0.write_all(piece).unwrap();
            assert_eq!(bell.run(&mut read), Ok(3));
            drop(read);
            assert_eq!(&buffer[..3], piece);
        }
        assert_eq!(request.read_body_async(&mut []).await, Ok(0));
        assert_eq!(request.read_body_async(&mut buffer).await, Ok(0));
        request.respond_async(Response::ok()).await.unwrap();
        client.read_all();
    });
}

#[test]
fn ent_015_a_read_fails_when_the_client_breaks_off() {
    let (server, port) = server();
    let client = Client::send(
        port,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 6\r\n\r\nabc",
    );
    let request = server.receive().unwrap();
    let mut buffer = [0; 3];
    assert_eq!(request.read_body(&mut buffer), Ok(3));
    let bell = Bell::new();
    let mut read = request.read_body_async(&mut buffer);
    bell.poll_pending(&mut read);
    drop(client);
    assert_eq!(bell.run(&mut read), Err(Error::Aborted));
}

#[test]
fn a_response_that_the_socket_does_not_take_at_once_is_kept_until_it_does() {
    on_each(|| async {
        let (server, port) = server();
        let client = Client::send(port, GET);
        let request = server.receive_async().await.unwrap();
        let bell = Bell::new();
        let mut respond = request.respond_async(Response::ok().body(vec![b'x'; HUGE]));
        bell.poll_pending(&mut respond);
        let reader = thread::spawn(move || client.read_all());
        let sent = respond.await.unwrap();
        let answer = reader.join().unwrap();
        assert_eq!(sent, answer.len() as u64);
        assert_eq!(body_of(&answer).len(), HUGE);
    });
}

/// The answer is its head alone, with this framing field; the connection goes on to its end.
async fn expect_head_alone(verb: &str, status: u16, streamed: bool, field: Option<&str>) {
    let (server, port) = server();
    let head = format!("{verb} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let client = Client::send(port, &head);
    let request = server.receive_async().await.unwrap();
    let response = Response::from_status(status).body("12345");
    if streamed {
        let mut stream = request
            .start_chunked_response_async(response)
            .await
            .unwrap();
        stream.write_async("more").await.unwrap();
        stream.finish_with_async("last").await.unwrap();
    } else {
        request.respond_async(response).await.unwrap();
    }
    let answer = client.read_all();
    assert_eq!(body_of(&answer), "", "{answer}");
    let framing = answer
        .lines()
        .find(|line| line.starts_with("Content-Length") || line.starts_with("Transfer-Encoding"));
    assert_eq!(framing, field, "{answer}");
}

#[test]
fn an_answer_without_a_body_is_its_head_alone() {
    on_each(|| async {
        let length = Some("Content-Length: 5");
        expect_head_alone("HEAD", 200, false, length).await;
        expect_head_alone("HEAD", 200, true, Some("Transfer-Encoding: chunked")).await;
        for status in [204, 304] {
            for verb in ["GET", "HEAD"] {
                expect_head_alone(verb, status, false, None).await;
                expect_head_alone(verb, status, true, None).await;
            }
        }
    });
}

#[test]
fn a_stream_without_a_body_ends_with_its_client() {
    on_each(|| async {
        let (server, port) = server();
        let client = Client::send(port, "HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let request = server.receive_async().await.unwrap();
        let mut stream = request
            .start_chunked_response_async(Response::ok())
            .await
            .unwrap();
        stream.write_async("piece").await.unwrap();
        drop(client);
        let error = loop {
            match stream.write_async("piece").await {
                Ok(()) => std::thread::yield_now(),
                Err(error) => break error,
            }
        };
        assert_eq!(error, Error::ConnectionInvalid);
    });
}

#[test]
fn a_streamed_response_is_framed_and_ended() {
    on_each(|| async {
        let (server, port) = server();
        let client = Client::send(port, GET);
        let request = server.receive_async().await.unwrap();
        let mut stream = request
            .start_chunked_response_async(Response::ok().body("a"))
            .await
            .unwrap();
        stream.write_async("bc").await.unwrap();
        stream.write_async(Vec::new()).await.unwrap();
        stream.finish_with_async(String::from("def")).await.unwrap();
        assert_eq!(
            body_of(&client.read_all()),
            "1\r\na\r\n2\r\nbc\r\n3\r\ndef\r\n0\r\n\r\n"
        );
    });
}

#[test]
fn snd_012_a_bare_stream_goes_out_as_given() {
    on_each(|| async {
        let (server, port) = server();
        let client = Client::send(port, GET);
        let request = server.receive_async().await.unwrap();
        let head = Response::ok().content_length(4);
        let mut stream = request.start_response_async(head).await.unwrap();
        stream.write_async("ab").await.unwrap();
        stream.write_async("cd").await.unwrap();
        stream.finish_async().await.unwrap();
        assert_eq!(body_of(&client.read_all()), "abcd");
    });
}

#[test]
fn a_stream_with_a_framing_of_its_own_is_not_chunked_but_refused() {
    let (server, port) = server();
    let client = Client::send(port, GET);
    let request = server.receive().unwrap();
    let start = request.start_chunked_response_async(Response::ok().content_length(1));
    let error = pollster::block_on(start).map(drop);
    assert_eq!(error, Err(Error::InvalidParameter));
    assert!(client.was_reset());
}

#[test]
fn dsc_001_a_wait_ends_with_its_connection() {
    on_each(|| async {
        let (server, port) = server();
        let client = Client::send(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let request = server.receive_async().await.unwrap();
        let bell = Bell::new();
        let connection = request.connection_id();
        let mut wait = server.queue().wait_for_disconnect_async(connection);
        bell.poll_pending(&mut wait);
        request.respond_async(Response::ok()).await.unwrap();
        assert!(!bell.has_rung());
        drop(client);
        assert_eq!(bell.run(&mut wait), Ok(()));
        assert_eq!(bell.poll(&mut wait).map(|r| r.is_err()), true.into());
        let again = server.queue().wait_for_disconnect_async(connection).await;
        assert_eq!(again, Err(Error::ConnectionInvalid));
    });
}

#[test]
fn dsc_006_a_client_that_closed_its_sending_side_counts_as_gone() {
    let (server, port) = server();
    let mut client = Client::send(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let request = server.receive().unwrap();
    let bell = Bell::new();
    let queue = server.queue();
    let mut wait = queue.wait_for_disconnect_async(request.connection_id());
    bell.poll_pending(&mut wait);
    client.0.shutdown(Shutdown::Write).unwrap();
    assert_eq!(bell.run(&mut wait), Ok(()));
    drop(request);
    // Wine's sockets tell a reader of an end, and this client cannot try to send.
    let end = client.0.read(&mut [0]);
    assert!(end.is_err() || cfg!(windows) && matches!(end, Ok(0)));
}

#[test]
fn rcv_007_shd_002_waiting_futures_end_with_their_queue() {
    let (server, port) = server();
    let client = Client::send(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let request = server.receive().unwrap();
    let bells = [Bell::new(), Bell::new()];
    let mut next = server.receive_async();
    let queue = server.queue();
    let mut wait = queue.wait_for_disconnect_async(request.connection_id());
    bells[0].poll_pending(&mut next);
    bells[1].poll_pending(&mut wait);
    server.shutdown().unwrap();
    assert_eq!(bells[0].run(&mut next).unwrap_err(), Error::Aborted);
    assert_eq!(bells[1].run(&mut wait), Err(Error::Aborted));
    let later = pollster::block_on(server.receive_async());
    assert_eq!(later.unwrap_err(), Error::InvalidHandle);
    drop((request, client));
}

#[test]
fn a_waiting_receive_does_not_keep_its_queue_open() {
    let (server, _) = server();
    let bell = Bell::new();
    let mut next = server.receive_async();
    bell.poll_pending(&mut next);
    drop(server);
    assert_eq!(bell.run(&mut next).unwrap_err(), Error::Aborted);
}
