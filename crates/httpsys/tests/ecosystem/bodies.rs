//! Bodies of requests, and back-pressure both ways.

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame};
use httpsys::http::Body;
use httpsys::{Error, Response};

use crate::support::{Client, server};
use crate::tools::{Answer, Handler, read_until, serving, split, text, write};

const LIMIT: Duration = Duration::from_secs(60);

async fn next(body: &mut Body) -> Option<Result<Bytes, Error>> {
    let frame = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await?;
    Some(frame.map(|frame| frame.into_data().expect("data")))
}

async fn collect(mut body: Body) -> Result<Vec<u8>, Error> {
    let mut all = Vec::new();
    while let Some(data) = next(&mut body).await {
        all.extend_from_slice(&data?);
    }
    Ok(all)
}

#[test]
fn bodies_arrive_whole_with_a_length_and_chunked() {
    let handler = Handler(|request: http::Request<Body>| async move {
        let hint = request.body().size_hint().exact();
        let body = collect(request.into_body()).await.unwrap();
        let sum: usize = body.iter().map(|&byte| usize::from(byte)).sum();
        Answer::Ok(text(format!("{hint:?} {} {sum}", body.len())))
    });
    serving(handler, |_, port| {
        let big = "x".repeat(100_000);
        let sum = 100_000 * usize::from(b'x');
        let head = "POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";
        let sent = format!("{head}Content-Length: 100000\r\n\r\n{big}");
        let answer = Client::send(port, &sent).read_all();
        assert_eq!(split(&answer).1, format!("Some(100000) 100000 {sum}"));
        let sent = format!("{head}Transfer-Encoding: chunked\r\n\r\n186A0\r\n{big}\r\n0\r\n\r\n");
        let answer = Client::send(port, &sent).read_all();
        assert_eq!(split(&answer).1, format!("None 100000 {sum}"));
    });
}

#[test]
fn a_body_is_read_while_its_response_is_sent() {
    let handler = Handler(|request: http::Request<Body>| async move {
        Answer::Ok(http::Response::new(request.into_body()))
    });
    serving(handler, |_, port| {
        let head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
        let mut client = Client::send(port, head);
        read_until(&mut client, "\r\n\r\n");
        for chunk in ["2\r\nab\r\n", "3\r\ncde\r\n", "0\r\n\r\n"] {
            write(&mut client, chunk);
            assert_eq!(read_until(&mut client, chunk), chunk);
        }
    });
}

#[test]
fn the_length_that_is_left_is_counted_down_and_the_end_is_known_with_the_last_byte() {
    let (server, port) = server();
    let mut client = Client::connect(port);
    write(
        &mut client,
        "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab",
    );
    let (request, _responder) = server.receive().unwrap().into_http().unwrap();
    let mut body = request.into_body();
    assert_eq!(body.size_hint().exact(), Some(5));
    let first = pollster::block_on(next(&mut body)).unwrap().unwrap();
    assert_eq!(&first[..], b"ab");
    assert_eq!(body.size_hint().exact(), Some(3));
    let waits = pin!(next(&mut body)).poll(&mut Context::from_waker(Waker::noop()));
    assert!(waits.is_pending());
    write(&mut client, "cde");
    let second = pollster::block_on(next(&mut body)).unwrap().unwrap();
    assert_eq!(&second[..], b"cde");
    assert!(body.is_end_stream());
    assert!(pollster::block_on(next(&mut body)).is_none());
}

#[test]
fn a_body_that_breaks_off_ends_with_an_error_and_so_does_one_behind_its_response() {
    let (server, port) = server();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nab";
    let client = Client::send(port, head);
    let (request, _responder) = server.receive().unwrap().into_http().unwrap();
    drop(client);
    assert_eq!(
        pollster::block_on(collect(request.into_body())),
        Err(Error::Aborted)
    );

    let _client = Client::send(port, head);
    let (request, responder) = server.receive().unwrap().into_http().unwrap();
    pollster::block_on(responder.send(http::Response::new(Body::empty()))).unwrap();
    let mut body = request.into_body();
    assert_eq!(
        pollster::block_on(next(&mut body)),
        Some(Err(Error::ConnectionInvalid))
    );
    assert_eq!(pollster::block_on(next(&mut body)), None);
}

#[test]
fn a_body_that_was_read_to_its_length_ends_in_order_behind_its_response() {
    let (server, port) = server();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nabcde";
    let _client = Client::send(port, head);
    let (request, responder) = server.receive().unwrap().into_http().unwrap();
    let mut body = request.into_body();
    while !body.is_end_stream() {
        pollster::block_on(next(&mut body)).unwrap().unwrap();
    }
    pollster::block_on(responder.send(text("done"))).unwrap();
    assert_eq!(pollster::block_on(next(&mut body)), None);
}

/// Says when its task is woken.
struct Tells(mpsc::Sender<()>);

impl Wake for Tells {
    fn wake(self: Arc<Self>) {
        let _ = self.0.send(());
    }
}

#[test]
fn a_dropped_body_passes_its_wake_up_on_to_a_read_of_its_request() {
    let (server, port) = server();
    let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n";
    let mut client = Client::send(port, head);
    let (request, responder) = server.receive().unwrap().into_http().unwrap();
    let mut buffer = [0; 8];
    let [(first, first_is_woken), (second, second_is_woken)] = [(); 2].map(|()| {
        let (send, woken) = mpsc::channel();
        (Waker::from(Arc::new(Tells(send))), woken)
    });
    let mut body = request.into_body();
    let waits = Pin::new(&mut body).poll_frame(&mut Context::from_waker(&first));
    assert!(waits.is_pending());
    let mut read = pin!(responder.request().read_body_async(&mut buffer));
    let mut context = Context::from_waker(&second);
    assert!(read.as_mut().poll(&mut context).is_pending());
    write(&mut client, "ab");
    assert_eq!(first_is_woken.recv_timeout(LIMIT), Ok(()));
    drop(body);
    assert_eq!(second_is_woken.recv_timeout(LIMIT), Ok(()));
    assert_eq!(read.poll(&mut context), Poll::Ready(Ok(2)));
}

#[test]
fn what_the_program_does_not_read_stays_with_the_client() {
    let (server, port) = server();
    let client = Client::connect(port);
    let mut sending = client.0.try_clone().unwrap();
    let total = 64 << 20;
    std::thread::scope(|scope| {
        let sender = scope.spawn(move || {
            use std::io::Write;
            let head =
                format!("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {total}\r\n\r\n");
            sending.write_all(head.as_bytes()).unwrap();
            sending.write_all(&vec![0; total]).is_ok()
        });
        let request = server.receive().unwrap();
        let id = request.connection_id();
        let (request, responder) = request.into_http().unwrap();
        let mut body = request.into_body();
        let first = pollster::block_on(next(&mut body)).unwrap().unwrap();
        assert!(first.len() <= 16 * 1024);
        // The kernel's buffers cannot hold 64 MiB: the client cannot have sent all.
        assert!(!sender.is_finished());
        assert_eq!(
            server.service().fate_of(id),
            httpsys::ConnectionStatus::Open
        );
        let mut got = first.len();
        while let Some(data) = pollster::block_on(next(&mut body)) {
            got += data.unwrap().len();
        }
        assert_eq!(got, total);
        assert!(sender.join().unwrap());
        pollster::block_on(responder.send(text("done"))).unwrap();
    });
}

/// Frames of one length, counted as they are asked for.
struct Counted {
    asked: Arc<AtomicUsize>,
    length: usize,
    left: usize,
}

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.asked.fetch_add(1, Ordering::SeqCst);
        let length = self.length;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; length])))))
    }
}

#[test]
fn the_next_frame_is_asked_for_when_the_one_before_is_sent() {
    const FRAMES: usize = 1024;
    let (server, port) = server();
    let client = Client::send(port, "GET / HTTP/1.0\r\n\r\n");
    let (_, responder) = server.receive().unwrap().into_http().unwrap();
    let asked = Arc::new(AtomicUsize::new(0));
    let body = Counted {
        asked: Arc::clone(&asked),
        length: 65_536,
        left: FRAMES,
    };
    let mut sends = pin!(responder.send(http::Response::new(body)));
    // The client reads nothing, and the kernel's buffers cannot hold 64 MiB.
    // Up to as many polls as there are frames, since each of them takes some.
    for _ in 0..FRAMES {
        let polled = sends.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        assert!(polled.is_pending());
    }
    assert!(asked.load(Ordering::SeqCst) < FRAMES);
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| split(&client.read_all()).1.len());
        pollster::block_on(sends).unwrap();
        drop(server.queue().clone());
        assert_eq!(reader.join().unwrap(), FRAMES * 65_536);
    });
    assert_eq!(asked.load(Ordering::SeqCst), FRAMES);
}

#[test]
fn a_body_that_is_never_pending_lets_other_tasks_run() {
    const FRAMES: usize = 1000;
    let (server, port) = server();
    for length in [0, 1] {
        let client = Client::send(port, "GET / HTTP/1.0\r\n\r\n");
        let (_, responder) = server.receive().unwrap().into_http().unwrap();
        let asked = Arc::new(AtomicUsize::new(0));
        let body = Counted {
            asked: Arc::clone(&asked),
            length,
            left: FRAMES,
        };
        let (send, woken) = mpsc::channel();
        let waker = Waker::from(Arc::new(Tells(send)));
        let mut sends = pin!(responder.send(http::Response::new(body)));
        let mut polls = 0;
        while sends
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
        {
            polls += 1;
            assert!(asked.load(Ordering::SeqCst) <= polls * 64);
            assert_eq!(woken.recv_timeout(LIMIT), Ok(()));
        }
        assert!(polls >= FRAMES / 64);
        assert_eq!(split(&client.read_all()).1.len(), FRAMES * length);
    }
}

#[test]
fn a_responder_works_beside_the_calls_of_the_crate() {
    let (server, port) = server();
    for way in 0..2 {
        let client = Client::send(
            port,
            "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        );
        let request = server.receive().unwrap();
        if way == 0 {
            request.respond(Response::ok().body("same")).unwrap();
        } else {
            let (_, responder) = request.into_http().unwrap();
            pollster::block_on(responder.send(text("same"))).unwrap();
        }
        let answer = client.read_all();
        let expected = (vec!["HTTP/1.1 200 OK", "Content-Length: 4"], "same");
        assert_eq!(split(&answer), expected);
    }
}
