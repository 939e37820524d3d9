//! Memory that crosses the C interface.
//!
//! Owns allocation for the heap functions, the local and global ones and CoTaskMemAlloc, and for memory
//! that a higher crate hands to the application (HttpPrepareUrl). Does not own the flags of the C calls.
//! Invariants: a block is 16 bytes longer than asked for; in front of what the program sees are its size
//! and a mark, so that its size is told exactly and what is no block is refused. What any of the
//! functions has allocated, each of them frees; the C library's free does not. On Windows it is the
//! process heap. Threading: any thread; no lock, so that a child made by fork goes on.

#[cfg(windows)]
pub use crate::system::{alloc, alloc_zeroed, free};

#[cfg(not(windows))]
pub use blocks::{alloc, alloc_zeroed, free, owner, release, resize, size, take};

#[cfg(not(windows))]
mod blocks {
    use std::ffi::c_void;

    /// What is in front of a block. Its size keeps the alignment of malloc.
    #[repr(C, align(16))]
    struct BlockHead {
        bytes: usize,
        /// [`mark`] of the block's heap, or something else once it is freed.
        mark: usize,
    }

    const HEAD: usize = size_of::<BlockHead>();

    /// The mark of a block at an address in the heap of that number (even, below 2 to the 48th).
    fn mark(memory: usize, heap: usize) -> usize {
        (memory ^ 0x5EA9_0000_0000_0000) ^ heap
    }

    fn head(memory: *mut u8) -> *mut BlockHead {
        memory.wrapping_sub(HEAD).cast()
    }

    /// Allocates in a heap: 0 is the process heap. NULL when there is no memory.
    pub fn take(heap: usize, bytes: usize, zeroed: bool) -> *mut u8 {
        let Some(all) = bytes.checked_add(HEAD) else {
            return std::ptr::null_mut();
        };
        // SAFETY: both take any size.
        let base = unsafe {
            match zeroed {
                true => libc::calloc(1, all),
                false => libc::malloc(all),
            }
        };
        // SAFETY: NULL, or `all` bytes.
        unsafe { begin(base, heap, bytes) }
    }

    /// # Safety
    /// `base` is NULL or came from malloc, with room for the head.
    unsafe fn begin(base: *mut c_void, heap: usize, bytes: usize) -> *mut u8 {
        if base.is_null() {
            return std::ptr::null_mut();
        }
        let memory = base.cast::<u8>().wrapping_add(HEAD);
        let mark = mark(memory as usize, heap);
        // SAFETY: the head lies at the beginning of the block.
        unsafe { head(memory).write(BlockHead { bytes, mark }) };
        memory
    }

    /// The number of the heap that a block belongs to, if the address is that of a block.
    ///
    /// # Safety
    /// `memory` is NULL, or the 16 bytes before it can be read.
    pub unsafe fn owner(memory: *mut u8) -> Option<usize> {
        if memory.is_null() || !memory.cast::<BlockHead>().is_aligned() {
            return None;
        }
        // SAFETY: readable by the contract, and aligned.
        let found = unsafe { (&raw const (*head(memory)).mark).read() };
        let heap = found ^ mark(memory as usize, 0);
        (heap >> 48 == 0).then_some(heap)
    }

    /// The size of a block, as it was asked for.
    ///
    /// # Safety
    /// [`owner`] has told a heap for it.
    pub unsafe fn size(memory: *mut u8) -> usize {
        // SAFETY: a block has a head.
        unsafe { (&raw const (*head(memory)).bytes).read() }
    }

    /// Changes the size of a block, which may move; what is new is zeroed on demand. NULL when there is
    /// no memory: the block is as it was.
    ///
    /// # Safety
    /// [`owner`] has told a heap for it.
    pub unsafe fn resize(memory: *mut u8, bytes: usize, zeroed: bool) -> *mut u8 {
        // SAFETY: it is a block.
        let (Some(heap), before) = (unsafe { (owner(memory), size(memory)) }) else {
            return std::ptr::null_mut();
        };
        let Some(all) = bytes.checked_add(HEAD) else {
            return std::ptr::null_mut();
        };
        // SAFETY: the head is where malloc's memory begins.
        let base = unsafe { libc::realloc(head(memory).cast(), all) };
        // SAFETY: NULL, or `all` bytes.
        let memory = unsafe { begin(base, heap, bytes) };
        if !memory.is_null() && zeroed && bytes > before {
            // SAFETY: the block has `bytes` bytes.
            unsafe { memory.add(before).write_bytes(0, bytes - before) };
        }
        memory
    }

    /// Frees a block.
    ///
    /// # Safety
    /// [`owner`] has told a heap for it; nobody uses it any more.
    pub unsafe fn release(memory: *mut u8) {
        let head = head(memory);
        // SAFETY: it is a block. The write stays, so that freeing it twice is seen while the memory is
        // not in use again.
        unsafe {
            (&raw mut (*head).mark).write_volatile(0);
            libc::free(head.cast());
        }
    }

    /// Allocates memory aligned for any C type; a size of 0 gives a valid pointer too. NULL when there
    /// is none. Free it with [`free`] (or HeapFree).
    pub fn alloc(bytes: usize) -> *mut u8 {
        take(0, bytes, false)
    }

    /// Like [`alloc`], filled with zeros.
    pub fn alloc_zeroed(bytes: usize) -> *mut u8 {
        take(0, bytes, true)
    }

    /// Frees memory of this module; NULL is allowed, and what is no block is left alone.
    ///
    /// # Safety
    /// `memory` is NULL, or the 16 bytes before it can be read; nobody uses it any more.
    pub unsafe fn free(memory: *mut u8) {
        // SAFETY: by the contract above.
        unsafe {
            if owner(memory).is_some() {
                release(memory);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_bytes_give_a_pointer_and_too_many_give_null() {
        let memory = alloc(0);
        assert!(!memory.is_null());
        // An optimiser may drop an allocation that nobody uses, and take it for successful.
        assert!(std::hint::black_box(alloc(usize::MAX / 2)).is_null());
        assert!(std::hint::black_box(alloc(usize::MAX)).is_null());
        // SAFETY: allocated above, freed once; NULL is allowed.
        unsafe {
            free(memory);
            free(std::ptr::null_mut());
        }
    }

    #[cfg(not(windows))]
    #[test]
    fn a_block_knows_its_heap_and_its_size() {
        let memory = take(0x1230, 10, true);
        // SAFETY: a block, freed once, and the middle of it, which is none.
        unsafe {
            assert_eq!((owner(memory), size(memory)), (Some(0x1230), 10));
            let memory = resize(memory, 100_000, true);
            assert_eq!((owner(memory), size(memory)), (Some(0x1230), 100_000));
            assert!((0..100_000).all(|at| memory.add(at).read() == 0));
            assert_eq!(owner(memory.add(64)), None);
            assert_eq!(owner(memory.add(1)), None);
            release(memory);
        }
    }
}
