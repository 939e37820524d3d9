//! A server on the Rust API.
//!
//! | request | answer |
//! |---|---|
//! | `GET /` | a text |
//! | `POST /echo`, `POST /` | the body of the request, up to 1 MiB |
//! | `GET /stream` | a body that is sent piece by piece |
//! | `GET /cancel` | none: the connection is reset |
//! | `GET /page` | a page that loads a style sheet and uploads with fetch |
//! | `GET /endless` | a body without an end, until the client goes away |
//! | `GET /download/DIGITS` | so many bytes, sent piece by piece behind a Content-Length |
//! | `GET /connection` | the id of the connection and the address of the client |
//! | `GET /tls` | what there is to know of the TLS session and of the client's certificate |
//! | `GET /gone` | how many clients went away before their answer was complete |
//! | `GET /metrics` | the counters, for Prometheus |
//! | `GET /state` | the request queues with their URLs |
//! | `GET /hello`, `GET /api/v1/items/DIGITS` | `Hello, World!` |
//! | `POST /upload` | the length of the body in decimal |
//! | `GET /big` | 1 MiB of `x` |
//!
//! The last three rows are what the performance comparison asks for. Everything else is answered
//! with 404. With `--https` it serves https: the certificate is the one that the configuration has for
//! the port or the host name. Without `--all` it serves this machine only: `localhost`, and whatever
//! host name a client that connects to 127.0.0.1 gives (a prefix with an address is bound to the
//! address and not to the name, RTE-016).

use std::io::Write;
use std::process::ExitCode;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use httpsys::tls::TlsProtocol;
use httpsys::{Error, RegisterError, Request, Response, Result, Server, Service, Verb};
use httpsys_examples::Options;

/// The longest body that `/echo` takes into memory.
const ECHO_LIMIT: usize = 1 << 20;
/// The length of `/big`.
const BIG: usize = 1 << 20;
/// Bytes that `/upload` reads at once.
const UPLOAD_BUFFER: usize = 64 * 1024;

/// Clients that went away before their answer was complete.
static GONE: AtomicUsize = AtomicUsize::new(0);

const PAGE: &str = "<!DOCTYPE html>
<title>loading</title>
<link rel=\"stylesheet\" href=\"/style.css\">
<p>Hello from httpsys.</p>
<script>
(async () => {
  const body = new Uint8Array(300000).fill(120);
  const length = await (await fetch('/upload', { method: 'POST', body })).text();
  const style = getComputedStyle(document.querySelector('p')).color;
  document.title = `uploaded ${length}, ${style}`;
})();
</script>
";

fn main() -> ExitCode {
    match run(Options::of_this_process()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("hello: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The error of `bind` says why a URL cannot be served, which a bare [`Error`] does not.
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

    let big = vec![b'x'; BIG];
    thread::scope(|scope| {
        for _ in 1..options.threads {
            scope.spawn(|| serve(&server, &big));
        }
        serve(&server, &big);
    });
    Ok(())
}

/// Answers requests until the queue closes.
fn serve(server: &Server, big: &[u8]) {
    let mut worker = Worker::new(server.service(), big);
    for request in server.incoming() {
        match worker.handle(request) {
            Ok(()) => {}
            Err(Error::ConnectionInvalid | Error::PeerReset | Error::Aborted) => {
                GONE.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => eprintln!("hello: {error}"),
        }
    }
}

/// What one thread makes once and uses for every request.
struct Worker<'a> {
    service: &'a Service,
    hello: Response<'a>,
    big: Response<'a>,
    buffer: Vec<u8>,
}

impl<'a> Worker<'a> {
    fn new(service: &'a Service, big: &'a [u8]) -> Self {
        Worker {
            service,
            hello: text("Hello, World!"),
            big: text("").body(big),
            buffer: vec![0; UPLOAD_BUFFER],
        }
    }

    fn handle(&mut self, request: Request) -> Result<()> {
        // HEAD is answered as GET: the crate leaves the body out.
        let verb = match request.verb() {
            Verb::Head => Verb::Get,
            verb => verb,
        };
        match verb {
            Verb::Get if request.path_is("/hello") || is_item(&request) => {
                request.respond(&self.hello).map(drop)
            }
            Verb::Get if request.path_is("/") => request.respond(welcome()).map(drop),
            Verb::Get if request.path_is("/page") => request.respond(html(PAGE)).map(drop),
            Verb::Get if request.path_is("/style.css") => request.respond(style()).map(drop),
            Verb::Get if request.path_is("/endless") => endless(request),
            Verb::Get if request.path_is("/connection") => {
                let (id, client) = (request.connection_id(), request.remote_addr());
                let answer = format!("{:x} {client}\n", id.0);
                request.respond(text(&answer)).map(drop)
            }
            Verb::Get if request.path_is("/tls") => {
                let answer = describe_tls(&request);
                request.respond(text(&answer)).map(drop)
            }
            Verb::Get if request.path_is("/gone") => {
                let gone = GONE.load(Ordering::Relaxed).to_string();
                request.respond(text(&gone)).map(drop)
            }
            Verb::Get if request.path_is("/metrics") => metrics(request, self.service),
            Verb::Get if request.path_is("/state") => {
                let state = self.service.state().to_string();
                request.respond(text("").body(state)).map(drop)
            }
            Verb::Get if request.path_is("/big") => request.respond(&self.big).map(drop),
            Verb::Get if request.path_is("/stream") => stream(request),
            Verb::Get if request.path_is("/cancel") => request.cancel(),
            Verb::Post if request.path_is("/echo") || request.path_is("/") => echo(request),
            Verb::Post if request.path_is("/upload") => self.upload(request),
            Verb::Get => match number_after(&request, "/download/") {
                Some(length) => download(request, length),
                None => not_found(request),
            },
            _ => not_found(request),
        }
    }

    fn upload(&mut self, request: Request) -> Result<()> {
        let mut length = 0;
        loop {
            match request.read_body(&mut self.buffer)? {
                0 => break,
                n => length += n,
            }
        }
        request.respond(text(&length.to_string())).map(drop)
    }
}

fn text(body: &str) -> Response<'_> {
    Response::ok()
        .header("Content-Type", "text/plain")
        .body(body)
}

fn html(body: &str) -> Response<'_> {
    Response::ok()
        .header("Content-Type", "text/html")
        .body(body)
}

fn style() -> Response<'static> {
    Response::ok()
        .header("Content-Type", "text/css")
        .body("p { color: rgb(1, 2, 3) }\n")
}

fn metrics(request: Request, service: &Service) -> Result<()> {
    let answer = Response::ok()
        .header("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
        .body(service.counters().to_prometheus());
    request.respond(answer).map(drop)
}

/// The same lines as those of the sample in C, and the name that the client asked for.
fn describe_tls(request: &Request) -> String {
    let Some(session) = request.tls() else {
        return "no TLS\n".into();
    };
    let protocol = match session.protocol {
        TlsProtocol::Tls12 => "TLS 1.2",
        _ => "TLS 1.3",
    };
    let client = match request.client_certificate() {
        Some(client) => format!(
            "{} bytes, verdict {:#010x}",
            client.der.len(),
            client.verdict.code()
        ),
        None => "none".into(),
    };
    format!(
        "protocol {protocol}\ncipher {} bits\nserver {}, {} bits\nclient {client}\nname {}\nresumed {}\n",
        session.cipher().bits,
        session.server.subject,
        session.server.key_bits,
        session.server_name.as_deref().unwrap_or("none"),
        session.resumed,
    )
}

/// Sends until the client has had enough: the error of the send tells it.
fn endless(request: Request) -> Result<()> {
    let is_head = request.verb() == Verb::Head;
    let mut stream = request.start_chunked_response(text(""))?;
    if is_head {
        return stream.finish(); // the head is all of it, and no write would wait for the client
    }
    let piece = [b'.'; 16 * 1024];
    loop {
        stream.write(&piece)?;
    }
}

fn welcome() -> Response<'static> {
    text("Hello from httpsys.\nTry POST /echo, GET /stream and GET /cancel.\n")
}

/// `/api/v1/items/DIGITS`
fn is_item(request: &Request) -> bool {
    let is_digit = |unit: &u16| (u16::from(b'0')..=u16::from(b'9')).contains(unit);
    match request.path_after("/api/v1/items/") {
        Some(number) => !number.is_empty() && number.iter().all(is_digit),
        None => false,
    }
}

/// The decimal number that the path ends with, behind `prefix`.
fn number_after(request: &Request, prefix: &str) -> Option<u64> {
    let digits = String::from_utf16(request.path_after(prefix)?).ok()?;
    digits.parse().ok()
}

/// Sends `length` bytes. Their number is known, so the body needs no coding.
fn download(request: Request, length: u64) -> Result<()> {
    let mut stream = request.start_response(text("").content_length(length))?;
    let piece = [b'd'; 64 * 1024];
    let mut left = length;
    while left > 0 {
        let part = left.min(piece.len() as u64);
        stream.write(&piece[..part as usize])?;
        left -= part;
    }
    stream.finish()
}

fn echo(request: Request) -> Result<()> {
    let body = match request.read_body_to_end(ECHO_LIMIT) {
        Ok(body) => body,
        // The rest of the body is thrown away by the service.
        Err(Error::MoreData { .. }) => {
            return request.respond(Response::from_status(413)).map(drop);
        }
        Err(error) => return Err(error),
    };
    // Answering consumes the request, so the answer must not borrow from it.
    let kind = request
        .header("Content-Type")
        .unwrap_or(b"application/octet-stream")
        .to_vec();
    request
        .respond(Response::ok().header("Content-Type", kind).body(body))
        .map(drop)
}

fn stream(request: Request) -> Result<()> {
    let head = Response::ok().header("Content-Type", "text/plain");
    let mut stream = request.start_chunked_response(head)?;
    for n in 1..=5 {
        stream.write(format!("piece {n} of 5\n").as_bytes())?;
    }
    stream.finish()
}

fn not_found(request: Request) -> Result<()> {
    let response = Response::from_status(404)
        .header("Content-Type", "text/plain")
        .body("There is nothing here.\n");
    request.respond(response).map(drop)
}
