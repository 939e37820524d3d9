//! Thousands of connections at rest: their timers run and cost nothing.
//!
//! Owns: the bound on the server's processor time while nothing happens. Does not own: memory (`main`),
//! nor that timers fire (the tests `conformance` and those of the engine).
//! `HTTPSYS_IDLE_CLIENTS` is the number of connections (2,000 by default; `make test-slow` has 19,000).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use crate::{Server, count_of};

/// How long the server is watched.
const REST: Duration = Duration::from_secs(5);
/// The most of one processor that it may use meanwhile.
const MOST: f64 = 0.01;

const GET: &[u8] = b"GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";

fn answered(client: &mut TcpStream) {
    let mut answer = [0; 4096];
    assert!(client.read(&mut answer).expect("an answer") > 0);
}

/// Seconds of processor time of a process: utime and stime, in hundredths.
fn processor_time(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).expect("it runs");
    // The name in parentheses may hold blanks.
    let (_, fields) = stat.rsplit_once(')').expect("a name");
    let fields = fields.split_whitespace().skip(11).take(2);
    let ticks: f64 = fields
        .map(|field| field.parse::<f64>().expect("ticks"))
        .sum();
    ticks / 100.0
}

/// Every timer but that of MinSendRate is running, which needs a program that sends without waiting:
/// most connections are idle; some have sent a part of a head, some owe a body that was answered
/// already, two owe one that the program's two threads wait for, and so requests wait in the queue.
#[test]
fn connections_at_rest_use_less_than_a_hundredth_of_a_processor() {
    let server = Server::start();
    server.settle();
    let count = count_of("HTTPSYS_IDLE_CLIENTS", 2_000);
    let mut open = Vec::new();
    for n in 0..count - 500 {
        let mut client = server.connect();
        client.write_all(GET).expect("sent");
        answered(&mut client);
        match n % 10 {
            0 => client.write_all(b"GET /hel").expect("sent"),
            1 => {
                let post = "POST /nothing HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
                client.write_all(post.as_bytes()).expect("sent");
                answered(&mut client);
            }
            _ => {}
        }
        open.push(client);
    }
    server.settle();
    for n in 0..500 {
        let mut client = server.connect();
        if n < 2 {
            let post = "POST /upload HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
            client.write_all(post.as_bytes()).expect("sent");
        } else {
            client.write_all(GET).expect("sent");
        }
        open.push(client);
    }
    // What was sent is dealt with when the server has used no time for a while.
    let settled = Instant::now() + Duration::from_secs(20);
    let mut before = server.time();
    loop {
        thread::sleep(Duration::from_millis(200));
        let now = server.time();
        if now - before < 1_000_000 || Instant::now() > settled {
            break;
        }
        before = now;
    }
    let start = Instant::now();
    let before = (server.time(), processor_time(server.program.id()));
    thread::sleep(REST);
    let time = server.time() - before.0;
    let ticks = processor_time(server.program.id()) - before.1;
    let share = time as f64 / start.elapsed().as_nanos() as f64;
    eprintln!(
        "{count} connections at rest: {:.4} % of a processor ({:.1} us a second; {ticks:.2} s in {REST:?} \
         by utime and stime)",
        share * 100.0,
        share * 1e6
    );
    assert!(share < MOST, "{share:.4} of a processor");
    assert!(ticks / REST.as_secs_f64() < MOST, "{ticks:.2} s");
    drop(open);
    server.settle();
}
