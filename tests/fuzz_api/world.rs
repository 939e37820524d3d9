//! One round: its sites, its ledger, its phases.
//!
//! Owns: what all threads of a round share. Does not own what they do. Invariant: phases only go
//! forward: load, then the end (`ledger.closing`), then no clients. Threading: any thread.

use std::fs::File;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use httpsys_tests::raw::Handle;

use crate::ledger::Ledger;
use crate::plan::{FILE_KEY, FILE_LENGTH, Plan};
use crate::random::fill;
use crate::seen::Seen;
use crate::site::{Class, Site};
use crate::token::Token;

unsafe extern "system" {
    fn HttpsysHandleFromFd(fd: i32, own: i32) -> *mut core::ffi::c_void;
}

/// See the module head.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) round: u64,
    pub(crate) ledger: Ledger,
    pub(crate) sites: Vec<Site>,
    pub(crate) seen: &'static Seen,
    pub(crate) file: Source,
    links: AtomicU64,
    over: AtomicBool,
    stop_clients: AtomicBool,
}

impl World {
    pub(crate) fn new(seed: u64, round: u64, sites: Vec<Site>, seen: &'static Seen) -> World {
        World {
            seed,
            round,
            ledger: Ledger::default(),
            sites,
            seen,
            file: Source::new(),
            links: AtomicU64::new(1),
            over: AtomicBool::new(false),
            stop_clients: AtomicBool::new(false),
        }
    }

    pub(crate) fn plan(&self, token: Token) -> Plan {
        Plan::of(self.seed, token)
    }

    pub(crate) fn token(&self, class: Class, number: u64) -> Token {
        Token::new(class, self.round, number >> 32, number & 0xFFFF_FFFF)
    }

    pub(crate) fn next_link(&self) -> u64 {
        self.links.fetch_add(1, Ordering::Relaxed)
    }

    /// No new requests.
    pub(crate) fn end_load(&self) {
        self.over.store(true, Ordering::SeqCst);
    }

    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    /// Clients hang up.
    pub(crate) fn stop_clients(&self) {
        self.stop_clients.store(true, Ordering::SeqCst);
    }

    pub(crate) fn clients_stop(&self) -> bool {
        self.stop_clients.load(Ordering::SeqCst)
    }
}

/// The file that file chunks come from; it has no name any more.
#[derive(Debug)]
pub(crate) struct Source {
    handle: Handle,
    _file: File,
}

impl Source {
    fn new() -> Source {
        use std::io::Write;
        use std::os::fd::AsRawFd;
        let path = std::env::temp_dir().join(format!("httpsys-fuzz-file-{}", std::process::id()));
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(true)
            .open(&path)
            .expect("a temporary file");
        std::fs::remove_file(&path).expect("removed");
        let mut bytes = vec![0; FILE_LENGTH as usize];
        fill(&mut bytes, FILE_KEY, 0);
        file.write_all(&bytes).expect("room");
        // SAFETY: the descriptor is open, and stays so until the handle is closed.
        let handle = unsafe { HttpsysHandleFromFd(file.as_raw_fd(), 0) };
        Source {
            handle: Handle(handle as usize),
            _file: file,
        }
    }

    pub(crate) fn handle(&self) -> Handle {
        self.handle
    }
}

impl Drop for Source {
    fn drop(&mut self) {
        assert!(httpsys_tests::raw::close_handle(self.handle));
    }
}
