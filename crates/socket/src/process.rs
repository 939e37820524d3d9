//! Whose process this is: what a child made by fork(2) must not share with its parent.
//!
//! Owns: a number that differs between a process and its parent; the list of descriptors that a
//! child closes before it runs on; whether a copy of a descriptor may be in another process; values
//! that each process has of its own. Does not own: what a call answers in a child. Invariants: what
//! runs in the child between fork(2) and its return is async-signal-safe (atomic loads and stores,
//! close(2)), and no lock that another thread may have held at that moment is needed to find any of
//! this out. Threading: any thread.
//!
//! Where there is no fork a process is always its own. Children that are made without fork(3) of the C
//! library run no handlers: posix_spawn(3) and vfork(2) execute another program at once, which closes
//! what is close-on-exec, and that is everything of ours; the bare system call, or _Fork(3), leaves
//! the child with the parent's number and descriptors, and it must execute another program.

use std::fmt;
use std::io;
use std::ops::{Deref, DerefMut};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, Ordering};

/// How often a process of this line was forked off since the first watched.
static GENERATION: AtomicU32 = AtomicU32::new(0);
/// Forks that this process has begun, and those that are over.
static BEGUN: AtomicU32 = AtomicU32::new(0);
static OVER: AtomicU32 = AtomicU32::new(0);

/// The number of this process: not that of its parent, nor of its children. One load.
#[inline]
#[must_use]
pub fn generation() -> u32 {
    GENERATION.load(Ordering::Relaxed)
}

/// A value that each process has of its own: a child made by fork begins without one, whatever state
/// that of its parent was in. What the parent had stays where it is, and is not dropped.
pub struct PerProcess<T: 'static> {
    value: OnceLock<T>,
    /// That of the children.
    next: AtomicPtr<PerProcess<T>>,
}

impl<T: Send + Sync> PerProcess<T> {
    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        PerProcess {
            value: OnceLock::new(),
            next: AtomicPtr::new(std::ptr::null_mut()),
        }
    }

    /// The value of this process, if it has one.
    #[inline]
    #[must_use]
    pub fn get(&'static self) -> Option<&'static T> {
        match generation() {
            0 => self.value.get(),
            generation => self.of(generation).value.get(),
        }
    }

    /// The value of this process, made if there is none. From then on children made by fork are known as such
    /// ([`watch`]).
    #[inline]
    pub fn get_or_init(&'static self, make: impl FnOnce() -> T) -> &'static T {
        match generation() {
            0 => {
                if self.value.get().is_none() {
                    // Without memory for that, children are taken for their parent.
                    let _ = watch();
                }
                self.value.get_or_init(make)
            }
            generation => self.of(generation).value.get_or_init(make),
        }
    }

    #[cold]
    fn of(&'static self, generation: u32) -> &'static PerProcess<T> {
        let mut of = self;
        for _ in 0..generation {
            let mut next = of.next.load(Ordering::Acquire);
            if next.is_null() {
                let new = Box::into_raw(Box::new(PerProcess::new()));
                let null = std::ptr::null_mut();
                let (set, seen) = (Ordering::AcqRel, Ordering::Acquire);
                next = match of.next.compare_exchange(null, new, set, seen) {
                    Ok(_) => new,
                    Err(other) => {
                        // SAFETY: made above, and nobody has seen it.
                        drop(unsafe { Box::from_raw(new) });
                        other
                    }
                };
            }
            // SAFETY: made by `Box::into_raw` here or by another thread, and never freed once it is
            // in its place.
            of = unsafe { &*next };
        }
        of
    }
}

impl<T: Send + Sync> Default for PerProcess<T> {
    fn default() -> Self {
        PerProcess::new()
    }
}

impl<T> fmt::Debug for PerProcess<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PerProcess").finish_non_exhaustive()
    }
}

/// Numbers that are 0 at the beginning of each process.
const ZEROED: usize = 4;
static ZERO_IN_CHILD: [AtomicPtr<AtomicU64>; ZEROED] =
    [const { AtomicPtr::new(std::ptr::null_mut()) }; ZEROED];

/// The number becomes 0 in every child made by fork from now on: for what is asked so often that a
/// look at [`generation`] beside it would be one too many. Does not double one that is listed; `false`
/// when the list is full.
pub fn zero_in_children(number: &'static AtomicU64) -> bool {
    let number = std::ptr::from_ref(number).cast_mut();
    ZERO_IN_CHILD.iter().any(|place| {
        let null = std::ptr::null_mut();
        match place.compare_exchange(null, number, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => true,
            Err(there) => there == number,
        }
    })
}

/// What moment it is, for [`Held`]: taken before a descriptor is made.
#[derive(Clone, Copy, Debug)]
pub struct Moment(u32);

impl Moment {
    /// Now.
    #[inline]
    #[must_use]
    pub fn now() -> Moment {
        // A fork that is under way counts as one of later.
        Moment(OVER.load(Ordering::Acquire))
    }
}

/// Something with a descriptor of ours, which children made by fork close, and which is dropped by the
/// process that made it only: in a child the number may be another's.
pub struct Held<T: Descriptor> {
    inner: std::mem::ManuallyDrop<T>,
    generation: u32,
    made: Moment,
}

impl<T: Descriptor> Held<T> {
    /// `made` was taken before the descriptor was.
    #[inline]
    pub fn new(inner: T, made: Moment) -> Self {
        if let Some(number) = inner.number() {
            system::hold(number);
        }
        Held {
            inner: std::mem::ManuallyDrop::new(inner),
            generation: generation(),
            made,
        }
    }

    /// Whether there was a fork since it was made: another process may still have it.
    #[inline]
    pub fn may_be_elsewhere(&self) -> bool {
        BEGUN.load(Ordering::Acquire) != self.made.0
    }
}

impl<T: Descriptor> Deref for Held<T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &T {
        &self.inner
    }
}

impl<T: Descriptor> DerefMut for Held<T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut T {
        &mut self.inner
    }
}

impl<T: Descriptor> Drop for Held<T> {
    #[inline]
    fn drop(&mut self) {
        if self.generation != generation() {
            return;
        }
        if let Some(number) = self.inner.number() {
            // First: once it is closed, the number may be that of a file of the program.
            system::let_go(number);
        }
        // SAFETY: dropped here only, and not used afterwards.
        unsafe { std::mem::ManuallyDrop::drop(&mut self.inner) };
    }
}

impl<T: Descriptor + fmt::Debug> fmt::Debug for Held<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.fmt(f)
    }
}

/// As [`Held`], for a descriptor inside something that only shows its number: to be dropped before it.
#[derive(Debug)]
pub struct Listed {
    number: i32,
    generation: u32,
}

impl Listed {
    /// Children close this number from now on.
    #[must_use]
    pub fn new(number: i32) -> Listed {
        system::hold(number);
        Listed {
            number,
            generation: generation(),
        }
    }
}

impl Drop for Listed {
    fn drop(&mut self) {
        if self.generation == generation() {
            system::let_go(self.number);
        }
    }
}

/// What a child would inherit.
pub trait Descriptor {
    /// Its number; `None` where children inherit nothing.
    fn number(&self) -> Option<i32>;
}

#[cfg(unix)]
impl<T: std::os::fd::AsRawFd> Descriptor for T {
    #[inline]
    fn number(&self) -> Option<i32> {
        Some(self.as_raw_fd())
    }
}

#[cfg(not(unix))]
impl<T> Descriptor for T {
    fn number(&self) -> Option<i32> {
        None
    }
}

/// From now on children made by fork are known as such. To be called before anything is made that a
/// child must not have.
///
/// # Errors
/// What the system says if it has no memory for it.
pub fn watch() -> io::Result<()> {
    system::watch()
}

#[cfg(unix)]
mod system {
    use super::*;
    use std::sync::atomic::AtomicBool;

    /// Descriptors are numbers from 0 on, as small as possible: a bit for each, in segments of
    /// 65,536. A number behind the last segment is not listed.
    const SEGMENT_BITS: u32 = 16;
    const SEGMENTS: usize = 64;
    const WORDS: usize = (1 << SEGMENT_BITS) / 64;

    type BitSegment = [AtomicU64; WORDS];

    static HELD: [AtomicPtr<BitSegment>; SEGMENTS] =
        [const { AtomicPtr::new(std::ptr::null_mut()) }; SEGMENTS];
    static WATCHED: AtomicBool = AtomicBool::new(false);

    pub(super) fn watch() -> io::Result<()> {
        // Twice, by two threads at once, does no harm.
        if !WATCHED.load(Ordering::Acquire) {
            // SAFETY: the handlers are functions that stay as long as the library is loaded, which
            // takes them back when it is unloaded.
            let code =
                unsafe { libc::pthread_atfork(Some(before), Some(in_parent), Some(in_child)) };
            if code != 0 {
                return Err(io::Error::from_raw_os_error(code));
            }
            WATCHED.store(true, Ordering::Release);
        }
        Ok(())
    }

    unsafe extern "C" fn before() {
        BEGUN.fetch_add(1, Ordering::AcqRel);
    }

    unsafe extern "C" fn in_parent() {
        OVER.fetch_add(1, Ordering::AcqRel);
    }

    /// Runs in the child before fork returns there, in its only thread. Closing the child's copy tells
    /// nobody anything: the parent has the other.
    unsafe extern "C" fn in_child() {
        GENERATION.fetch_add(1, Ordering::Relaxed);
        // Forks of other threads of the parent are none of the child's.
        OVER.store(BEGUN.load(Ordering::Relaxed), Ordering::Release);
        for place in &ZERO_IN_CHILD {
            let number = place.load(Ordering::Relaxed);
            if !number.is_null() {
                // SAFETY: it came from a reference with static lifetime.
                unsafe { &*number }.store(0, Ordering::Release);
            }
        }
        for (segment, place) in HELD.iter().enumerate() {
            let words = place.load(Ordering::Acquire);
            if !words.is_null() {
                // SAFETY: made by `Box::into_raw` and never freed.
                close_all(segment, unsafe { &*words });
            }
        }
    }

    fn close_all(segment: usize, words: &BitSegment) {
        for (at, word) in words.iter().enumerate() {
            let mut bits = word.swap(0, Ordering::Relaxed);
            while bits != 0 {
                let number = (segment << SEGMENT_BITS) + at * 64 + bits.trailing_zeros() as usize;
                // SAFETY: the number is that of a descriptor of ours, which nobody uses in this
                // process: what is built on it belongs to the parent (`Held`).
                unsafe { libc::close(number as libc::c_int) };
                bits &= bits - 1;
            }
        }
    }

    #[inline]
    pub(super) fn hold(number: i32) {
        if let Some((place, at, bit)) = locate(number) {
            let mut words = place.load(Ordering::Acquire);
            if words.is_null() {
                words = make(place);
            }
            // SAFETY: made by `Box::into_raw` and never freed.
            let words = unsafe { &*words };
            words[at].fetch_or(bit, Ordering::Relaxed);
        }
    }

    #[inline]
    pub(super) fn let_go(number: i32) {
        if let Some((place, at, bit)) = locate(number) {
            let words = place.load(Ordering::Acquire);
            if !words.is_null() {
                // SAFETY: as above.
                let words = unsafe { &*words };
                words[at].fetch_and(!bit, Ordering::Relaxed);
            }
        }
    }

    #[inline]
    fn locate(number: i32) -> Option<(&'static AtomicPtr<BitSegment>, usize, u64)> {
        let number = usize::try_from(number).ok()?;
        let place = HELD.get(number >> SEGMENT_BITS)?;
        Some((place, (number >> 6) % WORDS, 1 << (number % 64)))
    }

    #[cold]
    fn make(place: &AtomicPtr<BitSegment>) -> *mut BitSegment {
        let new = Box::into_raw(Box::new([const { AtomicU64::new(0) }; WORDS]));
        let null = std::ptr::null_mut();
        match place.compare_exchange(null, new, Ordering::AcqRel, Ordering::Acquire) {
            Ok(_) => new,
            Err(other) => {
                // SAFETY: made above, and nobody has seen it.
                drop(unsafe { Box::from_raw(new) });
                other
            }
        }
    }
}

#[cfg(not(unix))]
mod system {
    pub(super) fn watch() -> std::io::Result<()> {
        Ok(())
    }

    pub(super) fn hold(_number: i32) {}

    pub(super) fn let_go(_number: i32) {}
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs::File;
    use std::os::fd::AsRawFd;
    use std::sync::Mutex;

    /// A fork of one test is none of another's.
    static ONE: Mutex<()> = Mutex::new(());

    /// What a child made now sees, as its exit code.
    fn in_a_child(look: impl FnOnce() -> u8) -> i32 {
        // SAFETY: the child runs `look`, which in these tests takes no lock, and ends.
        match unsafe { libc::fork() } {
            0 => {
                let seen = look();
                // SAFETY: ends the child at once.
                unsafe { libc::_exit(seen.into()) }
            }
            child => {
                let mut status = 0;
                // SAFETY: a child of ours, and the address of a live value.
                assert_eq!(unsafe { libc::waitpid(child, &raw mut status, 0) }, child);
                assert!(libc::WIFEXITED(status), "{status:#x}");
                libc::WEXITSTATUS(status)
            }
        }
    }

    fn is_open(number: i32) -> bool {
        // SAFETY: any number may be asked for.
        unsafe { libc::fcntl(number, libc::F_GETFD) != -1 }
    }

    #[test]
    fn a_child_has_no_descriptor_of_ours_and_closes_none_of_its_own() {
        let _one = ONE.lock();
        watch().unwrap();
        let open = || File::open("/dev/null").unwrap();
        let ours = Held::new(open(), Moment::now());
        let other = open();
        assert!(!ours.may_be_elsewhere());
        let (number, kept) = (ours.as_raw_fd(), other.as_raw_fd());
        let mut ours = Some(ours);
        let seen = in_a_child(|| {
            let closed = !is_open(number) && is_open(kept);
            // The number is another's now: what was inherited leaves it alone.
            // SAFETY: both are numbers of this process.
            let same = unsafe { libc::dup2(kept, number) } == number;
            drop(ours.take());
            u8::from(closed && same && is_open(number))
        });
        assert_eq!(seen, 1);
        let ours = ours.unwrap();
        assert!(ours.may_be_elsewhere() && is_open(number));
        assert!(!Held::new(open(), Moment::now()).may_be_elsewhere());
        drop(ours);
        // Closed here, its number may be taken again: a child must not close that.
        assert_eq!(in_a_child(|| u8::from(is_open(kept))), 1);
    }

    #[test]
    fn a_child_begins_without_values_and_so_does_its_own() {
        static OWN: PerProcess<u32> = PerProcess::new();
        static COUNT: AtomicU64 = AtomicU64::new(7);
        let _one = ONE.lock();
        watch().unwrap();
        assert!(zero_in_children(&COUNT) && zero_in_children(&COUNT));
        let before = generation();
        assert_eq!(*OWN.get_or_init(|| 1), 1);
        let seen = in_a_child(|| {
            let fresh = OWN.get().is_none() && COUNT.load(Ordering::Relaxed) == 0;
            let made = *OWN.get_or_init(|| 2) == 2 && generation() == before + 1;
            let below = in_a_child(|| u8::from(OWN.get().is_none() && generation() == before + 2));
            u8::from(fresh && made && below == 1 && OWN.get() == Some(&2))
        });
        assert_eq!(seen, 1);
        assert_eq!((OWN.get(), generation()), (Some(&1), before));
        assert_eq!(COUNT.load(Ordering::Relaxed), 7);
    }
}
