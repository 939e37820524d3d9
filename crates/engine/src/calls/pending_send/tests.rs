//! Overlapped sends that are cancelled where a cancel does not find them.

use std::io::{ErrorKind, Read, Write};
use std::sync::mpsc::{self, Sender};
use std::time::Duration;

use httpsys_core::call::SendResponse;
use httpsys_core::proto::ResponseParts;

use super::*;
use crate::conn::write::tests::{Pace, World};

const PATIENCE: Duration = Duration::from_secs(60);

/// A send that may wait so many times again.
struct Waits {
    more: usize,
    tell: Sender<Result<u64, Error>>,
}

impl PendingSend for Waits {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        lend(&[Chunk::Memory(&BODY)]);
    }

    fn done(self: Box<Self>, _: &Service, result: Result<u64, Error>) {
        let _ = self.tell.send(result);
    }

    fn keep_on(&mut self, _: OperationId) -> Result<(), Error> {
        let more = self.more.checked_sub(1).ok_or(Error::Aborted)?;
        self.more = more;
        Ok(())
    }
}

type Sent = Result<Option<u64>, Error>;
type Ended = Result<u64, Error>;

const BODY: [u8; 2000] = [b'x'; 2000];

/// Sends on a socket that takes ten bytes at a time; `first`: the send may wait at all. What the call
/// returns, how the send ends, and what the client sees.
fn send(first: bool, more: usize) -> (Sent, Option<Ended>) {
    let world = World::new();
    let mut client = world.connect();
    client
        .write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .unwrap();
    let (request, connection) = world.receive();
    world.pace(connection, Some(Pace::new(10, 1)));
    let call = SendResponse {
        request,
        disconnect: false,
        more_data: false,
        opaque: false,
        go_away: false,
    };
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").unwrap();
    let (tell, told) = mpsc::channel();
    let (service, queue) = (&world.service, &*world.queue);
    let body = [Chunk::Memory(&BODY)];
    let sent = service.try_send_response(queue, &call, &mut head, &body, None, &mut |_| {
        let tell = tell.clone();
        let wait = first.then_some(Box::new(Waits { more, tell }) as Box<_>);
        wait.ok_or(Error::Aborted)
    });
    drop(tell);
    let end = told.recv_timeout(PATIENCE).ok();
    let read = client.read_to_end(&mut Vec::new());
    assert_eq!(
        read.map_err(|error| error.kind()),
        Err(ErrorKind::ConnectionReset)
    );
    assert!(service.shard().table.connection(connection).is_none());
    (sent, end)
}

#[test]
fn snd_032_a_send_that_is_cancelled_before_it_waits_ends_its_connection_and_the_call() {
    assert_eq!(send(false, 0), (Err(Error::Aborted), None));
}

#[test]
fn snd_032_a_send_that_is_cancelled_between_two_waits_ends_its_connection() {
    for more in [0, 1, 5] {
        assert_eq!(send(true, more), (Ok(None), Some(Err(Error::Aborted))));
    }
}
