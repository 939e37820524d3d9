//! Calls of the API on requests, synchronous or overlapped, waited for.
//!
//! Owns: the pointers of each call, and what must hold whatever the call is for: a count is written,
//! memory behind a buffer is left alone. Does not own why a call is made. Threading: one thread.

use std::ptr::{null, null_mut};

use httpsys_tests::door::Reply;
use httpsys_tests::raw::{CResponse, Handle, LogData, memory_chunk};
use windows_sys::Win32::Networking::HttpServer as http;
use windows_sys::Win32::System::IO::OVERLAPPED;

use crate::findings::finding;
use crate::plan::Span;
use crate::random::{Random, fill};
use crate::site::Site;
use crate::slot::{Held, How, Issued, Op};
use crate::watch::{Call, during};
use crate::world::World;

/// What a count is before a call writes it.
const UNWRITTEN: u32 = 0x7777_7777;

/// One thread's way to call.
pub(crate) struct Caller<'w> {
    pub(crate) world: &'w World,
    pub(crate) site: &'w Site,
    pub(crate) random: Random,
}

/// A call that has ended, with its memory.
pub(crate) struct Ended {
    pub(crate) code: u32,
    pub(crate) bytes: u32,
    pub(crate) slot: Held,
}

/// A call that may go on.
pub(crate) enum Begun {
    Ended(Ended),
    Pending(Op),
}

impl Caller<'_> {
    /// Synchronous half of the time.
    pub(crate) fn any_way(&mut self) -> Option<How> {
        (self.random.below(2) == 0).then(|| self.site.how(&mut self.random))
    }

    /// Waits for the end of a call on this queue.
    pub(crate) fn wait(&mut self, queue: Handle, begun: Begun) -> Ended {
        match begun {
            Begun::Ended(ended) => ended,
            Begun::Pending(op) => {
                let stays = !self.site.class.is_lenient() && !self.world.is_over();
                let open = (stays && self.random.once_in(2)).then_some(queue);
                let (code, bytes, slot) = op.wait(open);
                Ended { code, bytes, slot }
            }
        }
    }

    /// Makes a call in its way.
    fn make(
        &mut self,
        (call, detail): (Call, u64),
        way: Option<How>,
        slot: Held,
        make: impl FnOnce(*mut OVERLAPPED, *mut u32) -> u32,
    ) -> Begun {
        let mut count = UNWRITTEN;
        let Some(how) = way else {
            let code = during(call, detail, || make(null_mut(), &raw mut count));
            return Begun::Ended(Ended {
                code,
                bytes: count,
                slot,
            });
        };
        let pointer = if self.random.once_in(2) {
            null_mut()
        } else {
            &raw mut count
        };
        let issue =
            |overlapped: *mut OVERLAPPED| during(call, detail, || make(overlapped, pointer));
        match slot.issue(how, issue) {
            Issued::Accepted(op) => Begun::Pending(op),
            Issued::Refused(slot, code) => {
                let bytes = if pointer.is_null() { UNWRITTEN } else { count };
                Begun::Ended(Ended { code, bytes, slot })
            }
        }
    }

    /// HttpReceiveHttpRequest into the first `length` bytes.
    pub(crate) fn receive(
        &mut self,
        queue: Handle,
        (id, flags): (u64, u32),
        length: usize,
        way: Option<How>,
    ) -> Begun {
        let mut slot = Held::take();
        let memory = slot.memory().pointer();
        self.make((Call::Receive, id), way, slot, |overlapped, count| {
            let length = length as u32;
            // SAFETY: the slot's memory is longer, and the service's until the end of the call.
            unsafe {
                http::HttpReceiveHttpRequest(
                    queue.raw(),
                    id,
                    flags,
                    memory,
                    length,
                    count,
                    overlapped,
                )
            }
        })
    }

    /// HttpReceiveRequestEntityBody into the first `length` bytes.
    pub(crate) fn read_body(
        &mut self,
        queue: Handle,
        id: u64,
        length: usize,
        way: Option<How>,
    ) -> Ended {
        let mut slot = Held::take();
        let memory = slot.memory().pointer().cast();
        let flags = u32::from(self.random.once_in(3));
        let begun = self.make((Call::ReadBody, id), way, slot, |overlapped, count| {
            let length = length as u32;
            // SAFETY: as in `receive`.
            unsafe {
                http::HttpReceiveRequestEntityBody(
                    queue.raw(),
                    id,
                    flags,
                    memory,
                    length,
                    count,
                    overlapped,
                )
            }
        });
        let mut ended = self.wait(queue, begun);
        ended
            .slot
            .check_behind(length, "HttpReceiveRequestEntityBody");
        if ended.code == 0 && ended.bytes as usize > length {
            finding!("{id:#x}: a read of {length} bytes gave {}", ended.bytes);
            ended.bytes = 0;
        }
        ended
    }

    /// The chunks of a call; their memory is the slot's.
    fn chunks(&mut self, slot: &mut Held, spans: &[Span]) -> Vec<http::HTTP_DATA_CHUNK> {
        let mut ranges = Vec::new();
        for span in spans {
            let body = slot.body();
            let from = body.len();
            match span {
                Span::Text(text) => body.extend(text.bytes()),
                Span::Pattern {
                    from_file: true, ..
                } => {}
                Span::Pattern {
                    key,
                    position,
                    length,
                    ..
                } => {
                    body.resize(from + *length as usize, 0);
                    fill(&mut body[from..], *key, *position);
                }
            }
            ranges.push(from..body.len());
        }
        let file = self.world.file.handle();
        let chunk = |(span, range): (&Span, std::ops::Range<usize>)| match span {
            Span::Pattern {
                from_file: true,
                position,
                length,
                ..
            } => file_chunk(file, *position, *length),
            _ => memory_chunk(&slot.body()[range]),
        };
        spans.iter().zip(ranges).map(chunk).collect()
    }

    /// HttpSendHttpResponse.
    pub(crate) fn respond(
        &mut self,
        queue: Handle,
        id: u64,
        reply: &Reply,
        spans: &[Span],
        way: Option<How>,
        log: Option<&mut LogData>,
    ) -> Begun {
        let mut slot = Held::take();
        let mut chunks = self.chunks(&mut slot, spans);
        let mut response = CResponse::new(reply);
        let base = &mut response.value.Base;
        base.EntityChunkCount = chunks.len() as u16;
        base.pEntityChunks = if chunks.is_empty() {
            null_mut()
        } else {
            chunks.as_mut_ptr()
        };
        let value = &raw const response.value;
        let log = log.map_or(null(), LogData::pointer);
        // The structures go when the call returns, as programs do it; only the bytes stay.
        self.make((Call::Respond, id), way, slot, |overlapped, count| {
            // SAFETY: what has to live until the end of the call is the slot's.
            unsafe {
                http::HttpSendHttpResponse(
                    queue.raw(),
                    id,
                    reply.flags,
                    value,
                    null(),
                    count,
                    null(),
                    0,
                    overlapped,
                    log,
                )
            }
        })
    }

    /// HttpSendResponseEntityBody.
    pub(crate) fn send_body(
        &mut self,
        queue: Handle,
        (id, flags): (u64, u32),
        spans: &[Span],
        way: Option<How>,
        log: Option<&mut LogData>,
    ) -> Begun {
        let mut slot = Held::take();
        let chunks = self.chunks(&mut slot, spans);
        let (number, first) = (chunks.len() as u16, chunks.as_ptr());
        let first = if chunks.is_empty() { null() } else { first };
        let log = log.map_or(null(), LogData::pointer);
        self.make((Call::SendBody, id), way, slot, |overlapped, count| {
            // SAFETY: as in `respond`.
            unsafe {
                http::HttpSendResponseEntityBody(
                    queue.raw(),
                    id,
                    flags,
                    number,
                    first,
                    count,
                    null(),
                    0,
                    overlapped,
                    log,
                )
            }
        })
    }

    /// HttpCancelHttpRequest.
    pub(crate) fn cancel(&mut self, queue: Handle, id: u64) -> u32 {
        let way = self.any_way();
        let begun = self.make((Call::Cancel, id), way, Held::take(), |overlapped, _| {
            // SAFETY: as in `receive`.
            unsafe { http::HttpCancelHttpRequest(queue.raw(), id, overlapped) }
        });
        self.wait(queue, begun).code
    }

    /// HttpWaitForDisconnect, overlapped.
    pub(crate) fn wait_for_disconnect(&mut self, queue: Handle, connection: u64) -> Begun {
        let way = Some(self.site.how(&mut self.random));
        let call = (Call::WaitForDisconnect, connection);
        self.make(call, way, Held::take(), |overlapped, _| {
            // SAFETY: as in `receive`.
            unsafe { http::HttpWaitForDisconnect(queue.raw(), connection, overlapped) }
        })
    }
}

fn file_chunk(file: Handle, start: u64, length: u64) -> http::HTTP_DATA_CHUNK {
    http::HTTP_DATA_CHUNK {
        DataChunkType: http::HttpDataChunkFromFileHandle,
        Anonymous: http::HTTP_DATA_CHUNK_0 {
            FromFileHandle: http::HTTP_DATA_CHUNK_0_1 {
                ByteRange: http::HTTP_BYTE_RANGE {
                    StartingOffset: start,
                    Length: length,
                },
                FileHandle: file.raw(),
            },
        },
    }
}
