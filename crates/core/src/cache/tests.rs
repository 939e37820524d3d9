//! The cache: what is kept and who gets it, row by row, and the budget. `tests/properties` has random histories
//! beside a model.

use std::sync::Arc;

use httpsys_proto::header::{id, response_header_id, response_id};
use httpsys_proto::{Parameters, Parsed, RequestHead, ResponseParts, parse_head};

use super::*;
use crate::ids::{QueueId, UrlGroupId};
use crate::url_prefix::UrlPrefix;

const QUEUE: QueueId = QueueId(1);
const GROUP: UrlGroupId = UrlGroupId(2);
const DATE: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
/// A second of 2023.
const SECOND: u64 = 1_700_000_000;

fn limits() -> CacheLimits {
    CacheLimits {
        response_bytes: 1000,
        total_bytes: 100_000,
        idle: 120_000,
    }
}

fn request(line: &str, fields: &str) -> RequestHead {
    let mut head = RequestHead::new();
    let text = format!("{line}\r\nHost: h\r\n{fields}\r\n");
    let parsed = parse_head(&mut head, text.as_bytes(), 0, &Parameters::default());
    assert!(matches!(parsed, Parsed::Complete { .. }), "{text}");
    head
}

fn get(fields: &str) -> RequestHead {
    request("GET / HTTP/1.1", fields)
}

fn response(status: u16, fields: &[(&str, &str)]) -> ResponseParts {
    let mut parts = ResponseParts::new();
    parts.begin(status, b"").unwrap();
    for (name, value) in fields {
        let id = response_header_id(name.as_bytes()).expect("a known name");
        parts.known(id, value.as_bytes(), true).unwrap();
    }
    parts
}

const TYPED: &[(&str, &str)] = &[("Content-Type", "text/plain")];

fn stored(request: &RequestHead, response: &ResponseParts) -> Result<(), NotCached> {
    let policy = CachePolicy::UserInvalidates;
    may_be_stored(request, response, CacheablePart::default(), policy)
}

fn utf16(text: &str) -> Vec<u16> {
    text.encode_utf16().collect()
}

fn entry(url: &str, body: &str, now: u64) -> CacheEntry {
    let parts = response(200, TYPED);
    let policy = CachePolicy::UserInvalidates;
    let owner = (QUEUE, GROUP);
    CacheEntry::response(
        &utf16(url),
        owner,
        &parts,
        body.into(),
        policy,
        (now, SECOND),
    )
}

fn fragment(name: &str, body: &str) -> CacheEntry {
    let policy = CachePolicy::UserInvalidates;
    CacheEntry::fragment(&utf16(name), QUEUE, body.into(), policy, (0, 0))
}

fn body_of(cache: &ResponseCache, url: &str, now: u64) -> Option<String> {
    let found = cache.response(&utf16(url), now);
    found.map(|entry| String::from_utf8(entry.body().to_vec()).unwrap())
}

/// CSH-001, CSH-010, CSH-012, CSH-013.
#[test]
fn requests_that_are_stored_and_served() {
    let plain = response(200, TYPED);
    let stored = |head: &RequestHead| super::tests::stored(head, &plain);
    for fields in [
        "",
        "Pragma: no-cache\r\nCache-Control: no-cache, max-age=0, min-fresh=7\r\n",
        "Expect: 100-continue\r\n",
        "Expect: 100-Continue\r\n",
        "Translate: t\r\n",
        "Cookie: a\r\nAccept: x\r\n",
        "Content-Length: 0\r\n",
        "If-None-Match: \"x\"\r\n",
    ] {
        assert_eq!(stored(&get(fields)), Ok(()), "{fields}");
        assert!(may_be_served(&get(fields)), "{fields}");
    }
    assert_eq!(stored(&request("GET / HTTP/1.0", "")), Ok(()));
    for fields in [
        "Authorization: Basic x\r\n",
        "Translate: f\r\n",
        "Translate: F\r\n",
        "Expect: else\r\n",
        "Expect: 100-continue, else\r\n",
        "Content-Length: 1\r\n",
        "Transfer-Encoding: chunked\r\n",
    ] {
        assert_eq!(stored(&get(fields)), Err(NotCached::Request), "{fields}");
        assert!(!may_be_served(&get(fields)), "{fields}");
    }
    for verb in ["HEAD", "POST", "PUT", "DELETE", "OPTIONS", "OWN"] {
        let head = request(&format!("{verb} / HTTP/1.1"), "Content-Length: 0\r\n");
        assert_eq!(stored(&head), Err(NotCached::Request), "{verb}");
        assert!(!may_be_served(&head), "{verb}");
    }
    for fields in ["Range: bytes=0-1\r\n", "If-Range: \"x\"\r\n"] {
        assert_eq!(stored(&get(fields)), Err(NotCached::Request), "{fields}");
        assert!(may_be_served(&get(fields)), "{fields}");
    }
}

/// CSH-002, CSH-004, CSH-008, CSH-009, CSH-011.
#[test]
fn responses_that_are_stored() {
    let with = |more: &[(&str, &str)]| {
        let mut fields: Vec<_> = TYPED.iter().chain(more).copied().collect();
        fields.sort_by_key(|(name, _)| response_header_id(name.as_bytes()));
        response(200, &fields)
    };
    let fine = [
        with(&[]),
        with(&[("Last-Modified", DATE)]),
        with(&[("Vary", "*"), ("Set-Cookie", "a=b")]),
        with(&[("Cache-Control", "no-store, private"), ("Age", "7")]),
        response(599, TYPED),
        response(404, TYPED),
        response(304, TYPED),
    ];
    for parts in fine {
        assert_eq!(stored(&get(""), &parts), Ok(()), "{}", parts.status());
    }
    let refused = [
        (response(200, &[]), NotCached::ContentType),
        (
            response(200, &[("Content-Type", "")]),
            NotCached::ContentType,
        ),
        (response(206, TYPED), NotCached::Status),
        (response(199, TYPED), NotCached::Status),
        (response(600, TYPED), NotCached::Status),
        (
            with(&[("Last-Modified", "yesterday")]),
            NotCached::LastModified,
        ),
        (with(&[("Transfer-Encoding", "chunked")]), NotCached::Parts),
    ];
    for (parts, why) in refused {
        assert_eq!(stored(&get(""), &parts), Err(why), "{}", parts.status());
    }
    let mut unknown = response(200, &[]);
    unknown.unknown(b"content-type", b"a/b").unwrap();
    assert_eq!(stored(&get(""), &unknown), Ok(()), "in the other list");
}

/// CSH-005, CSH-006, CSH-014, CFG-006.
#[test]
fn the_policy_and_the_way_of_sending() {
    let parts = response(200, TYPED);
    let sent = |sent, policy| may_be_stored(&get(""), &parts, sent, policy);
    let whole = CacheablePart::default();
    for (policy, expected) in [
        (CachePolicy::default(), Err(NotCached::Policy)),
        (CachePolicy::Nocache, Err(NotCached::Policy)),
        (CachePolicy::TimeToLive(0), Err(NotCached::Policy)),
        (CachePolicy::TimeToLive(1), Ok(())),
        (CachePolicy::TimeToLive(u32::MAX), Ok(())),
        (CachePolicy::UserInvalidates, Ok(())),
    ] {
        assert_eq!(sent(whole, policy), expected, "{policy:?}");
    }
    let parts = [
        CacheablePart {
            more_data: true,
            ..whole
        },
        CacheablePart {
            disconnect: true,
            ..whole
        },
        CacheablePart {
            opaque: true,
            ..whole
        },
    ];
    for part in parts {
        let stored = sent(part, CachePolicy::UserInvalidates);
        assert_eq!(stored, Err(NotCached::Parts));
    }
}

#[test]
fn a_response_lives_as_long_as_its_time() {
    let mut cache = ResponseCache::new(limits(), 0);
    for (url, seconds) in [("http://h:80/1", 1), ("http://h:80/x", u32::MAX)] {
        let policy = CachePolicy::TimeToLive(seconds);
        let parts = response(200, TYPED);
        let owner = (QUEUE, GROUP);
        let entry = CacheEntry::response(
            &utf16(url),
            owner,
            &parts,
            vec![b'a'],
            policy,
            (500, SECOND),
        );
        assert_eq!(cache.insert(entry, 500), Ok(()));
    }
    assert_eq!(body_of(&cache, "http://h:80/1", 1499), Some("a".into()));
    assert_eq!(body_of(&cache, "http://h:80/1", 1500), None);
    let later = 500 + u64::from(u32::MAX) * 1000;
    assert_eq!(
        body_of(&cache, "http://h:80/x", later - 1),
        Some("a".into())
    );
    assert_eq!(body_of(&cache, "http://h:80/x", later), None);
}

#[test]
fn an_entry_that_nobody_uses_goes_after_the_scavenger_period() {
    let mut cache = ResponseCache::new(limits(), 0);
    for path in ["used", "idle"] {
        let url = format!("http://h:80/{path}");
        assert_eq!(cache.insert(entry(&url, path, 0), 0), Ok(()));
    }
    assert_eq!(cache.look(119_999), 120_000);
    assert!(body_of(&cache, "http://h:80/used", 100_000).is_some());
    assert_eq!(cache.look(120_000), 240_000);
    assert_eq!(
        body_of(&cache, "http://h:80/used", 120_000),
        Some("used".into())
    );
    assert_eq!(body_of(&cache, "http://h:80/idle", 120_000), None);
    assert_eq!(cache.look(240_000), 360_000);
    assert_eq!((cache.usage().responses, cache.usage().bytes), (0, 0));
}

#[test]
fn a_response_that_is_too_large_is_not_kept_and_replaces_nothing_by_itself() {
    let mut cache = ResponseCache::new(limits(), 0);
    let head = entry("http://h:80/", "", 0).length();
    let most = usize::try_from(1000 - head).unwrap();
    let exact = entry("http://h:80/", &"x".repeat(most), 0);
    assert_eq!(cache.insert(exact, 0), Ok(()));
    let larger = entry("http://h:80/", &"x".repeat(most + 1), 0);
    assert_eq!(cache.insert(larger, 0), Err(NotCached::TooLarge));
    assert_eq!(
        body_of(&cache, "http://h:80/", 0),
        None,
        "the old one is old"
    );
    let large = fragment("http://h:80/f", &"x".repeat(50_000));
    assert_eq!(
        cache.insert(large, 0),
        Ok(()),
        "fragments have the whole budget"
    );
    let larger = fragment("http://h:80/f", &"x".repeat(100_000));
    assert_eq!(cache.insert(larger, 0), Err(NotCached::TooLarge));
}

#[test]
fn the_hand_spares_what_was_used_and_what_is_sent() {
    let size = entry("http://h:80/00", "body", 0).size();
    let mut cache = ResponseCache::new(
        CacheLimits {
            total_bytes: 10 * size,
            ..limits()
        },
        0,
    );
    let url = |at: usize| format!("http://h:80/{at:02}");
    for at in 0..10 {
        assert_eq!(cache.insert(entry(&url(at), "body", 0), 0), Ok(()));
    }
    let sent = Arc::clone(cache.response(&utf16(&url(3)), 0).unwrap());
    assert!(body_of(&cache, &url(0), 0).is_some());
    for at in 10..18 {
        assert_eq!(cache.insert(entry(&url(at), "body", 0), 0), Ok(()));
        assert!(
            body_of(&cache, &url(0), 0).is_some(),
            "used again and again"
        );
    }
    assert!(body_of(&cache, &url(3), 0).is_some(), "it is being sent");
    assert_eq!(cache.usage().responses, 10);
    // All are being sent: there is no room.
    let all: Vec<_> = cache.entries().cloned().collect();
    let more = cache.insert(entry("http://h:80/18", "body", 0), 0);
    assert_eq!(more, Err(NotCached::NoRoom));
    // What is flushed counts as long as it is sent.
    cache.clear();
    assert_eq!(cache.usage().bytes, 10 * size);
    let more = cache.insert(entry("http://h:80/18", "body", 0), 0);
    assert_eq!(more, Err(NotCached::NoRoom));
    drop((all, sent));
    assert_eq!(cache.insert(entry("http://h:80/18", "body", 0), 0), Ok(()));
    assert_eq!(cache.usage().bytes, size);
}

/// LIM-016. What is asked for within a round of the hand stays, also when the tables become shorter meanwhile.
#[test]
fn the_hand_goes_on_where_it_was_when_entries_change_their_places() {
    let url = |at: usize| format!("http://h:80/{at:04}");
    let size = entry(&url(0), "", 0).size();
    let many = CacheLimits {
        total_bytes: 400 * size,
        ..limits()
    };
    let mut cache = ResponseCache::new(many, 0);
    let insert = |cache: &mut ResponseCache, at: usize| {
        assert_eq!(cache.insert(entry(&url(at), "", 0), 0), Ok(()));
    };
    (0..400).for_each(|at| insert(&mut cache, at));
    assert!(body_of(&cache, &url(0), 0).is_some(), "used");
    // The hand passes the first one and takes the second.
    insert(&mut cache, 400);
    assert!(cache.response(&utf16(&url(1)), 0).is_none());
    let kept: Vec<_> = (340..400).chain([0]).map(|at| utf16(&url(at))).collect();
    cache.retain(|entry| kept.iter().any(|url| url == entry.url()));
    assert_eq!(cache.usage().responses, 61);
    (500..900).for_each(|at| insert(&mut cache, at));
    assert!(cache.usage().flushed > 340 + 2, "the hand went on");
    assert!(body_of(&cache, &url(0), 0).is_some(), "before all others");
}

/// LIM-016. Whoever has insertions made, among entries that are all used and sent, keeps nobody long from the cache.
#[test]
fn an_insertion_looks_at_some_entries_however_many_there_are() {
    const COUNT: usize = 20_000;
    // As many as an entry without a body may need the room of, twice.
    const LOOKS: usize = 2 * (1024 + 16);
    let url = |at: usize| format!("http://h:80/{at:05}");
    let many = CacheLimits {
        total_bytes: COUNT as u64 * entry(&url(0), "", 0).size(),
        ..limits()
    };
    let mut cache = ResponseCache::new(many, 0);
    for at in 0..COUNT {
        assert_eq!(cache.insert(entry(&url(at), "", 0), 0), Ok(()));
    }
    let use_all = |cache: &ResponseCache| {
        for at in 0..COUNT {
            let _ = cache.response(&utf16(&url(at)), 0);
        }
    };
    use_all(&cache);
    assert_eq!(cache.insert(entry(&url(COUNT), "", 0), 0), Ok(()));
    let unused = |cache: &ResponseCache| {
        let used = cache.entries().filter(|entry| entry.forget_use()).count();
        COUNT - used
    };
    let passed = unused(&cache);
    assert!((1..=LOOKS).contains(&passed), "{passed} to find one");
    use_all(&cache);
    let mut sent: Vec<_> = cache.entries().cloned().collect();
    let more = cache.insert(entry(&url(COUNT + 1), "", 0), 0);
    assert_eq!(more, Err(NotCached::NoRoom));
    let passed = unused(&cache);
    assert!((1..=LOOKS).contains(&passed), "{passed} to find none");
    // One that is not sent any more is found by one of the next.
    sent.swap_remove(COUNT / 2);
    let mut found = (0..COUNT).map(|_| cache.insert(entry(&url(COUNT + 1), "", 0), 0));
    assert!(found.by_ref().take(COUNT / 512).any(|kept| kept == Ok(())));
    // What is gone and still sent is looked at as little, and forgotten in the end.
    cache.clear();
    sent.clear();
    let mut left = (0..COUNT / 512).map(|at| {
        assert_eq!(cache.insert(entry(&url(at), "", 0), 0), Ok(()));
        (cache.usage().bytes / entry(&url(0), "", 0).size()) as usize
    });
    assert_eq!(left.next(), Some(COUNT), "there was room for one");
    let next = left.next().unwrap_or_default();
    assert!((COUNT - LOOKS..COUNT).contains(&next), "{next} are left");
    cache.look(many.idle);
    assert_eq!(cache.usage().bytes, 0, "nobody uses what is there");
}

/// CSH-019. What a flush has left behind it is not where it was then.
#[test]
fn a_flush_in_shares_misses_nothing_that_changes_its_place() {
    let many = CacheLimits {
        total_bytes: 10_000_000,
        ..limits()
    };
    let mut cache = ResponseCache::new(many, 0);
    for at in 0..1000 {
        let entry = entry(&format!("http://h:80/{at}"), "", 0);
        assert_eq!(cache.insert(entry, 0), Ok(()));
    }
    let scope = CacheScope::of_url(&utf16("http://h:80/890"), false).unwrap();
    let begin = ShareProgress::default();
    let goes = |entry: &CacheEntry| scope.covers(entry.url());
    let share = cache.drop_share(begin, 100, goes);
    // Nine of ten go, the lists become shorter, and the next entry of the flush is one of the first.
    cache.retain(|entry| entry.url().ends_with(&[u16::from(b'0')]));
    assert!(body_of(&cache, "http://h:80/890", 0).is_some());
    let mut next = share;
    while let Some(progress) = next {
        next = cache.drop_share(progress, 10, goes);
    }
    assert!(body_of(&cache, "http://h:80/890", 0).is_none());
    assert_eq!(cache.usage().responses, 99);
    assert!(
        body_of(&cache, "http://h:80/880", 0).is_some(),
        "it is found"
    );
}

/// CSH-019.
#[test]
fn a_flush_drops_that_url_or_all_below_it() {
    let urls = [
        "http://h:80/",
        "http://h:80/a",
        "http://h:80/a/",
        "http://h:80/a?q",
        "http://h:80/A/b?q",
        "http://h:80/ab",
        "http://h:81/a",
        "https://h:80/a",
        "http://other:80/a/b",
    ];
    let left = |url: &str, recursive| {
        let mut cache = ResponseCache::new(limits(), 0);
        for url in urls {
            assert_eq!(cache.insert(entry(url, url, 0), 0), Ok(()));
        }
        let scope = CacheScope::of_url(&utf16(url), recursive).expect("a URL");
        cache.flush(QueueId(77), &scope);
        assert_eq!(cache.usage().responses, urls.len(), "another queue's");
        cache.flush(QUEUE, &scope);
        let gone = urls.iter().enumerate();
        gone.filter(|(_, url)| body_of(&cache, url, 0).is_none())
            .map(|(at, _)| at)
            .collect::<Vec<_>>()
    };
    let everything_on_80: Vec<_> = (0..6).collect();
    for (url, recursive, gone) in [
        ("http://h:80/a", false, vec![1, 2]),
        ("http://H:80/A/", false, vec![1, 2]),
        ("http://h:80/a?q", false, vec![3]),
        ("http://h:80/a?Q", false, vec![]),
        ("http://h:80/b", false, vec![]),
        ("http://h:80/", false, vec![0]),
        ("http://h:80/a", true, vec![1, 2, 3, 4]),
        ("http://h:80/", true, everything_on_80),
        ("http://+:80/a", true, vec![1, 2, 3, 4, 8]),
        ("http://*:80/a", false, vec![1, 2]),
    ] {
        assert_eq!(left(url, recursive), gone, "{url} {recursive}");
    }
    assert!(CacheScope::of_url(&utf16("h:80/a"), true).is_err());
    assert!(CacheScope::of_url(&utf16(""), true).is_err());
}

#[test]
fn a_registration_names_all_that_it_may_have_answered() {
    for (prefix, covered) in [
        ("http://h:80/a/", true),
        ("http://H:80/A/", true),
        ("http://h:80/", true),
        ("http://+:80/a/", true),
        ("http://*:80/", true),
        ("http://127.0.0.1:80/", true),
        ("http://*.h:80/", true),
        ("http://h:80/a/b/", false),
        ("http://h:80/x/", false),
        ("http://other:80/", false),
        ("http://h:81/", false),
        ("https://h:80/", false),
    ] {
        let scope = CacheScope::of_prefix(&UrlPrefix::parse_str(prefix).unwrap());
        assert_eq!(scope.covers(&utf16("http://h:80/a?q")), covered, "{prefix}");
    }
    let scope = CacheScope::of_prefix(&UrlPrefix::parse_str("http://h:80/").unwrap());
    for url in [
        "",
        "h",
        "http:",
        "http://h",
        "http://h/",
        "http://h:x/",
        "http://h:80",
    ] {
        assert!(!scope.covers(&utf16(url)), "{url}");
    }
}

#[test]
fn what_is_not_retained_is_gone() {
    let mut cache = ResponseCache::new(limits(), 0);
    assert!(cache.is_empty());
    assert_eq!(cache.insert(entry("http://h:80/a", "r", 0), 0), Ok(()));
    assert_eq!(cache.insert(fragment("http://h:80/f", "f"), 0), Ok(()));
    let left = |cache: &ResponseCache| (cache.usage().responses, cache.usage().fragments);
    cache.retain(|entry| entry.group() != Some(UrlGroupId(9)));
    assert_eq!(left(&cache), (1, 1));
    cache.retain(|entry| entry.group() != Some(GROUP));
    assert_eq!(left(&cache), (0, 1));
    cache.retain(|entry| entry.queue() != QUEUE);
    assert!(cache.is_empty());
    assert_eq!((cache.usage().bytes, cache.usage().flushed), (0, 2));
}

/// CSH-020, CSH-021.
#[test]
fn fragments_are_overwritten_and_belong_to_their_queue() {
    let mut cache = ResponseCache::new(limits(), 0);
    let name = "http://h:80/f";
    let read = |cache: &ResponseCache, queue| {
        let found = cache.fragment(queue, &utf16(name), 0);
        found.map(|entry| String::from_utf8(entry.body().to_vec()).unwrap())
    };
    assert_eq!(read(&cache, QUEUE), None);
    for body in ["one", "two"] {
        assert_eq!(cache.insert(fragment(name, body), 0), Ok(()));
        assert_eq!(read(&cache, QUEUE), Some(body.into()));
    }
    assert_eq!(read(&cache, QueueId(9)), None);
    assert_eq!(body_of(&cache, name, 0), None, "no response");
    // A response is a fragment as well, and does not replace one.
    assert_eq!(cache.insert(entry(name, "response", 0), 0), Ok(()));
    assert_eq!(read(&cache, QUEUE), Some("two".into()));
    cache.remove(&utf16(name), true);
    assert_eq!(read(&cache, QUEUE), Some("response".into()));
    assert_eq!(read(&cache, QueueId(9)), None);
}

fn dated() -> CacheEntry {
    let fields = [
        ("Cache-Control", "max-age=5"),
        ("Content-Length", "100"),
        ("Content-Type", "text/plain"),
        ("Last-Modified", DATE),
        ("ETag", "\"e\""),
    ];
    let parts = response(200, &fields);
    CacheEntry::response(
        &utf16("http://h:80/"),
        (QUEUE, GROUP),
        &parts,
        vec![b'x'; 100],
        CachePolicy::UserInvalidates,
        (0, SECOND),
    )
}

/// G-094.
#[test]
fn if_modified_since_is_answered_and_other_conditions_are_the_programs() {
    let entry = dated();
    for (fields, expected) in [
        (
            format!("If-Modified-Since: {DATE}\r\n"),
            CacheAnswer::NotModified,
        ),
        (
            "If-Modified-Since: Sun, 06 Nov 1994 08:49:38 GMT\r\n".into(),
            CacheAnswer::NotModified,
        ),
        (
            "If-Modified-Since: Sun, 06 Nov 1994 08:49:36 GMT\r\n".into(),
            CacheAnswer::Whole,
        ),
        (
            "If-Modified-Since: Sun, 6 Nov 1994 08:49:37 GMT\r\n".into(),
            CacheAnswer::Program,
        ),
        ("If-None-Match: \"e\"\r\n".into(), CacheAnswer::Program),
        ("If-Match: \"e\"\r\n".into(), CacheAnswer::Program),
        (
            format!("If-Unmodified-Since: {DATE}\r\n"),
            CacheAnswer::Program,
        ),
        ("Authorization: x\r\n".into(), CacheAnswer::Program),
        (
            format!("If-Modified-Since: {DATE}\r\nRange: bytes=0-1\r\n"),
            CacheAnswer::NotModified,
        ),
    ] {
        assert_eq!(entry.answer(&get(&fields), SECOND), expected, "{fields}");
    }
    let undated = super::tests::entry("http://h:80/", "x", 0);
    let since = get(&format!("If-Modified-Since: {DATE}\r\n"));
    assert_eq!(undated.answer(&since, SECOND), CacheAnswer::Whole);
    let mut out = ResponseParts::new();
    let body = entry.write(&CacheAnswer::NotModified, b"", &mut out);
    assert_eq!((body, out.status()), (Some(CachedBody::Empty), 304));
    let kept: Vec<_> = out.fields().filter_map(|field| field.id).collect();
    let expected = [
        id::CACHE_CONTROL,
        id::LAST_MODIFIED,
        response_id::ETAG,
        response_id::SERVER,
    ];
    assert_eq!(kept, expected);
}

/// CSH-016, CSH-017.
#[test]
fn ranges_are_cut_out_of_a_kept_body() {
    let entry = dated();
    let answer = |range: &str, more: &str| {
        let fields = format!("Range: {range}\r\n{more}");
        entry.answer(&get(&fields), SECOND)
    };
    assert_eq!(answer("bytes=0-10", ""), CacheAnswer::Parts(vec![0..11]));
    assert_eq!(
        answer("bytes=0-0,-1", ""),
        CacheAnswer::Parts(vec![0..1, 99..100])
    );
    assert_eq!(answer("bytes=100-", ""), CacheAnswer::Unsatisfiable);
    assert_eq!(answer("bytes=x", ""), CacheAnswer::Whole);
    let overflow = answer("bytes=0-18446744073709551615", "");
    assert_eq!(overflow, CacheAnswer::InvalidHeader);
    let same = answer("bytes=0-10", "If-Range: \"e\"\r\n");
    assert_eq!(same, CacheAnswer::Parts(vec![0..11]));
    let other = answer("bytes=0-10", "If-Range: \"f\"\r\n");
    assert_eq!(other, CacheAnswer::Whole);
    let not_found = CacheEntry::response(
        &utf16("http://h:80/"),
        (QUEUE, GROUP),
        &response(404, TYPED),
        vec![b'x'; 100],
        CachePolicy::UserInvalidates,
        (0, SECOND),
    );
    let whole = not_found.answer(&get("Range: bytes=0-1\r\n"), SECOND);
    assert_eq!(whole, CacheAnswer::Whole, "a range of a success only");
}

/// The head that is sent again is that of the first answer, whatever the parts were used for.
#[test]
fn the_whole_answer_has_the_head_of_the_first_one() {
    use httpsys_proto::h1::response::write;
    use httpsys_proto::{Finish, imf_fixdate};
    let date = imf_fixdate(SECOND);
    let finish = Finish {
        content_length: Some(4),
        ..Finish::new(&date)
    };
    let mut first = response(200, TYPED);
    let entry = CacheEntry::response(
        &utf16("http://h:80/"),
        (QUEUE, GROUP),
        &first,
        b"body".to_vec(),
        CachePolicy::UserInvalidates,
        (0, SECOND),
    );
    let expected = write(&mut first, &finish).into_bytes().to_vec();
    let mut out = ResponseParts::new();
    for _ in 0..2 {
        let body = entry.write(&CacheAnswer::Whole, b"", &mut out);
        assert_eq!(body, Some(CachedBody::Whole));
        assert_eq!(write(&mut out, &finish).into_bytes(), expected);
    }
}
