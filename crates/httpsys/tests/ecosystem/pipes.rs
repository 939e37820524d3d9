//! Upgrades, and the traits of `tokio` and `futures-io`.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::Pin;
use std::thread;

use httpsys::http::{Body, OnUpgrade};
use httpsys::{AsyncPipe, AsyncResponse, Request, Response, Server};

use crate::support::{Client, server};
use crate::tools::{Answer, Handler, read_until, serving, split, text, write};

const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\n\r\n";

/// Answers with 101 and gives the pipe to `speak` on a thread of its own.
fn switching<F>(
    speak: fn(AsyncPipe) -> F,
) -> Handler<impl Fn(http::Request<Body>) -> std::future::Ready<Answer> + Clone>
where
    F: Future<Output = io::Result<()>> + 'static,
{
    Handler(move |mut request: http::Request<Body>| {
        let upgrade = request.extensions_mut().remove::<OnUpgrade>();
        let Some(upgrade) = upgrade else {
            return std::future::ready(Ok(text("no upgrade")));
        };
        thread::spawn(move || {
            let pipe = pollster::block_on(upgrade).unwrap();
            pollster::block_on(speak(pipe.into_async()))
        });
        let response = http::Response::builder()
            .status(101)
            .header("upgrade", "websocket")
            .header("connection", "Upgrade");
        std::future::ready(Ok(response.body(Body::empty()).unwrap()))
    })
}

async fn echo_with_futures_io(mut pipe: AsyncPipe) -> io::Result<()> {
    use futures_io::{AsyncRead, AsyncWrite};
    let mut buffer = [0; 4096];
    loop {
        let n = poll_fn(|context| Pin::new(&mut pipe).poll_read(context, &mut buffer)).await?;
        if n == 0 {
            return poll_fn(|context| Pin::new(&mut pipe).poll_close(context)).await;
        }
        let mut rest = &buffer[..n];
        while !rest.is_empty() {
            let n = poll_fn(|context| Pin::new(&mut pipe).poll_write(context, rest)).await?;
            rest = &rest[n..];
        }
        poll_fn(|context| Pin::new(&mut pipe).poll_flush(context)).await?;
    }
}

async fn echo_with_tokio(mut pipe: AsyncPipe) -> io::Result<()> {
    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
    let mut buffer = [0; 4096];
    loop {
        let mut out = ReadBuf::new(&mut buffer);
        poll_fn(|context| Pin::new(&mut pipe).poll_read(context, &mut out)).await?;
        if out.filled().is_empty() {
            return poll_fn(|context| Pin::new(&mut pipe).poll_shutdown(context)).await;
        }
        let mut rest = out.filled();
        while !rest.is_empty() {
            let n = poll_fn(|context| Pin::new(&mut pipe).poll_write(context, rest)).await?;
            rest = &rest[n..];
        }
    }
}

fn echoes(client: &mut Client) {
    let head = read_until(client, "\r\n\r\n");
    assert!(
        head.starts_with("HTTP/1.1 101 Switching Protocols\r\n"),
        "{head}"
    );
    for text in ["hello", "and more"] {
        write(client, text);
        assert_eq!(read_until(client, text), text);
    }
    client.0.shutdown(std::net::Shutdown::Write).unwrap();
}

#[test]
fn an_upgraded_connection_is_a_pipe_of_either_crate() {
    serving(switching(echo_with_futures_io), |_, port| {
        let mut client = Client::send(port, UPGRADE);
        echoes(&mut client);
        assert_eq!(client.read_all(), "");
    });
    serving(switching(echo_with_tokio), |_, port| {
        let mut client = Client::send(port, UPGRADE);
        echoes(&mut client);
        assert_eq!(client.read_all(), "");
    });
}

#[test]
fn a_pipe_that_is_dropped_before_its_close_resets_the_connection() {
    serving(switching(|_| async { Ok(()) }), |_, port| {
        let mut client = Client::send(port, UPGRADE);
        read_until(&mut client, "\r\n\r\n");
        assert!(client.was_reset());
    });
}

#[test]
fn a_request_without_upgrade_has_no_such_extension_and_a_101_to_it_is_refused() {
    serving(switching(echo_with_tokio), |_, port| {
        let answer = crate::tools::ask(port, "GET / HTTP/1.1");
        assert_eq!(split(&answer).1, "no upgrade");
    });
    let handler = Handler(|_| {
        let response = http::Response::builder().status(101).body(Body::empty());
        async move { Answer::Ok(response.unwrap()) }
    });
    serving(handler, |_, port| {
        let answer = crate::tools::ask(port, "GET / HTTP/1.1");
        let head = vec!["HTTP/1.1 500 Internal Server Error", "Content-Length: 0"];
        assert_eq!(split(&answer), (head, ""));
    });
}

#[test]
fn an_upgrade_that_is_answered_otherwise_ends_for_those_who_wait() {
    let (send, result) = std::sync::mpsc::channel();
    let handler = Handler(move |mut request: http::Request<Body>| {
        let upgrade = request.extensions_mut().remove::<OnUpgrade>().unwrap();
        let send = send.clone();
        thread::spawn(move || send.send(pollster::block_on(upgrade).map(drop)));
        async { Answer::Ok(text("not now")) }
    });
    serving(handler, |_, port| {
        let mut client = Client::send(port, UPGRADE);
        read_until(&mut client, "not now");
        assert_eq!(
            result.recv().unwrap(),
            Err(httpsys::Error::ConnectionInvalid)
        );
    });
}

#[test]
fn a_body_is_an_async_read_of_either_crate() {
    let handler = Handler(|request: http::Request<Body>| async move {
        let by_tokio = request.uri().path() == "/tokio";
        let mut body = request.into_body();
        let (mut all, mut buffer) = (Vec::new(), [0; 3]);
        loop {
            let n = if by_tokio {
                let mut out = tokio::io::ReadBuf::new(&mut buffer);
                poll_fn(|context| {
                    tokio::io::AsyncRead::poll_read(Pin::new(&mut body), context, &mut out)
                })
                .await
                .unwrap();
                out.filled().len()
            } else {
                poll_fn(|context| {
                    futures_io::AsyncRead::poll_read(Pin::new(&mut body), context, &mut buffer)
                })
                .await
                .unwrap()
            };
            if n == 0 {
                return Answer::Ok(text(String::from_utf8(all).unwrap()));
            }
            all.extend_from_slice(&buffer[..n]);
        }
    });
    serving(handler, |_, port| {
        for path in ["/tokio", "/futures-io"] {
            let sent = format!(
                "POST {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
                 Content-Length: 8\r\n\r\n01234567"
            );
            assert_eq!(split(&Client::send(port, &sent).read_all()).1, "01234567");
        }
    });
}

/// Streams a response with `write` to a client's request. The client can read it as long as the server lives.
fn streamed(
    method: &str,
    write: impl AsyncFnOnce(AsyncResponse) -> io::Result<()>,
) -> (Server, Client) {
    let (server, port) = server();
    let head = format!("{method} / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let client = Client::send(port, &head);
    let request: Request = server.receive().unwrap();
    let stream = request.start_chunked_response(Response::ok()).unwrap();
    pollster::block_on(write(stream.into_async())).unwrap();
    (server, client)
}

async fn write_with_tokio(mut response: AsyncResponse) -> io::Result<()> {
    use tokio::io::AsyncWrite;
    let mut rest = &b"hello, "[..];
    while !rest.is_empty() {
        rest = &rest[poll_fn(|cx| Pin::new(&mut response).poll_write(cx, rest)).await?..];
    }
    poll_fn(|cx| Pin::new(&mut response).poll_flush(cx)).await?;
    assert_eq!(
        poll_fn(|cx| Pin::new(&mut response).poll_write(cx, b"")).await?,
        0
    );
    poll_fn(|cx| Pin::new(&mut response).poll_write(cx, b"world")).await?;
    poll_fn(|cx| Pin::new(&mut response).poll_shutdown(cx)).await?;
    poll_fn(|cx| Pin::new(&mut response).poll_shutdown(cx)).await?; // has no effect
    let late = poll_fn(|cx| Pin::new(&mut response).poll_write(cx, b"late")).await;
    assert_eq!(late.unwrap_err().kind(), io::ErrorKind::BrokenPipe);
    Ok(())
}

async fn write_with_futures_io(mut response: AsyncResponse) -> io::Result<()> {
    use futures_io::AsyncWrite;
    for piece in [&b"hello, "[..], b"world"] {
        poll_fn(|cx| Pin::new(&mut response).poll_write(cx, piece)).await?;
    }
    poll_fn(|cx| Pin::new(&mut response).poll_flush(cx)).await?;
    poll_fn(|cx| Pin::new(&mut response).poll_close(cx)).await
}

#[test]
fn a_streamed_response_is_an_async_write_of_either_crate() {
    for (_server, client) in [
        streamed("GET", write_with_tokio),
        streamed("GET", write_with_futures_io),
    ] {
        let answer = client.read_all();
        assert!(
            answer.ends_with("\r\n\r\n7\r\nhello, \r\n5\r\nworld\r\n0\r\n\r\n"),
            "{answer}"
        );
    }
    for (_server, client) in [
        streamed("HEAD", write_with_tokio),
        streamed("HEAD", write_with_futures_io),
    ] {
        let answer = client.read_all();
        assert_eq!(split(&answer).1, "", "{answer}");
    }
}

#[test]
fn a_streamed_response_waits_for_its_client_and_ends_whole() {
    use futures_io::AsyncWrite;
    const LENGTH: usize = 3_000_000;
    let (server, port) = server();
    let client = Client::send(port, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let response = Response::ok().content_length(LENGTH as u64).disconnect();
    let stream = server.receive().unwrap().start_response(response).unwrap();
    let reader = thread::spawn(move || client.read_all());
    let mut response = stream.into_async();
    pollster::block_on(async {
        let data = vec![b'x'; LENGTH];
        let mut rest = &data[..];
        while !rest.is_empty() {
            let n = poll_fn(|cx| Pin::new(&mut response).poll_write(cx, rest)).await?;
            assert!(n <= 64 * 1024);
            rest = &rest[n..];
        }
        poll_fn(|cx| Pin::new(&mut response).poll_close(cx)).await
    })
    .unwrap();
    let answer = reader.join().unwrap();
    assert_eq!(split(&answer).1.len(), LENGTH);
}

#[test]
fn a_streamed_response_that_is_dropped_before_its_close_resets_the_connection() {
    let (_server, mut client) = streamed("GET", async |mut response| {
        use futures_io::AsyncWrite;
        poll_fn(|cx| Pin::new(&mut response).poll_write(cx, b"abc"))
            .await
            .map(drop)
    });
    assert!(client.read_to_reset().is_some());
}
