//! What a service holds of its socket.
//!
//! Owns: the socket's name, and its end. Does not own: the thread that serves it (`server.rs`). Threading: any
//! thread.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The socket of a service: it is closed, and its name is gone, when this is dropped.
#[derive(Debug)]
pub struct ControlServer {
    path: PathBuf,
    stop: Arc<AtomicBool>,
    #[cfg(unix)]
    waker: Arc<mio::Waker>,
}

impl ControlServer {
    #[cfg(unix)]
    pub(crate) fn new(path: PathBuf, stop: Arc<AtomicBool>, waker: Arc<mio::Waker>) -> Self {
        ControlServer { path, stop, waker }
    }

    /// Where it listens.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ControlServer {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let _ = fs::remove_file(&self.path);
        #[cfg(unix)]
        let _ = self.waker.wake();
    }
}
