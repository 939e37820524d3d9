//! One request, and everything that may happen to it at once.

use httpsys::{Error, Response};
use httpsys_sim::{ClientEnd, every_schedule, scope};

use crate::{GET, most, preemptions, server};

/// A send, a cancel and the end of the queue: the client sees a whole response or a broken connection, and who was told
/// what fits to that.
#[test]
fn a_send_a_cancel_and_a_close_agree_on_what_became_of_the_request() {
    let runs = every_schedule(preemptions(1), most(), |sim| {
        let (_service, server) = server(sim);
        let mut client = sim.connect(80);
        client.send(GET);
        let id = server.receive().expect("a request").into_id();
        let queue = server.queue();
        sim.choose(true);
        let (sent, cancelled) = scope(|scope| {
            let sends = scope.spawn(|| queue.respond(id, Response::ok().body("whole")));
            let cancels = scope.spawn(|| queue.cancel(id));
            server.shutdown().expect("it is open");
            let closes = queue.clone().close();
            assert!(matches!(closes, Ok(()) | Err(Error::InvalidHandle)));
            let [sent, cancelled] = [sends.join().map(|it| it.map(drop)), cancels.join()];
            (sent.expect("no panic"), cancelled.expect("no panic"))
        });
        sim.choose(false);
        let gone = [
            Error::ConnectionInvalid,
            Error::InvalidHandle,
            Error::Aborted,
        ];
        for result in [&sent, &cancelled] {
            assert!(
                result
                    .as_ref()
                    .err()
                    .is_none_or(|error| gone.contains(error)),
                "{result:?}"
            );
        }
        assert!(!(sent.is_ok() && cancelled.is_ok()), "both have had it");
        match client.read_response() {
            Ok(response) => {
                assert_eq!(response.text(), "whole");
                assert!(cancelled.is_err(), "it was cancelled and answered");
            }
            Err(_) => {
                assert!(sent.is_err(), "sent, and nothing came");
                assert_eq!(client.end(), Some(ClientEnd::Reset));
            }
        }
    });
    println!("{runs} orders");
    assert!(runs > 50, "{runs}");
}

/// A body that is read while its request is cancelled.
#[test]
fn a_read_and_a_cancel_both_end() {
    let runs = every_schedule(preemptions(2), most(), |sim| {
        let (_service, server) = server(sim);
        let mut client = sim.connect(80);
        client.send("POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345");
        let id = server.receive().expect("a request").into_id();
        let queue = server.queue();
        sim.choose(true);
        scope(|scope| {
            let reads = scope.spawn(|| {
                let (mut buffer, mut total) = ([0; 4], 0);
                loop {
                    match queue.read_body(id, &mut buffer) {
                        Ok(bytes) => total += bytes,
                        Err(error) => return (total, error),
                    }
                }
            });
            assert_eq!(queue.cancel(id), Ok(()));
            let (total, error) = reads.join().expect("no panic");
            assert!(total <= 5, "{total}");
            assert!(
                [Error::ConnectionInvalid, Error::Aborted].contains(&error),
                "{error:?}"
            );
        });
        sim.choose(false);
        assert_eq!(client.end(), Some(ClientEnd::Reset));
    });
    println!("{runs} orders");
    assert!(runs > 20, "{runs}");
}
