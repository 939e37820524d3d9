//! Recycled storage: request blocks, parts of responses and read buffers, so that a request costs no allocation in
//! the steady state and an idle connection holds no buffer.
//!
//! Owns the bounds of what is kept. Thread-safe; each pool's lock is a leaf.

use std::cell::{Cell, RefCell};
use std::thread::LocalKey;

use httpsys_core::Request;
use httpsys_core::proto::ResponseParts;
use httpsys_socket::lock::Mutex;

/// Bytes that one read for a head asks for: most heads fit, and what follows a head in the socket
/// is better read straight into the program's buffer than copied twice.
pub(crate) const HEAD_READ: usize = 4 * 1024;

/// The size of a thread's scratch buffer.
const SCRATCH_SIZE: usize = 64 * 1024;

const REQUESTS_KEPT: usize = 256;
/// Request blocks that a thread keeps for itself: mostly enough for the heads that it reads in a turn.
const REQUESTS_OWN: usize = 16;
/// Request blocks that go at once from a thread to the shared ones, or back.
const REQUESTS_MOVED: usize = REQUESTS_OWN / 2;
const BUFFERS_KEPT: usize = 16;
const LARGEST_BUFFER_KEPT: usize = 64 * 1024;

/// The request blocks of a service.
#[derive(Debug, Default)]
pub(crate) struct RequestPool {
    #[expect(clippy::vec_box, reason = "the boxes themselves go in and out")]
    free: Mutex<Vec<Box<Request>>>,
}

impl RequestPool {
    /// A block, with whatever it held before.
    #[inline]
    pub(crate) fn get(&self) -> Box<Request> {
        #[cfg(feature = "sim")]
        if is_simulated() {
            return self.free.lock().pop().unwrap_or_default();
        }
        let own = OWN_REQUESTS.try_with(|own| {
            let mut own = own.borrow_mut();
            own.pop().or_else(|| self.get_shared(&mut own))
        });
        own.ok().flatten().unwrap_or_default()
    }

    /// Takes a shared block, and moves some more to this thread.
    #[inline(never)]
    #[expect(clippy::vec_box, reason = "as above")]
    fn get_shared(&self, own: &mut Vec<Box<Request>>) -> Option<Box<Request>> {
        let mut free = self.free.lock();
        let left = free.len().saturating_sub(REQUESTS_MOVED);
        own.extend(free.drain(left..));
        own.pop()
    }

    /// Takes a block back: for this thread as long as it has few, which costs no lock, so that
    /// a thread which reads heads and takes their requests itself uses the same blocks over and over.
    #[inline]
    pub(crate) fn put(&self, request: Box<Request>) {
        #[cfg(feature = "sim")]
        if is_simulated() {
            return self.free.lock().push(request);
        }
        let _ = OWN_REQUESTS.try_with(|own| {
            let mut own = own.borrow_mut();
            if own.len() == REQUESTS_OWN {
                self.put_shared(&mut own);
            }
            own.push(request);
        });
    }

    /// Makes room: moves some of this thread's blocks to the shared ones.
    #[inline(never)]
    #[expect(clippy::vec_box, reason = "as above")]
    fn put_shared(&self, own: &mut Vec<Box<Request>>) {
        let moved = own.drain(..REQUESTS_MOVED);
        let mut free = self.free.lock();
        let room = REQUESTS_KEPT.saturating_sub(free.len());
        free.extend(moved.take(room));
    }
}

/// Threads of a simulation have worked for others before. What they have kept from there, and with it the
/// locks that are not taken, must not show.
#[cfg(feature = "sim")]
fn is_simulated() -> bool {
    httpsys_socket::world::current().is_some()
}

thread_local! {
    /// Shared by the services of a process: blocks know none.
    #[expect(clippy::vec_box, reason = "the boxes themselves go in and out")]
    static OWN_REQUESTS: RefCell<Vec<Box<Request>>> = const { RefCell::new(Vec::new()) };
    static SCRATCH: Cell<Option<Box<[u8]>>> = const { Cell::new(None) };
    static BUFFERS: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
    static RESPONSE: Cell<Option<Box<ResponseParts>>> = const { Cell::new(None) };
}

/// Lends this thread's parts of a response to whoever answers; their memory is used over and over. Who
/// answers from within an answer gets others.
#[inline]
pub fn with_response_parts<R>(f: impl FnOnce(&mut ResponseParts) -> R) -> R {
    lend(&RESPONSE, Box::default, f)
}

/// Runs `f` with this thread's read buffer of [`SCRATCH_SIZE`] bytes.
pub(crate) fn with_scratch<R>(f: impl FnOnce(&mut [u8]) -> R) -> R {
    lend(&SCRATCH, || vec![0; SCRATCH_SIZE].into_boxed_slice(), f)
}

/// Runs `f` with what this thread keeps in `place`, which is looked for once. A thread that ends keeps nothing.
#[inline]
fn lend<T: ?Sized, R>(
    place: &'static LocalKey<Cell<Option<Box<T>>>>,
    new: impl Fn() -> Box<T>,
    f: impl FnOnce(&mut T) -> R,
) -> R {
    let mut f = Some(f);
    let mut run = |lent: &mut T| f.take().map(|f| f(lent));
    let kept = place.try_with(|own| {
        let mut lent = own.take().unwrap_or_else(&new);
        let result = run(&mut lent);
        own.set(Some(lent));
        result
    });
    let result = kept.ok().flatten().or_else(|| run(&mut new()));
    result.expect("it runs once")
}

/// An empty buffer with some capacity if this thread has one to spare.
pub(crate) fn get_buffer() -> Vec<u8> {
    BUFFERS
        .try_with(|buffers| buffers.borrow_mut().pop())
        .ok()
        .flatten()
        .unwrap_or_default()
}

/// Gives a buffer back.
pub(crate) fn put_buffer(mut buffer: Vec<u8>) {
    if buffer.capacity() == 0 || buffer.capacity() > LARGEST_BUFFER_KEPT {
        return;
    }
    buffer.clear();
    let _ = BUFFERS.try_with(|buffers| {
        let mut buffers = buffers.borrow_mut();
        if buffers.len() < BUFFERS_KEPT {
            buffers.push(buffer);
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_keeps_a_few_request_blocks_and_leaves_the_others_to_all() {
        let pool = RequestPool::default();
        let own = || OWN_REQUESTS.with_borrow(Vec::len);
        let blocks: Vec<_> = (0..2 * REQUESTS_KEPT).map(|_| pool.get()).collect();
        assert_eq!((own(), pool.free.lock().len()), (0, 0));
        blocks.into_iter().for_each(|block| pool.put(block));
        assert!((1..=REQUESTS_OWN).contains(&own()));
        assert_eq!(pool.free.lock().len(), REQUESTS_KEPT);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                drop(pool.get());
                assert_eq!(own(), REQUESTS_MOVED - 1);
            });
        });
        let left = REQUESTS_KEPT - REQUESTS_MOVED;
        assert_eq!(pool.free.lock().len(), left);
    }
}
