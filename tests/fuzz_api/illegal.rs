//! Calls that must be refused, and must change nothing.
//!
//! Owns: null pointers, wrong sizes, flags and ids; each is refused with a code of its own set, and
//! what it was aimed at is used on as if nothing had been. Does not own the exact code of each case
//! (`conformance`). Threading: any thread.

use std::ptr::{null, null_mut};

use httpsys_tests::door::{MORE_DATA, OPAQUE, Reply};
use httpsys_tests::raw::{CResponse, Handle, RequestBuffer};
use windows_sys::Win32::Networking::HttpServer as http;

use crate::caller::Caller;
use crate::findings::finding;
use crate::random::Random;
use crate::watch::{Call, during};
use crate::world::World;

fn expect(what: &str, id: u64, codes: &[u32], call: impl FnOnce() -> u32) {
    let code = during(Call::Illegal, id, call);
    if !codes.contains(&code) {
        finding!("illegal call: {what} ({id:#x}) gives {code}, not one of {codes:?}");
    }
}

/// What a dead connection or a closing queue makes of any call.
const GONE: [u32; 4] = [6, 64, 995, 1229];

fn or_gone(codes: &[u32]) -> Vec<u32> {
    [codes, &GONE].concat()
}

unsafe fn send(
    queue: Handle,
    id: u64,
    flags: u32,
    response: *const http::HTTP_RESPONSE_V2,
    reserved: u32,
) -> u32 {
    // SAFETY: by the contract of the callers: NULL or a whole structure.
    unsafe {
        http::HttpSendHttpResponse(
            queue.raw(),
            id,
            flags,
            response,
            null(),
            null_mut(),
            null(),
            reserved,
            null_mut(),
            null(),
        )
    }
}

/// On a request that lives and has no response yet.
pub(crate) fn on_live_request(caller: &mut Caller<'_>, queue: Handle, id: u64) {
    let refused = or_gone(&[87]);
    let good = Reply::ok();
    match caller.random.below(11) {
        // SAFETY: a NULL pointer is the point.
        0 => expect("NULL response", id, &refused, || unsafe {
            send(queue, id, 0, null(), 0)
        }),
        1 => {
            let response = CResponse::new(&good);
            // SAFETY: a whole structure.
            expect("OPAQUE without 101", id, &refused, || unsafe {
                send(queue, id, OPAQUE | MORE_DATA, &response.value, 0)
            });
        }
        2 => {
            let mut response = CResponse::new(&good);
            response.value.Base.EntityChunkCount = 1;
            // SAFETY: a NULL array is the point.
            expect("NULL chunks", id, &refused, || unsafe {
                send(queue, id, 0, &response.value, 0)
            });
        }
        3 => {
            let bad = Reply::ok().header("X-Split", "a\r\nX-Token: 0");
            let response = CResponse::new(&bad);
            // SAFETY: a whole structure.
            expect("CR LF in a field", id, &refused, || unsafe {
                send(queue, id, 0, &response.value, 0)
            });
        }
        4 => {
            let chunks = httpsys_tests::raw::memory_chunk(b"early");
            expect("body before the head", id, &refused, || {
                httpsys_tests::raw::send_chunks(queue, id, 0, &[chunks], None)
            });
        }
        5 => expect("NULL buffer", id, &or_gone(&[87, 998]), || {
            // SAFETY: a NULL pointer is the point.
            unsafe {
                http::HttpReceiveRequestEntityBody(
                    queue.raw(),
                    id,
                    0,
                    null_mut(),
                    10,
                    null_mut(),
                    null_mut(),
                )
            }
        }),
        6 => {
            let other = caller.random.index(caller.world.sites.len());
            let other = &caller.world.sites[other];
            if other.class != caller.site.class && !other.class.is_lenient() {
                on_foreign_request(other.queue(), id, "of another queue", &mut caller.random);
            }
        }
        7 => {
            let mut buffer = RequestBuffer::new(4096);
            expect("receive once more", id, &or_gone(&[38]), || {
                httpsys_tests::raw::receive(queue, id, 0, &mut buffer, 4096, None)
            });
        }
        8 => request_properties(queue, id),
        9 => expect("flush of a URL without its port", id, &[6, 87], || {
            let url = httpsys_tests::raw::wide("http://localhost/");
            // SAFETY: the text is terminated and outlives the call.
            unsafe { http::HttpFlushResponseCache(queue.raw(), url.as_ptr(), 0, null_mut()) }
        }),
        _ => {
            let response = CResponse::new(&good);
            // SAFETY: a whole structure.
            expect("unknown flag", id, &refused, || unsafe {
                send(queue, id, 0x8000_0000, &response.value, 0)
            });
        }
    }
}

/// One that is taken and of no use, and one that does not exist.
fn request_properties(queue: Handle, id: u64) {
    let code = during(Call::RequestProperty, id, || {
        let error = http::HTTP_REQUEST_PROPERTY_STREAM_ERROR { ErrorCode: 7 };
        // SAFETY: the structure has the length given and outlives the call.
        unsafe {
            http::HttpSetRequestProperty(
                queue.raw(),
                id,
                http::HttpRequestPropertyStreamError,
                (&raw const error).cast(),
                size_of_val(&error) as u32,
                null(),
            )
        }
    });
    if code != 0 && !GONE.contains(&code) {
        finding!("{id:#x}: HttpSetRequestProperty gives {code}");
    }
    expect(
        "a request property that is none",
        id,
        &or_gone(&[87]),
        || {
            // SAFETY: a NULL pointer with a length of 0.
            unsafe { http::HttpSetRequestProperty(queue.raw(), id, 999, null(), 0, null()) }
        },
    );
}

/// While a send of the request is under way.
pub(crate) fn second_response(queue: Handle, id: u64) {
    let second = Reply::ok().header("X-Token", "second");
    let response = CResponse::new(&second);
    // SAFETY: a whole structure.
    expect("second response", id, &or_gone(&[22, 87]), || unsafe {
        send(queue, id, 0, &response.value, 0)
    });
}

/// On an id that was cancelled or answered.
pub(crate) fn on_dead_request(caller: &mut Caller<'_>, queue: Handle, id: u64) {
    on_foreign_request(queue, id, "dead", &mut caller.random);
}

/// On an id that the queue does not know (any more).
fn on_foreign_request(queue: Handle, id: u64, why: &str, random: &mut Random) {
    let dead = [6, 1229];
    let reply = Reply::ok().header("X-Token", "dead");
    match random.below(5) {
        0 => expect(&format!("cancel of an id ({why})"), id, &dead, || {
            httpsys_tests::raw::cancel(queue, id)
        }),
        1 => {
            let response = CResponse::new(&reply);
            expect(&format!("response to an id ({why})"), id, &dead, || {
                // SAFETY: a whole structure.
                unsafe { send(queue, id, 0, &response.value, 0) }
            });
        }
        2 => {
            let mut buffer = [0; 64];
            expect(&format!("read of an id ({why})"), id, &dead, || {
                httpsys_tests::raw::read_body(queue, id, 0, &mut buffer, None)
            });
        }
        3 => {
            let chunk = httpsys_tests::raw::memory_chunk(b"dead");
            expect(&format!("body for an id ({why})"), id, &dead, || {
                httpsys_tests::raw::send_chunks(queue, id, MORE_DATA, &[chunk], None)
            });
        }
        _ => {
            let mut buffer = RequestBuffer::new(2048);
            expect(&format!("receive of an id ({why})"), id, &dead, || {
                httpsys_tests::raw::receive(queue, id, 0, &mut buffer, 2048, None)
            });
        }
    }
}

/// Calls of a thread that means no good.
pub(crate) fn prank(world: &World, random: &mut Random) {
    let site = &world.sites[random.index(world.sites.len())];
    let queue = site.queue();
    match random.below(12) {
        0..=2 => {
            if let Some((id, end)) = site.a_dead_id(random) {
                on_foreign_request(queue, id, &format!("{end:?}"), random);
            }
        }
        3..=5 => {
            // The top bits name a shard that does not exist.
            let id = random.next() << 8 | 0x8000_0000_0000_0001 | random.next();
            on_foreign_request(queue, id, "forged", random);
        }
        6 => {
            let forged = Handle((random.next() as usize) << 20 | 0xFFFF_0000_0000_0000);
            on_foreign_request_with(forged, random.next(), &[6]);
        }
        7 => on_foreign_request_with(Handle::NULL, random.next(), &[6]),
        8 => {
            let mut small = RequestBuffer::new(4096);
            small.poison();
            let length = random.index(800) as u32;
            expect("small buffer", 0, &or_gone(&[122]), || {
                httpsys_tests::raw::receive(queue, 0, 0, &mut small, length, None)
            });
            if small.bytes().iter().any(|byte| *byte != 0xA5) {
                finding!("a refused receive has written to its buffer");
            }
        }
        9 => expect("receive with an unknown flag", 0, &or_gone(&[87]), || {
            let mut buffer = RequestBuffer::new(4096);
            httpsys_tests::raw::receive(queue, 0, 0x80, &mut buffer, 4096, None)
        }),
        10 => expect("misaligned buffer", 0, &or_gone(&[87, 998]), || {
            let mut buffer = RequestBuffer::new(4096);
            let odd = buffer.pointer().cast::<u8>().wrapping_add(1).cast();
            // SAFETY: refused before it is used; valid for as long as it is said to be.
            unsafe {
                http::HttpReceiveHttpRequest(queue.raw(), 0, 0, odd, 4000, null_mut(), null_mut())
            }
        }),
        _ => on_nothing(site.session, site.group(), random),
    }
}

fn on_foreign_request_with(queue: Handle, id: u64, codes: &[u32]) {
    expect("a handle that is none", id, codes, || {
        httpsys_tests::raw::cancel(queue, id)
    });
    expect("a handle that is none", id, &[6, 87], || {
        httpsys_tests::raw::shutdown_queue(queue)
    });
    expect("a handle that is none", id, &[6, 87], || {
        httpsys_tests::raw::close_queue(queue)
    });
}

/// Objects with parameters that are none.
fn on_nothing(session: u64, group: u64, random: &mut Random) {
    let forged = random.next() | 1 << 63;
    match random.below(8) {
        0 => expect("close of no session", forged, &[87], || {
            httpsys_tests::raw::close_session(forged)
        }),
        1 => expect("close of no group", forged, &[87], || {
            httpsys_tests::raw::close_group(forged)
        }),
        2 => expect("no URL", group, &[87, 123], || {
            httpsys_tests::raw::add_url_to_group(group, "http:/nothing", 0)
        }),
        3 => expect("remove of what is not there", group, &[2, 87], || {
            httpsys_tests::raw::remove_url_from_group(group, Some("http://localhost:9/no/"), 0)
        }),
        4 => expect("a version that is none", 0, &[1306], || {
            httpsys_tests::raw::create_queue((3, 0), None, 0).map_or_else(|code| code, |_| 0)
        }),
        5 => expect("NULL property", session, &[87], || {
            // SAFETY: a NULL pointer is the point.
            unsafe {
                http::HttpSetServerSessionProperty(
                    session,
                    http::HttpServerTimeoutsProperty,
                    null(),
                    20,
                )
            }
        }),
        6 => expect("a property of the wrong size", group, &[87], || {
            httpsys_tests::raw::set_group_property(group, http::HttpServerStateProperty, &0_u8)
        }),
        _ => expect("a group of no session", forged, &[87], || {
            let made = httpsys_tests::raw::create_group(forged);
            made.map_or_else(|code| code, |_| 0)
        }),
    }
}
