//! The variables of the process as C has them: the array `environ`.
//!
//! Owns: reading and changing it beside other threads that are in getenv(3), and in a child made by fork.
//! Does not own what names mean (`environment`).
//!
//! setenv(3) frees arrays that getenv(3) may be reading in another thread, and the lock of the standard
//! library may be held for ever in a child made by fork. So changes are made here: a variable that is there
//! gets its new string by one store of a pointer, and one that comes or goes a new array. Invariants: the
//! strings and arrays of this module are never freed; a string is made once, an array is used again only
//! after [`RESTING`] others. Changes by setenv(3) and its relatives are seen and kept, but must not be made
//! at the same time.
//!
//! Threading: any thread; one lock, which a child has anew.

use std::collections::{HashSet, VecDeque};
use std::ffi::{CStr, CString, c_char};
use std::sync::atomic::{AtomicPtr, Ordering};

use httpsys_socket::lock::Mutex;
use httpsys_socket::process::{self, PerProcess};

/// A pointer to a string `name=value`, or NULL at the end.
type StringSlot = AtomicPtr<c_char>;

/// Arrays that were replaced and are left alone for now, for who still reads them.
const RESTING: usize = 64;

#[derive(Default)]
struct EnvironmentString {
    strings: HashSet<&'static CStr>,
    /// The array of this module that was published last.
    current: Option<&'static [StringSlot]>,
    /// Those before it, the oldest first.
    former: VecDeque<&'static [StringSlot]>,
}

static MADE: PerProcess<Mutex<EnvironmentString>> = PerProcess::new();

fn made() -> &'static Mutex<EnvironmentString> {
    // Without notice of forks the lock is as any other; there is nobody to tell.
    let _ = process::watch();
    MADE.get_or_init(Mutex::default)
}

/// The variable `environ`.
fn environ() -> &'static AtomicPtr<*mut c_char> {
    #[cfg(not(target_vendor = "apple"))]
    let place = {
        unsafe extern "C" {
            static mut environ: *mut *mut c_char;
        }
        &raw mut environ
    };
    #[cfg(target_vendor = "apple")]
    // SAFETY: no preconditions.
    let place = unsafe { libc::_NSGetEnviron() };
    // SAFETY: a variable of the C library, aligned and there as long as the process. Who changes it without
    // atomics calls setenv(3), which has to be ordered by the program.
    unsafe { AtomicPtr::from_ptr(place) }
}

/// The array as it is now, without the NULL at its end.
fn slots() -> Vec<&'static StringSlot> {
    let mut slots = Vec::new();
    let first = environ().load(Ordering::Acquire);
    if first.is_null() {
        return slots;
    }
    loop {
        // SAFETY: pointers up to a NULL, which is not passed.
        let slot = unsafe { StringSlot::from_ptr(first.add(slots.len())) };
        if slot.load(Ordering::Acquire).is_null() {
            return slots;
        }
        slots.push(slot);
    }
}

/// Name and value of an entry; on systems where a name may begin with `=`, its first sign is not the end.
fn parts(slot: &StringSlot) -> Option<(&'static [u8], &'static [u8])> {
    // SAFETY: a terminated string, as everything in the array; ours stay, and others do as long as nobody
    // changes the environment by other means.
    let text = unsafe { CStr::from_ptr(slot.load(Ordering::Acquire)) }.to_bytes();
    let equals = text.iter().skip(1).position(|byte| *byte == b'=')? + 1;
    Some((&text[..equals], &text[equals + 1..]))
}

/// All variables: name and value.
pub(super) fn all() -> Vec<(Vec<u8>, Vec<u8>)> {
    let _made = made().lock();
    let parts = slots().into_iter().filter_map(parts);
    parts
        .map(|(name, value)| (name.to_vec(), value.to_vec()))
        .collect()
}

/// The first variable whose name is meant: name and value.
pub(super) fn find(is_meant: impl Fn(&[u8]) -> bool) -> Option<(Vec<u8>, Vec<u8>)> {
    let _made = made().lock();
    let found = slots().into_iter().filter_map(parts);
    let mut found = found.filter(|(name, _)| is_meant(name));
    let (name, value) = found.next()?;
    Some((name.to_vec(), value.to_vec()))
}

/// Sets the variable of exactly this name, or removes it. Name and value have no NUL, the name no `=`.
pub(super) fn change(name: &[u8], value: Option<&[u8]>) {
    let mut made = made().lock();
    let slots = slots();
    let is_it = |slot: &StringSlot| parts(slot).is_some_and(|(other, _)| other == name);
    let Some(value) = value else {
        let others = slots.iter().filter(|slot| !is_it(slot));
        let others: Vec<_> = others.map(|slot| slot.load(Ordering::Acquire)).collect();
        if others.len() < slots.len() {
            made.publish(&others);
        }
        return;
    };
    let Ok(text) = CString::new([name, b"=", value].concat()) else {
        return;
    };
    let text = made.string(text);
    match slots.iter().find(|slot| is_it(slot)) {
        Some(slot) => slot.store(text, Ordering::Release),
        None => {
            let there = slots.iter().map(|slot| slot.load(Ordering::Acquire));
            let all: Vec<_> = there.chain([text]).collect();
            made.publish(&all);
        }
    }
}

impl EnvironmentString {
    /// A string that stays.
    fn string(&mut self, text: CString) -> *mut c_char {
        if let Some(known) = self.strings.get(text.as_c_str()) {
            return known.as_ptr().cast_mut();
        }
        let text: &'static CStr = Box::leak(text.into_boxed_c_str());
        self.strings.insert(text);
        text.as_ptr().cast_mut()
    }

    /// Makes these pointers the environment.
    fn publish(&mut self, pointers: &[*mut c_char]) {
        let rested = self.former.len() > RESTING;
        let rested = rested.then(|| self.former.pop_front()).flatten();
        let fits = rested.filter(|array| array.len() > pointers.len());
        let array = fits.unwrap_or_else(|| {
            let len = (pointers.len() + 1).next_power_of_two();
            Vec::leak((0..len).map(|_| StringSlot::default()).collect())
        });
        // The last one is NULL for ever, so that also who reads an old array ends there.
        for (slot, pointer) in array.iter().zip(pointers) {
            slot.store(*pointer, Ordering::Relaxed);
        }
        array[pointers.len()].store(std::ptr::null_mut(), Ordering::Relaxed);
        environ().store(array.as_ptr().cast_mut().cast(), Ordering::Release);
        self.former.extend(self.current.replace(array));
    }
}
