//! Fragments under a clock that the test turns, and parameters of the cache. That calls return what they should
//! is in the conformance tests.

#[path = "support/port.rs"]
mod port;
#[path = "support/turned.rs"]
mod turned;

use httpsys_core::Error;
use httpsys_core::cache::CachePolicy;
use httpsys_core::call::Control;

use turned::World;

impl World {
    fn name(&self, path: &str) -> Vec<u16> {
        let url = format!("http://localhost:{}/{path}", self.port);
        url.encode_utf16().collect()
    }

    fn add(&self, path: &str, size: usize, policy: CachePolicy) -> Result<(), Error> {
        let read = || Ok(vec![b'x'; size]);
        let name = self.name(path);
        self.service
            .add_fragment(&self.queue, &name, policy, size as u64, read)
    }

    fn size(&self, path: &str) -> Option<usize> {
        let found = self.service.fragment(&self.queue, &self.name(path));
        found.ok().map(|entry| entry.body().len())
    }
}

const KEPT: CachePolicy = CachePolicy::UserInvalidates;

#[test]
fn a_fragment_lives_as_long_as_its_policy_says() {
    let w = World::new(&[]);
    w.pass(700);
    assert_eq!(w.add("ten", 1, CachePolicy::TimeToLive(10)), Ok(()));
    assert_eq!(w.add("kept", 2, KEPT), Ok(()));
    w.pass(9_999);
    assert_eq!(w.size("ten"), Some(1));
    w.pass(1);
    assert_eq!((w.size("ten"), w.size("kept")), (None, Some(2)));
    // Added again it has its whole time.
    assert_eq!(w.add("ten", 3, CachePolicy::TimeToLive(10)), Ok(()));
    w.pass(9_999);
    assert_eq!(w.size("ten"), Some(3));
}

/// KB820129: an entry that was not used for UriScavengerPeriod is flushed, as soon as something is added.
#[test]
fn lim_016_a_fragment_that_nobody_uses_goes_after_the_scavenger_period() {
    let w = World::new(&[("UriScavengerPeriod", "10")]);
    for path in ["used", "idle"] {
        assert_eq!(w.add(path, 1, KEPT), Ok(()));
    }
    w.pass(9_000);
    assert_eq!(w.size("used"), Some(1));
    w.pass(1_000);
    assert_eq!(w.add("other", 1, KEPT), Ok(()));
    assert_eq!((w.size("used"), w.size("idle")), (Some(1), None));
}

#[test]
fn lim_016_the_cache_can_be_turned_off() {
    let w = World::new(&[("UriEnableCache", "0")]);
    let not_read = || -> Result<Vec<u8>, Error> { panic!("nobody wants the bytes") };
    let name = w.name("part");
    let added = w.service.add_fragment(&w.queue, &name, KEPT, 1, not_read);
    assert_eq!((added, w.size("part")), (Ok(()), None));
}

#[test]
fn csh_021_fragments_have_a_budget() {
    const MIB: usize = 1 << 20;
    let w = World::new(&[("UriMaxCacheMegabyteCount", "2")]);
    assert_eq!(w.add("first", MIB / 2, KEPT), Ok(()));
    assert_eq!(w.add("second", MIB / 2, KEPT), Ok(()));
    assert_eq!(w.size("second"), Some(MIB / 2));
    assert_eq!(w.add("third", MIB / 2, KEPT), Ok(()));
    assert_eq!(w.add("fourth", MIB / 2, KEPT), Ok(()));
    let paths = ["first", "second", "third", "fourth"];
    let kept = paths.map(|path| w.size(path).is_some());
    assert_eq!(
        kept,
        [false, true, true, true],
        "the one that nobody has used"
    );
    // One that has no room at all is not read.
    let not_read = || -> Result<Vec<u8>, Error> { panic!("nobody wants the bytes") };
    let name = w.name("second");
    let large = 2 * MIB as u64 + 1;
    let added = w
        .service
        .add_fragment(&w.queue, &name, KEPT, large, not_read);
    assert_eq!(
        (added, w.size("second")),
        (Ok(()), None),
        "the old one is old"
    );
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_fragment_as_it_was() {
    let w = World::new(&[]);
    assert_eq!(w.add("part", 1, KEPT), Ok(()));
    let broken = || Err(Error::EndOfBody);
    let name = w.name("part");
    let added = w.service.add_fragment(&w.queue, &name, KEPT, 2, broken);
    assert_eq!((added, w.size("part")), (Err(Error::EndOfBody), Some(1)));
}

#[test]
fn without_its_queue_there_is_nothing() {
    let w = World::new(&[]);
    assert_eq!(w.add("part", 1, KEPT), Ok(()));
    let queue = w.queue.id();
    w.service
        .control(Control::CloseRequestQueue { queue })
        .expect("closed");
    assert_eq!(w.size("part"), None);
    assert_eq!(w.add("part", 1, KEPT), Err(Error::InvalidHandle));
    let flushed = w.service.flush_cache(&w.queue, &w.name("part"), true);
    assert_eq!(flushed, Err(Error::InvalidHandle));
}
