//! The program: threads that receive and answer.
//!
//! Owns: the calls on requests, and what each must return. Does not own: what both sides must agree on
//! (`ledger.rs`). Threading: each server is a thread of the simulation.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use httpsys_core::operation::{
    Cancel, Receive, ReceiveEntityBody, SendResponse, WaitForDisconnect,
};
use httpsys_core::{ConnectionId, Error, RequestId};
use httpsys_engine::{
    QueueHandle, ReadOperation, ReceiveOperation, ReceivedRequest, Service, Signal, Started,
    Verdict,
};
use httpsys_proto::ResponseParts;
use httpsys_sim::sleep;

use crate::client::REQUEST_BODY;
use crate::ledger::{Ledger, Sent};
use crate::operation::{Body, Call, Pending, SendOperation, byte};
use crate::script::{Exchange, Reading, Reply, Send};

/// HttpHeaderContentLength.
const CONTENT_LENGTH: usize = 11;

/// What all servers share.
pub(crate) struct Program {
    pub(crate) service: Service,
    pub(crate) exchanges: BTreeMap<u64, Exchange>,
    pub(crate) ledger: Arc<Ledger>,
}

/// What a receive gave.
struct Received {
    request: RequestId,
    connection: ConnectionId,
    token: u64,
    port: u16,
}

impl Received {
    fn of(received: &ReceivedRequest<'_>) -> Received {
        let request = received.request();
        let path = String::from_utf8_lossy(request.head.raw_url()).into_owned();
        let token = path.rsplit('/').next().and_then(|token| token.parse().ok());
        Received {
            request: request.id,
            connection: request.connection,
            token: token.unwrap_or_else(|| panic!("the path {path}")),
            port: request.remote.port(),
        }
    }
}

impl ReceiveOperation for Call<Option<Received>> {
    fn receive(&mut self, request: &mut ReceivedRequest<'_>) -> Verdict {
        self.state = Some(Received::of(request));
        Verdict::Taken
    }
}

impl ReadOperation for Call<(Vec<u8>, usize)> {
    fn buffer(&mut self) -> (&mut [u8], &mut usize) {
        (&mut self.state.0, &mut self.state.1)
    }
}

fn receive_call(request: RequestId) -> Receive {
    Receive {
        request,
        copy_body: false,
        flush_body: false,
    }
}

impl Program {
    /// Receives and answers until the queue ends.
    pub(crate) fn serve(&self, queue: &QueueHandle, number: u64) {
        for turn in number.. {
            let received = match turn % 5 {
                0 | 1 => self.receive(queue),
                2 => self.receive_in_two(queue),
                other => self.receive_overlapped(queue, other == 4),
            };
            match received {
                Ok(received) => self.answer(queue, &received),
                // A call was cancelled.
                Err(Error::Aborted) if queue.receives() => {}
                Err(Error::Aborted | Error::InvalidHandle) => return,
                Err(Error::ConnectionInvalid) => {}
                Err(error) => panic!("a receive fails: {error:?}"),
            }
        }
    }

    /// Waits for demand until the queue ends; how often there was some.
    pub(crate) fn wait_for_demand(&self, queue: &QueueHandle) -> u64 {
        let mut demands = 0;
        loop {
            match self.service.wait_for_demand_start(queue) {
                Ok(()) => {
                    demands += 1;
                    sleep(Duration::from_millis(100));
                }
                Err(Error::Aborted) if queue.receives() => {}
                Err(Error::Aborted | Error::InvalidHandle) => return demands,
                Err(error) => panic!("a wait for demand fails: {error:?}"),
            }
        }
    }

    fn receive(&self, queue: &QueueHandle) -> Result<Received, Error> {
        let mut taken = None;
        let call = receive_call(RequestId::NULL);
        self.service.receive(queue, &call, None, &mut |received| {
            taken = Some(Received::of(received));
            Verdict::Taken
        })?;
        Ok(taken.expect("it was handed over"))
    }

    /// The buffer is too small at first (RCV-010).
    fn receive_in_two(&self, queue: &QueueHandle) -> Result<Received, Error> {
        let mut taken = None;
        let call = receive_call(RequestId::NULL);
        let first = self.service.receive(queue, &call, None, &mut |received| {
            taken = Some(Received::of(received));
            Verdict::TooSmall { needed: 1_000 }
        });
        match first {
            Err(Error::MoreData { needed: 1_000 }) => {}
            other => return Err(other.expect_err("the sink says that it is too small")),
        }
        let first = taken.expect("it was shown");
        let mut taken = None;
        let call = receive_call(first.request);
        self.service.receive(queue, &call, None, &mut |received| {
            taken = Some(Received::of(received));
            Verdict::Taken
        })?;
        let second = taken.expect("it was handed over");
        assert_eq!(first.token, second.token, "another request has this id");
        Ok(second)
    }

    /// `give_back`: the first time it is given up.
    fn receive_overlapped(
        &self,
        queue: &QueueHandle,
        mut give_back: bool,
    ) -> Result<Received, Error> {
        let call = receive_call(RequestId::NULL);
        loop {
            let service = &self.service;
            let (operation, told) = Call::new(None);
            let mut taken = match service.try_receive(queue, &call, operation) {
                Started::Done(operation, result) => result.map(|()| operation.state)?,
                Started::Pending(_) => None,
            };
            if taken.is_none() {
                match told.wait().0 {
                    Signal::Failed(error) => return Err(error),
                    Signal::Ready => panic!("a receive is given a request"),
                    Signal::Request(request) if std::mem::take(&mut give_back) => {
                        service.give_back(queue, request);
                        continue;
                    }
                    Signal::Request(request) => {
                        let mut sink = |received: &mut ReceivedRequest<'_>| {
                            taken = Some(Received::of(received));
                            Verdict::Taken
                        };
                        match service.receive_given(queue, request, &mut sink) {
                            Err(Error::ConnectionInvalid) => continue,
                            result => result?,
                        }
                    }
                }
            }
            return Ok(taken.expect("it was handed over"));
        }
    }

    fn answer(&self, queue: &QueueHandle, received: &Received) {
        let token = received.token;
        self.ledger.received(token, received.request, received.port);
        let exchange = &self.exchanges[&token];
        if exchange.answer.disconnect_wait {
            self.wait_for_disconnect(queue, received.connection);
        }
        sleep(exchange.answer.delay);
        if let Some(reading) = exchange.answer.read {
            self.read(queue, received, exchange, reading);
        }
        let request = received.request;
        let sent = match &exchange.answer.reply {
            Reply::Whole(send, closes) => {
                self.parts(queue, received, std::slice::from_ref(send), *closes)
            }
            Reply::Parts(sends, closes) => self.parts(queue, received, sends, *closes),
            Reply::Begin(send) => {
                let part = Part {
                    head: Some(head(token, &exchange.answer.reply)),
                    from: 0,
                    send,
                    more_data: true,
                    disconnect: false,
                };
                let _ = self.send(queue, received, part);
                return self.cancel(queue, request, token);
            }
            Reply::Cancel => return self.cancel(queue, request, token),
        };
        if let Err(error) = sent {
            let expected = [
                Error::ConnectionInvalid,
                Error::PeerReset,
                Error::Aborted,
                Error::InvalidHandle,
            ];
            assert!(expected.contains(&error), "sending {token}: {error:?}");
        }
        self.ledger
            .sent(token, sent.map_or_else(Sent::Failed, Sent::Whole));
    }

    fn wait_for_disconnect(&self, queue: &QueueHandle, connection: ConnectionId) {
        let (operation, told) = Call::new(());
        let wait = WaitForDisconnect { connection };
        let started = self
            .service
            .try_wait_for_disconnect(queue, &wait, operation);
        match started {
            Started::Pending(_) => self.ledger.disconnect_wait(told),
            Started::Done(_, Err(Error::ConnectionInvalid | Error::InvalidHandle)) => {}
            Started::Done(_, result) => panic!("a wait for a disconnect: {result:?}"),
        }
    }

    fn cancel(&self, queue: &QueueHandle, request: RequestId, token: u64) {
        let call = Cancel { request };
        let first = self.service.cancel(queue, &call);
        let gone = [Error::ConnectionInvalid, Error::InvalidHandle];
        assert!(first.is_ok_and(|()| true) || first.is_err_and(|error| gone.contains(&error)));
        let again = self.service.cancel(queue, &call);
        assert!(
            again.is_err_and(|error| gone.contains(&error)),
            "{token} is cancelled twice"
        );
        self.ledger.sent(token, Sent::Cancelled);
    }

    /// Reads the entity body to its end.
    fn read(&self, queue: &QueueHandle, received: &Received, from: &Exchange, how: Reading) {
        let mut buffer = vec![0; how.buffer as usize];
        let mut at = 0;
        loop {
            let read = self.read_once(queue, received.request, how, &mut buffer);
            let n = match read {
                Ok(n) => n as u64,
                Err(Error::EndOfBody) => {
                    return assert_eq!(at, from.ask.body, "the body of {}", from.token);
                }
                Err(_) => return,
            };
            assert!(n > 0 && at + n <= from.ask.body, "{n} bytes more at {at}");
            for (got, at) in buffer.iter().zip(at..at + n) {
                let expected = byte(from.token + REQUEST_BODY, at);
                assert_eq!(*got, expected, "byte {at} of the body of {}", from.token);
            }
            at += n;
            let is_whole = n == how.buffer || at == from.ask.body;
            assert!(is_whole || !how.fill, "a buffer is not filled");
        }
    }

    fn read_once(
        &self,
        queue: &QueueHandle,
        request: RequestId,
        how: Reading,
        buffer: &mut Vec<u8>,
    ) -> Result<usize, Error> {
        let call = ReceiveEntityBody {
            request,
            fill_buffer: how.fill,
        };
        let service = &self.service;
        if !how.overlapped {
            return service.receive_entity_body(queue, &call, buffer);
        }
        let mut state = (std::mem::take(buffer), 0);
        loop {
            let (operation, told) = Call::new(state);
            match service.try_receive_entity_body(queue, &call, operation) {
                Started::Done(operation, result) => {
                    *buffer = operation.state.0;
                    return result;
                }
                Started::Pending(_) => {
                    let (signal, kept) = told.wait();
                    match signal {
                        Signal::Ready => state = kept,
                        Signal::Failed(error) => return Err(error),
                        Signal::Request(_) => panic!("a read is given a request"),
                    }
                }
            }
        }
    }

    fn parts(
        &self,
        queue: &QueueHandle,
        received: &Received,
        sends: &[Send],
        closes: bool,
    ) -> Result<u64, Error> {
        let reply = &self.exchanges[&received.token].answer.reply;
        let (mut from, mut total) = (0, 0);
        for (number, send) in sends.iter().enumerate() {
            let more_data = number + 1 < sends.len();
            let part = Part {
                head: (number == 0).then(|| head(received.token, reply)),
                from,
                send,
                more_data,
                disconnect: closes && !more_data,
            };
            let sent = self.send(queue, received, part)?;
            if number > 0 {
                assert_eq!(sent, send.length(), "part {number} of {}", received.token);
            }
            from += send.length();
            total += sent;
        }
        Ok(total)
    }

    fn send(&self, queue: &QueueHandle, received: &Received, part: Part<'_>) -> Result<u64, Error> {
        let call = SendResponse {
            request: received.request,
            disconnect: part.disconnect,
            more_data: part.more_data,
            opaque: false,
        };
        let service = &self.service;
        let body = Arc::new(Body::new(received.token, part.from, &part.send.pieces));
        let mut head = part.head;
        if !part.send.overlapped {
            return body.lend(|chunks| match &mut head {
                Some(head) => service.send_response(queue, &call, head, chunks, None),
                None => service.send_entity_body(queue, &call, chunks, None),
            });
        }
        let pending = Pending::new();
        let mut id = None;
        let mut register = |operation| {
            id = Some(operation);
            let (body, pending) = (Arc::clone(&body), Arc::clone(&pending));
            Box::new(SendOperation { body, pending }) as Box<_>
        };
        let sent = body.lend(|chunks| match &mut head {
            Some(head) => {
                service.try_send_response(queue, &call, head, chunks, None, &mut register)
            }
            None => service.try_send_entity_body(queue, &call, chunks, None, &mut register),
        });
        drop(head);
        match sent? {
            Some(bytes) => Ok(bytes),
            None => {
                let id = id.filter(|_| part.send.cancel);
                let place = Some(received.request.place());
                if id.is_some_and(|id| service.cancel_operation(queue, id, place)) {
                    let result = pending.wait();
                    assert_eq!(result, Err(Error::Aborted), "it was cancelled");
                    return result;
                }
                pending.wait()
            }
        }
    }
}

/// One call of a response.
struct Part<'a> {
    /// The first one's.
    head: Option<ResponseParts>,
    /// Bytes of the body before it.
    from: u64,
    send: &'a Send,
    more_data: bool,
    disconnect: bool,
}

fn head(token: u64, reply: &Reply) -> ResponseParts {
    let mut head = ResponseParts::new();
    let fields = head.begin(200, b"OK").and_then(|()| {
        if !matches!(reply, Reply::Whole(..)) {
            let length = reply.length().to_string();
            head.known(CONTENT_LENGTH, length.as_bytes(), true)?;
        }
        head.unknown(b"X-Token", token.to_string().as_bytes())
    });
    fields.expect("good fields");
    head
}
