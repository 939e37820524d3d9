//! The fragment cache, and flushing the cache.
//!
//! Owns: the calls. Does not own: what is kept and until when (`httpsys-core`). Threading: any thread.

use httpsys_engine::Chunk;

#[cfg(doc)]
use crate::Error;
use crate::text::utf16;
use crate::{CachePolicy, DataChunk, Fragment, RequestQueue, Result};

/// The cache. Each queue has its own entries: another queue does not find them.
impl RequestQueue {
    /// Stores bytes or a file in the cache under a name, replacing an existing fragment (CSH-020):
    /// HttpAddFragmentToCache. The name is a URL that the queue has registered, or one under it.
    ///
    /// The service does not promise to keep a fragment: it may be removed when its space is needed,
    /// it is removed when it has not been used for `UriScavengerPeriod` seconds, and with
    /// `UriEnableCache` 0 nothing is stored.
    ///
    /// ```
    /// use httpsys::{CachePolicy, Error, Response, Server};
    /// # use std::io::{Read, Write};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let server = Server::builder().url("http://localhost:0/").bind()?;
    /// # let mut client = std::net::TcpStream::connect(server.local_addr()?)?;
    /// # client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    /// let menu = format!("http://localhost:{}/parts/menu", server.local_addr()?.port());
    /// let queue = server.queue();
    /// let request = server.receive()?;
    /// let fragment = match queue.fragment(&menu) {
    ///     Err(Error::FragmentNotFound) => {
    ///         queue.add_fragment(&menu, "<nav>...</nav>", CachePolicy::UserInvalidates)?;
    ///         queue.fragment(&menu)?
    ///     }
    ///     found => found?,
    /// };
    /// request.respond(Response::ok().body(fragment).chunk("<main>...</main>"))?;
    /// # let mut answer = String::new();
    /// # client.read_to_string(&mut answer)?;
    /// # assert!(answer.ends_with("<nav>...</nav><main>...</main>"), "{answer}");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a name that is not a UrlPrefix, or is not under a
    /// prefix that the queue has registered, for trailers, and for a file that cannot be read;
    /// [`Error::EndOfBody`] (38) for a file that is too short; [`Error::InvalidHandle`] (6) when
    /// the queue is closed.
    pub fn add_fragment<'a>(
        &self,
        url: &str,
        data: impl Into<DataChunk<'a>>,
        policy: CachePolicy,
    ) -> Result<()> {
        let data = data.into();
        if matches!(data, DataChunk::Trailers(_)) {
            return Err(httpsys_engine::reason::invalid("trailers cannot be cached"));
        }
        let body = [data.lend()?];
        let (scope, length) = (self.scope(), Chunk::total(&body));
        let copy = || Chunk::copy_all(&body);
        let engine = scope.service.engine();
        engine.add_fragment(&scope.queue, &utf16(url), policy, length, copy)
    }

    /// Returns the fragment with a name: HttpReadFragmentFromCache, and the fragment that
    /// HttpDataChunkFromFragmentCache names. A cached response of the queue can be read by its URL
    /// as well.
    ///
    /// # Errors
    /// [`Error::FragmentNotFound`] (3) when there is no such fragment (CSH-021).
    pub fn fragment(&self, url: &str) -> Result<Fragment> {
        let scope = self.scope();
        let entry = scope.service.engine().fragment(&scope.queue, &utf16(url))?;
        Ok(Fragment::of(entry))
    }

    /// Removes the queue's entry for this URL from the cache and, with `recursive`, also the
    /// entries for URLs below it (CSH-019): HttpFlushResponseCache. It succeeds even if there is
    /// nothing to remove. A wildcard instead of the host stands for all hosts.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] (87) for a URL that is not a UrlPrefix; [`Error::InvalidHandle`] (6)
    /// when the queue is closed.
    pub fn flush_cache(&self, url: &str, recursive: bool) -> Result<()> {
        let scope = self.scope();
        let engine = scope.service.engine();
        engine.flush_cache(&scope.queue, &utf16(url), recursive)
    }
}
