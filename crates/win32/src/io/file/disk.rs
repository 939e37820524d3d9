//! The threads that read and write for overlapped calls on files.
//!
//! Who issues an overlapped call does not wait for a disk. There are a few threads for that, which come
//! when they are needed and go when they are not; what the disk does not answer holds up one of them.
//!
//! Owns: the threads and the queue in front of them. Does not own the files or the caller's memory.
//! Invariants: a job ends exactly once, because its [`Pending`] does; a job that runs is not
//! cancelled: it ends as it does (documented: CancelIoEx may come too late). A child made by fork
//! begins without threads and jobs. Threading: the lock is a leaf, and is not held during a transfer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use httpsys_socket::lock::{Condvar, Mutex};
use httpsys_socket::{Own, PerWorld};

use super::File;
use crate::io::state::Pending;
use crate::object::CancelScope;
use crate::status::{Code, ERROR_HANDLE_EOF, ERROR_NO_SYSTEM_RESOURCES, ERROR_OPERATION_ABORTED};
use crate::threads::id::ThreadId;

/// How many threads there are at most.
const MOST: usize = 16;

/// How many calls wait for them at most; then calls fail with 1450.
const LONGEST_QUEUE: usize = 65_536;

/// How long one waits for more to do.
const IDLE: Duration = Duration::from_secs(10);

/// One read or write.
pub(crate) struct Job {
    pub(crate) file: Arc<File>,
    pub(crate) pending: Pending,
    /// Address of the caller's memory, valid until the operation has ended.
    pub(crate) buffer: usize,
    pub(crate) bytes: usize,
    pub(crate) at: u64,
    pub(crate) writes: bool,
}

#[derive(Default)]
struct Disk {
    state: Mutex<DiskState>,
    work: Condvar,
}

#[derive(Default)]
struct DiskState {
    jobs: VecDeque<Job>,
    /// File, OVERLAPPED and thread of what is under way.
    running: Vec<(usize, usize, ThreadId)>,
    threads: usize,
    idle: usize,
}

static DISK: PerWorld<Disk> = PerWorld::new();

/// Has the job done by another thread; here, if the system has none.
///
/// # Errors
/// 1450 when too many wait, with the operation to end.
pub(crate) fn submit(job: Job) -> Result<(), (Code, Pending)> {
    let disk = DISK.get_or_init(Disk::default);
    {
        let mut state = disk.state.lock();
        if state.jobs.len() >= LONGEST_QUEUE {
            return Err((ERROR_NO_SYSTEM_RESOURCES, job.pending));
        }
        state.jobs.push_back(job);
        if state.jobs.len() <= state.idle || state.threads == MOST {
            disk.work.notify_one();
            return Ok(());
        }
        state.threads += 1;
    }
    let own = Own::clone(&disk);
    if httpsys_socket::spawn("httpsys-disk", move || work(&own, true)).is_err() {
        disk.state.lock().threads -= 1;
        work(&disk, false);
    }
    Ok(())
}

/// Runs jobs; a thread of the pool stays for more.
fn work(disk: &Disk, stays: bool) {
    let mut state = disk.state.lock();
    loop {
        while let Some(job) = state.jobs.pop_front() {
            let key = job.key();
            state.running.push(key);
            drop(state);
            let (pending, result) = job.run();
            state = disk.state.lock();
            if let Some(at) = state.running.iter().position(|other| *other == key) {
                state.running.swap_remove(at);
            }
            drop(state);
            match result {
                Ok(bytes) => pending.complete(0, bytes),
                Err(code) => pending.complete(code, 0),
            }
            state = disk.state.lock();
        }
        if !stays {
            return;
        }
        state.idle += 1;
        let late = disk.work.wait_for(&mut state, IDLE).timed_out();
        state.idle -= 1;
        if late && state.jobs.is_empty() {
            break;
        }
    }
    state.threads -= 1;
}

/// Ends what has not begun with 995. Returns whether there was anything, begun or not.
pub(crate) fn cancel(file: &File, scope: CancelScope) -> bool {
    let Some(disk) = DISK.get() else {
        return false;
    };
    let address = std::ptr::from_ref(file) as usize;
    let mut cancelled = Vec::new();
    let under_way = {
        let mut state = disk.state.lock();
        for job in std::mem::take(&mut state.jobs) {
            match job.key().0 == address && job.pending.is_meant(scope) {
                true => cancelled.push(job),
                false => state.jobs.push_back(job),
            }
        }
        let mut running = state.running.iter();
        running
            .any(|(file, overlapped, thread)| *file == address && scope.means(*overlapped, *thread))
    };
    let any = under_way || !cancelled.is_empty();
    for job in cancelled {
        job.pending.complete(ERROR_OPERATION_ABORTED, 0);
    }
    any
}

impl Job {
    fn key(&self) -> (usize, usize, ThreadId) {
        let file = Arc::as_ptr(&self.file) as usize;
        (file, self.pending.overlapped(), self.pending.thread())
    }

    fn run(self) -> (Pending, Result<usize, Code>) {
        let at = Some(self.at);
        // SAFETY: the caller of the overlapped function keeps the memory until the operation has
        // ended, which is after this.
        let result = unsafe {
            match self.writes {
                true => self.file.write(self.buffer as *const u8, self.bytes, at),
                false => self.file.read(self.buffer as *mut u8, self.bytes, at),
            }
        };
        let result = match result {
            Ok(0) if self.bytes > 0 && !self.writes => Err(ERROR_HANDLE_EOF),
            result => result,
        };
        (self.pending, result)
    }
}
