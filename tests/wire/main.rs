//! Raw bytes in, raw bytes out: what a client sees, in tables, area by area of the catalog.
//!
//! Owns: whole answers compared byte for byte, only the date masked. Does not own: what the API
//! says about the same requests (the test `conformance`).
//!
//! Each test has one server that answers every delivered request with [`describe`]; each line of a
//! table has a connection of its own.

mod body;
mod choice;
mod configuration;
mod error;
mod header;
mod host;
mod http2;
mod limit;
mod parameter;
mod path;
mod proxy;
mod request_line;
mod reservation;
mod response;
mod smuggling;

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use httpsys_tests::client::{Client, mask_date};
use httpsys_tests::door::{AnyDoor, Door, Received, Reply, World};
use httpsys_tests::error_page::ErrorPage;
use httpsys_tests::thread;

/// Runs `test` beside a thread that answers all requests.
fn served(test: impl FnOnce(&World<AnyDoor>)) {
    answered_by(describe, test);
}

/// Runs `test` beside a thread that answers all requests as `handler` says.
fn answered_by(handler: impl Fn(&Received) -> Reply + Send, test: impl FnOnce(&World<AnyDoor>)) {
    let world = World::<AnyDoor>::new();
    thread::scope(|scope| {
        scope.spawn(|| world.serve(handler));
        let result = catch_unwind(AssertUnwindSafe(|| test(&world)));
        // Whatever happened: this ends the other thread.
        world.door.close_queue(&world.queue).expect("close");
        if let Err(panic) = result {
            resume_unwind(panic);
        }
    });
}

/// The cooked path and query of the request: what the program sees.
fn describe(request: &Received) -> Reply {
    let query = request.query.as_deref().unwrap_or_default();
    Reply::ok().chunk(format!("{}{query}", request.abs_path))
}

/// Sends `bytes` and expects this answer of the service itself, an orderly end, and nothing more.
fn expect_page(world: &World<AnyDoor>, bytes: impl AsRef<[u8]>, page: &ErrorPage) {
    let bytes = bytes.as_ref();
    // Shown when the test fails, also when no answer comes.
    eprintln!("expecting {} to {}", page.status, show(bytes));
    let mut client = world.connect();
    client.send(bytes);
    let expected = page.answer();
    let first = client.read_exactly(expected.find('\r').expect("a status line"));
    let first = String::from_utf8_lossy(&first).into_owned();
    assert!(expected.starts_with(&first), "{first} to {}", show(bytes));
    let answer = first + &mask_date(&client.read_to_end());
    assert_eq!(answer, expected, "to {}", show(bytes));
}

/// Sends `bytes` and expects that they are delivered and answered; returns the body.
fn expect_delivered(world: &World<AnyDoor>, bytes: impl AsRef<[u8]>) -> String {
    let bytes = bytes.as_ref();
    let mut client = world.connect();
    client.send(bytes);
    let response = client.read_response();
    assert_eq!(
        response.status_line,
        "HTTP/1.1 200 OK",
        "to {}",
        show(bytes)
    );
    String::from_utf8(response.body).expect("text")
}

/// Sends `bytes` and returns the status of the answer.
fn status(world: &World<AnyDoor>, bytes: impl AsRef<[u8]>) -> u16 {
    let mut client = world.connect();
    client.send(bytes);
    client.read_response().status()
}

/// Everything that comes until the orderly end.
fn whole(client: &mut Client) -> String {
    mask_date(&client.read_to_end())
}

/// The start of a request, readable.
fn show(bytes: &[u8]) -> String {
    bytes[..bytes.len().min(200)].escape_ascii().to_string()
}
