//! Overlapped operations of the program.
//!
//! Owns: that each is signalled exactly once, and waiting for it. Threading: any.

use std::fmt;
use std::io;
use std::sync::Arc;

use httpsys_core::{Error, OperationId};
use httpsys_engine::{Chunk, Operation, PendingOperation, PendingSend, ReadAt, Service, Signal};
use httpsys_socket::lock::{Condvar, Mutex};

use crate::script::Piece;

/// The byte at a place of the body that belongs to a token.
pub(crate) fn byte(token: u64, at: u64) -> u8 {
    let mixed = at.wrapping_mul(167) ^ (at >> 7) ^ token.wrapping_mul(59) ^ (token >> 5);
    mixed as u8
}

/// A result that another thread brings, once.
pub(crate) struct Pending<T> {
    result: Mutex<Option<T>>,
    there: Condvar,
}

impl<T> Pending<T> {
    pub(crate) fn new() -> Arc<Pending<T>> {
        Arc::new(Pending {
            result: Mutex::new(None),
            there: Condvar::new(),
        })
    }

    fn bring(&self, result: T) {
        let before = self.result.lock().replace(result);
        assert!(before.is_none(), "an operation is completed twice");
        self.there.notify_all();
    }

    pub(crate) fn wait(&self) -> T {
        let mut result = self.result.lock();
        loop {
            match result.take() {
                Some(result) => return result,
                None => self.there.wait(&mut result),
            }
        }
    }

    pub(crate) fn is_there(&self) -> bool {
        self.result.lock().is_some()
    }
}

/// An overlapped call, with what it works on.
pub(crate) struct Call<T> {
    pending: Arc<Pending<(Signal, T)>>,
    pub(crate) state: T,
}

impl<T> Call<T> {
    /// With where it tells its signal.
    pub(crate) fn new(state: T) -> (Call<T>, Arc<Pending<(Signal, T)>>) {
        let pending = Pending::new();
        let told = Arc::clone(&pending);
        (Call { pending, state }, told)
    }
}

impl<T: Send + 'static> Operation for Call<T> {
    type Kept = Self;

    fn keep(self, _: OperationId) -> Result<Self, (Self, Error)> {
        Ok(self)
    }
}

impl<T: Send + 'static> PendingOperation for Call<T> {
    fn signal(self, signal: Signal) {
        self.pending.bring((signal, self.state));
    }
}

/// What a file of the program holds: the body of a token's response.
pub(crate) struct BodyFile(pub(crate) u64);

impl fmt::Debug for BodyFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyFile({})", self.0)
    }
}

impl ReadAt for BodyFile {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        // A read may give less than was asked for.
        let length = buffer.len().min(3_000);
        for (to, at) in buffer[..length].iter_mut().zip(offset..) {
            *to = byte(self.0, at);
        }
        Ok(length)
    }
}

/// A piece of a body, with its bytes.
enum Loaded {
    Memory(Vec<u8>),
    File(u64, u64),
}

/// What one call sends.
pub(crate) struct Body {
    pieces: Vec<Loaded>,
    file: BodyFile,
}

impl Body {
    /// The pieces of the body of a token from a place on.
    pub(crate) fn new(token: u64, from: u64, pieces: &[Piece]) -> Body {
        let mut at = from;
        let loaded = pieces.iter().map(|piece| match *piece {
            Piece::Memory(length) => {
                at += length;
                Loaded::Memory((at - length..at).map(|at| byte(token, at)).collect())
            }
            Piece::File(length) => {
                at += length;
                Loaded::File(at - length, length)
            }
        });
        Body {
            pieces: loaded.collect(),
            file: BodyFile(token),
        }
    }

    pub(crate) fn lend<T>(&self, lend: impl FnOnce(&[Chunk<'_>]) -> T) -> T {
        let chunks = self.pieces.iter().map(|piece| match piece {
            Loaded::Memory(bytes) => Chunk::Memory(bytes),
            Loaded::File(offset, length) => Chunk::File {
                file: &self.file,
                offset: *offset,
                length: *length,
            },
        });
        lend(&chunks.collect::<Vec<_>>())
    }
}

/// An overlapped send.
pub(crate) struct SendOperation {
    pub(crate) body: Arc<Body>,
    pub(crate) pending: Arc<Pending<Result<u64, Error>>>,
}

impl PendingSend for SendOperation {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        self.body.lend(lend);
    }

    fn done(self: Box<Self>, _: &Service, result: Result<u64, Error>) {
        self.pending.bring(result);
    }
}
