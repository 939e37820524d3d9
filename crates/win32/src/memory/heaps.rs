//! Heaps: that of the process, and those that a program makes.
//!
//! Owns the list of private heaps and of their blocks. Does not own the memory ([`crate::heap`]).
//! Invariants: a block belongs to one heap, and another refuses it; what is left in a heap goes with it.
//! Threading: any thread, also for heaps made with HEAP_NO_SERIALIZE.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use httpsys_socket::lock::Mutex;

use crate::heap;
use crate::status::{Code, ERROR_INVALID_HANDLE, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY};

/// The largest block of a heap with a limit (documented: HeapCreate, 64 bits).
const LARGEST_OF_LIMITED: usize = 0xF_FFF0;

#[derive(Default)]
struct Blocks {
    addresses: BTreeSet<usize>,
    bytes: usize,
}

struct Private {
    /// The most bytes of all blocks; 0 for no limit.
    limit: usize,
    blocks: Mutex<Blocks>,
}

static HEAPS: Mutex<BTreeMap<usize, Arc<Private>>> = Mutex::new(BTreeMap::new());

/// A heap: the process heap, or one of [`create`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heap(usize);

/// The process heap.
pub const PROCESS: Heap = Heap(0);

/// Makes a heap. Its number is the address of something that lives as long as it.
pub fn create(limit: usize) -> usize {
    let heap = Arc::new(Private {
        limit,
        blocks: Mutex::new(Blocks::default()),
    });
    let number = Arc::as_ptr(&heap) as usize;
    HEAPS.lock().insert(number, heap);
    number
}

/// The heap of a number; 6 if there is none.
pub fn find(number: usize) -> Result<Heap, Code> {
    let there = HEAPS.lock().contains_key(&number);
    there.then_some(Heap(number)).ok_or(ERROR_INVALID_HANDLE)
}

/// The numbers of all private heaps.
pub fn numbers() -> Vec<usize> {
    HEAPS.lock().keys().copied().collect()
}

/// Ends a heap and frees all its blocks; 6 if there is none of that number.
///
/// # Safety
/// Nobody uses its blocks any more.
pub unsafe fn destroy(number: usize) -> Result<(), Code> {
    let heap = HEAPS.lock().remove(&number).ok_or(ERROR_INVALID_HANDLE)?;
    let blocks = std::mem::take(&mut *heap.blocks.lock());
    for address in blocks.addresses {
        // SAFETY: the list has the heap's blocks, each until it is freed.
        unsafe { heap::release(address as *mut u8) };
    }
    Ok(())
}

impl Heap {
    fn private(self) -> Result<Option<Arc<Private>>, Code> {
        match self.0 {
            0 => Ok(None),
            number => {
                let heap = HEAPS.lock().get(&number).cloned();
                heap.map(Some).ok_or(ERROR_INVALID_HANDLE)
            }
        }
    }

    /// Allocates a block; 8 when there is no memory or the heap's limit is reached.
    pub fn take(self, bytes: usize, zeroed: bool) -> Result<*mut u8, Code> {
        let private = self.private()?;
        let mut blocks = private.as_deref().map(|heap| heap.blocks.lock());
        if let (Some(heap), Some(blocks)) = (&private, &blocks) {
            heap.check(blocks.bytes, bytes)?;
        }
        let memory = heap::take(self.0, bytes, zeroed);
        if memory.is_null() {
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        }
        if let Some(blocks) = &mut blocks {
            blocks.addresses.insert(memory as usize);
            blocks.bytes += bytes;
        }
        Ok(memory)
    }

    /// The size of a block; 87 for what is no block of this heap.
    ///
    /// # Safety
    /// `memory` is NULL, or the 16 bytes before it can be read.
    pub unsafe fn size(self, memory: *mut u8) -> Result<usize, Code> {
        // SAFETY: by the contract of this function.
        match unsafe { heap::owner(memory) } {
            // SAFETY: it is a block.
            Some(heap) if heap == self.0 => Ok(unsafe { heap::size(memory) }),
            _ => Err(ERROR_INVALID_PARAMETER),
        }
    }

    /// Changes the size of a block; 87 for what is none, 8 when there is no memory, or not at its place.
    ///
    /// # Safety
    /// As for [`Heap::size`].
    pub unsafe fn resize(
        self,
        memory: *mut u8,
        bytes: usize,
        zeroed: bool,
        in_place: bool,
    ) -> Result<*mut u8, Code> {
        let private = self.private()?;
        let mut blocks = private.as_deref().map(|heap| heap.blocks.lock());
        // SAFETY: by the contract of this function.
        let before = unsafe { self.size(memory) }?;
        if let (Some(heap), Some(blocks)) = (&private, &blocks) {
            heap.check(blocks.bytes - before, bytes)?;
        }
        if in_place && bytes != before {
            // malloc tells nobody whether a block would move.
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        }
        // SAFETY: it is a block.
        let after = unsafe { heap::resize(memory, bytes, zeroed) };
        if after.is_null() {
            return Err(ERROR_NOT_ENOUGH_MEMORY);
        }
        if let Some(blocks) = &mut blocks {
            blocks.addresses.remove(&(memory as usize));
            blocks.addresses.insert(after as usize);
            blocks.bytes = blocks.bytes - before + bytes;
        }
        Ok(after)
    }

    /// Frees a block; 87 for what is none of this heap.
    ///
    /// # Safety
    /// As for [`Heap::size`]; nobody uses the block any more.
    pub unsafe fn release(self, memory: *mut u8) -> Result<(), Code> {
        let private = self.private()?;
        let mut blocks = private.as_deref().map(|heap| heap.blocks.lock());
        // SAFETY: by the contract of this function.
        let bytes = unsafe { self.size(memory) }?;
        if let Some(blocks) = &mut blocks {
            blocks.addresses.remove(&(memory as usize));
            blocks.bytes -= bytes;
        }
        // SAFETY: it is a block.
        unsafe { heap::release(memory) };
        Ok(())
    }

    /// Whether the block is one of this heap, or for NULL all blocks of it are well.
    ///
    /// # Safety
    /// As for [`Heap::size`].
    pub unsafe fn validate(self, memory: *mut u8) -> Result<bool, Code> {
        let private = self.private()?;
        if !memory.is_null() {
            // SAFETY: by the contract of this function.
            return Ok(unsafe { self.size(memory) }.is_ok());
        }
        let Some(heap) = private else {
            return Ok(true);
        };
        let blocks = heap.blocks.lock();
        let mut all = blocks.addresses.iter();
        // SAFETY: the list has the heap's blocks.
        Ok(all.all(|&block| unsafe { self.size(block as *mut u8) }.is_ok()))
    }
}

impl Private {
    fn check(&self, used: usize, bytes: usize) -> Result<(), Code> {
        let fits = used.checked_add(bytes).is_some_and(|all| all <= self.limit);
        match self.limit == 0 || fits && bytes <= LARGEST_OF_LIMITED {
            true => Ok(()),
            false => Err(ERROR_NOT_ENOUGH_MEMORY),
        }
    }
}
