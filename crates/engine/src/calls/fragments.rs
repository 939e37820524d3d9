//! HttpAddFragmentToCache, HttpReadFragmentFromCache, HttpFlushResponseCache, fragments in sends, and a look at all
//! that is kept.
//!
//! Owns: the calls, and their errors. Does not own: what is kept (`httpsys_core::cache`), the program's memory and
//! files: whoever adds a fragment hands its bytes over. Threading: any thread; none of them waits.

use std::sync::Arc;

use httpsys_core::Error;
use httpsys_core::cache::{CacheEntry, CachePolicy, CacheScope, CacheState};
use httpsys_core::url_prefix::UrlPrefix;

use crate::calls::queue::Queue;
use crate::control::cached::may_have_fragment;
use crate::observe::{reason, trace};
use crate::service::Service;

impl Service {
    /// HttpAddFragmentToCache: keeps `length` bytes under a name, in the place of what was there (CSH-020). That they
    /// are kept is not promised: the place may be needed, and with `UriEnableCache` 0 nothing is. `read` hands the
    /// bytes over, and is not called when they are not kept.
    ///
    /// # Errors
    /// What `read` returns;
    /// [`Error::InvalidParameter`] (87) for a name that is no UrlPrefix, or is not one that the queue has registered
    /// or below it; [`Error::InvalidHandle`] (6) for a queue that is closed.
    pub fn add_fragment(
        &self,
        queue: &Queue,
        name: &[u16],
        policy: CachePolicy,
        length: u64,
        read: impl FnOnce() -> Result<Vec<u8>, Error>,
    ) -> Result<(), Error> {
        self.check_open(queue)?;
        if let Err(why) = UrlPrefix::parse(name) {
            return Err(reason::invalid(format!("UrlPrefix: {why}")));
        }
        let id = queue.id();
        if !may_have_fragment(&self.routes(), id, name) {
            return Err(reason::invalid(
                "UrlPrefix: the queue has registered neither this URL nor one above it",
            ));
        }
        let limits = self.cache().limits(self.parameters());
        let Some(limits) = limits.filter(|it| policy.keeps() && length <= it.total_bytes) else {
            tracing::debug!(length, ?policy, "a fragment is not kept");
            let _ = self.cache().change(|cache| cache.remove(name, true));
            return Ok(());
        };
        let now = self.clock().millis();
        let second = self.clock().unix_seconds();
        let entry = CacheEntry::fragment(name, id, read()?, policy, (now, second));
        let is_valid = || may_have_fragment(&self.routes(), id, name);
        match self.cache().keep(limits, entry, now, is_valid) {
            Ok(true) => self.wake_fallback(self.shards().first()),
            Ok(false) => {}
            Err(why) => tracing::debug!(%why, "a fragment is not kept"),
        }
        Ok(())
    }

    /// What is kept under a name: HttpReadFragmentFromCache, and chunks from the cache in sends. Who has it keeps
    /// it, whatever becomes of the cache.
    ///
    /// # Errors
    /// [`Error::FragmentNotFound`] (3) when there is nothing (CSH-021, SND-029).
    pub fn fragment(&self, queue: &Queue, name: &[u16]) -> Result<Arc<CacheEntry>, Error> {
        self.check_process()?;
        let now = self.clock().millis();
        let found = self
            .cache()
            .look(|cache| cache.fragment(queue.id(), name, now).cloned());
        found.flatten().ok_or(Error::FragmentNotFound)
    }

    /// HttpFlushResponseCache: drops what the queue has under this URL, or with `recursive` at and below it
    /// (CSH-019). It succeeds as well when there is nothing.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a URL that is no UrlPrefix; [`Error::InvalidHandle`] (6) for a queue that
    /// is closed.
    pub fn flush_cache(&self, queue: &Queue, url: &[u16], recursive: bool) -> Result<(), Error> {
        self.check_open(queue)?;
        let scope = scope_of(url, recursive)?;
        let _ = self.cache().flush(Some(queue.id()), Some(&scope));
        trace::flushed_cache(url, recursive);
        Ok(())
    }

    /// Drops what all queues have under this URL, or with `recursive` at and below it, or everything: for who looks
    /// after the service. Returns how many entries went.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a URL that is no UrlPrefix.
    pub fn flush_cache_of_all(&self, url: Option<&[u16]>, recursive: bool) -> Result<u64, Error> {
        self.check_process()?;
        let scope = url.map(|url| scope_of(url, recursive)).transpose()?;
        let flushed = self.cache().flush(None, scope.as_ref());
        trace::flushed_cache(url.unwrap_or_default(), recursive);
        Ok(flushed)
    }

    /// What is kept at and below a URL, or all of it; at most so many entries are listed.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a URL that is no UrlPrefix.
    pub fn cache_state(&self, url: Option<&[u16]>, most: usize) -> Result<CacheState, Error> {
        self.check_process()?;
        let scope = url.map(|url| scope_of(url, true)).transpose()?;
        let now = self.clock().millis();
        let state = self
            .cache()
            .look(|cache| cache.state(scope.as_ref(), most, now));
        let mut state = state.unwrap_or_else(|| {
            let limits = self.cache().limits(self.parameters());
            CacheState {
                limit: limits.map_or(0, |limits| limits.total_bytes),
                ..CacheState::default()
            }
        });
        for entry in &mut state.entries {
            let queue = self.open_queue(entry.queue);
            entry.queue_name = queue.and_then(|queue| queue.name().map(String::from));
        }
        Ok(state)
    }

    fn check_open(&self, queue: &Queue) -> Result<(), Error> {
        self.check_process()?;
        if queue.is_closed() {
            return Err(Error::InvalidHandle);
        }
        Ok(())
    }
}

fn scope_of(url: &[u16], recursive: bool) -> Result<CacheScope, Error> {
    CacheScope::of_url(url, recursive).map_err(|why| reason::invalid(format!("UrlPrefix: {why}")))
}
