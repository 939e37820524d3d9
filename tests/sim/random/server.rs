//! The program: threads that receive and answer.
//!
//! Owns: the calls on requests, and what each must return. Does not own: what both sides must agree on
//! (`ledger.rs`). Threading: each server is a thread of the simulation.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use httpsys::RequestQueue;
use httpsys_core::call::{Cancel, Receive, ReceiveEntityBody, SendResponse, WaitForDisconnect};
use httpsys_core::{ConnectionId, Error, RequestId};
use httpsys_engine::logging::{FieldsBuf, FieldsData, Text};
use httpsys_engine::{
    Chunk, LogSource, QueueHandle, ReadOperation, ReceiveOperation, ReceivedRequest, Service,
    Signal, Started, Verdict,
};
use httpsys_proto::ResponseParts;
use httpsys_sim::sleep;

use crate::client::REQUEST_BODY;
use crate::future;
use crate::h2_stream::own_code;
use crate::ledger::{Ledger, Sent};
use crate::operation::{Body, Call, Pending, SendOperation, byte};
use crate::script::{Exchange, Reading, Reply, Send};

/// HttpHeaderContentLength.
const CONTENT_LENGTH: usize = 11;
/// HttpHeaderUpgrade.
const UPGRADE: usize = 7;

/// What all servers share.
pub(crate) struct Program {
    pub(crate) service: Service,
    pub(crate) exchanges: BTreeMap<u64, Exchange>,
    /// The streams that nothing ends but their responses.
    pub(crate) safe: BTreeSet<u64>,
    pub(crate) ledger: Arc<Ledger>,
    /// The queues for calls that are futures.
    pub(crate) faces: Vec<RequestQueue>,
    /// The first queue's responses are logged.
    pub(crate) logs: bool,
    /// Of each queue, whether its second handle has ended.
    pub(crate) closed: Arc<[AtomicBool; 2]>,
}

/// What a receive gave.
struct Received {
    request: RequestId,
    connection: ConnectionId,
    /// What carries its stream.
    carrier: ConnectionId,
    token: u64,
    port: u16,
    /// It came by a future, and may be answered by one.
    face: Option<httpsys::Request>,
    /// It was cancelled while something of it was pending.
    was_cut: Cell<bool>,
}

impl Received {
    fn of_face(request: httpsys::Request) -> Received {
        Received {
            request: request.id(),
            connection: request.connection_id(),
            carrier: request.raw_connection_id(),
            token: token_of(request.raw_url()),
            port: request.remote_addr().port(),
            face: Some(request),
            was_cut: Cell::new(false),
        }
    }

    fn of(received: &ReceivedRequest<'_>) -> Received {
        let request = received.request();
        Received {
            request: request.id,
            connection: request.connection,
            carrier: request.raw_connection,
            token: token_of(request.head.raw_url()),
            port: request.remote.port(),
            face: None,
            was_cut: Cell::new(false),
        }
    }
}

fn token_of(path: &[u8]) -> u64 {
    let path = String::from_utf8_lossy(path);
    let token = path.rsplit('/').next().and_then(|token| token.parse().ok());
    token.unwrap_or_else(|| panic!("the path {path}"))
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
    /// `second`: it is the second handle of its queue.
    pub(crate) fn serve(&self, queue: &QueueHandle, face: usize, second: bool, number: u64) {
        for turn in number.. {
            let received = match turn % 7 {
                0 | 1 => self.receive(queue),
                2 => self.receive_in_two(queue),
                5 | 6 => self.receive_by_future(face, turn % 7 == 6),
                other => self.receive_overlapped(queue, other == 4),
            };
            match received {
                Ok(received) => {
                    let held = second && received.face.is_none();
                    self.answer(queue, received, held.then_some(&self.closed[face]));
                }
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

    /// `gives_up`: the first time the future is dropped if nothing has come for a while.
    fn receive_by_future(&self, face: usize, mut gives_up: bool) -> Result<Received, Error> {
        let queue = &self.faces[face];
        loop {
            let patience = gives_up.then_some(Duration::from_millis(5));
            gives_up = false;
            if let Some(received) = future::wait(queue.receive_async(), patience) {
                return received.map(Received::of_face);
            }
        }
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

    /// `closed`: whether the handle through which it came has ended.
    fn answer(&self, queue: &QueueHandle, received: Received, closed: Option<&AtomicBool>) {
        let token = received.token;
        self.ledger.received(token, received.request, received.port);
        let exchange = &self.exchanges[&token];
        let is_stream = exchange.ask.stream.is_some();
        if is_stream {
            self.ledger
                .stream(received.connection, received.carrier, received.port);
        }
        let mut wait = None;
        if exchange.answer.disconnect_wait {
            wait = self.wait_for_disconnect(queue, received.connection, token);
        }
        sleep(exchange.answer.delay);
        if let Some(reading) = exchange.answer.read {
            self.read(queue, &received, exchange, reading);
        }
        let is_safe = self.safe.contains(&token);
        let has_ended = wait.as_ref().is_some_and(|wait| wait.is_there());
        assert!(!(is_safe && has_ended), "the stream of {token} has ended");
        self.reply(queue, received, exchange, closed);
        // Its end is told soon, and not with that of the connection.
        let is_over = is_stream && self.ledger.is_over(token);
        if let Some(wait) = wait.filter(|_| is_over && token % 2 == 0) {
            sleep(Duration::from_secs(1));
            let told = wait.is_there();
            assert!(told, "nobody is told that the stream of {token} has ended");
        }
    }

    /// Answers as the exchange says.
    fn reply(
        &self,
        queue: &QueueHandle,
        mut received: Received,
        exchange: &Exchange,
        closed: Option<&AtomicBool>,
    ) {
        let token = received.token;
        let is_closed = closed.is_some_and(|closed| closed.load(SeqCst));
        let face = received.face.take();
        let received = &received;
        let request = received.request;
        let sent = match (&exchange.answer.reply, face) {
            (Reply::Whole(send, closes), Some(face)) if !send.cancel && !exchange.answer.cut => {
                self.respond_by_future(face, token, send, *closes)
            }
            (reply, face) => {
                if let Some(face) = face {
                    assert_eq!(face.into_id(), request);
                }
                match reply {
                    Reply::Whole(send, closes) => {
                        self.parts(queue, received, std::slice::from_ref(send), *closes)
                    }
                    Reply::Parts(sends, closes) => self.parts(queue, received, sends, *closes),
                    Reply::Upgrade(bytes) => self.upgrade(queue, received, *bytes),
                    Reply::Begin(send) => {
                        let part = Part {
                            head: Some(head(token, reply)),
                            from: 0,
                            send,
                            more_data: true,
                            disconnect: false,
                        };
                        let _ = self.send(queue, received, part);
                        if received.was_cut.get() {
                            return self.ledger.sent(token, Sent::Cancelled);
                        }
                        return self.cancel(queue, request, token);
                    }
                    Reply::Cancel => return self.cancel(queue, request, token),
                }
            }
        };
        assert!(
            !is_closed || sent.is_err(),
            "{token} is answered through a handle that has ended"
        );
        if received.was_cut.get() {
            assert!(sent.is_err(), "{token} is answered and was cancelled");
            return self.ledger.sent(token, Sent::Cancelled);
        }
        if let Err(error) = sent {
            assert!(!self.safe.contains(&token), "sending {token}: {error:?}");
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

    /// With the whole body at once.
    fn respond_by_future(
        &self,
        request: httpsys::Request,
        token: u64,
        send: &Send,
        closes: bool,
    ) -> Result<u64, Error> {
        let body = (0..send.length()).map(|at| byte(token, at));
        let response = httpsys::Response::ok().header("X-Token", token.to_string());
        let mut response = response.body(body.collect::<Vec<_>>());
        if closes {
            response = response.disconnect();
        }
        let sent = future::wait(request.respond_async(response), None);
        sent.expect("it waits until it is done")
    }

    /// 101, the client's bytes, the program's.
    fn upgrade(&self, queue: &QueueHandle, received: &Received, bytes: u64) -> Result<u64, Error> {
        let (token, request) = (received.token, received.request);
        let mut call = SendResponse {
            request,
            disconnect: false,
            more_data: true,
            opaque: true,
            go_away: false,
        };
        let mut head = ResponseParts::new();
        let fields = head.begin(101, b"Switching Protocols").and_then(|()| {
            head.known(UPGRADE, b"websocket", true)?;
            head.unknown(b"Connection", b"Upgrade")?;
            head.unknown(b"X-Token", token.to_string().as_bytes())
        });
        fields.expect("good fields");
        let logged = self.logged(received);
        let log = logged.as_ref().map(|logged| logged as &dyn LogSource);
        let sent = self
            .service
            .send_response(queue, &call, &mut head, &[], log)?;
        let mut reading = Reading {
            overlapped: token % 2 == 0,
            fill: token % 3 == 0,
            buffer: 1 + token % 900,
        };
        let (mut buffer, mut at) = (Vec::new(), 0);
        while at < bytes {
            reading.buffer = reading.buffer.min(bytes - at);
            buffer.resize(reading.buffer as usize, 0);
            let read = match self.read_once(queue, received, reading, &mut buffer) {
                Ok(read) => read as u64,
                // The client has gone before it sent all, or the read was cancelled.
                Err(error) => {
                    let _ = self.service.cancel(queue, &Cancel { request });
                    return Err(match error {
                        Error::EndOfBody => Error::ConnectionInvalid,
                        error => error,
                    });
                }
            };
            for (got, at) in buffer.iter().zip(at..at + read) {
                let expected = byte(token + REQUEST_BODY, at);
                assert_eq!(*got, expected, "byte {at} of what {token} sends");
            }
            at += read;
        }
        let body: Vec<u8> = (0..bytes).map(|at| byte(token, at)).collect();
        (call.more_data, call.opaque) = (false, false);
        let chunks = [Chunk::Memory(&body)];
        let rest = self.service.send_entity_body(queue, &call, &chunks, log)?;
        assert_eq!(rest, bytes, "the count of what {token} was sent");
        Ok(sent + rest)
    }

    /// The log data of the response, if it is logged.
    fn logged(&self, received: &Received) -> Option<Logged> {
        let token = received.token;
        let is_logged = self.logs && self.exchanges[&token].queue == 0;
        is_logged.then(|| Logged(format!("/q0/{token}")))
    }

    fn wait_for_disconnect(
        &self,
        queue: &QueueHandle,
        connection: ConnectionId,
        token: u64,
    ) -> Option<Arc<Pending<(Signal, ())>>> {
        let (operation, told) = Call::new(());
        let wait = WaitForDisconnect { connection };
        let started = self
            .service
            .try_wait_for_disconnect(queue, &wait, operation);
        match started {
            Started::Pending(_) => {
                self.ledger.disconnect_wait(Arc::clone(&told));
                Some(told)
            }
            Started::Done(_, Err(Error::ConnectionInvalid | Error::InvalidHandle)) => {
                assert!(!self.safe.contains(&token), "the stream of {token} is gone");
                None
            }
            Started::Done(_, result) => panic!("a wait for a disconnect: {result:?}"),
        }
    }

    fn cancel(&self, queue: &QueueHandle, request: RequestId, token: u64) {
        let call = Cancel { request };
        let is_stream = self.exchanges[&token].ask.stream.is_some();
        if let Some(code) = own_code(token).filter(|_| is_stream) {
            let _ = self.service.set_stream_error(queue, request, code.0);
        }
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
            let read = self.read_once(queue, received, how, &mut buffer);
            let n = match read {
                Ok(n) => n as u64,
                Err(Error::EndOfBody) => {
                    return assert_eq!(at, from.ask.body, "the body of {}", from.token);
                }
                Err(error) => {
                    assert!(
                        !self.safe.contains(&from.token),
                        "reading {}: {error:?}",
                        from.token
                    );
                    return;
                }
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
        received: &Received,
        how: Reading,
        buffer: &mut Vec<u8>,
    ) -> Result<usize, Error> {
        let call = ReceiveEntityBody {
            request: received.request,
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
                    self.cut(queue, received);
                    let (signal, kept) = told.wait();
                    match signal {
                        Signal::Ready => state = kept,
                        Signal::Failed(error) => {
                            let cut = received.was_cut.get();
                            assert!(!cut || error == Error::Aborted, "a cut read: {error:?}");
                            return Err(error);
                        }
                        Signal::Request(_) => panic!("a read is given a request"),
                    }
                }
            }
        }
    }

    /// Cancels the request, if it is to be while something is pending. Whoever waits for that is told.
    fn cut(&self, queue: &QueueHandle, received: &Received) -> bool {
        if !self.exchanges[&received.token].answer.cut || received.was_cut.get() {
            return false;
        }
        let request = received.request;
        let cancelled = self.service.cancel(queue, &Cancel { request }).is_ok();
        received.was_cut.set(cancelled);
        cancelled
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
            go_away: false,
        };
        let service = &self.service;
        let body = Arc::new(Body::new(received.token, part.from, &part.send.pieces));
        let mut head = part.head;
        let logged = self.logged(received);
        let log = logged.as_ref().map(|logged| logged as &dyn LogSource);
        if !part.send.overlapped {
            return body.lend(|chunks| match &mut head {
                Some(head) => service.send_response(queue, &call, head, chunks, log),
                None => service.send_entity_body(queue, &call, chunks, log),
            });
        }
        let pending = Pending::new();
        let mut id = None;
        let mut register = |operation| {
            id = Some(operation);
            let (body, pending) = (Arc::clone(&body), Arc::clone(&pending));
            Ok(Box::new(SendOperation { body, pending }) as Box<_>)
        };
        let sent = body.lend(|chunks| match &mut head {
            Some(head) => service.try_send_response(queue, &call, head, chunks, log, &mut register),
            None => service.try_send_entity_body(queue, &call, chunks, log, &mut register),
        });
        drop(head);
        match sent? {
            Some(bytes) => Ok(bytes),
            None if self.cut(queue, received) => {
                let result = pending.wait();
                // It may have been done just before.
                let is_done = part.more_data && result.is_ok();
                assert!(is_done || result == Err(Error::Aborted), "{result:?}");
                Err(Error::Aborted)
            }
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

/// The log data of a response: its path.
struct Logged(String);

impl LogSource for Logged {
    fn put(&self, kept: &mut FieldsBuf) {
        kept.set(&FieldsData {
            uri_stem: Text::Str(&self.0),
            protocol_status: 200,
            ..FieldsData::default()
        });
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
