//! Whether memory can be read, without reading it.
//!
//! Owns the probe behind IsBadReadPtr and its relatives. Invariant: no signal is raised: the system copies
//! from each page and refuses what it cannot read. Another thread may unmap the memory at once, so the
//! answer is of no use to be sure of anything (documented). Threading: any thread.

use std::io::Read;
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use super::pages::{self, PageState};

/// Whether each page of a range can be read. A size of 0 is always good.
pub fn can_read(at: usize, bytes: usize) -> bool {
    if bytes == 0 {
        return true;
    }
    let Some(last) = at.checked_add(bytes - 1) else {
        return false;
    };
    let Ok((mut reader, writer)) = UnixStream::pair() else {
        return false;
    };
    let page = pages::page_size();
    let mut address = at;
    loop {
        let place = address as *const libc::c_void;
        // SAFETY: the system refuses an address that it cannot read (EFAULT). A byte fits into the
        // socket, which is emptied each time.
        if unsafe { libc::write(writer.as_raw_fd(), place, 1) } != 1 {
            return false;
        }
        if reader.read(&mut [0]).is_err() {
            return false;
        }
        match (address / page + 1).checked_mul(page) {
            Some(next) if next <= last => address = next,
            _ => return true,
        }
    }
}

/// Whether each page of a range can be read and written; where the system does not tell, whether it can be
/// read.
pub fn can_write(at: usize, bytes: usize) -> bool {
    if !can_read(at, bytes) {
        return false;
    }
    let Some(end) = at.checked_add(bytes) else {
        return false;
    };
    let mut address = at;
    while address < end {
        let Some(told) = pages::query(address) else {
            return !cfg!(target_os = "linux");
        };
        if !matches!(told.state, PageState::Committed(protect) if protect & 0x44 != 0) {
            return false;
        }
        address = told.to;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told() {
        let there = vec![0u8; 100_000];
        let at = there.as_ptr() as usize;
        assert!(can_read(at, there.len()) && can_write(at, there.len()));
        assert!(can_read(0, 0) && !can_read(0, 1) && !can_read(1, usize::MAX));
        let constant = "text".as_ptr() as usize;
        assert!(can_read(constant, 4));
        #[cfg(target_os = "linux")]
        assert!(!can_write(constant, 4));
    }
}
