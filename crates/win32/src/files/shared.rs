//! What the handles of this process have to tell each other about one file: share modes and locked
//! ranges.
//!
//! Owns: a table by the identity of the file (device and number), and who waits for a range. Does not
//! own files. Documented differences: other processes are not asked, neither those that use this
//! library nor others; Windows enforces both among all.
//!
//! Invariants: an entry lives as long as the file has a handle; a wait ends exactly once. Threading:
//! one lock, a leaf; completions run without it.

use std::collections::HashMap;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use httpsys_socket::lock::{Condvar, Mutex};
use httpsys_socket::process::PerProcess;

use crate::io::state::Pending;
use crate::object::CancelScope;
use crate::status::{
    Code, ERROR_LOCK_VIOLATION, ERROR_NOT_LOCKED, ERROR_OPERATION_ABORTED, ERROR_SHARING_VIOLATION,
};

/// FILE_SHARE_READ, and the right to read.
pub const READ: u32 = 1;
/// FILE_SHARE_WRITE, and the right to write.
pub const WRITE: u32 = 2;
/// FILE_SHARE_DELETE, and the right to delete or rename.
pub const DELETE: u32 = 4;

/// Device and number.
type Id = (u64, u64);

#[derive(Default)]
struct FileNode {
    opens: Vec<SharedOpen>,
    ranges: Vec<LockedRange>,
    waiting: Vec<WaitingLock>,
}

struct SharedOpen {
    number: u64,
    access: u32,
    share: u32,
}

#[derive(Clone, Copy)]
struct LockedRange {
    owner: u64,
    start: u64,
    /// Behind the last byte.
    end: u128,
    exclusive: bool,
}

struct WaitingLock {
    range: LockedRange,
    end: LockEnd,
}

/// Who is told that a range is locked.
enum LockEnd {
    Blocked(Arc<BlockedLock>),
    Pending(Pending),
}

#[derive(Default)]
struct BlockedLock {
    ended: Mutex<Option<Code>>,
    wake: Condvar,
}

static NODES: PerProcess<Mutex<HashMap<Id, FileNode>>> = PerProcess::new();
static NUMBERS: AtomicU64 = AtomicU64::new(1);
/// Ranges of the whole process: reads and writes look no further while there are none.
static RANGES: AtomicUsize = AtomicUsize::new(0);

fn nodes() -> &'static Mutex<HashMap<Id, FileNode>> {
    NODES.get_or_init(Mutex::default)
}

/// The identity of a file.
pub fn identity(about: &Metadata) -> (u64, u64) {
    (about.dev(), about.ino())
}

/// Whether the open handles allow this access to somebody who shares everything.
///
/// # Errors
/// 32.
pub fn allows(about: &Metadata, access: u32) -> Result<(), Code> {
    let nodes = nodes().lock();
    let opens = nodes.get(&identity(about)).map(|node| &node.opens);
    match opens.is_some_and(|opens| opens.iter().any(|open| access & !open.share != 0)) {
        true => Err(ERROR_SHARING_VIOLATION),
        false => Ok(()),
    }
}

/// One opened file in the table.
#[derive(Debug)]
pub(crate) struct FileRegistration {
    id: Id,
    number: u64,
    released: AtomicBool,
}

impl FileRegistration {
    /// Enters a file that was opened. Access to nothing but the attributes (0) takes part in nothing.
    ///
    /// # Errors
    /// 32 when an open handle does not share what is wanted, or does what is not shared.
    pub(crate) fn new(about: &Metadata, access: u32, share: u32) -> Result<FileRegistration, Code> {
        let id = identity(about);
        let number = NUMBERS.fetch_add(1, Ordering::Relaxed);
        let mut nodes = nodes().lock();
        let node = nodes.entry(id).or_default();
        let refuses = |open: &SharedOpen| access & !open.share != 0 || open.access & !share != 0;
        if access != 0 && node.opens.iter().any(refuses) {
            return Err(ERROR_SHARING_VIOLATION);
        }
        let share = if access == 0 { u32::MAX } else { share };
        node.opens.push(SharedOpen {
            number,
            access,
            share,
        });
        Ok(FileRegistration {
            id,
            number,
            released: AtomicBool::new(false),
        })
    }

    /// The last handle was closed: its ranges are unlocked, its waits end with 995.
    pub(crate) fn release(&self) {
        if self.released.swap(true, Ordering::SeqCst) {
            return;
        }
        let mut ended = Vec::new();
        {
            let mut nodes = nodes().lock();
            let Some(node) = nodes.get_mut(&self.id) else {
                return;
            };
            node.opens.retain(|open| open.number != self.number);
            let before = node.ranges.len();
            node.ranges.retain(|range| range.owner != self.number);
            RANGES.fetch_sub(before - node.ranges.len(), Ordering::SeqCst);
            node.take_waiting(&mut ended, |waiting| waiting.range.owner == self.number);
            node.grant(&mut ended);
            if node.opens.is_empty() {
                nodes.remove(&self.id);
            }
        }
        finish(ended);
    }

    /// Locks a range, or waits for it: with `pending` the operation ends when it is locked (997),
    /// without it the caller blocks.
    ///
    /// # Errors
    /// 33 when it is locked and `wait` is false; 997; 995 when the handle was closed meanwhile.
    pub(crate) fn lock(
        &self,
        (start, length): (u64, u64),
        exclusive: bool,
        wait: bool,
        pending: Option<Pending>,
    ) -> Result<(), (Code, Option<Pending>)> {
        let range = LockedRange {
            owner: self.number,
            start,
            end: u128::from(start) + u128::from(length),
            exclusive,
        };
        let blocked = {
            let mut nodes = nodes().lock();
            let node = nodes.entry(self.id).or_default();
            if node.is_free(range) {
                node.ranges.push(range);
                RANGES.fetch_add(1, Ordering::SeqCst);
                drop(nodes);
                if let Some(pending) = pending {
                    pending.complete_inline(0, 0);
                }
                return Ok(());
            }
            if !wait {
                return Err((ERROR_LOCK_VIOLATION, pending));
            }
            if let Some(pending) = pending {
                let end = LockEnd::Pending(pending);
                node.waiting.push(WaitingLock { range, end });
                return Err((crate::status::ERROR_IO_PENDING, None));
            }
            let blocked = Arc::new(BlockedLock::default());
            let end = LockEnd::Blocked(blocked.clone());
            node.waiting.push(WaitingLock { range, end });
            blocked
        };
        let mut ended = blocked.ended.lock();
        loop {
            match *ended {
                Some(0) => return Ok(()),
                Some(code) => return Err((code, None)),
                None => blocked.wake.wait(&mut ended),
            }
        }
    }

    /// Unlocks exactly a range that this file locked; of two the exclusive one first.
    ///
    /// # Errors
    /// 158 when there is none.
    pub(crate) fn unlock(&self, (start, length): (u64, u64)) -> Result<(), Code> {
        let mut ended = Vec::new();
        {
            let mut nodes = nodes().lock();
            let node = nodes.get_mut(&self.id).ok_or(ERROR_NOT_LOCKED)?;
            let end = u128::from(start) + u128::from(length);
            let found = |range: &&(usize, &LockedRange)| {
                (range.1.owner, range.1.start, range.1.end) == (self.number, start, end)
            };
            let all: Vec<(usize, &LockedRange)> = node.ranges.iter().enumerate().collect();
            let mine = all.iter().filter(found);
            let at = mine
                .max_by_key(|(_, range)| range.exclusive)
                .map(|(at, _)| *at);
            node.ranges.remove(at.ok_or(ERROR_NOT_LOCKED)?);
            RANGES.fetch_sub(1, Ordering::SeqCst);
            node.grant(&mut ended);
        }
        finish(ended);
        Ok(())
    }

    /// Whether a transfer meets a range that others locked (or, for a write, a shared one).
    ///
    /// # Errors
    /// 33.
    pub(crate) fn check(&self, at: u64, bytes: usize, writes: bool) -> Result<(), Code> {
        if RANGES.load(Ordering::SeqCst) == 0 {
            return Ok(());
        }
        let end = u128::from(at) + bytes as u128;
        let nodes = nodes().lock();
        let ranges = nodes.get(&self.id).map(|node| &node.ranges[..]);
        let bars = |range: &LockedRange| {
            u128::from(at) < range.end
                && u128::from(range.start) < end
                && match range.exclusive {
                    true => range.owner != self.number,
                    false => writes,
                }
        };
        match ranges.unwrap_or_default().iter().any(bars) {
            true => Err(ERROR_LOCK_VIOLATION),
            false => Ok(()),
        }
    }

    /// Whether locked ranges matter to anybody at the moment.
    pub(crate) fn are_ranges_locked() -> bool {
        RANGES.load(Ordering::SeqCst) != 0
    }

    /// Ends overlapped waits for ranges with 995. Returns whether there was one.
    pub(crate) fn cancel(&self, scope: CancelScope) -> bool {
        let mut ended = Vec::new();
        if let Some(node) = nodes().lock().get_mut(&self.id) {
            node.take_waiting(&mut ended, |waiting| match &waiting.end {
                LockEnd::Pending(pending) if waiting.range.owner == self.number => {
                    pending.is_meant(scope)
                }
                _ => false,
            });
        }
        let any = !ended.is_empty();
        finish(ended);
        any
    }
}

impl Drop for FileRegistration {
    fn drop(&mut self) {
        self.release();
    }
}

impl FileNode {
    /// An exclusive range meets no other, a shared one only ranges that are its owner's or shared.
    fn is_free(&self, wanted: LockedRange) -> bool {
        !self.ranges.iter().any(|range| {
            u128::from(range.start) < wanted.end
                && u128::from(wanted.start) < range.end
                && (wanted.exclusive || range.exclusive && range.owner != wanted.owner)
        })
    }

    /// Locks what has become free, for those that came first.
    fn grant(&mut self, ended: &mut Vec<(LockEnd, Code)>) {
        let mut at = 0;
        while at < self.waiting.len() {
            if self.is_free(self.waiting[at].range) {
                let waiting = self.waiting.remove(at);
                self.ranges.push(waiting.range);
                RANGES.fetch_add(1, Ordering::SeqCst);
                ended.push((waiting.end, 0));
            } else {
                at += 1;
            }
        }
    }

    fn take_waiting(
        &mut self,
        ended: &mut Vec<(LockEnd, Code)>,
        take: impl Fn(&WaitingLock) -> bool,
    ) {
        for waiting in std::mem::take(&mut self.waiting) {
            match take(&waiting) {
                true => ended.push((waiting.end, ERROR_OPERATION_ABORTED)),
                false => self.waiting.push(waiting),
            }
        }
    }
}

fn finish(ended: Vec<(LockEnd, Code)>) {
    for (end, code) in ended {
        match end {
            LockEnd::Pending(pending) => pending.complete(code, 0),
            LockEnd::Blocked(blocked) => {
                *blocked.ended.lock() = Some(code);
                blocked.wake.notify_all();
            }
        }
    }
}
