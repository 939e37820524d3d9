//! Readers and writers of `tokio` and `futures-io`: request bodies, upgraded connections, streamed responses.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::time::Duration;

use httpsys::http::{Body, OnUpgrade};
use httpsys::{AsyncPipe, Response};
use httpsys_sim::{Client, ClientEnd, block_on};

use crate::site::{Answer, Flag, Handler, text, under_ten_seeds};

const SECOND: Duration = Duration::from_secs(1);
const UPGRADE: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
    Connection: Upgrade\r\n\r\n";

async fn read_with_tokio(
    from: &mut (impl tokio::io::AsyncRead + Unpin),
    buffer: &mut [u8],
) -> io::Result<usize> {
    let mut out = tokio::io::ReadBuf::new(buffer);
    poll_fn(|context| Pin::new(&mut *from).poll_read(context, &mut out)).await?;
    Ok(out.filled().len())
}

async fn read_with_futures_io(
    from: &mut (impl futures_io::AsyncRead + Unpin),
    buffer: &mut [u8],
) -> io::Result<usize> {
    poll_fn(|context| Pin::new(&mut *from).poll_read(context, buffer)).await
}

#[test]
fn a_body_is_an_async_read_of_either_crate_and_fails_with_its_client() {
    for by_tokio in [true, false] {
        under_ten_seeds(|site| {
            let has_failed = Flag::default();
            let failed = has_failed.clone();
            let handler = Handler(move |request: http::Request<Body>| {
                let failed = failed.clone();
                async move {
                    let (mut all, mut buffer) = (Vec::new(), [0; 3]);
                    let mut body = request.into_body();
                    loop {
                        let n = if by_tokio {
                            read_with_tokio(&mut body, &mut buffer).await
                        } else {
                            read_with_futures_io(&mut body, &mut buffer).await
                        };
                        match n {
                            Ok(0) => return Ok(text(String::from_utf8(all).unwrap())),
                            Ok(n) => all.extend_from_slice(&buffer[..n]),
                            Err(error) => {
                                failed.raise();
                                return Err(error);
                            }
                        }
                    }
                }
            });
            site.serving(handler, || {
                let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8\r\n\r\n0123";
                let mut client = site.sim.connect(80);
                client.send(head);
                site.sim.advance(60 * SECOND);
                client.send("4567");
                assert_eq!(client.expect_response().text(), "01234567");
                client.send(head);
                assert_eq!(client.expect_end(), ClientEnd::Reset); // TMO-006: after 120 s
            });
            assert!(has_failed.is_raised());
        });
    }
}

async fn echo_with_tokio(mut pipe: AsyncPipe) -> io::Result<()> {
    use tokio::io::AsyncWrite;
    let mut buffer = [0; 4096];
    loop {
        let n = read_with_tokio(&mut pipe, &mut buffer).await?;
        if n == 0 {
            return poll_fn(|context| Pin::new(&mut pipe).poll_shutdown(context)).await;
        }
        let mut rest = &buffer[..n];
        while !rest.is_empty() {
            let n = poll_fn(|context| Pin::new(&mut pipe).poll_write(context, rest)).await?;
            rest = &rest[n..];
        }
        poll_fn(|context| Pin::new(&mut pipe).poll_flush(context)).await?;
    }
}

async fn echo_with_futures_io(mut pipe: AsyncPipe) -> io::Result<()> {
    use futures_io::AsyncWrite;
    let mut buffer = [0; 4096];
    loop {
        let n = read_with_futures_io(&mut pipe, &mut buffer).await?;
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

fn expect_echo(client: &mut Client, text: &str) {
    use std::io::Read;
    client.send(text);
    let mut echo = vec![0; text.len()];
    client.read_exact(&mut echo).unwrap();
    assert_eq!(echo, text.as_bytes());
}

#[test]
fn upg_004_an_upgraded_connection_echoes_on_a_thread_of_the_simulation() {
    for by_tokio in [true, false] {
        under_ten_seeds(|site| {
            let handler = Handler(move |mut request: http::Request<Body>| {
                let upgrade = request.extensions_mut().remove::<OnUpgrade>().unwrap();
                drop(httpsys_sim::thread::spawn(move || {
                    block_on(async {
                        let pipe = upgrade.await.unwrap().into_async();
                        if by_tokio {
                            echo_with_tokio(pipe).await.unwrap();
                        } else {
                            echo_with_futures_io(pipe).await.unwrap();
                        }
                    });
                }));
                let response = http::Response::builder()
                    .status(101)
                    .header("upgrade", "websocket")
                    .header("connection", "Upgrade");
                std::future::ready(Answer::Ok(response.body(Body::empty()).unwrap()))
            });
            site.serving(handler, || {
                let mut client = site.sim.connect(80);
                client.send(UPGRADE);
                assert_eq!(client.expect_response().status, 101);
                expect_echo(&mut client, "hello");
                // No timer ends an upgraded connection.
                site.sim.advance(3600 * SECOND);
                expect_echo(&mut client, &"x".repeat(10_000));
                client.half_close();
                assert_eq!(client.expect_end(), ClientEnd::Closed);
            });
        });
    }
}

#[test]
fn a_streamed_response_waits_for_its_client_and_ends_whole() {
    use tokio::io::AsyncWrite;
    const LENGTH: usize = 1 << 20;
    under_ten_seeds(|site| {
        let mut client = site.sim.connect(80);
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let request = site.server.receive().unwrap();
        let writer = site.sim.spawn("writer", move || {
            let stream = request.start_chunked_response(Response::ok()).unwrap();
            let mut response = stream.into_async();
            block_on(async {
                let data = vec![b'x'; LENGTH];
                let mut rest = &data[..];
                while !rest.is_empty() {
                    let n = poll_fn(|cx| Pin::new(&mut response).poll_write(cx, rest)).await?;
                    rest = &rest[n..];
                }
                poll_fn(|cx| Pin::new(&mut response).poll_shutdown(cx)).await
            })
        });
        site.sim.advance(10 * SECOND);
        assert!(!writer.is_finished());
        assert_eq!(client.expect_response().body.len(), LENGTH);
        writer.join().unwrap().unwrap();
    });
}
