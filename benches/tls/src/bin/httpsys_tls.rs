//! httpsys with the measured routes over https: `httpsys_tls PORT PEM [THREADS]`.
//!
//! The certificate is bound to the service directly, so that no configuration of this machine is touched.
#![forbid(unsafe_code)]

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::thread;

use httpsys::{Response, Server};
use httpsys_benches::{BIG_BYTES, HELLO};
use httpsys_engine::Service;
use httpsys_tls::{BindingFlags, Bindings, Certificate, TlsBinding};

fn main() {
    let mut arguments = std::env::args().skip(1);
    let (Some(port), Some(pem)) = (
        arguments.next().and_then(|p| p.parse().ok()),
        arguments.next(),
    ) else {
        eprintln!("usage: httpsys_tls PORT PEM [THREADS]");
        std::process::exit(2);
    };
    let threads = arguments
        .next()
        .and_then(|threads| threads.parse().ok())
        .unwrap_or(1);
    if let Err(e) = serve(port, &pem, threads) {
        eprintln!("httpsys_tls: {e}");
        std::process::exit(1);
    }
}

fn serve(port: u16, pem: &str, threads: usize) -> Result<(), Box<dyn std::error::Error>> {
    let certificate = Certificate::from_pem(&std::fs::read(pem)?)?;
    let binding = TlsBinding::new(Arc::new(certificate), BindingFlags(0))?;
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, port));
    let bindings = Bindings::builder().address(everywhere, binding).build();
    Service::global()?.set_tls_bindings(Arc::new(bindings));
    let server = Server::builder()
        .url(format!("https://localhost:{port}/"))
        .bind()?;
    let big = vec![b'x'; BIG_BYTES];
    thread::scope(|scope| {
        for _ in 1..threads {
            scope.spawn(|| answer(&server, &big));
        }
        answer(&server, &big);
    });
    Ok(())
}

fn answer(server: &Server, big: &[u8]) {
    let text = |body| {
        Response::ok()
            .header("Content-Type", "text/plain")
            .body(body)
    };
    let (hello, b128, b64k, big) = (
        text(HELLO),
        text(&big[..128]),
        text(&big[..65536]),
        text(big),
    );
    for request in server.incoming() {
        // A client that goes away is no failure.
        let _ = if request.path_is("/hello") {
            request.respond(&hello)
        } else if request.path_is("/128") {
            request.respond(&b128)
        } else if request.path_is("/64k") {
            request.respond(&b64k)
        } else if request.path_is("/big") {
            request.respond(&big)
        } else {
            request.respond(Response::from_status(404))
        };
    }
}
