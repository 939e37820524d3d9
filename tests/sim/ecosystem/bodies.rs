//! Bodies of requests and responses: back-pressure, trailers, clients that leave.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as _, Frame};
use httpsys::Error;
use httpsys::http::Body;
use httpsys_sim::ClientEnd;

use crate::site::{Answer, Flag, Gate, Handler, RaisesInDrop, length, next, text, under_ten_seeds};

const SECOND: Duration = Duration::from_secs(1);

#[test]
fn what_the_handler_does_not_read_stays_with_the_client() {
    const LENGTH: usize = 1 << 20;
    under_ten_seeds(|site| {
        let gate = Gate::default();
        let (opened, is_called) = (gate.clone(), Flag::default());
        let called = is_called.clone();
        let handler = Handler(move |request: http::Request<Body>| {
            let gate = gate.clone();
            called.raise();
            async move {
                gate.wait().await;
                let length = length(request.into_body()).await?;
                Ok::<_, Error>(text(format!("{length} bytes")))
            }
        });
        site.serving(handler, || {
            let mut client = site.sim.connect(80);
            let uploads = site.sim.spawn("client", move || {
                let head = "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length:";
                client.send(format!("{head} {LENGTH}\r\n\r\n"));
                client.send(vec![b'x'; LENGTH]);
                client
            });
            site.sim.run_until(|| is_called.is_raised());
            // TMO-006: no timer runs while nobody waits for content.
            site.sim.advance(300 * SECOND);
            assert!(!uploads.is_finished());
            opened.open();
            let mut client = uploads.join().unwrap();
            let answer = client.expect_response();
            assert_eq!(answer.text(), format!("{LENGTH} bytes"));
        });
    });
}

/// Frames of 16 KiB, counted as they are asked for.
struct Counted {
    asked: Arc<AtomicUsize>,
    left: usize,
}

const FRAME: usize = 16 * 1024;

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if self.left == 0 {
            return Poll::Ready(None);
        }
        self.left -= 1;
        self.asked.fetch_add(1, Relaxed);
        Poll::Ready(Some(Ok(Frame::data(Bytes::from(vec![b'x'; FRAME])))))
    }
}

#[test]
fn the_next_frame_of_a_response_is_asked_for_when_the_client_takes_those_before() {
    const FRAMES: usize = 64;
    under_ten_seeds(|site| {
        let asked = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&asked);
        let handler = Handler(move |_| {
            let (asked, left) = (Arc::clone(&counted), FRAMES);
            std::future::ready(Answer::Ok(http::Response::new(Counted { asked, left })))
        });
        site.serving(handler, || {
            let mut client = site.sim.connect(80);
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
            site.sim.advance(SECOND);
            let before = asked.load(Relaxed);
            site.sim.advance(SECOND);
            // The buffers of both ends have 64 KiB each.
            assert!((1..FRAMES / 2).contains(&before), "{before}");
            assert_eq!(asked.load(Relaxed), before);
            assert_eq!(client.expect_response().body.len(), FRAMES * FRAME);
            assert_eq!(asked.load(Relaxed), FRAMES);
        });
    });
}

/// Answers with the content, and the trailer X-Sum if it was the last frame.
async fn content_and_sum(request: http::Request<Body>) -> Result<http::Response<Body>, Error> {
    let (mut content, mut sum) = (Vec::new(), None);
    let mut body = request.into_body();
    while let Some(frame) = next(&mut body).await {
        assert!(sum.is_none(), "a frame behind the trailers");
        match frame?.into_data() {
            Ok(data) => content.extend_from_slice(&data),
            Err(frame) => {
                sum = Some(frame.into_trailers().expect("trailers")["x-sum"].clone());
                assert!(body.is_end_stream());
            }
        }
    }
    let content = String::from_utf8(content).expect("text");
    Ok(text(format!("{content}, {sum:?}")))
}

#[test]
fn a_trailer_of_the_request_is_the_last_frame_of_its_body() {
    under_ten_seeds(|site| {
        site.serving(Handler(content_and_sum), || {
            let head = "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
            let mut client = site.sim.connect(80);
            client.send(format!("{head}3\r\nabc\r\n2\r\nde\r\n0\r\n"));
            site.sim.advance(SECOND);
            assert_eq!(client.received(), b"");
            client.send("X-Sum: 7\r\n\r\n");
            assert_eq!(client.expect_response().text(), "abcde, Some(\"7\")");
            client.send(format!("{head}3\r\nabc\r\n0\r\n\r\n"));
            assert_eq!(client.expect_response().text(), "abc, None");
        });
    });
}

/// A frame of stream 1, with END_HEADERS where it has a field block.
fn frame(kind: u8, flags: u8, payload: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, payload.len() as u8, kind, flags, 0, 0, 0, 1];
    bytes.extend(payload);
    bytes
}

#[test]
fn over_http2_a_trailer_is_the_last_frame_of_the_body_too() {
    under_ten_seeds(|site| {
        site.serving(Handler(content_and_sum), || {
            let mut client = site.sim.connect(80);
            client.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
            client.send(frame(1, 4, b"\x83\x86\x84\x41\x09localhost"));
            client.send(frame(0, 0, b"abc"));
            client.send(frame(1, 5, b"\0\x05x-sum\x011"));
            site.sim.advance(SECOND);
            let received = client.received();
            let body = b"abc, Some(\"1\")";
            let is_there = received.windows(body.len()).any(|bytes| bytes == body);
            assert!(is_there, "{:?}", String::from_utf8_lossy(received));
        });
    });
}

#[test]
fn the_body_of_a_client_that_resets_in_the_middle_ends_with_an_error() {
    under_ten_seeds(|site| {
        let ends = Arc::new(Mutex::new(Vec::new()));
        let (seen, is_dropped) = (Arc::clone(&ends), Flag::default());
        let dropped = is_dropped.clone();
        let handler = Handler(move |request: http::Request<Body>| {
            let (ends, guard) = (Arc::clone(&seen), RaisesInDrop(dropped.clone()));
            async move {
                let _guard = guard;
                let read = length(request.into_body()).await;
                ends.lock().unwrap().push(read);
                read.map(|length| text(length.to_string()))
            }
        });
        site.serving(handler, || {
            let mut client = site.sim.connect(80);
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
            site.sim.advance(SECOND);
            assert!(!is_dropped.is_raised());
            client.reset();
            site.sim.advance(SECOND);
            assert!(is_dropped.is_raised());
            // The next client notices nothing.
            let mut client = site.sim.connect(80);
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc");
            assert_eq!(client.expect_response().text(), "3");
        });
        let ends = ends.lock().unwrap();
        assert_eq!(ends[..], [Err(Error::PeerReset), Ok(3)]);
    });
}

#[test]
fn tmo_006_a_body_that_does_not_come_ends_with_an_error_after_120_seconds() {
    under_ten_seeds(|site| {
        let ends = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&ends);
        let handler = Handler(move |request: http::Request<Body>| {
            let ends = Arc::clone(&seen);
            async move {
                let read = length(request.into_body()).await;
                ends.lock().unwrap().push(read);
                read.map(|length| text(length.to_string()))
            }
        });
        site.serving(handler, || {
            let mut client = site.sim.connect(80);
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
            let begin = site.sim.now();
            assert_eq!(client.expect_end(), ClientEnd::Reset);
            let took = site.sim.now() - begin;
            assert!((120 * SECOND..123 * SECOND).contains(&took), "{took:?}");
        });
        let ends = ends.lock().unwrap();
        assert_eq!(ends[..], [Err(Error::ConnectionInvalid)]);
    });
}
