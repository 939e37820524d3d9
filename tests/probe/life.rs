//! Probes of lives: cancel, ids that are dead, timers, disconnects, queues.
//!
//! Owns groups 3, 4, 5, 7 and 8 of section C. Nothing here is expected to be right or wrong.

use std::thread;
use std::time::Instant;

use httpsys_tests::client::Client;
use httpsys_tests::door::{Door, MORE_DATA, Reply, Timeouts, Verbosity};

use crate::{Report, World_, all, code};

/// How a connection ended, with what came before.
fn ending(mut client: Client, world: &World_) -> String {
    let before = all(&mut client, world);
    // After RST a send fails at once, after FIN the system takes it.
    let end = if client.try_send("x") { "FIN" } else { "RST" };
    format!("{end} after {before:?}")
}

/// Group 3: cancel before the header, after it, and in the middle of a body.
pub(crate) fn cancel(report: &mut Report) {
    report.row("before-header", || {
        let world = World_::new();
        let (client, request) = world.received_get("/");
        let said = code(world.cancel(request.id));
        let again = code(world.cancel(request.id));
        format!("{said} again {again} {}", ending(client, &world))
    });
    report.row("after-header", || {
        let world = World_::new();
        let (mut client, request) = world.received_get("/");
        let sent = code(world.respond(request.id, &Reply::ok().flags(MORE_DATA)));
        client.read_head();
        format!(
            "{sent} {} {}",
            code(world.cancel(request.id)),
            ending(client, &world)
        )
    });
    report.row("in-a-body", || {
        let world = World_::new();
        let mut client = world.connect();
        client.send(world.request("POST", "/", "Content-Length: 10\r\n"));
        let id = world.receive().id;
        thread::scope(|scope| {
            let reader = scope.spawn(|| code(world.read_body(id, &mut [0; 16])));
            // Nothing tells that a call waits. A probe may be wrong once; a test may not.
            thread::sleep(std::time::Duration::from_millis(500));
            let said = code(world.cancel(id));
            let read = reader.join().expect("ended");
            format!("{said} read {read} {}", ending(client, &world))
        })
    });
}

/// Group 4: functions by kinds of ids that name nothing.
pub(crate) fn dead_ids(report: &mut Report) {
    let world = World_::new();
    let (_client, answered) = world.received_get("/");
    let _ = world.respond(answered.id, &Reply::ok());
    let (_client, cancelled) = world.received_get("/");
    let _ = world.cancel(cancelled.id);
    let (_client, alive) = world.received_get("/");
    let (_group, other) = world.another_group();
    let ids = [
        ("null", 0, &world.queue),
        ("random", 0x1234_5678_9abc_def0, &world.queue),
        ("answered", answered.id, &world.queue),
        ("cancelled", cancelled.id, &world.queue),
        ("other-queue", alive.id, &other),
    ];
    for (kind, id, queue) in ids {
        let door = &world.door;
        report.row(&format!("read-{kind}"), || {
            code(door.read_body(queue, id, &mut [0; 16]))
        });
        report.row(&format!("send-body-{kind}"), || {
            code(door.send_body(queue, id, &[b"x"], 0))
        });
        report.row(&format!("respond-{kind}"), || {
            code(door.respond(queue, id, &Reply::ok()))
        });
        report.row(&format!("cancel-{kind}"), || code(door.cancel(queue, id)));
    }
    report.row("wait-random", || {
        code(
            world
                .door
                .wait_for_disconnect(&world.queue, 0x1234_5678_9abc_def0),
        )
    });
}

/// Group 5: timers of two seconds, each on its own; how the connection ends, and whether in time.
pub(crate) fn timers(report: &mut Report) {
    let two = |set: fn(&mut Timeouts)| {
        let world = World_::new();
        let mut timeouts = Timeouts::DEFAULT;
        set(&mut timeouts);
        let said = code(world.door.set_session_timeouts(&world.session, timeouts));
        (world, said)
    };
    let timed = |said: String, client: Client, world: &World_| {
        let start = Instant::now();
        let end = ending(client, world);
        let took = start.elapsed().as_secs_f32();
        let when = if (1.0..5.0).contains(&took) {
            "in time"
        } else {
            "not in time"
        };
        format!("set {said}, {when}: {end}")
    };
    report.row("idle-connection", || {
        let (world, said) = two(|timeouts| timeouts.idle_connection = 2);
        let (mut client, request) = world.received_get("/");
        let _ = world.respond(request.id, &Reply::ok());
        client.read_response();
        timed(said, client, &world)
    });
    report.row("header-wait", || {
        let (world, said) = two(|timeouts| timeouts.header_wait = 2);
        let mut client = world.connect();
        client.send("GET / HTTP/1.1\r\nHo");
        timed(said, client, &world)
    });
    report.row("request-queue", || {
        let (world, said) = two(|timeouts| timeouts.request_queue = 2);
        let mut client = world.connect();
        client.send(world.get("/"));
        timed(said, client, &world)
    });
    report.row("entity-body", || {
        let (world, said) = two(|timeouts| timeouts.entity_body = 2);
        let mut client = world.connect();
        client.send(world.request("POST", "/", "Content-Length: 10\r\n"));
        let id = world.receive().id;
        thread::scope(|scope| {
            let reader = scope.spawn(|| code(world.read_body(id, &mut [0; 16])));
            let end = timed(said, client, &world);
            format!("{end} read {}", reader.join().expect("ended"))
        })
    });
}

/// Group 7: how a client goes, and what the wait says.
pub(crate) fn disconnect(report: &mut Report) {
    for way in ["fin", "half-close", "rst"] {
        report.row(way, || {
            let world = World_::new();
            let (mut client, request) = world.received_get("/");
            thread::scope(|scope| {
                let wait = scope.spawn(|| {
                    code(
                        world
                            .door
                            .wait_for_disconnect(&world.queue, request.connection_id),
                    )
                });
                let mut kept = None;
                match way {
                    "fin" => drop(client),
                    "rst" => client.reset(),
                    _ => {
                        client.finish();
                        kept = Some(&mut client);
                    }
                }
                let waited = wait.join().expect("ended");
                let sent = code(world.respond(request.id, &Reply::ok().chunk("late")));
                let got = kept.map(|client| all(client, &world));
                format!("wait {waited} respond {sent} {got:?}")
            })
        });
    }
}

/// Group 8: a queue of ten with twenty clients, by verbosity; closing with requests in it.
pub(crate) fn queue(report: &mut Report) {
    for verbosity in [Verbosity::Basic, Verbosity::Limited, Verbosity::Full] {
        report.row(&format!("full-{verbosity:?}"), || {
            let world = World_::new();
            let length = code(world.door.set_queue_length(&world.queue, 10));
            let said = code(world.door.set_verbosity(&world.queue, verbosity));
            let mut clients: Vec<Client> = (0..20).map(|_| world.connect()).collect();
            for client in &mut clients {
                let _ = client.try_send(world.get("/"));
            }
            let refused = clients.pop().expect("twenty");
            format!("{length} {said} {}", ending(refused, &world))
        });
    }
    report.row("length-9", || {
        let world = World_::new();
        code(world.door.set_queue_length(&world.queue, 9))
    });
    report.row("close-with-a-received-request", || {
        let world = World_::new();
        let (client, request) = world.received_get("/");
        let closed = code(world.door.close_queue(&world.queue));
        let sent = code(world.respond(request.id, &Reply::ok()));
        format!("{closed} respond {sent} {}", ending(client, &world))
    });
    report.row("receive-after-shutdown", || {
        let world = World_::new();
        let said = code(world.door.shutdown_queue(&world.queue));
        format!("{said} {}", code(world.door.receive(&world.queue)))
    });
    report.row("close-twice", || {
        let world = World_::new();
        let first = code(world.door.close_queue(&world.queue));
        format!("{first} {}", code(world.door.close_queue(&world.queue)))
    });
}
