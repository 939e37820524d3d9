//! The test of docs/FIRST-STEPS-RUST.md.

use httpsys::{Parameters, Request, Response, Server, Verb};
use httpsys_sim::Sim;

/// A small REST resource: its one note can be written and read.
fn answer(request: &Request, note: &mut String) -> httpsys::Result<Response<'static>> {
    Ok(match (request.verb(), request.path().as_str()) {
        (Verb::Put, "/note") => {
            let body = request.read_body_to_end(64 * 1024)?;
            *note = String::from_utf8_lossy(&body).into_owned();
            Response::from_status(204)
        }
        (Verb::Get, "/note") => Response::ok()
            .header("Content-Type", "text/plain")
            .body(note.clone()),
        _ => Response::from_status(404),
    })
}

/// Receives a request and answers it.
fn serve_one(server: &Server, note: &mut String) -> httpsys::Result<()> {
    let request = server.receive()?;
    let response = answer(&request, note)?;
    request.respond(response)?; // returns the number of bytes
    Ok(())
}

#[test]
fn a_note_that_was_put_can_be_read() {
    let sim = Sim::seeded(1);
    let service = sim.service(Parameters::default());
    let builder = Server::builder().service(&service);
    let server = builder.url("http://localhost:80/").bind().unwrap();
    let mut note = String::new();

    let mut client = sim.connect(80);
    client.send("PUT /note HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello");
    serve_one(&server, &mut note).unwrap();
    assert_eq!(client.expect_response().status, 204);

    client.send("GET /note HTTP/1.1\r\nHost: localhost\r\n\r\n");
    serve_one(&server, &mut note).unwrap();
    assert_eq!(client.expect_response().text(), "hello");
    sim.finish(); // No request unanswered, or it panics with the seed and a trace.
}

#[test]
fn the_page_has_this_test() {
    let (page, file) = (
        include_str!("../../../docs/FIRST-STEPS-RUST.md"),
        include_str!("first_steps.rs"),
    );
    let example = file
        .split("//! The test of docs/FIRST-STEPS-RUST.md.\n\n")
        .nth(1);
    let example = example.and_then(|rest| rest.split("\n\n#[test]\nfn the_page").next());
    let shown = page
        .split("```rust,ignore\n")
        .nth(1)
        .map(|rest| rest.split("\n```").next());
    assert_eq!(shown.flatten(), example);
}
