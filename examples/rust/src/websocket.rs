//! A WebSocket server on opaque mode: the handshake by HTTP, then the frames on the bare connection.
//!
//! | request | answer |
//! |---|---|
//! | `GET /` | a page that opens a WebSocket and shows what comes back |
//! | `GET /ws` with `Upgrade: websocket` | 101, then each message comes back as it was |
//!
//! HTTP.sys does the handshake's HTTP and hands the connection over (HTTP_SEND_RESPONSE_FLAG_OPAQUE);
//! frames, masks and the closing handshake are the program's, here the crate tungstenite's.

use std::io::Write;
use std::process::ExitCode;
use std::thread;

use httpsys::{RegisterError, Request, RequestQueue, Response, Result, Server, Upgraded};
use httpsys_examples::Options;
use tungstenite::Error;
use tungstenite::error::ProtocolError;
use tungstenite::handshake::derive_accept_key;
use tungstenite::protocol::{Role, WebSocket};

const PAGE: &str = "<!DOCTYPE html>
<title>waiting</title>
<body>
<script>
const socket = new WebSocket(`ws://${location.host}/ws`);
socket.onopen = () => socket.send('Hello');
socket.onmessage = event => {
  document.body.append(`echo: ${event.data}`);
  socket.close(1000, 'enough');
};
socket.onclose = event => { document.title = `closed ${event.code} ${event.reason}`; };
</script>
";

fn main() -> ExitCode {
    match run(Options::of_this_process()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("websocket: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: Options) -> Result<(), RegisterError> {
    let mut builder = Server::builder();
    for prefix in options.prefixes() {
        builder = builder.url(prefix);
    }
    let server = builder.bind()?;
    let port = server.local_addr()?.port();
    println!("listening on {}://127.0.0.1:{port}/", options.scheme());
    // Nobody has to read it.
    let _ = std::io::stdout().flush();
    thread::scope(|scope| {
        for _ in 0..options.threads {
            scope.spawn(|| serve(server.queue()));
        }
    });
    Ok(())
}

fn serve(queue: &RequestQueue) {
    for request in queue.incoming() {
        let answered = match accept_key(&request) {
            Some(key) if request.path_is("/ws") => upgrade(request, &key),
            _ if request.path_is("/ws") => request
                .respond(Response::from_status(426).header("Upgrade", "websocket"))
                .map(drop),
            _ if request.path_is("/") => {
                let page = Response::ok()
                    .header("Content-Type", "text/html")
                    .body(PAGE);
                request.respond(page).map(drop)
            }
            _ => request.respond(Response::from_status(404)).map(drop),
        };
        if let Err(error) = answered {
            eprintln!("websocket: {error}");
        }
    }
}

/// The answer to the client's key, if the request is a handshake (RFC 6455 section 4.2.1).
fn accept_key(request: &Request) -> Option<String> {
    let upgrade = request.header("Upgrade")?;
    let version = request.header("Sec-WebSocket-Version")?;
    let key = request.header("Sec-WebSocket-Key")?;
    let is_websocket = upgrade.eq_ignore_ascii_case(b"websocket") && version == b"13";
    is_websocket.then(|| derive_accept_key(key))
}

fn upgrade(request: Request, key: &str) -> Result<()> {
    let response = Response::new(101, "Switching Protocols")
        .header("Upgrade", "websocket")
        .header("Connection", "Upgrade")
        .header("Sec-WebSocket-Accept", key);
    let pipe = request.upgrade(response)?;
    // A thread of its own for each connection: it lives as long as its client wants.
    thread::spawn(move || {
        let mut socket = WebSocket::from_raw_socket(pipe, Role::Server, None);
        let echoed = echo(&mut socket);
        let pipe = socket.into_inner();
        match echoed {
            // In order: a pipe that is just dropped is reset, and its last frame may be lost.
            // It fails when the client was faster.
            Ok(()) => drop(pipe.close()),
            Err(error) => eprintln!("websocket: {error}"),
        }
    });
    Ok(())
}

/// Sends each message back until the client closes.
fn echo(socket: &mut WebSocket<Upgraded>) -> tungstenite::Result<()> {
    loop {
        match socket.read() {
            Ok(message) if message.is_text() || message.is_binary() => socket.send(message)?,
            // Pings and the closing handshake are answered by the library.
            Ok(_) => {}
            Err(Error::ConnectionClosed) => return Ok(()),
            // A client that just goes away is no fault of the server's.
            Err(Error::Protocol(ProtocolError::ResetWithoutClosingHandshake)) => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
