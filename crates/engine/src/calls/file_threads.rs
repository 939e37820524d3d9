//! Threads that read files for overlapped sends which go on after they have waited.
//!
//! Whoever signals such a send looks after other connections, or after timers, and a disk may take as
//! long as it likes. So there are a few threads for that, which come when they are needed and go when
//! they are not. A read that the disk does not answer takes one of them; [`MOST`] of those hold up the
//! files of other sends, and nothing else.
//!
//! Owns: the threads and the queue in front of them. Does not own: the reads (`pending_send.rs`), nor
//! those of blocking calls and of a call's first bytes, which the calling thread makes itself.
//! Threading: the lock is a leaf, and is not held during a read.

use std::io;
use std::time::Duration;

use crate::calls::file_work::FileWork;
use crate::service::Service;

/// How many there are at most.
const MOST: usize = 16;

/// How long one waits for more to do.
const IDLE: Duration = Duration::from_secs(10);

impl Service {
    /// Has the file read, and the send go on, on another thread.
    pub(crate) fn read_file(&self, read: Box<dyn FileWork>) {
        let all = self.file_threads();
        {
            let mut state = all.state.lock();
            state.reads.push_back(read);
            if state.reads.len() <= state.idle || state.threads == MOST {
                all.work.notify_one();
                return;
            }
            state.threads += 1;
        }
        let Err(error) = self.start_file_thread() else {
            return;
        };
        let left = {
            let mut state = all.state.lock();
            state.threads -= 1;
            if state.threads > 0 {
                // They take it when they are done with theirs.
                return;
            }
            std::mem::take(&mut state.reads)
        };
        tracing::error!(%error, sends = left.len(), "no thread to read files: sends are broken off");
        left.into_iter().for_each(|read| read.give_up());
    }

    fn start_file_thread(&self) -> io::Result<()> {
        #[cfg(test)]
        if self
            .file_threads()
            .none
            .load(std::sync::atomic::Ordering::SeqCst)
        {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        let service = self.clone();
        httpsys_socket::spawn("httpsys-file", move || service.run_file_thread()).map(drop)
    }

    fn run_file_thread(&self) {
        let all = self.file_threads();
        let mut state = all.state.lock();
        loop {
            while let Some(read) = state.reads.pop_front() {
                drop(state);
                let next = read.run();
                state = all.state.lock();
                // Behind those that wait.
                state.reads.extend(next);
            }
            if state.stopped {
                break;
            }
            state.idle += 1;
            let late = all.work.wait_for(&mut state, IDLE).timed_out();
            state.idle -= 1;
            if late && state.reads.is_empty() {
                break;
            }
        }
        state.threads -= 1;
    }

    /// Those that wait for work go.
    pub(crate) fn stop_file_threads(&self) {
        let all = self.file_threads();
        all.state.lock().stopped = true;
        all.work.notify_all();
    }
}

#[cfg(test)]
mod tests;
