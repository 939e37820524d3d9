//! What the server does with one request, as its plan says.
//!
//! Owns: reading the body, the calls of the response, cancels by plan, and the checks of each call's
//! code and count. Does not own the calls' pointers ([`crate::caller`]), nor what the client sees.
//! Threading: one thread per request.

use httpsys_tests::door::{BUFFER_DATA, DISCONNECT, MORE_DATA, OPAQUE, Received, Reply};
use httpsys_tests::raw::{Handle, LogData};
use windows_sys::Win32::System::IO::CancelIoEx;

use crate::caller::{Begun, Caller, Ended};
use crate::findings::finding;
use crate::illegal;
use crate::ledger::ServerEnd;
use crate::plan::{Flow, Framing, Plan, Reading, Span};
use crate::random::mismatch;
use crate::slot::MEMORY;
use crate::watch::{Call, during};

/// Reads of a body at most: each gets a byte or ends it.
const MOST_READS: u64 = 1_000_000;

/// The request under way.
struct Exchange<'a, 'w> {
    caller: &'a mut Caller<'w>,
    queue: Handle,
    id: u64,
    received: &'a Received,
    plan: &'a Plan,
    logs: bool,
    /// What the calls have reported.
    counted: u64,
}

/// Does all of it.
pub(crate) fn carry_out(
    caller: &mut Caller<'_>,
    queue: Handle,
    received: &Received,
    plan: &Plan,
) -> ServerEnd {
    if caller.random.once_in(10) {
        illegal::on_live_request(caller, queue, received.id);
    }
    let logs = plan.logs() && caller.site.log.is_some();
    let mut exchange = Exchange {
        logs,
        received,
        caller,
        queue,
        id: received.id,
        plan,
        counted: 0,
    };
    match exchange.run() {
        Ok(()) => ServerEnd::Done(exchange.counted),
        Err(end) => end,
    }
}

impl Exchange<'_, '_> {
    fn run(&mut self) -> Result<(), ServerEnd> {
        match self.plan.reading {
            Reading::Nothing => {}
            Reading::Some => self.read(false)?,
            Reading::All => self.read(true)?,
        }
        let ledger = &self.caller.world.ledger;
        match self.plan.flow {
            Flow::CancelBefore => return Err(self.cancel()),
            Flow::BadFile | Flow::CancelSend => ledger.may_break(self.plan.token),
            Flow::Upgrade => return self.upgrade(),
            Flow::Respond | Flow::CancelBetween => {}
        }
        self.respond()
    }

    /// Reads the body, or the first piece of it, and compares it.
    fn read(&mut self, all: bool) -> Result<(), ServerEnd> {
        let received = self.received;
        let (token, key) = (self.plan.token, self.plan.token.request_key());
        if let Some(at) = mismatch(&received.body, key, 0) {
            finding!("{token:x?}: byte {at} of the body copied with the request is another's");
        }
        let mut position = received.body.len() as u64;
        let mut ended = !received.has_body();
        for _ in 0..MOST_READS {
            if ended || (!all && position > 0) {
                break;
            }
            let length = self
                .caller
                .random
                .pick(&[1, 50, 1000, 1000, MEMORY, MEMORY]);
            let way = self.caller.any_way();
            let mut done = self.caller.read_body(self.queue, self.id, length, way);
            match done.code {
                0 => {
                    let bytes = &done.slot.memory().bytes()[..done.bytes as usize];
                    if bytes.is_empty() {
                        finding!("{token:x?}: a read succeeded with no bytes");
                        break;
                    }
                    if let Some(at) = mismatch(bytes, key, position) {
                        let at = position + at as u64;
                        finding!("{token:x?}: byte {at} of the request's body is another's");
                    }
                    position += u64::from(done.bytes);
                }
                38 => ended = true,
                code => return Err(self.failed(Call::ReadBody, code)),
            }
        }
        let sent = self.plan.upload.length;
        if position > sent || (ended && position != sent) {
            finding!(
                "{token:x?}: read {position} bytes of a body of {sent}: {:?}",
                self.plan
            );
        }
        Ok(())
    }

    fn respond(&mut self) -> Result<(), ServerEnd> {
        let calls = self.plan.calls();
        for (number, spans) in calls.iter().enumerate() {
            let is_last = number + 1 == calls.len();
            let mut flags = if is_last { 0 } else { MORE_DATA };
            if is_last && self.plan.disconnect {
                flags |= DISCONNECT;
            }
            if number == 1 && self.plan.flow == Flow::CancelBetween {
                return Err(self.cancel());
            }
            let way = match self.plan.flow {
                Flow::CancelSend => Some(self.caller.site.how(&mut self.caller.random)),
                _ => self.caller.any_way(),
            };
            let mut log = self
                .logs
                .then(|| LogData::of(self.received, self.plan.status));
            let begun = if number == 0 {
                let reply = self.head(flags);
                self.caller
                    .respond(self.queue, self.id, &reply, spans, way, log.as_mut())
            } else {
                let call = (self.id, flags);
                self.caller
                    .send_body(self.queue, call, spans, way, log.as_mut())
            };
            // Log data is read during the call only (G-140).
            if let Some(log) = &mut log {
                log.spoil();
            }
            let begun = self.disturb(begun);
            let done = self.caller.wait(self.queue, begun);
            self.account(number, spans, done)?;
        }
        Ok(())
    }

    /// Something is done to a send under way.
    fn disturb(&mut self, begun: Begun) -> Begun {
        let Begun::Pending(op) = begun else {
            return begun;
        };
        if self.plan.flow == Flow::CancelSend {
            let (queue, overlapped) = (self.queue.raw(), op.overlapped());
            during(Call::CancelIoEx, self.id, || {
                // SAFETY: a cancel does not look into the structure.
                unsafe { CancelIoEx(queue, overlapped) }
            });
        } else if self.caller.random.once_in(8) {
            illegal::second_response(self.queue, self.id);
        }
        Begun::Pending(op)
    }

    /// The code and the count of a send.
    fn account(&mut self, number: usize, spans: &[Span], done: Ended) -> Result<(), ServerEnd> {
        let Ended { code, bytes, slot } = done;
        drop(slot);
        if code != 0 {
            if code == 38 && self.plan.flow == Flow::BadFile {
                // Nothing was sent (SND-028): the request is still the program's.
                return Err(self.cancel());
            }
            let call = if number == 0 {
                Call::Respond
            } else {
                Call::SendBody
            };
            return Err(self.failed(call, code));
        }
        let body: u64 = spans.iter().map(Span::length).sum();
        let token = self.plan.token;
        let bytes = u64::from(bytes);
        if (number > 0 && bytes != body) || (number == 0 && bytes <= body) {
            finding!(
                "{token:x?}: call {number} sent {body} and reports {bytes}: {:?}",
                self.plan
            );
        }
        self.counted += bytes;
        Ok(())
    }

    fn failed(&mut self, call: Call, code: u32) -> ServerEnd {
        let queue_may_end = self.plan.token.class() == crate::site::Class::Chaos;
        let closing = self.caller.world.ledger.is_closing();
        let known = matches!(code, 64 | 995 | 1229) || (code == 6 && (queue_may_end || closing));
        if !known {
            finding!(
                "{:x?}: {call:?} gives {code}: {:?}",
                self.plan.token,
                self.plan
            );
        }
        ServerEnd::Failed(code)
    }

    /// HttpCancelHttpRequest by plan.
    fn cancel(&mut self) -> ServerEnd {
        let ledger = &self.caller.world.ledger;
        ledger.cancels(self.plan.token);
        let code = self.caller.cancel(self.queue, self.id);
        self.caller.world.ledger.cancel_returned(self.plan, code);
        match code {
            0 => {
                illegal::on_dead_request(self.caller, self.queue, self.id);
                ServerEnd::Cancelled
            }
            code => self.failed(Call::Cancel, code),
        }
    }

    fn head(&self, flags: u32) -> Reply {
        let plan = self.plan;
        let mut reply = Reply::new(plan.status, "Of The Program")
            .header("X-Token", format!("{:016x}", plan.token.0))
            .flags(flags);
        match plan.framing {
            Framing::Length => {
                reply = reply.header("Content-Length", plan.body_length().to_string());
            }
            Framing::Chunked => reply = reply.header("Transfer-Encoding", "chunked"),
            Framing::Added | Framing::Close => {}
        }
        if plan.padding > 0 {
            reply = reply.header("X-Padding", "p".repeat(plan.padding));
        }
        reply
    }

    /// 101, and then an echo until the client ends.
    fn upgrade(&mut self) -> Result<(), ServerEnd> {
        let reply = self
            .head(OPAQUE | MORE_DATA | BUFFER_DATA)
            .header("Upgrade", "websocket")
            .unknown_header("Connection", "Upgrade");
        let way = self.caller.any_way();
        let head = self
            .caller
            .respond(self.queue, self.id, &reply, &[], way, None);
        let head = self.caller.wait(self.queue, head);
        self.account(0, &[], head)?;
        let key = self.plan.token.request_key();
        let mut position = 0;
        loop {
            let length = self.caller.random.pick(&[10, 1000, MEMORY]);
            let way = self.caller.any_way();
            let mut done = self.caller.read_body(self.queue, self.id, length, way);
            match done.code {
                0 => {}
                38 => break,
                code => return Err(self.failed(Call::ReadBody, code)),
            }
            let bytes = &done.slot.memory().bytes()[..done.bytes as usize];
            if mismatch(bytes, key, position).is_some() {
                finding!(
                    "{:x?}: bytes of another in an upgraded connection",
                    self.plan.token
                );
            }
            let length = u64::from(done.bytes);
            drop(done);
            let span = [Span::Pattern {
                key,
                position,
                length,
                from_file: false,
            }];
            position += length;
            let way = self.caller.any_way();
            let call = (self.id, MORE_DATA);
            let sent = self.caller.send_body(self.queue, call, &span, way, None);
            let sent = self.caller.wait(self.queue, sent);
            self.account(1, &span, sent)?;
        }
        let way = self.caller.any_way();
        let last = self
            .caller
            .send_body(self.queue, (self.id, 0), &[], way, None);
        let last = self.caller.wait(self.queue, last);
        self.account(1, &[], last)
    }
}
