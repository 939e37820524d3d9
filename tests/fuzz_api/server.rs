//! A server thread: receives, and what it keeps pending beside the request it works on.
//!
//! Owns: posted receives, the retry behind 234, what must hold of every request that is handed out,
//! disconnect waits. Does not own the answer ([`crate::answer`]). Invariant: it ends when the site is
//! shut and nothing that it has posted is pending. Threading: several threads share a site.

use httpsys_tests::door::{FLUSH_BODY, Received};
use httpsys_tests::raw::{Handle, REQUEST_V2};
use windows_sys::Win32::System::IO::{CancelIo, CancelIoEx};

use crate::answer;
use crate::caller::{Begun, Caller, Ended};
use crate::findings::{count, finding};
use crate::ledger::ServerEnd;
use crate::random::Random;
use crate::site::{Class, Site};
use crate::slot::{Held, MEMORY, Op, take_packets};
use crate::token::Token;
use crate::watch::{Call, during};
use crate::world::World;

/// Disconnect waits of one thread.
const WAITS: usize = 12;

/// A receive that is posted.
struct Posted {
    op: Op,
    queue: Handle,
    asked: Asked,
    may_fail: bool,
}

/// Length and flags of a receive.
type Asked = (usize, u32);

/// A disconnect wait that is pending.
struct Waiting {
    op: Op,
    connection: u64,
    may_fail: bool,
}

struct Worker<'w> {
    caller: Caller<'w>,
    /// Receives that it keeps posted; 0 makes them synchronous.
    receives: usize,
    posted: Vec<Posted>,
    waits: Vec<Waiting>,
}

/// Serves until the site is shut.
pub(crate) fn run(world: &World, site: &Site, number: u64) {
    let mut random = Random::of(world.seed ^ world.round, 2000 + number);
    let receives = random.pick(&[0, 1, 3, 8]);
    let caller = Caller {
        world,
        site,
        random,
    };
    let mut worker = Worker {
        caller,
        receives,
        posted: Vec::new(),
        waits: Vec::new(),
    };
    while !worker.turn() {}
}

impl Worker<'_> {
    fn is_shut(&self) -> bool {
        self.caller
            .site
            .is_shut
            .load(std::sync::atomic::Ordering::SeqCst)
    }

    /// True at the end.
    fn turn(&mut self) -> bool {
        let shut = self.is_shut();
        if shut && self.posted.is_empty() && self.waits.is_empty() {
            return true;
        }
        if !shut {
            self.receive();
            self.cancel_something();
        }
        let mut moved = self.look_at_waits();
        while let Some(at) = self.posted.iter().position(|posted| posted.op.has_ended(0)) {
            moved = true;
            let Posted {
                op,
                queue,
                asked,
                may_fail,
            } = self.posted.swap_remove(at);
            let (code, bytes, slot) = op.end();
            self.received(queue, Ended { code, bytes, slot }, asked, may_fail);
        }
        if !moved {
            self.rest();
        }
        false
    }

    /// Nothing has happened: waits a little, as programs wait.
    fn rest(&mut self) {
        match (self.caller.site.port(), self.posted.first()) {
            (Some(port), _) => drop(take_packets(port, 2)),
            (None, Some(posted)) => drop(posted.op.has_ended(2)),
            (None, None) => std::thread::sleep(std::time::Duration::from_micros(500)),
        }
    }

    fn receive(&mut self) {
        // Room for a usual request, for the fixed structure only, and for something between.
        while self.posted.len() < self.receives.max(1) {
            let fixed = REQUEST_V2 as usize;
            let lengths = [fixed, 900, 1200, 2048, 4096, MEMORY, MEMORY, MEMORY];
            let length = self.caller.random.pick(&lengths);
            let flags = self.caller.random.pick(&[0, 0, 1, 2]);
            let queue = self.caller.site.queue();
            // Blocking with a receive posted, it could wait for a client that waits for it.
            let posts =
                self.receives > 0 && (!self.posted.is_empty() || self.caller.random.below(30) > 0);
            let way = posts.then(|| self.caller.site.how(&mut self.caller.random));
            match self.caller.receive(queue, (0, flags), length, way) {
                Begun::Pending(op) => {
                    self.posted.push(Posted {
                        op,
                        queue,
                        asked: (length, flags),
                        may_fail: false,
                    });
                }
                Begun::Ended(ended) => {
                    let ended_well = matches!(ended.code, 0 | 234);
                    self.received(queue, ended, (length, flags), false);
                    if !ended_well || !posts {
                        return;
                    }
                }
            }
        }
    }

    /// A receive has ended: retries it, or works on the request.
    fn received(&mut self, queue: Handle, ended: Ended, asked: Asked, may_fail: bool) {
        let (length, flags) = asked;
        let Ended {
            code,
            bytes,
            mut slot,
        } = ended;
        slot.check_behind(length, "HttpReceiveHttpRequest");
        match code {
            0 => {
                if bytes as usize > length {
                    finding!("a receive of {length} bytes gave {bytes}");
                }
                let received = slot.memory().received();
                drop(slot);
                self.work(queue, &received);
            }
            234 => {
                let id = slot.memory().request().Base.RequestId;
                drop(slot);
                self.retry(queue, id, (bytes as usize, length));
            }
            code => {
                let closing = self.caller.world.ledger.is_closing();
                let chaos = self.caller.site.class == Class::Chaos;
                let known = matches!(code, 6 | 995) && (closing || chaos || self.is_shut());
                if flags == FLUSH_BODY && code == 995 {
                    self.give_up(queue, &mut slot);
                }
                // It had the request and waited for its body.
                let broke_off = flags == FLUSH_BODY && matches!(code, 64 | 995 | 1229);
                if !(known || broke_off || code == 995 && may_fail) {
                    finding!("HttpReceiveHttpRequest gives {code} ({length} bytes)");
                }
                if code == 6 {
                    std::thread::sleep(std::time::Duration::from_micros(200));
                }
            }
        }
    }

    /// The request did not fit: once more by its id.
    fn retry(&mut self, queue: Handle, id: u64, (needed, length): (usize, usize)) {
        if needed != 0x7777_7777 && needed <= length {
            finding!("{id:#x}: {length} bytes are too few, and {needed} would do");
        }
        if self.caller.site.class.is_lenient() && self.caller.random.once_in(20) {
            // Whoever loses interest cancels; which client's request it is nobody knows.
            let code = self.caller.cancel(queue, id);
            self.abandoned(code);
            return;
        }
        let exact = needed <= MEMORY && self.caller.random.once_in(2);
        let length = if exact { needed } else { MEMORY };
        let way = self.caller.any_way();
        let flags = self.caller.random.pick(&[0, 1]);
        let begun = self.caller.receive(queue, (id, flags), length, way);
        let Ended {
            code,
            bytes,
            mut slot,
        } = self.caller.wait(queue, begun);
        slot.check_behind(length, "HttpReceiveHttpRequest by id");
        match code {
            0 => {
                if bytes as usize > length {
                    finding!("{id:#x}: a receive of {length} bytes gave {bytes}");
                }
                let received = slot.memory().received();
                if received.id != id {
                    finding!("asked for {id:#x}, received {:#x}", received.id);
                }
                drop(slot);
                self.work(queue, &received);
            }
            234 => finding!("{id:#x}: {length} bytes are too few again (needed {needed})"),
            6 | 995 | 1229 => {}
            code => finding!("{id:#x}: HttpReceiveHttpRequest by id gives {code}"),
        }
    }

    /// A receive was cancelled while it waited for the body: the request is in the buffer, and the
    /// program's. Of its body nobody knows how much was read, so it is cancelled as well.
    fn give_up(&mut self, queue: Handle, slot: &mut Held) {
        if slot.memory().request().Base.RequestId == u64::from_ne_bytes([0xA5; 8]) {
            return;
        }
        let received = slot.memory().received();
        let world = self.caller.world;
        let Some(token) = token_of(&received) else {
            let code = self.caller.cancel(queue, received.id);
            return self.abandoned(code);
        };
        count("receives cancelled with a request", 1);
        world
            .ledger
            .received(token, received.remote.port(), received.connection_id);
        world.ledger.cancels(token);
        let code = self.caller.cancel(queue, received.id);
        let plan = world.plan(token);
        world.ledger.cancel_returned(&plan, code);
        let end = match code {
            0 => ServerEnd::Cancelled,
            code => ServerEnd::Failed(code),
        };
        world.ledger.server_ended(&plan, end);
    }

    /// A request was cancelled of which nobody knows the token.
    fn abandoned(&mut self, code: u32) {
        if !matches!(code, 0 | 6 | 1229) {
            finding!("a cancel gives {code}");
        }
        count("cancelled without having been read", 1);
    }

    fn work(&mut self, queue: Handle, received: &Received) {
        let world = self.caller.world;
        if received.id == 0 || received.connection_id == 0 {
            finding!("an id of 0: {received:x?}");
        }
        if !world.seen.insert(received.id) {
            finding!("request id {:#x} was handed out before", received.id);
        }
        let Some(token) = token_of(received) else {
            return self.answer_hostile(queue, received.id);
        };
        let connection = received.connection_id;
        let (is_new, is_first) = world
            .ledger
            .received(token, received.remote.port(), connection);
        if is_first && !world.seen.insert(connection) {
            finding!("connection id {connection:#x} was handed out before");
        }
        let named = received.unknown.iter().find(|(name, _)| name == "X-Token");
        if named.map(|(_, value)| value.as_slice()) != Some(format!("{:016x}", token.0).as_bytes())
        {
            finding!("{token:x?}: the head of another: {received:x?}");
        }
        if token.class() != self.caller.site.class || received.url_context != 7 {
            finding!(
                "{token:x?} came to {:?}: {received:x?}",
                self.caller.site.class
            );
        }
        if !is_new {
            return;
        }
        if self.waits.len() < WAITS && self.caller.random.once_in(8) {
            self.wait_for_disconnect(queue, received.connection_id);
        }
        let plan = world.plan(token);
        self.caller.site.begins(token, received.id);
        let end = answer::carry_out(&mut self.caller, queue, received, &plan);
        self.caller.site.ends(received.id, end);
        count(format!("exchanges {}", end.name()), 1);
        world.ledger.server_ended(&plan, end);
    }

    fn answer_hostile(&mut self, queue: Handle, id: u64) {
        count("hostile requests delivered", 1);
        if self.caller.random.once_in(3) {
            let code = self.caller.cancel(queue, id);
            return self.abandoned(code);
        }
        let reply = httpsys_tests::door::Reply::ok().header("X-Hostile", "1");
        let way = self.caller.any_way();
        let begun = self.caller.respond(queue, id, &reply, &[], way, None);
        let code = self.caller.wait(queue, begun).code;
        if !matches!(code, 0 | 6 | 64 | 995 | 1229) {
            finding!("a response to a hostile client gives {code}");
        }
    }

    fn wait_for_disconnect(&mut self, queue: Handle, connection: u64) {
        match self.caller.wait_for_disconnect(queue, connection) {
            Begun::Pending(op) => self.waits.push(Waiting {
                op,
                connection,
                may_fail: false,
            }),
            // 995: the queue was closed while the call was under way (RCV-007).
            Begun::Ended(Ended {
                code: 6 | 995 | 1229,
                ..
            }) => {}
            Begun::Ended(ended) => finding!("HttpWaitForDisconnect gives {}", ended.code),
        }
    }

    fn look_at_waits(&mut self) -> bool {
        let mut moved = false;
        while let Some(at) = self.waits.iter().position(|wait| wait.op.has_ended(0)) {
            moved = true;
            let Waiting {
                op,
                connection,
                may_fail,
            } = self.waits.swap_remove(at);
            let (code, _, slot) = op.end();
            drop(slot);
            let closing = self.caller.world.ledger.is_closing();
            let chaos = self.caller.site.class == Class::Chaos;
            match code {
                0 => self.caller.world.ledger.disconnected(connection),
                995 if may_fail || closing || chaos => {}
                code => finding!("{connection:#x}: a disconnect wait ends with {code}"),
            }
        }
        moved
    }

    /// Cancels receives or waits of this thread.
    fn cancel_something(&mut self) {
        let queue = self.caller.site.queue().raw();
        let random = &mut self.caller.random;
        if random.once_in(400) && !self.posted.is_empty() {
            let at = random.index(self.posted.len());
            let posted = &mut self.posted[at];
            posted.may_fail = true;
            let (queue, overlapped) = (posted.queue.raw(), posted.op.overlapped());
            // SAFETY: a cancel does not look into the structure.
            during(Call::CancelIoEx, 0, || unsafe {
                CancelIoEx(queue, overlapped)
            });
        }
        if random.once_in(400) && !self.waits.is_empty() {
            let at = random.index(self.waits.len());
            let wait = &mut self.waits[at];
            wait.may_fail = true;
            let overlapped = wait.op.overlapped();
            // SAFETY: a cancel does not look into the structure.
            during(Call::CancelIoEx, 0, || unsafe {
                CancelIoEx(queue, overlapped)
            });
        }
        if random.once_in(4000) {
            self.posted
                .iter_mut()
                .for_each(|posted| posted.may_fail = true);
            self.waits.iter_mut().for_each(|wait| wait.may_fail = true);
            // SAFETY: no pointers.
            during(Call::CancelIo, 0, || unsafe { CancelIo(queue) });
        }
    }
}

/// Which request it is; a hostile client's has no token.
fn token_of(received: &Received) -> Option<Token> {
    let name = received.abs_path.rsplit('/').next()?;
    u64::from_str_radix(name, 16).ok().map(Token)
}
