//! Bodies of several chunks, and files: sent at once, piece by piece, and as futures.
//!
//! Owns what the crate adds: the kinds of chunk, lengths and their errors. How files are sent is the
//! conformance suite's (SND-027, SND-028).

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use httpsys::{DataChunk, Error, FileRange, Request, Response, ResponseStream, Server};

use crate::support::{Client, body_of, server};

const GET: &str = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

/// More than the sockets between server and client take.
const HUGE: u64 = 64 << 20;

/// A file that is gone with the test.
struct Temporary(PathBuf);

impl Temporary {
    fn new(content: &[u8]) -> Temporary {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("httpsys-files-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        fs::write(&path, content).expect("a file");
        Temporary(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }

    fn open(&self) -> File {
        File::open(&self.0).expect("the file")
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// How a test answers: blocking, or as a future.
const DOORS: [fn(Request, Response<'static>) -> httpsys::Result<u64>; 2] = [
    |request, response| request.respond(response),
    |request, response| pollster::block_on(request.respond_async(response)),
];

fn received(server: &Server, port: u16) -> (Client, Request) {
    let client = Client::send(port, GET);
    (client, server.receive().expect("a request"))
}

#[test]
fn snd_027_files_and_memory_go_out_in_the_order_given() {
    let (server, port) = server();
    let file = Temporary::new(b"0123456789");
    let shared = Arc::new(file.open());
    for respond in DOORS {
        let whole = FileRange::open(file.path()).expect("the file");
        let cases: [(Response<'static>, &str); 6] = [
            (Response::ok().body(whole.clone()), "0123456789"),
            (Response::ok().body(whole.clone().range(2, 3)), "234"),
            (Response::ok().body(whole.clone().starting_at(8)), "89"),
            (Response::ok().body(whole.clone().starting_at(10)), ""),
            (
                Response::ok()
                    .body("<")
                    .chunk(FileRange::from(Arc::clone(&shared)).range(0, 1))
                    .chunk(vec![b'-'])
                    .chunk(FileRange::from(Arc::clone(&shared)).range(9, 1))
                    .chunk(">"),
                "<0-9>",
            ),
            (Response::ok().body(whole.clone()).body("text"), "text"),
        ];
        for (response, body) in cases {
            let (client, request) = received(&server, port);
            let sent = respond(request, response);
            let answer = client.read_all();
            assert_eq!(body_of(&answer), body);
            let length = format!("\r\nContent-Length: {}\r\n", body.len());
            assert!(answer.contains(&length), "{answer}");
            assert_eq!(sent, Ok(answer.len() as u64), "head and body (SND-005)");
        }
    }
}

#[test]
fn a_response_with_a_borrowed_file_is_sent_many_times() {
    let (server, port) = server();
    let file = Temporary::new(b"again");
    let open = file.open();
    let response = Response::ok().body(FileRange::from(&open));
    for _ in 0..3 {
        let (client, request) = received(&server, port);
        request.respond(&response).expect("sent");
        assert_eq!(body_of(&client.read_all()), "again");
    }
}

/// SND-028: nothing is sent of a range that goes beyond the file; the request is over.
#[test]
fn snd_028_a_range_beyond_the_file_is_refused() {
    let (server, port) = server();
    let file = Temporary::new(b"short");
    for respond in DOORS {
        for range in [(0, 6), (5, 1), (6, 0), (u64::MAX, 1), (1, u64::MAX)] {
            let part = FileRange::from(file.open()).range(range.0, range.1);
            let (client, request) = received(&server, port);
            let answer = respond(request, Response::ok().body(part));
            assert_eq!(answer, Err(Error::EndOfBody), "{range:?}");
            assert!(client.was_reset(), "{range:?}");
        }
    }
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_refused() {
    let (server, port) = server();
    for respond in DOORS {
        let folder = FileRange::open(std::env::temp_dir()).expect("it can be opened");
        let (client, request) = received(&server, port);
        let answer = respond(request, Response::ok().body(folder));
        assert_eq!(answer, Err(Error::InvalidParameter));
        assert!(client.was_reset());
    }
}

/// A blocking send waits for a client that reads late, and a future does; the file outlives its owner.
#[test]
fn a_long_file_reaches_a_client_that_reads_late() {
    let (server, port) = server();
    let file = Temporary::new(b"");
    file.open_to_write().set_len(HUGE).expect("room");
    for respond in DOORS {
        let (client, request) = received(&server, port);
        let body = FileRange::open(file.path()).expect("the file");
        let sending = std::thread::spawn(move || respond(request, Response::ok().body(body)));
        assert_eq!(body_of(&client.read_all()).len() as u64, HUGE);
        assert!(sending.join().expect("no panic").expect("sent") > HUGE);
    }
}

impl Temporary {
    fn open_to_write(&self) -> File {
        let mut options = File::options();
        options.write(true).open(&self.0).expect("the file")
    }
}

/// A file is one chunk of the coding, whatever stands beside it.
#[test]
fn streams_send_files() {
    let (server, port) = server();
    let file = Temporary::new(b"0123456789ABCDEF");
    let start = |response: Response<'static>| {
        let (client, request) = received(&server, port);
        let stream = request.start_chunked_response(response).expect("a head");
        (client, stream)
    };
    let part = || FileRange::from(file.open()).starting_at(10);
    let first = Response::ok().body("1: ").chunk(part());
    let coded = "9\r\n1: ABCDEF\r\n8\r\n2: ABCDE\r\n1\r\n!\r\n0\r\n\r\n";
    let (client, mut stream) = start(first.clone());
    let second: [DataChunk<'_>; 2] = ["2: ".into(), part().range(10, 5).into()];
    stream.write_chunks(&second).expect("sent");
    stream
        .write_chunks(&[part().starting_at(16).into()])
        .expect("nothing to send");
    stream.finish_with(b"!").expect("sent");
    // The last piece and the end go out together.
    let joined = client.read_all();
    assert_eq!(body_of(&joined), coded);
    let (client, mut stream) = start(first);
    pollster::block_on(async {
        let second = Response::ok().body("2: ").chunk(part().range(10, 5));
        drop(second);
        stream.write_async(part().range(10, 6)).await.expect("sent");
        stream
            .write_async(part().starting_at(16))
            .await
            .expect("nothing to send");
        stream
            .finish_with_async(part().range(0, 2))
            .await
            .expect("sent");
    });
    let answer = client.read_all();
    assert_eq!(
        body_of(&answer),
        "9\r\n1: ABCDEF\r\n6\r\nABCDEF\r\n2\r\n01\r\n0\r\n\r\n"
    );
}

#[test]
fn a_stream_that_cannot_read_a_file_has_sent_nothing_of_it() {
    let (server, port) = server();
    let file = Temporary::new(b"short");
    let beyond = || FileRange::from(file.open()).range(0, 6);
    let (client, request) = received(&server, port);
    let mut stream: ResponseStream = request
        .start_chunked_response(Response::ok())
        .expect("a head");
    let refused = stream.write_chunks(&["text".into(), beyond().into()]);
    assert_eq!(refused, Err(Error::EndOfBody));
    let refused = pollster::block_on(stream.write_async(beyond()));
    assert_eq!(refused, Err(Error::EndOfBody));
    stream.finish_with(b"whole").expect("sent");
    assert_eq!(body_of(&client.read_all()), "5\r\nwhole\r\n0\r\n\r\n");
}

#[test]
fn by_id_chunks_are_sent_too() {
    let (server, port) = server();
    let file = Temporary::new(b"content");
    let (client, request) = received(&server, port);
    let (queue, id) = (server.queue(), request.into_id());
    let head = Response::ok()
        .content_length(9)
        .body(FileRange::from(file.open()));
    queue.begin_response(id, head).expect("a head");
    let chunks = ["<".into(), ">".into()];
    assert_eq!(queue.send_chunks(id, &chunks), Ok(2));
    queue.end_response(id, &[], false).expect("the end");
    assert_eq!(body_of(&client.read_all()), "content<>");
}

#[test]
fn the_length_of_a_head_alone_counts_all_chunks() {
    let (server, port) = server();
    let file = Temporary::new(b"content");
    let response = Response::ok().body("a").chunk(FileRange::from(file.open()));
    let head = "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let client = Client::send(port, head);
    let request = server.receive().expect("a request");
    request.respond(response.head_only()).expect("sent");
    let answer = client.read_all();
    assert!(answer.contains("\r\nContent-Length: 8\r\n"), "{answer}");
    assert_eq!(body_of(&answer), "");
}

/// As for bytes: HEAD is told the length of the file, or that it cannot be read.
#[test]
fn an_answer_to_head_has_the_length_of_its_file() {
    let (server, port) = server();
    let file = Temporary::new(b"content");
    let head = "HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    for respond in DOORS {
        let part = || FileRange::from(file.open());
        let client = Client::send(port, head);
        let request = server.receive().expect("a request");
        respond(request, Response::ok().body(part().starting_at(1))).expect("sent");
        let answer = client.read_all();
        assert!(answer.contains("\r\nContent-Length: 6\r\n"), "{answer}");
        assert_eq!(body_of(&answer), "");
        let client = Client::send(port, head);
        let request = server.receive().expect("a request");
        let refused = respond(request, Response::ok().body(part().range(0, 8)));
        assert_eq!(refused, Err(Error::EndOfBody));
        assert!(client.was_reset());
    }
}

/// Nothing was sent: another answer goes out.
#[test]
fn a_request_outlives_a_file_that_cannot_be_sent() {
    let (server, port) = server();
    let file = Temporary::new(b"short");
    let (client, mut request) = received(&server, port);
    let beyond = FileRange::from(file.open()).range(0, 6);
    let refused = request.try_respond(Response::ok().body(beyond));
    assert_eq!(refused, Err(Error::EndOfBody));
    request
        .respond(Response::from_status(404).body("none"))
        .expect("sent");
    assert_eq!(body_of(&client.read_all()), "none");
}
