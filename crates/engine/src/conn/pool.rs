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
        let own = OWN_REQUEST.try_with(Cell::take).ok().flatten();
        #[cfg(feature = "sim")]
        let own = own.filter(|_| !is_simulated());
        own.unwrap_or_else(|| self.get_shared())
    }

    #[inline(never)]
    fn get_shared(&self) -> Box<Request> {
        self.free.lock().pop().unwrap_or_default()
    }

    /// Takes a block back: into this thread's place if that is free, which costs no lock, so that
    /// a thread which reads heads and takes their requests itself uses one block over and over.
    #[inline]
    pub(crate) fn put(&self, request: Box<Request>) {
        #[cfg(feature = "sim")]
        if is_simulated() {
            return self.free.lock().push(request);
        }
        let before = OWN_REQUEST.try_with(|own| own.replace(Some(request)));
        if let Ok(Some(before)) = before {
            self.put_shared(before);
        }
    }

    #[inline(never)]
    fn put_shared(&self, request: Box<Request>) {
        let mut free = self.free.lock();
        if free.len() < REQUESTS_KEPT {
            free.push(request);
        }
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
    static OWN_REQUEST: Cell<Option<Box<Request>>> = const { Cell::new(None) };
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
