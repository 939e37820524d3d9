//! The object behind the handle that a thread used last, kept by the thread and lent to its calls.
//!
//! Owns: the place of a thread, and what a call holds. Does not own what the objects are, nor the table of
//! handles. Invariant: what is lent stays in its place until every call of the thread has given it back; a call
//! within a call that needs another object counts that one for itself. Threading: both types stay with their
//! thread.
//!
//! Unsafe code: a call has a pointer into the place instead of a count of the object, since two locked
//! instructions and a second look at thread-local storage are what this file is there to save.

use std::cell::Cell;
use std::ops::Deref;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::thread::LocalKey;

/// What a thread can keep.
pub(crate) trait HasHandle {
    /// Whether its handle does not lead to it any more.
    fn is_closed(&self) -> bool;
}

/// What a thread keeps: in thread-local storage, and without a destructor, so that a look at it is no more than
/// its address.
pub(crate) struct LastObject<T> {
    value: Cell<usize>,
    /// From [`Arc::into_raw`], or NULL.
    object: Cell<*const T>,
    /// By how many calls of this thread it is held.
    lent: Cell<usize>,
}

/// An object that was looked up for one call.
#[derive(Debug)]
pub(crate) struct HeldObject<T: HasHandle> {
    object: NonNull<T>,
    /// NULL: the object was counted for this value.
    place: *const LastObject<T>,
}

impl<T: HasHandle> LastObject<T> {
    /// Nothing is kept.
    pub(crate) const fn new() -> LastObject<T> {
        LastObject {
            value: Cell::new(0),
            object: Cell::new(ptr::null()),
            lent: Cell::new(0),
        }
    }

    /// Keeps nothing any more, unless a call holds it.
    pub(crate) fn release(&self) {
        if self.lent.get() != 0 {
            return;
        }
        let object = self.object.replace(ptr::null());
        if !object.is_null() {
            // SAFETY: from `Arc::into_raw`, and taken out: this is its one owner.
            drop(unsafe { Arc::from_raw(object) });
        }
    }

    /// What is kept, if this is its handle.
    #[inline(always)]
    fn kept(&self, value: usize) -> Option<NonNull<T>> {
        let object = NonNull::new(self.object.get().cast_mut())?;
        // SAFETY: the place has a count of it.
        let is_closed = unsafe { object.as_ref() }.is_closed();
        (self.value.get() == value && !is_closed).then_some(object)
    }

    #[inline(always)]
    fn lend(&self, object: NonNull<T>) -> HeldObject<T> {
        self.lent.set(self.lent.get() + 1);
        HeldObject {
            object,
            place: self,
        }
    }
}

impl<T: HasHandle> HeldObject<T> {
    /// The object of a handle: the one that is kept, or that which `find` finds; it is kept then if `keeps` says that
    /// the thread will release it at its end.
    #[inline(always)]
    pub(crate) fn look_up(
        place: &'static LocalKey<LastObject<T>>,
        value: usize,
        keeps: impl FnOnce() -> bool,
        find: impl FnOnce() -> Option<Arc<T>>,
    ) -> Option<HeldObject<T>> {
        // It lives as long as the thread, and what is made of it stays with the thread.
        let place = place.try_with(ptr::from_ref).unwrap_or(ptr::null());
        // SAFETY: NULL or the thread's own, see above.
        let place = unsafe { place.as_ref() };
        match place.and_then(|place| Some(place.lend(place.kept(value)?))) {
            Some(held) => Some(held),
            None => HeldObject::anew(place, value, keeps, find),
        }
    }

    #[cold]
    #[inline(never)]
    fn anew(
        place: Option<&LastObject<T>>,
        value: usize,
        keeps: impl FnOnce() -> bool,
        find: impl FnOnce() -> Option<Arc<T>>,
    ) -> Option<HeldObject<T>> {
        if let Some(place) = place {
            place.release();
        }
        let found = find()?;
        let free = place.filter(|place| place.object.get().is_null() && keeps());
        // Either the place owns it from here on, or the value does. It is never NULL.
        let object = NonNull::new(Arc::into_raw(found).cast_mut())?;
        Some(match free {
            Some(place) => {
                place.value.set(value);
                place.object.set(object.as_ptr());
                place.lend(object)
            }
            None => HeldObject {
                object,
                place: ptr::null(),
            },
        })
    }

    /// A count of its own, for what lasts longer than the call.
    pub(crate) fn share(&self) -> Arc<T> {
        // SAFETY: from `Arc::into_raw`, and counted by the place or this value.
        unsafe {
            Arc::increment_strong_count(self.object.as_ptr());
            Arc::from_raw(self.object.as_ptr())
        }
    }

    #[cold]
    #[inline(never)]
    fn let_go(&self) {
        // SAFETY: NULL or the place of this thread.
        match unsafe { self.place.as_ref() } {
            // Closed meanwhile: nobody asks for it any more.
            Some(place) => place.release(),
            // SAFETY: from `Arc::into_raw`; the count is this value's, which ends here.
            None => drop(unsafe { Arc::from_raw(self.object.as_ptr()) }),
        }
    }
}

impl<T: HasHandle> Deref for HeldObject<T> {
    type Target = T;

    #[inline(always)]
    fn deref(&self) -> &T {
        // SAFETY: counted by this value, or by the place, which keeps it as long as it is lent.
        unsafe { self.object.as_ref() }
    }
}

impl<T: HasHandle> Drop for HeldObject<T> {
    #[inline(always)]
    fn drop(&mut self) {
        // SAFETY: NULL or the place of this thread.
        if let Some(place) = unsafe { self.place.as_ref() } {
            place.lent.set(place.lent.get() - 1);
            if !self.is_closed() {
                return;
            }
        }
        self.let_go();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicBool, Ordering};

    #[derive(Debug, Default)]
    struct Probe {
        closed: AtomicBool,
    }

    impl HasHandle for Probe {
        fn is_closed(&self) -> bool {
            self.closed.load(Ordering::Relaxed)
        }
    }

    thread_local! {
        static LAST: LastObject<Probe> = const { LastObject::new() };
    }

    fn find(value: usize, probe: &Arc<Probe>) -> HeldObject<Probe> {
        HeldObject::look_up(&LAST, value, || true, || Some(Arc::clone(probe))).unwrap()
    }

    fn kept(value: usize) -> Option<HeldObject<Probe>> {
        HeldObject::look_up(&LAST, value, || true, || None)
    }

    fn release() {
        LAST.with(LastObject::release);
    }

    #[test]
    fn what_was_used_last_is_found_again_without_a_look() {
        let probe = Arc::new(Probe::default());
        drop(find(4, &probe));
        assert_eq!(Arc::strong_count(&probe), 2);
        assert!(ptr::eq(&*kept(4).unwrap(), &*probe));
        assert!(kept(8).is_none(), "another handle");
        assert_eq!(Arc::strong_count(&probe), 1, "and the first is forgotten");
        assert!(kept(4).is_none());
    }

    #[test]
    fn a_call_within_a_call_does_not_take_its_object_away() {
        let (outer, inner) = (Arc::new(Probe::default()), Arc::new(Probe::default()));
        let first = find(4, &outer);
        let again = find(4, &outer);
        let second = find(8, &inner);
        assert!(ptr::eq(&*first, &*outer) && ptr::eq(&*second, &*inner));
        drop(again);
        release();
        assert_eq!(Arc::strong_count(&outer), 2, "still lent");
        drop(second);
        assert_eq!(Arc::strong_count(&inner), 1, "not kept");
        drop(first);
        assert!(kept(4).is_some());
        release();
        assert_eq!(Arc::strong_count(&outer), 1);
    }

    #[test]
    fn what_is_closed_is_not_kept() {
        let probe = Arc::new(Probe::default());
        let held = find(4, &probe);
        probe.closed.store(true, Ordering::Relaxed);
        assert!(kept(4).is_none());
        assert_eq!(Arc::strong_count(&probe), 2, "still lent");
        drop(held);
        assert_eq!(Arc::strong_count(&probe), 1);
    }

    #[test]
    fn a_thread_at_its_end_keeps_nothing() {
        let probe = Arc::new(Probe::default());
        let held = HeldObject::look_up(&LAST, 4, || false, || Some(Arc::clone(&probe))).unwrap();
        let shared = held.share();
        assert_eq!(Arc::strong_count(&probe), 3);
        drop((held, shared));
        assert_eq!(Arc::strong_count(&probe), 1);
        assert!(kept(4).is_none());
    }
}
