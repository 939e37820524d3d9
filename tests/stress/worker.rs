//! What the threads of the server do: take packets, and make calls at random.
//!
//! Owns: the calls and which codes they may end with. Does not own the books ([`crate::slot`]).
//! Threading: several threads share a queue and its port.

use std::ptr::{null, null_mut};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use httpsys_tests::raw::{Handle, memory_chunk};
use windows_sys::Win32::Foundation::RtlNtStatusToDosError;
use windows_sys::Win32::Networking::HttpServer as http;
use windows_sys::Win32::System::IO::{
    CancelIo, CancelIoEx, GetQueuedCompletionStatusEx, OVERLAPPED, OVERLAPPED_ENTRY,
};

use crate::slot::{Issued, Kind, MEMORY, Slot, Slots};
use crate::{Phase, Random};

/// Requests that are remembered for later calls.
const REMEMBERED: usize = 200;
/// A body that no socket takes at once.
static BODY: [u8; 400_000] = [b'b'; 400_000];

/// One queue with its port.
pub(crate) struct Server {
    pub(crate) queue: Handle,
    pub(crate) port: Handle,
    pub(crate) slots: Slots,
    /// Receives that are kept posted.
    pub(crate) receives: usize,
    /// Disconnect waits at once, at most.
    pub(crate) waits: usize,
    /// Request and connection ids.
    pub(crate) recent: Mutex<Vec<(u64, u64)>>,
    /// Calls of each kind that ended with 0.
    pub(crate) successes: [AtomicU64; Kind::ALL.len()],
}

impl Server {
    /// Whether every kind of call has succeeded.
    pub(crate) fn has_seen_all(&self) -> bool {
        let mut counts = self.successes.iter();
        counts.all(|count| count.load(Ordering::Relaxed) != 0)
    }

    /// Makes calls until the phase is [`Phase::CLOSED`], then takes packets until all have come or
    /// something failed.
    pub(crate) fn run(&self, phase: &Phase, failed: &AtomicBool, mut random: Random) {
        let _alarm = Alarm(failed);
        while !failed.load(Ordering::SeqCst) {
            let closed = phase.is_closed();
            if closed && self.slots.in_flight() == 0 {
                return;
            }
            self.take_packets(&mut random, closed);
            if !closed {
                self.post_receives(&mut random);
                for _ in 0..4 {
                    self.disturb(&mut random);
                    if let Some(request) = self.remembered(&mut random) {
                        self.use_request(request, &mut random);
                    }
                }
            }
        }
    }

    /// Takes the packets that are there. With `closed` no call follows from them.
    pub(crate) fn take_packets(&self, random: &mut Random, closed: bool) -> usize {
        let mut entries = [OVERLAPPED_ENTRY::default(); 64];
        let mut count = 0;
        let port = self.port.raw();
        let first = entries.as_mut_ptr();
        // SAFETY: the entries outlive the call.
        if unsafe { GetQueuedCompletionStatusEx(port, first, 64, &mut count, 2, 0) } == 0 {
            return 0;
        }
        for entry in &entries[..count as usize] {
            assert_eq!(entry.lpCompletionKey, self.queue.0);
            if let Some((slot, status)) = self.slots.completed(entry.lpOverlapped) {
                assert_eq!(status, entry.Internal as u32);
                // SAFETY: no pointers.
                let code = unsafe { RtlNtStatusToDosError(status as i32) };
                self.ended(slot, code, random, closed);
            }
        }
        count as usize
    }

    pub(crate) fn post_receives(&self, random: &mut Random) {
        for _ in 0..64 {
            if self.slots.in_flight_of(Kind::Receive) >= self.receives {
                return;
            }
            let Some(slot) = self.slots.take(Kind::Receive) else {
                return;
            };
            let flags = [0, 0, 1, 2][random.below(4) as usize];
            // The fixed structure and little more gives 234 at times.
            let length = if random.below(10) == 0 {
                900
            } else {
                MEMORY as u32
            };
            if !self.receive(slot, 0, flags, length, random) {
                return;
            }
        }
    }

    /// False when the queue takes no more.
    fn receive(
        &self,
        slot: &'static Slot,
        id: u64,
        flags: u32,
        length: u32,
        random: &mut Random,
    ) -> bool {
        let memory = slot.memory().cast();
        let queue = self.queue.raw();
        self.issue(slot, random, |overlapped| {
            // SAFETY: the slot's memory is the service's until the call has ended.
            unsafe {
                let none = null_mut();
                http::HttpReceiveHttpRequest(queue, id, flags, memory, length, none, overlapped)
            }
        }) != 6
    }

    /// Cancels at random: operations, and requests.
    fn disturb(&self, random: &mut Random) {
        let queue = self.queue.raw();
        if random.below(10) == 0 {
            let slot = self.slots.any(random.next());
            // SAFETY: a cancel does not look into the structure.
            unsafe { CancelIoEx(queue, slot.overlapped()) };
        }
        if random.below(3000) == 0 {
            // SAFETY: no pointers.
            unsafe { CancelIo(queue) };
        }
        if random.below(6) == 0 {
            if let Some((id, _)) = self.remembered(random) {
                self.cancel(id, random);
            }
        }
    }

    fn cancel(&self, id: u64, random: &mut Random) {
        if random.below(2) == 0 {
            // SAFETY: no pointers.
            let code = unsafe { http::HttpCancelHttpRequest(self.queue.raw(), id, null_mut()) };
            assert!(matches!(code, 0 | 6 | 1229), "{code}");
        } else if let Some(slot) = self.slots.take(Kind::Cancel) {
            let queue = self.queue.raw();
            self.issue(slot, random, |overlapped| {
                // SAFETY: as in `receive`.
                unsafe { http::HttpCancelHttpRequest(queue, id, overlapped) }
            });
        }
    }

    /// One or several calls on a request that may or may not be there.
    fn use_request(&self, (id, connection): (u64, u64), random: &mut Random) {
        match random.below(6) {
            0 | 1 => self.respond(id, random),
            2 => self.send_body(id, random),
            3 | 4 => {
                for _ in 0..=random.below(3) {
                    self.read(id, random);
                }
            }
            _ => {
                for _ in 0..=random.below(20) {
                    self.wait_for_disconnect(connection, random);
                }
            }
        }
    }

    fn read(&self, id: u64, random: &mut Random) {
        let Some(slot) = self.slots.take(Kind::Read) else {
            return;
        };
        let flags = u32::from(random.below(3) == 0);
        let length = [0, 10, MEMORY as u32][random.below(3) as usize];
        let (queue, memory) = (self.queue.raw(), slot.memory().cast());
        self.issue(slot, random, |overlapped| {
            let none = null_mut();
            // SAFETY: as in `receive`.
            unsafe {
                http::HttpReceiveRequestEntityBody(
                    queue, id, flags, memory, length, none, overlapped,
                )
            }
        });
    }

    fn wait_for_disconnect(&self, connection: u64, random: &mut Random) {
        if self.slots.in_flight_of(Kind::Disconnect) >= self.waits {
            return;
        }
        let Some(slot) = self.slots.take(Kind::Disconnect) else {
            return;
        };
        let queue = self.queue.raw();
        self.issue(slot, random, |overlapped| {
            // SAFETY: as in `receive`.
            unsafe { http::HttpWaitForDisconnect(queue, connection, overlapped) }
        });
    }

    fn respond(&self, id: u64, random: &mut Random) {
        let Some(slot) = self.slots.take(Kind::Send) else {
            return;
        };
        let mut chunk = memory_chunk(&BODY[..some_length(random)]);
        let mut response = http::HTTP_RESPONSE_V2::default();
        response.Base.StatusCode = 200;
        response.Base.EntityChunkCount = 1;
        response.Base.pEntityChunks = &mut chunk;
        // DISCONNECT, MORE_DATA.
        let flags = [0, 0, 0, 1, 2][random.below(5) as usize];
        let queue = self.queue.raw();
        self.issue(slot, random, |overlapped: *mut OVERLAPPED| {
            // SAFETY: as in `receive`; the body is static, the rest has to live through the call.
            unsafe {
                http::HttpSendHttpResponse(
                    queue,
                    id,
                    flags,
                    &response,
                    null(),
                    null_mut(),
                    null_mut(),
                    0,
                    overlapped,
                    null(),
                )
            }
        });
    }

    fn send_body(&self, id: u64, random: &mut Random) {
        let Some(slot) = self.slots.take(Kind::Send) else {
            return;
        };
        let chunk = memory_chunk(&BODY[..some_length(random)]);
        let flags = [0, 2][random.below(2) as usize];
        let queue = self.queue.raw();
        self.issue(slot, random, |overlapped: *mut OVERLAPPED| {
            // SAFETY: as in `respond`.
            unsafe {
                http::HttpSendResponseEntityBody(
                    queue,
                    id,
                    flags,
                    1,
                    &chunk,
                    null_mut(),
                    null_mut(),
                    0,
                    overlapped,
                    null(),
                )
            }
        });
    }

    /// Makes a call; what has ended already is followed up. Returns the code, 997 for pending.
    fn issue(
        &self,
        slot: &'static Slot,
        random: &mut Random,
        call: impl FnOnce(*mut OVERLAPPED) -> u32,
    ) -> u32 {
        match self.slots.issue(slot, call) {
            Issued::Pending => 997,
            Issued::Ended(status) => {
                // Win32 codes, which refused calls return, are positive.
                let code = if (status as i32) < 0 {
                    // SAFETY: no pointers.
                    unsafe { RtlNtStatusToDosError(status as i32) }
                } else {
                    status
                };
                self.ended(slot, code, random, false);
                code
            }
        }
    }

    /// A call has ended with this code, one way or the other.
    fn ended(&self, slot: &'static Slot, code: u32, random: &mut Random, closed: bool) {
        let kind = slot.kind();
        let known = match kind {
            Kind::Receive => matches!(code, 0 | 6 | 38 | 64 | 234 | 995 | 1229),
            Kind::Read => matches!(code, 0 | 6 | 38 | 64 | 234 | 995 | 1229),
            Kind::Send => matches!(code, 0 | 6 | 22 | 64 | 87 | 995 | 1229),
            Kind::Disconnect => matches!(code, 0 | 6 | 995 | 1229),
            Kind::Cancel => matches!(code, 0 | 6 | 1229),
        };
        assert!(known, "{kind:?} ended with {code}");
        if code == 0 {
            self.successes[kind as usize].fetch_add(1, Ordering::Relaxed);
        }
        if kind != Kind::Receive || closed || !matches!(code, 0 | 234) {
            return self.slots.give_back(slot);
        }
        // SAFETY: the receive has ended with a request or the ids of one, and we have the slot.
        let request = unsafe { &*slot.memory().cast::<http::HTTP_REQUEST_V2>() };
        let (id, connection) = (request.Base.RequestId, request.Base.ConnectionId);
        assert!(id != 0 && connection != 0);
        if code == 234 {
            self.receive(slot, id, 0, MEMORY as u32, random);
            return;
        }
        self.slots.give_back(slot);
        self.remember((id, connection), random);
        self.use_request((id, connection), random);
    }

    fn remember(&self, request: (u64, u64), random: &mut Random) {
        let mut recent = self.recent.lock().expect("the requests");
        if recent.len() < REMEMBERED {
            recent.push(request);
        } else {
            recent[random.below(REMEMBERED as u64) as usize] = request;
        }
    }

    fn remembered(&self, random: &mut Random) -> Option<(u64, u64)> {
        let recent = self.recent.lock().expect("the requests");
        let count = recent.len() as u64;
        (count != 0).then(|| recent[random.below(count) as usize])
    }
}

/// Mostly little; at times more than a socket takes.
fn some_length(random: &mut Random) -> usize {
    match random.below(4) {
        0 => BODY.len(),
        1 => 30_000,
        _ => 20,
    }
}

/// Tells the others of a panic, which would wait for this thread's packets otherwise.
struct Alarm<'a>(&'a AtomicBool);

impl Drop for Alarm<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.store(true, Ordering::SeqCst);
        }
    }
}
