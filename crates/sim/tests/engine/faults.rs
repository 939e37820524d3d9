//! Seeds, each a network with other faults.
//!
//! Owns: that no seed makes a call wait for ever, nor a client get what another one asked for. Does not
//! own: programs of many kinds of calls, which are the simulation's.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use httpsys_engine::core::RequestId;
use httpsys_engine::core::call::{Cancel, Receive, ReceiveEntityBody, SendResponse};
use httpsys_engine::core::proto::ResponseParts;
use httpsys_engine::{Chunk, QueueHandle, ReadAt, Service, Verdict};
use httpsys_network::{Chance, Rules};

use crate::simulated::{Client, Simulated, Trace};

/// Requests of a client on one connection, and clients.
const REQUESTS: usize = 4;
const CLIENTS: usize = 3;

fn rules() -> Rules {
    Rules {
        send_buffer: 3_000,
        receive_buffer: 2_000,
        segment: 1..=700,
        delay: Duration::ZERO..=Duration::from_millis(5),
        split: Chance::from(0.2),
        full_send_buffer: Chance::from(0.05),
        reset: Chance::from(0.003),
        refuse: Chance::from(0.02),
        no_descriptors: Chance::from(0.05),
        aborted: Chance::from(0.02),
        ..Rules::default()
    }
}

/// The body of a response, which no other request has.
fn body_of(number: usize) -> Vec<u8> {
    let length = number * 977 % 9_000;
    (0..length).map(|at| (at * 31 + number * 7) as u8).collect()
}

/// What a file of a program would hold.
#[derive(Debug)]
struct Pattern;

/// The bytes that are sent from it.
const FROM_FILE: usize = 5_000;

impl ReadAt for Pattern {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let bytes = (offset..).map(|at| (at * 13) as u8);
        buffer
            .iter_mut()
            .zip(bytes)
            .for_each(|(to, byte)| *to = byte);
        Ok(buffer.len())
    }
}

/// Answers until the queue is gone: from memory, from a file, or with a cancel.
fn serve(service: &Service, queue: &QueueHandle, file: &Pattern) {
    let next = Receive {
        request: RequestId::NULL,
        copy_body: false,
        flush_body: false,
    };
    loop {
        let mut taken = None;
        let received = service.receive(queue, &next, None, &mut |received| {
            let request = received.request();
            let path = String::from_utf8_lossy(request.head.raw_url()).into_owned();
            taken = Some((request.id, path));
            Verdict::Taken
        });
        let Some((request, path)) = taken else {
            assert!(received.is_err());
            return;
        };
        if let Ok(number) = path.trim_start_matches('/').parse() {
            answer(service, queue, file, request, number);
        }
    }
}

fn answer(
    service: &Service,
    queue: &QueueHandle,
    file: &Pattern,
    request: RequestId,
    number: usize,
) {
    let read = ReceiveEntityBody {
        request,
        fill_buffer: false,
    };
    let mut buffer = [0; 100];
    while service
        .receive_entity_body(queue, &read, &mut buffer)
        .is_ok()
    {}
    if number % 11 == 0 {
        let _ = service.cancel(queue, &Cancel { request });
        return;
    }
    let call = SendResponse {
        request,
        disconnect: number % 5 == 0,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").expect("a status");
    let body = body_of(number);
    let memory = Chunk::Memory(&body);
    let from_file = Chunk::File {
        file,
        offset: 0,
        length: FROM_FILE as u64,
    };
    let chunks: &[Chunk<'_>] = &[memory, from_file];
    let used = if number % 2 == 0 { 2 } else { 1 };
    let _ = service.send_response(queue, &call, &mut head, &chunks[..used], None);
}

/// What a client got of a response.
fn response(client: &Client, number: usize) -> io::Result<()> {
    let head = client.read_until(b"\r\n\r\n")?;
    let head = String::from_utf8(head).expect("text");
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n"), "{head}");
    let (_, length) = head.split_once("Content-Length: ").expect("a length");
    let (length, _) = length.split_once("\r\n").expect("a line");
    let mut body = body_of(number);
    if number % 2 == 0 {
        let mut file = [0; FROM_FILE];
        Pattern.read_at(&mut file, 0)?;
        body.extend(file);
    }
    assert_eq!(length, body.len().to_string(), "of {number}");
    let got = client.read_exactly(body.len())?;
    assert!(got == body, "the body of {number} is another one");
    Ok(())
}

fn ask(client: &Client, number: usize) -> io::Result<()> {
    let body = vec![b'x'; number * 331 % 4_000];
    let head = format!(
        "POST /{number} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    client.write(head.as_bytes())?;
    client.write(&body)?;
    response(client, number)
}

/// Runs a world of this seed. How many requests were answered, and the trace.
fn run(seed: u64) -> (usize, Trace) {
    let world = Simulated::new(seed, rules());
    let servers: Vec<_> = (0..2)
        .map(|_| {
            let (service, queue) = (world.service.clone(), Arc::clone(&world.queue));
            let serve = move || serve(&service, &queue, &Pattern);
            httpsys_socket::spawn("server", serve).expect("a thread")
        })
        .collect();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|client| {
            let connection = world.connect();
            let ask_all = move || {
                let numbers = client * REQUESTS + 1..(client + 1) * REQUESTS + 1;
                numbers
                    .take_while(|number| ask(&connection, *number).is_ok())
                    .count()
            };
            httpsys_socket::spawn("client", ask_all).expect("a thread")
        })
        .collect();
    let joined = clients
        .into_iter()
        .map(|client| client.join().expect("no panic"));
    let answered = joined.sum();
    world.service.stop();
    servers
        .into_iter()
        .for_each(|server| server.join().expect("no panic"));
    (answered, world.end())
}

#[test]
fn faults_end_connections_and_mix_nothing_up() {
    let seeds = std::env::var("HTTPSYS_SEEDS")
        .ok()
        .and_then(|seeds| seeds.parse().ok());
    let mut answered = 0;
    for seed in 1..=seeds.unwrap_or(100) {
        let (first, trace) = run(seed);
        answered += first;
        assert!(
            seed % 10 != 0 || run(seed).1 == trace,
            "seed {seed} runs differently"
        );
    }
    assert!(answered > 200, "{answered}");
}
