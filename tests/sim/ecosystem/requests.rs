//! The requests of a queue as a stream, and header fields as types.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::{Duration, SystemTime};

use futures_core::Stream;
use headers::{CacheControl, ContentType, IfModifiedSince, LastModified};
use httpsys::{Request, Response};
use httpsys_sim::block_on;

use crate::site::under_ten_seeds;

const HOUR: Duration = Duration::from_secs(3600);

/// A page that was last changed at this time: 304 for a client that has it already.
fn page(request: &Request, changed: SystemTime) -> Response<'static> {
    match request.typed_header::<IfModifiedSince>() {
        Ok(Some(since)) if !since.is_modified(changed) => Response::from_status(304),
        _ => Response::ok()
            .typed_header(ContentType::html())
            .typed_header(LastModified::from(changed))
            .typed_header(CacheControl::new().with_max_age(HOUR))
            .body("<p>hello"),
    }
}

async fn next<S: Stream + Unpin>(stream: &mut S) -> Option<S::Item> {
    poll_fn(|context| Pin::new(&mut *stream).poll_next(context)).await
}

#[test]
fn the_requests_of_a_queue_are_a_stream_and_their_fields_have_types() {
    under_ten_seeds(|site| {
        let mut requests = site.server.queue().requests();
        let changed = SystemTime::UNIX_EPOCH + httpsys_sim::unix_now();
        let thread = site.sim.spawn("stream", move || {
            block_on(async {
                let mut count = 0;
                while let Some(request) = next(&mut requests).await {
                    let response = page(&request, changed);
                    request.respond_async(response).await.unwrap();
                    count += 1;
                }
                count
            })
        });
        let mut client = site.sim.connect(80);
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let first = client.expect_response();
        assert_eq!(first.text(), "<p>hello");
        assert_eq!(first.field("Content-Type"), Some("text/html"));
        assert_eq!(first.field("Cache-Control"), Some("max-age=3600"));
        let changed = first.field("Last-Modified").unwrap().to_owned();
        // The clock of the simulation begins with 2026.
        assert_eq!(changed, "Thu, 01 Jan 2026 00:00:00 GMT");
        client.send(format!(
            "GET / HTTP/1.1\r\nHost: localhost\r\nIf-Modified-Since: {changed}\r\n\r\n"
        ));
        assert_eq!(client.expect_response().status, 304);
        // A receive that waits for a day is the stream's as well.
        site.sim.advance(24 * HOUR);
        let mut late = site.sim.connect(80);
        late.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let late = late.expect_response();
        assert!(late.field("Date").unwrap().starts_with("Fri, 02 Jan 2026"));
        site.server.shutdown().unwrap();
        assert_eq!(thread.join().unwrap(), 3);
    });
}
