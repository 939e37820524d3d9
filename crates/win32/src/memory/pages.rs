//! Pages of virtual memory: reserved, committed, protected.
//!
//! Owns the list of regions that VirtualAlloc has given out and the state of their pages. Does not own
//! other memory of the process: on Linux it is looked up in /proc/self/maps, elsewhere it is not known.
//! Invariants: regions begin at multiples of 64 KB; a page of a region is mapped without access until it
//! is committed, so nothing else can be put there. Threading: any thread.

use std::collections::BTreeMap;

use httpsys_socket::lock::Mutex;

use crate::status::{
    Code, ERROR_INVALID_ADDRESS, ERROR_INVALID_PARAMETER, ERROR_NOT_ENOUGH_MEMORY,
};

/// The allocation granularity (documented: SYSTEM_INFO, 65,536).
pub const GRANULARITY: usize = 0x1_0000;

/// PAGE_NOACCESS.
pub const PAGE_NOACCESS: u32 = 0x01;
/// PAGE_READWRITE.
pub const PAGE_READWRITE: u32 = 0x04;

/// A piece of a region whose pages are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
    from: usize,
    to: usize,
    /// The protection of committed pages; `None`: reserved.
    protect: Option<u32>,
}

struct Region {
    to: usize,
    protect: u32,
    /// In order, without gaps.
    runs: Vec<Run>,
}

static REGIONS: Mutex<BTreeMap<usize, Region>> = Mutex::new(BTreeMap::new());

/// What VirtualQuery tells of pages that are alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PageInformation {
    /// Where they begin.
    pub from: usize,
    /// Where they end.
    pub to: usize,
    /// Where the allocation begins, and its protection; 0 for free pages.
    pub allocation: (usize, u32),
    /// What they are.
    pub state: PageState,
    /// Whether they are of a file (MEM_MAPPED) rather than private.
    pub mapped: bool,
}

/// The state of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageState {
    /// MEM_FREE.
    Free,
    /// MEM_RESERVE.
    Reserved,
    /// MEM_COMMIT, with its protection.
    Committed(u32),
}

/// The size of a page in bytes.
pub fn page_size() -> usize {
    // SAFETY: the call has no requirements.
    let bytes = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(bytes).unwrap_or(4096)
}

/// The system's protection for one of Windows; 87 for what is none, and for guard pages and
/// copy-on-write ones, which private memory does not have here.
fn system_protection(protect: u32) -> Result<libc::c_int, Code> {
    const NOCACHE: u32 = 0x200;
    const WRITECOMBINE: u32 = 0x400;
    let (read, write, execute) = (libc::PROT_READ, libc::PROT_WRITE, libc::PROT_EXEC);
    match protect & !(NOCACHE | WRITECOMBINE) {
        PAGE_NOACCESS if protect == PAGE_NOACCESS => Ok(libc::PROT_NONE),
        0x02 => Ok(read),
        PAGE_READWRITE => Ok(read | write),
        0x10 => Ok(execute),
        0x20 => Ok(read | execute),
        0x40 => Ok(read | write | execute),
        _ => Err(ERROR_INVALID_PARAMETER),
    }
}

/// Maps pages without access, at an address if one is given and nothing is there.
fn map(at: Option<usize>, bytes: usize) -> Option<usize> {
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE;
    #[cfg(target_os = "linux")]
    let flags = match at {
        Some(_) => flags | libc::MAP_FIXED_NOREPLACE,
        None => flags,
    };
    let hint = at.unwrap_or(0) as *mut libc::c_void;
    // SAFETY: a new mapping that replaces nothing: without MAP_FIXED the address is a wish.
    let mapped = unsafe { libc::mmap(hint, bytes, libc::PROT_NONE, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return None;
    }
    if at.is_some_and(|at| at != mapped as usize) {
        // SAFETY: it was just mapped, and nobody knows of it.
        unsafe { libc::munmap(mapped, bytes) };
        return None;
    }
    Some(mapped as usize)
}

/// Reserves address space at a multiple of 64 KB: 8 when there is none, 487 when the address that was
/// asked for is taken.
fn reserve(at: usize, bytes: usize, protect: u32) -> Result<usize, Code> {
    let page = page_size();
    if at != 0 {
        let base = at & !(GRANULARITY - 1);
        let end = at.checked_add(bytes).ok_or(ERROR_INVALID_PARAMETER)?;
        let length = round_up(end - base, page).ok_or(ERROR_INVALID_PARAMETER)?;
        let base = map(Some(base), length).ok_or(ERROR_INVALID_ADDRESS)?;
        insert(base, base + length, protect);
        return Ok(base);
    }
    let length = round_up(bytes, page).ok_or(ERROR_NOT_ENOUGH_MEMORY)?;
    let all = length.checked_add(GRANULARITY);
    let all = all.ok_or(ERROR_NOT_ENOUGH_MEMORY)?;
    let mapped = map(None, all).ok_or(ERROR_NOT_ENOUGH_MEMORY)?;
    let base = (mapped + GRANULARITY - 1) & !(GRANULARITY - 1);
    // What is before and behind goes back.
    for (from, to) in [(mapped, base), (base + length, mapped + all)] {
        if from < to {
            // SAFETY: parts of the new mapping, which nobody knows of.
            unsafe { libc::munmap(from as *mut libc::c_void, to - from) };
        }
    }
    insert(base, base + length, protect);
    Ok(base)
}

fn insert(from: usize, to: usize, protect: u32) {
    let run = Run {
        from,
        to,
        protect: None,
    };
    let runs = vec![run];
    let region = Region { to, protect, runs };
    REGIONS.lock().insert(from, region);
}

fn round_up(bytes: usize, unit: usize) -> Option<usize> {
    Some(bytes.checked_add(unit - 1)? / unit * unit)
}

/// The pages that a range of bytes touches; 87 when it leaves the address space.
fn pages(at: usize, bytes: usize) -> Result<(usize, usize), Code> {
    let page = page_size();
    let end = at.checked_add(bytes).ok_or(ERROR_INVALID_PARAMETER)?;
    let end = round_up(end, page).ok_or(ERROR_INVALID_PARAMETER)?;
    Ok((at / page * page, end))
}

/// What VirtualAlloc is to do.
#[derive(Clone, Copy, Debug)]
pub struct AllocationKind {
    /// MEM_RESERVE.
    pub reserve: bool,
    /// MEM_COMMIT.
    pub commit: bool,
}

/// VirtualAlloc: the address of the first page. 87 for a size of 0 and an invalid protection, 487 for
/// pages that are taken, or to be committed and not reserved, 8 when there is no memory.
pub fn allocate(
    at: usize,
    bytes: usize,
    kind: AllocationKind,
    protect: u32,
) -> Result<usize, Code> {
    system_protection(protect)?;
    if bytes == 0 || bytes > isize::MAX as usize {
        return Err(ERROR_INVALID_PARAMETER);
    }
    if !kind.reserve && at != 0 {
        let (from, to) = pages(at, bytes)?;
        change(from, to, protect, |_| true)?;
        return Ok(from);
    }
    let base = reserve(at, bytes, protect)?;
    if kind.commit {
        let from = if at == 0 { base } else { at };
        let (from, to) = pages(from, bytes)?;
        if let Err(code) = change(from, to, protect, |_| true) {
            // SAFETY: it was just made, and nobody knows of it.
            let _ = unsafe { release(base) };
            return Err(code);
        }
    }
    Ok(base)
}

/// Gives committed pages of one region a protection, and commits those that `may` allows. The protection
/// that the first page had.
fn change(
    from: usize,
    to: usize,
    protect: u32,
    may: impl Fn(&Run) -> bool,
) -> Result<Option<u32>, Code> {
    let system = system_protection(protect)?;
    let mut regions = REGIONS.lock();
    let found = regions.range_mut(..=from).next_back();
    let (_, region) = found.ok_or(ERROR_INVALID_ADDRESS)?;
    if to > region.to || from >= to {
        return Err(ERROR_INVALID_ADDRESS);
    }
    let touched = |run: &&Run| run.from < to && run.to > from;
    let first = region.runs.iter().find(touched).and_then(|run| run.protect);
    if !region.runs.iter().filter(touched).all(may) {
        return Err(ERROR_INVALID_ADDRESS);
    }
    // SAFETY: pages of a region of ours; what a program does with its pages is its matter.
    let failed = unsafe { libc::mprotect(from as *mut libc::c_void, to - from, system) } != 0;
    if failed {
        return Err(ERROR_NOT_ENOUGH_MEMORY);
    }
    region.set(from, to, Some(protect));
    Ok(first)
}

impl Region {
    /// Gives pages a state, and joins runs that are alike.
    fn set(&mut self, from: usize, to: usize, protect: Option<u32>) {
        let mut runs: Vec<Run> = Vec::with_capacity(self.runs.len() + 2);
        let mut push = |run: Run| match runs.last_mut() {
            _ if run.from >= run.to => {}
            Some(last) if last.protect == run.protect => last.to = run.to,
            _ => runs.push(run),
        };
        let mut placed = false;
        for &run in &self.runs {
            let (to_left, from_right) = (run.to.min(from), run.from.max(to));
            push(Run { to: to_left, ..run });
            if !placed && run.to > from {
                placed = true;
                push(Run { from, to, protect });
            }
            push(Run {
                from: from_right,
                ..run
            });
        }
        self.runs = runs;
    }
}

/// VirtualFree with MEM_RELEASE: the whole region. 487 for what is not its beginning.
///
/// # Safety
/// Nobody uses the memory any more.
pub unsafe fn release(at: usize) -> Result<(), Code> {
    let mut regions = REGIONS.lock();
    let region = regions.get(&at).ok_or(ERROR_INVALID_ADDRESS)?;
    // SAFETY: the region is ours, and nobody uses it any more.
    let failed = unsafe { libc::munmap(at as *mut libc::c_void, region.to - at) } != 0;
    if failed {
        return Err(ERROR_INVALID_ADDRESS);
    }
    regions.remove(&at);
    Ok(())
}

/// VirtualFree with MEM_DECOMMIT: pages of one region, with a size of 0 all of them; they need not be
/// committed. 487 for pages that are not reserved, or when a size of 0 comes without the beginning.
///
/// # Safety
/// Nobody uses the memory any more.
pub unsafe fn decommit(at: usize, bytes: usize) -> Result<(), Code> {
    let (from, mut to) = pages(at, bytes)?;
    let mut regions = REGIONS.lock();
    let found = regions.range_mut(..=from).next_back();
    let (&base, region) = found.ok_or(ERROR_INVALID_ADDRESS)?;
    if bytes == 0 {
        if base != at {
            return Err(ERROR_INVALID_ADDRESS);
        }
        to = region.to;
    }
    if from >= region.to || to > region.to {
        return Err(ERROR_INVALID_ADDRESS);
    }
    let flags = libc::MAP_PRIVATE | libc::MAP_ANON | libc::MAP_NORESERVE | libc::MAP_FIXED;
    let place = from as *mut libc::c_void;
    // SAFETY: pages of a region of ours, which nobody uses any more, are replaced by empty ones.
    let mapped = unsafe { libc::mmap(place, to - from, libc::PROT_NONE, flags, -1, 0) };
    if mapped == libc::MAP_FAILED {
        return Err(ERROR_NOT_ENOUGH_MEMORY);
    }
    region.set(from, to, None);
    Ok(())
}

/// VirtualProtect: the protection that the first page had. 487 for pages that are not committed in one
/// region.
pub fn protect(at: usize, bytes: usize, protect: u32) -> Result<u32, Code> {
    system_protection(protect)?;
    if bytes == 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let (from, to) = pages(at, bytes)?;
    let ours = query_ours(from).is_some();
    if ours {
        let before = change(from, to, protect, |run| run.protect.is_some())?;
        return before.ok_or(ERROR_INVALID_ADDRESS);
    }
    let PageState::Committed(before) = query(from).ok_or(ERROR_INVALID_ADDRESS)?.state else {
        return Err(ERROR_INVALID_ADDRESS);
    };
    let system = system_protection(protect)?;
    // SAFETY: what a program does with pages of its code and data is its matter.
    let failed = unsafe { libc::mprotect(from as *mut libc::c_void, to - from, system) } != 0;
    if failed {
        return Err(ERROR_INVALID_ADDRESS);
    }
    Ok(before)
}

/// VirtualLock and VirtualUnlock: keeps pages in memory, or no longer. 87 for a size of 0, 487 for pages
/// that are not there, 1453 when the system's limit is reached.
pub fn lock(at: usize, bytes: usize, locks: bool) -> Result<(), Code> {
    if bytes == 0 {
        return Err(ERROR_INVALID_PARAMETER);
    }
    let (from, to) = pages(at, bytes)?;
    let place = from as *const libc::c_void;
    // SAFETY: the calls change nothing that is in memory, and refuse what is none.
    let failed = unsafe {
        match locks {
            true => libc::mlock(place, to - from) != 0,
            false => libc::munlock(place, to - from) != 0,
        }
    };
    match failed {
        false => Ok(()),
        true if query_ours(from)
            .is_some_and(|told| matches!(told.state, PageState::Committed(_))) =>
        {
            Err(crate::status::ERROR_WORKING_SET_QUOTA)
        }
        true => Err(ERROR_INVALID_ADDRESS),
    }
}

fn query_ours(at: usize) -> Option<PageInformation> {
    let regions = REGIONS.lock();
    let (&base, region) = regions.range(..=at).next_back()?;
    let mut runs = region.runs.iter();
    let run = runs.find(|run| (run.from..run.to).contains(&at))?;
    Some(PageInformation {
        from: at / page_size() * page_size(),
        to: run.to,
        allocation: (base, region.protect),
        state: run
            .protect
            .map_or(PageState::Reserved, PageState::Committed),
        mapped: false,
    })
}

/// VirtualQuery: the pages from `at` on that are alike; `None` where the system does not say.
pub fn query(at: usize) -> Option<PageInformation> {
    query_ours(at).or_else(|| query_system(at))
}

#[cfg(not(target_os = "linux"))]
fn query_system(_at: usize) -> Option<PageInformation> {
    None
}

/// From /proc/self/maps (proc_pid_maps(5)).
#[cfg(target_os = "linux")]
fn query_system(at: usize) -> Option<PageInformation> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let page = page_size();
    let first = at / page * page;
    let mut told = PageInformation {
        from: first,
        // The end of the user's part of the address space.
        to: 0x7FFF_FFFF_0000,
        allocation: (0, 0),
        state: PageState::Free,
        mapped: false,
    };
    for line in maps.lines() {
        let mut words = line.split_ascii_whitespace();
        let (range, rights) = (words.next()?, words.next()?);
        let (from, to) = range.split_once('-')?;
        let from = usize::from_str_radix(from, 16).ok()?;
        let to = usize::from_str_radix(to, 16).ok()?;
        if from > at {
            told.to = from;
            break;
        }
        if at < to {
            let has = |right: char| rights.contains(right);
            let protect = match (has('r'), has('w'), has('x')) {
                (false, false, false) => PAGE_NOACCESS,
                (_, true, false) => PAGE_READWRITE,
                (true, false, false) => 0x02,
                (false, false, true) => 0x10,
                (true, false, true) => 0x20,
                (_, true, true) => 0x40,
            };
            let file = words.nth(2).is_some_and(|inode| inode != "0");
            return Some(PageInformation {
                to,
                allocation: (from, protect),
                state: PageState::Committed(protect),
                mapped: file,
                ..told
            });
        }
    }
    (at < told.to).then_some(told)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: AllocationKind = AllocationKind {
        reserve: true,
        commit: true,
    };
    const COMMIT: AllocationKind = AllocationKind {
        reserve: false,
        commit: true,
    };
    const RESERVE: AllocationKind = AllocationKind {
        reserve: true,
        commit: false,
    };

    #[test]
    fn pages_go_from_reserved_to_committed_and_back() {
        let page = page_size();
        let base = allocate(0, 10 * page, RESERVE, PAGE_READWRITE).expect("address space");
        assert_eq!(base % GRANULARITY, 0);
        let middle = base + 3 * page;
        assert_eq!(
            allocate(middle + 1, page, COMMIT, PAGE_READWRITE),
            Ok(middle)
        );
        let told = query(base).expect("a region");
        assert_eq!((told.to, told.state), (middle, PageState::Reserved));
        let told = query(middle).expect("a region");
        assert_eq!(told.to, middle + 2 * page);
        assert_eq!(told.state, PageState::Committed(PAGE_READWRITE));
        // SAFETY: two pages are committed there.
        unsafe {
            (middle as *mut u8).write_bytes(7, 2 * page);
            assert_eq!(decommit(middle, page), Ok(()));
        }
        assert_eq!(allocate(middle, page, COMMIT, PAGE_READWRITE), Ok(middle));
        // SAFETY: it was committed again, and is empty then; the region ends here.
        unsafe {
            assert_eq!((middle as *mut u8).read(), 0);
            assert_eq!(release(middle), Err(ERROR_INVALID_ADDRESS));
            assert_eq!(release(base), Ok(()));
            assert_eq!(release(base), Err(ERROR_INVALID_ADDRESS));
        }
    }

    #[test]
    fn protection_is_kept_for_each_page() {
        let page = page_size();
        let base = allocate(0, 4 * page, BOTH, PAGE_READWRITE).expect("memory");
        assert_eq!(protect(base + page, page, 0x02), Ok(PAGE_READWRITE));
        assert_eq!(protect(base, 3 * page, PAGE_NOACCESS), Ok(PAGE_READWRITE));
        assert_eq!(query(base).map(|told| told.to), Some(base + 3 * page));
        assert_eq!(
            protect(base, 5 * page, PAGE_READWRITE),
            Err(ERROR_INVALID_ADDRESS)
        );
        assert_eq!(protect(base, page, 0x3), Err(ERROR_INVALID_PARAMETER));
        // SAFETY: nobody uses it.
        assert_eq!(unsafe { release(base) }, Ok(()));
    }

    #[test]
    fn an_address_that_is_taken_is_refused() {
        let base = allocate(0, GRANULARITY, BOTH, PAGE_READWRITE).expect("memory");
        assert_eq!(
            allocate(base, 1, BOTH, PAGE_READWRITE),
            Err(ERROR_INVALID_ADDRESS)
        );
        // SAFETY: nobody uses it.
        unsafe {
            assert_eq!(decommit(base, 2 * GRANULARITY), Err(ERROR_INVALID_ADDRESS));
            assert_eq!(release(base), Ok(()));
        }
        assert_eq!(
            allocate(base, 1, COMMIT, PAGE_READWRITE),
            Err(ERROR_INVALID_ADDRESS)
        );
        assert_eq!(
            allocate(0, 0, BOTH, PAGE_READWRITE),
            Err(ERROR_INVALID_PARAMETER)
        );
    }
}
