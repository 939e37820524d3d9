//! The writer: a bounded buffer in front of a thread that writes files.
//!
//! Owns: the buffer, the thread, waking it, and the counters. Does not own: what entries look like
//! (`format.rs`) or which file they go to (`sink.rs`).
//!
//! Invariants: a caller of [`LogWriter::try_push`] waits only for the lock, which is held to copy
//! one entry and never during I/O. The buffer and the batch being written hold at most
//! [`WriterSettings::capacity`] bytes each; an entry that does not fit is dropped and counted.
//! [`LogWriter::close`] writes everything that was accepted.
//!
//! Threading: any thread may push, flush and close. The thread is woken once for the first entry of
//! a batch; it then lets the batch grow for [`WriterSettings::delay`] or until it is worth writing,
//! and pushes in between wake nobody. HTTP.sys does the same with 64 KiB and one minute (observed).

use std::fmt;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use httpsys_socket::JoinHandle;
use httpsys_socket::lock::{Condvar, Mutex};

use crate::files::Files;
use crate::sink::{FRAME_HEAD, LogPlan, Sink, push_frame};
use crate::time::Time;

/// Largest capacity, in bytes.
const MAX_CAPACITY: usize = 1 << 30;
/// Bytes that are written without waiting for more.
const WAKE_BYTES: usize = 64 * 1024;

/// Sizes and times of a writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriterSettings {
    /// Bytes that may wait to be written, at most 1 GiB; 16 of each entry are its own head. Entries
    /// beyond that are dropped.
    pub capacity: usize,
    /// How long an entry waits at most before it is written.
    pub delay: Duration,
}

impl Default for WriterSettings {
    /// 1 MiB, 1 second.
    fn default() -> Self {
        Self {
            capacity: 1024 * 1024,
            delay: Duration::from_secs(1),
        }
    }
}

/// What happened to the entries of a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LogCounters {
    /// Taken over by [`LogWriter::try_push`]. Those neither written nor failed are on their way.
    pub accepted: u64,
    /// Given to the operating system.
    pub written: u64,
    /// Lost because the buffer was full, or the writer closed.
    pub dropped: u64,
    /// Lost to I/O errors.
    pub failed: u64,
}

/// Writes the entries of one log with a thread of its own. Dropping it closes it.
pub struct LogWriter {
    shared: Arc<SharedWriter>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

struct SharedWriter {
    state: Mutex<WriterState>,
    /// For the writer thread: there is something to do.
    work: Condvar,
    /// For callers of flush: a batch is done.
    done: Condvar,
    capacity: usize,
    delay: Duration,
}

#[derive(Default)]
struct WriterState {
    buffer: Vec<u8>,
    counters: LogCounters,
    /// Entries taken out of the buffer.
    taken: u64,
    /// Entries dealt with, and up to which one somebody waits for that.
    done: u64,
    flush_to: u64,
    thread: ThreadState,
    closing: bool,
}

/// What the writer thread does, which decides whether a push has to wake it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ThreadState {
    /// Writes, or has been woken: it will look at the buffer again.
    #[default]
    Busy,
    /// Waits for the first entry.
    Idle,
    /// Lets the batch grow.
    Collecting,
    /// Has ended.
    Ended,
}

impl LogWriter {
    /// Starts the thread. Files are made when the first entry comes (documented).
    pub(crate) fn start<F: Files>(
        plan: LogPlan,
        files: F,
        settings: &WriterSettings,
    ) -> io::Result<Self> {
        let shared = Arc::new(SharedWriter {
            state: Mutex::default(),
            work: Condvar::new(),
            done: Condvar::new(),
            capacity: settings.capacity.min(MAX_CAPACITY),
            delay: settings.delay,
        });
        let of_thread = Arc::clone(&shared);
        let thread = httpsys_socket::spawn("httpsys-log", move || {
            of_thread.run(Sink::new(plan, files));
        })?;
        Ok(Self {
            shared,
            thread: Mutex::new(Some(thread)),
        })
    }

    /// Takes over an entry, a line with its end or what [`crate::line()`] makes for the binary
    /// format. `time` decides which file it goes to. False if it had to be dropped.
    pub fn try_push(&self, time: Time, entry: &[u8]) -> bool {
        let shared = &self.shared;
        let mut state = shared.state.lock();
        let room = shared.capacity - state.buffer.len().min(shared.capacity);
        let closed = state.closing || state.thread == ThreadState::Ended;
        let length = entry.len().saturating_add(FRAME_HEAD);
        // Without memory an entry is lost, not the process.
        if closed || length > room || state.buffer.try_reserve(length).is_err() {
            state.counters.dropped += 1;
            return false;
        }
        push_frame(&mut state.buffer, time, entry);
        state.counters.accepted += 1;
        let wake = match state.thread {
            ThreadState::Idle => true,
            ThreadState::Collecting => state.buffer.len() >= shared.wake_bytes(),
            ThreadState::Busy | ThreadState::Ended => false,
        };
        if wake {
            state.thread = ThreadState::Busy;
        }
        drop(state);
        if wake {
            shared.work.notify_one();
        }
        true
    }

    /// Waits until everything accepted so far is written or lost (`netsh http flush logbuffer`).
    pub fn flush(&self) {
        let shared = &self.shared;
        let mut state = shared.state.lock();
        let target = state.counters.accepted;
        state.flush_to = state.flush_to.max(target);
        shared.work.notify_one();
        while state.done < target && state.thread != ThreadState::Ended {
            shared.done.wait(&mut state);
        }
    }

    /// Takes nothing more, writes everything accepted and ends the thread. A second call waits for
    /// the first.
    pub fn close(&self) {
        self.shared.state.lock().closing = true;
        self.shared.work.notify_one();
        let mut thread = self.thread.lock();
        if let Some(thread) = thread.take() {
            if thread.join().is_err() {
                tracing::error!("a log's writer thread panicked");
            }
        }
    }

    /// What happened to the entries so far.
    #[must_use]
    pub fn counters(&self) -> LogCounters {
        self.shared.state.lock().counters
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        self.close();
    }
}

impl fmt::Debug for LogWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogWriter")
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}

impl SharedWriter {
    fn wake_bytes(&self) -> usize {
        WAKE_BYTES.min(self.capacity / 2)
    }

    /// The writer thread.
    fn run<F: Files>(&self, mut sink: Sink<F>) {
        let _end = EndOfThread(self);
        let mut batch = Vec::new();
        let mut told_of_drops = false;
        while self.next_batch(&mut batch) {
            let tally = sink.write(&batch);
            batch.clear();
            let mut state = self.state.lock();
            state.done = state.taken;
            state.counters.written = tally.written;
            state.counters.failed = tally.failed;
            let dropped = state.counters.dropped;
            drop(state);
            self.done.notify_all();
            if dropped > 0 && !told_of_drops {
                told_of_drops = true;
                tracing::warn!(
                    dropped,
                    "log entries arrive faster than they can be written; some were dropped"
                );
            }
        }
    }

    /// Waits for entries and exchanges them for the empty batch. False at the end.
    fn next_batch(&self, batch: &mut Vec<u8>) -> bool {
        let mut state = self.state.lock();
        while state.buffer.is_empty() && !state.closing {
            state.thread = ThreadState::Idle;
            self.work.wait(&mut state);
        }
        let deadline = httpsys_socket::now().checked_add(self.delay);
        while !state.closing
            && state.flush_to <= state.done
            && state.buffer.len() < self.wake_bytes()
        {
            state.thread = ThreadState::Collecting;
            match deadline {
                None => self.work.wait(&mut state),
                Some(deadline) => {
                    if self.work.wait_until(&mut state, deadline).timed_out() {
                        break;
                    }
                }
            }
        }
        state.thread = ThreadState::Busy;
        std::mem::swap(&mut state.buffer, batch);
        state.taken = state.counters.accepted;
        !batch.is_empty()
    }
}

/// Tells the waiting threads that the thread is gone, however it ended.
struct EndOfThread<'a>(&'a SharedWriter);

impl Drop for EndOfThread<'_> {
    fn drop(&mut self) {
        self.0.state.lock().thread = ThreadState::Ended;
        self.0.done.notify_all();
    }
}

#[cfg(test)]
mod tests;
