//! A named piece of responses, from the cache.
//!
//! Owns [`Fragment`], which a program holds. Does not own the calls (`cache.rs`). Threading: a fragment may be
//! shared by any number of responses and threads.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

use httpsys_core::cache::CacheEntry;

#[cfg(doc)]
use crate::RequestQueue;
use crate::{Error, Result};

/// A fragment from the cache: HttpDataChunkFromFragmentCache. Made by [`RequestQueue::fragment`].
///
/// It contains the bytes as they were when it was looked up: overwriting or flushing the fragment
/// later changes nothing, and sending it copies nothing. Store the name rather than the fragment,
/// so that it can be replaced and the cache can reuse its space.
#[derive(Clone)]
pub struct Fragment {
    entry: Arc<CacheEntry>,
    part: Range<usize>,
}

impl Fragment {
    /// All of an entry.
    pub(crate) fn of(entry: Arc<CacheEntry>) -> Fragment {
        let part = 0..entry.body().len();
        Fragment { entry, part }
    }

    /// `length` bytes from `offset` on: HttpDataChunkFromFragmentCacheEx.
    ///
    /// # Errors
    /// [`Error::EndOfBody`] (38) when the fragment has fewer bytes.
    pub fn range(&self, offset: usize, length: usize) -> Result<Fragment> {
        let start = self.part.start.checked_add(offset);
        let end = start.and_then(|start| start.checked_add(length));
        match (start, end) {
            (Some(start), Some(end)) if end <= self.part.end => Ok(Fragment {
                entry: Arc::clone(&self.entry),
                part: start..end,
            }),
            _ => Err(Error::EndOfBody),
        }
    }
}

/// The bytes.
impl Deref for Fragment {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.entry.body().get(self.part.clone()).unwrap_or_default()
    }
}

impl fmt::Debug for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Fragment")
            .field("name", &String::from_utf16_lossy(self.entry.url()))
            .field("part", &self.part)
            .finish_non_exhaustive()
    }
}
