//! The shop over HTTP/1.1 and HTTP/2, on tokio.
//!
//! Owns what axum, tokio and h2 make of the crate's features. Does not own framing, panics and
//! back-pressure themselves (`crates/httpsys/tests/ecosystem`).

use std::time::Duration;

use axum::Router;
use axum::http::{HeaderMap, Request, Response, StatusCode};
use httpsys::tower::{ServeError, serve};
use httpsys::{Parameters, Server};
use httpsys_example_axum::{Article, router};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

const LIMIT: Duration = Duration::from_secs(60);

/// The shop on a free port.
struct Shop {
    server: Server,
    stop: oneshot::Sender<()>,
    served: JoinHandle<Result<(), ServeError>>,
}

impl Shop {
    fn open(router: Router) -> Shop {
        let mut parameters = Parameters::default();
        parameters.choices.http2_prior_knowledge = true;
        let builder = Server::builder().parameters(parameters);
        let server = builder.url("http://localhost:0/").bind().unwrap();
        let (stop, stopped) = oneshot::channel();
        let signal = async {
            let _ = stopped.await;
        };
        let serve = serve(server.queue(), router)
            .spawn_with(|task| {
                tokio::spawn(task);
            })
            .shutdown_when(signal, LIMIT);
        let served = tokio::spawn(serve.into_future());
        Shop {
            server,
            stop,
            served,
        }
    }

    async fn connect(&self) -> TcpStream {
        let address = self.server.local_addr().unwrap();
        TcpStream::connect(address).await.unwrap()
    }

    /// Sends one request on a connection of its own; returns status line and fields, and the body.
    async fn ask(&self, line: &str, body: &str) -> (String, String) {
        let mut client = self.connect().await;
        let length = body.len();
        let text = format!(
            "{line} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        client.write_all(text.as_bytes()).await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), body.to_owned())
    }

    async fn close(self) {
        self.stop.send(()).unwrap();
        self.served.await.unwrap().unwrap();
    }
}

/// Fails instead of waiting forever.
fn within_limit<F: Future<Output = ()>>(test: F) {
    let runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = { runtime }.worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(async { tokio::time::timeout(LIMIT, test).await.expect("it hangs") });
}

#[test]
fn routes_parameters_json_and_state() {
    within_limit(async {
        let shop = Shop::open(router());
        let pen = r#"{"name":"pen","cents":120}"#;
        let (head, _) = shop.ask("POST /articles", pen).await;
        assert!(head.starts_with("HTTP/1.1 201 Created\r\n"), "{head}");
        assert!(head.contains("\r\nLocation: /articles/1"), "{head}");
        let (head, _) = shop.ask("POST /articles", "{").await;
        assert!(head.starts_with("HTTP/1.1 400 "), "{head}");
        let (head, body) = shop.ask("GET /articles/1", "").await;
        assert!(
            head.contains("\r\nContent-Type: application/json"),
            "{head}"
        );
        let article: Article = serde_json::from_str(&body).unwrap();
        assert_eq!((article.name.as_str(), article.cents), ("pen", 120));
        assert_eq!(shop.ask("GET /articles?under=100", "").await.1, "[]");
        assert_eq!(
            shop.ask("GET /articles?under=200", "").await.1,
            format!("[{pen}]")
        );
        let (head, body) = shop.ask("HEAD /articles/1", "").await;
        assert!(
            head.contains(&format!("\r\nContent-Length: {}", pen.len())),
            "{head}"
        );
        assert_eq!(body, "");
        let (head, body) = shop.ask("DELETE /articles/1", "").await;
        assert!(
            head.starts_with("HTTP/1.1 204 ") && !head.contains("Content-Length"),
            "{head}"
        );
        assert_eq!(body, "");
        assert!(
            shop.ask("GET /articles/1", "")
                .await
                .0
                .starts_with("HTTP/1.1 404 ")
        );
        assert!(
            shop.ask("GET /articles/x", "")
                .await
                .0
                .starts_with("HTTP/1.1 400 ")
        );
        assert!(
            shop.ask("PUT /articles/1", "")
                .await
                .0
                .starts_with("HTTP/1.1 405 ")
        );
        let (head, body) = shop.ask("GET /nowhere", "").await;
        assert!(head.starts_with("HTTP/1.1 404 "), "{head}");
        assert_eq!(body, "there is no such page\n");
        shop.close().await;
    });
}

#[test]
fn uploads_and_downloads_are_streamed() {
    within_limit(async {
        let shop = Shop::open(router());
        let upload = "\u{1}".repeat(3_000_000);
        let (_, body) = shop.ask("POST /sum", &upload).await;
        assert_eq!(body, "3000000 bytes, 3000000 in all\n");
        let (head, body) = shop.ask("GET /lines/3", "").await;
        assert!(head.contains("\r\nTransfer-Encoding: chunked"), "{head}");
        assert_eq!(
            body,
            "7\r\nline 0\n\r\n7\r\nline 1\n\r\n7\r\nline 2\n\r\n0\r\n\r\n"
        );
        let (head, body) = shop.ask("GET /events", "").await;
        assert!(
            head.contains("\r\nContent-Type: text/event-stream"),
            "{head}"
        );
        assert_eq!(body.matches("data: tick\n\n").count(), 3, "{body}");
        shop.close().await;
    });
}

#[test]
fn handlers_see_what_the_service_knows_and_a_panic_costs_its_request_alone() {
    within_limit(async {
        let shop = Shop::open(router());
        let port = shop.server.local_addr().unwrap().port();
        let (_, body) = shop.ask("GET /client", "").await;
        let expected = format!("127.0.0.1 over clear text, as http://localhost:{port}/client\n");
        assert_eq!(body, expected);
        assert!(
            shop.ask("GET /panics", "")
                .await
                .0
                .starts_with("HTTP/1.1 500 ")
        );
        assert_eq!(shop.ask("GET /", "").await.1, "a shop\n");
        assert!(
            shop.ask("GET /echo", "")
                .await
                .0
                .starts_with("HTTP/1.1 426 ")
        );
        shop.close().await;
    });
}

#[test]
fn an_upgraded_connection_is_an_async_read_and_write_of_tokio() {
    within_limit(async {
        let shop = Shop::open(router());
        let mut client = shop.connect().await;
        let head = "GET /echo HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n\
            Connection: Upgrade\r\n\r\n";
        client.write_all(head.as_bytes()).await.unwrap();
        client.write_all(b"hello").await.unwrap();
        client.shutdown().await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(
            answer.starts_with("HTTP/1.1 101 Switching Protocols\r\n"),
            "{answer}"
        );
        assert!(answer.ends_with("\r\n\r\nhello"), "{answer}");
        shop.close().await;
    });
}

/// One request over HTTP/2; the response and its body, if that came whole.
async fn over_h2(
    shop: &Shop,
    request: Request<()>,
    body: &'static [u8],
) -> (
    Response<()>,
    Result<(Vec<u8>, Option<HeaderMap>), h2::Error>,
) {
    let (client, connection) = h2::client::handshake(shop.connect().await).await.unwrap();
    let driver = tokio::spawn(connection);
    let mut client = client.ready().await.unwrap();
    let (response, mut sending) = client.send_request(request, body.is_empty()).unwrap();
    if !body.is_empty() {
        sending.send_data(body.into(), true).unwrap();
    }
    let (parts, mut receiving) = response.await.unwrap().into_parts();
    let mut all = Vec::new();
    let mut failed = None;
    while let Some(data) = receiving.data().await {
        match data {
            Ok(data) => {
                receiving
                    .flow_control()
                    .release_capacity(data.len())
                    .unwrap();
                all.extend_from_slice(&data);
            }
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    let result = match failed {
        Some(error) => Err(error),
        None => Ok((all, receiving.trailers().await.unwrap())),
    };
    drop((client, sending, receiving));
    driver.abort();
    (Response::from_parts(parts, ()), result)
}

#[test]
fn http_2_has_requests_bodies_and_trailers_both_ways_and_resets_one_stream() {
    use axum::body::{Body, Bytes};
    use axum::routing::get;

    within_limit(async {
        let router = router().route("/trailers", get(|| async { Response::new(Tail(0)) }));
        let broken = || async {
            let pieces = [Ok(Bytes::from_static(b"a part")), Err("the disk is gone")];
            Body::from_stream(futures_util::stream::iter(pieces))
        };
        let shop = Shop::open(router.route("/broken", get(broken)));
        let ask = |verb: &str, path: &str| {
            let builder = Request::builder().method(verb);
            builder
                .uri(format!("http://localhost{path}"))
                .body(())
                .unwrap()
        };
        let (response, body) = over_h2(&shop, ask("POST", "/sum"), b"\x01\x02").await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(body.unwrap().0, b"2 bytes, 3 in all\n");
        let (_, body) = over_h2(&shop, ask("GET", "/lines/2"), b"").await;
        assert_eq!(body.unwrap().0, b"line 0\nline 1\n");
        // H2X-014, H2X-015.
        let (_, body) = over_h2(&shop, ask("GET", "/trailers"), b"").await;
        let (body, trailers) = body.unwrap();
        assert_eq!(body, b"body");
        assert_eq!(trailers.unwrap()["x-sum"], "7");
        let (_, body) = over_h2(&shop, ask("GET", "/broken"), b"").await;
        assert!(body.unwrap_err().is_reset());
        shop.close().await;
    });
}

/// A body with trailers.
struct Tail(usize);

impl axum::body::HttpBody for Tail {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        self.0 += 1;
        std::task::Poll::Ready(match self.0 {
            1 => Some(Ok(http_body::Frame::data("body".into()))),
            2 => {
                let mut fields = HeaderMap::new();
                fields.insert("x-sum", "7".parse().unwrap());
                Some(Ok(http_body::Frame::trailers(fields)))
            }
            _ => None,
        })
    }
}

#[test]
fn a_shutdown_waits_for_the_request_in_progress() {
    within_limit(async {
        let shop = Shop::open(router());
        let mut client = shop.connect().await;
        let head = "POST /sum HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\
            Expect: 100-continue\r\n\r\n";
        client.write_all(head.as_bytes()).await.unwrap();
        // The handler waits for the body.
        let mut interim = [0; 25];
        client.read_exact(&mut interim).await.unwrap();
        assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
        let Shop {
            server,
            stop,
            served,
        } = shop;
        let address = server.local_addr().unwrap();
        stop.send(()).unwrap();
        // The shutdown has begun when nobody can connect any more.
        while TcpStream::connect(address).await.is_ok() {
            tokio::task::yield_now().await;
        }
        client.write_all(b"\x01\x01\x01\x01").await.unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
        assert!(answer.ends_with("4 bytes, 4 in all\n"), "{answer}");
        served.await.unwrap().unwrap();
        assert!(server.queue().is_closed());
    });
}
