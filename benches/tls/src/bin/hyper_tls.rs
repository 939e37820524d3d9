//! hyper + tokio-rustls with the measured routes, over HTTP/1.1 or HTTP/2 as the client asks: `hyper_tls PORT PEM`.
//!
//! One thread, as the measurement gives one processor to each server.
#![forbid(unsafe_code)]

use std::convert::Infallible;
use std::net::SocketAddr;

use bytes::Bytes;
use http_body_util::Full;
use httpsys_benches::{BIG_BYTES, HELLO};
use hyper::body::Incoming;
use hyper::header::{CONTENT_TYPE, HeaderValue, SERVER};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(port), Some(pem)) = (
        arguments.next().and_then(|p| p.parse().ok()),
        arguments.next(),
    ) else {
        eprintln!("usage: hyper_tls PORT PEM");
        std::process::exit(2);
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .build();
    if let Err(e) = runtime
        .map_err(|e| e.to_string())
        .and_then(|r| r.block_on(serve(port, &pem)))
    {
        eprintln!("hyper_tls: {e}");
        std::process::exit(1);
    }
}

async fn serve(port: u16, pem: &str) -> Result<(), String> {
    let acceptor = TlsAcceptor::from(httpsys_benches_tls::server_config(
        pem,
        &["h2", "http/1.1"],
    )?);
    let address = SocketAddr::from(([127, 0, 0, 1], port));
    let listener = TcpListener::bind(address)
        .await
        .map_err(|e| e.to_string())?;
    let big = Bytes::from(vec![b'x'; BIG_BYTES]);
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        let _ = stream.set_nodelay(true);
        let (acceptor, big) = (acceptor.clone(), big.clone());
        tokio::spawn(async move {
            let Ok(stream) = acceptor.accept(stream).await else {
                return;
            };
            let service = service_fn(|request| std::future::ready(answer(&request, &big)));
            let is_http2 = stream.get_ref().1.alpn_protocol() == Some(b"h2");
            let io = TokioIo::new(stream);
            // A client that goes away is no failure.
            if is_http2 {
                let _ = http2::Builder::new(TokioExecutor::new())
                    .serve_connection(io, service)
                    .await;
            } else {
                let _ = http1::Builder::new().serve_connection(io, service).await;
            }
        });
    }
}

fn answer(request: &Request<Incoming>, big: &Bytes) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = match request.uri().path() {
        "/hello" => (StatusCode::OK, Bytes::from_static(HELLO)),
        "/big" => (StatusCode::OK, big.clone()),
        "/128" => (StatusCode::OK, big.slice(..128)),
        "/64k" => (StatusCode::OK, big.slice(..65536)),
        _ => (StatusCode::NOT_FOUND, Bytes::new()),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response
        .headers_mut()
        .insert(SERVER, HeaderValue::from_static("hyper"));
    Ok(response)
}
