//! The fragment cache: HttpAddFragmentToCache, HttpReadFragmentFromCache, HttpFlushResponseCache, and fragments in
//! sends.

use httpsys_tests::both_doors;
use httpsys_tests::door::CachePiece::{Fragment, Memory, Part};
use httpsys_tests::door::{CachePolicy, Door, MORE_DATA, Reply, World};

const KEPT: CachePolicy = CachePolicy::UserInvalidates;

fn add<D: Door>(w: &World<D>, path: &str, body: &str) {
    let added = w
        .door
        .add_fragment(&w.queue, &w.url(path), body.as_bytes(), KEPT);
    assert_eq!(added, Ok(()), "{path}");
}

fn read<D: Door>(w: &World<D>, path: &str) -> Result<String, u32> {
    let body = w.door.read_fragment(&w.queue, &w.url(path), None)?;
    Ok(String::from_utf8(body).expect("text"))
}

fn csh_020_a_fragment_is_read_and_the_next_one_overwrites_it<D: Door>(w: &World<D>) {
    assert_eq!(read(w, "/part"), Err(3), "nothing is there");
    add(w, "/part", "one");
    assert_eq!(read(w, "/part"), Ok("one".into()));
    add(w, "/part", "another");
    assert_eq!(read(w, "/part"), Ok("another".into()));
    add(w, "/part", "");
    assert_eq!(read(w, "/part"), Ok(String::new()), "an empty one is there");
    for path in ["/", "/part/", "/PART", "/par"] {
        assert_eq!(read(w, path), Err(3), "{path}");
    }
}

fn byte_ranges_of_a_fragment_are_read<D: Door>(w: &World<D>) {
    add(w, "/part", "0123456789");
    let url = w.url("/part");
    let range = |offset, length| w.door.read_fragment(&w.queue, &url, Some((offset, length)));
    assert_eq!(range(2, 3), Ok(b"234".to_vec()));
    assert_eq!(range(0, 10), Ok(b"0123456789".to_vec()));
    assert_eq!(range(10, 0), Ok(b"".to_vec()));
    for (offset, length) in [(0, 11), (9, 2), (11, 0), (u64::MAX, 1), (5, u64::MAX - 2)] {
        assert_eq!(range(offset, length), Err(38), "{offset} {length}");
    }
}

/// A name is a URL that the queue has registered, or one below it.
fn the_name_of_a_fragment_is_at_or_below_a_url_of_the_queue<D: Door>(w: &World<D>) {
    let add = |queue, url: &str| w.door.add_fragment(queue, url, b"x", KEPT);
    for path in ["/", "/a", "/a/", "/a/b/c.txt"] {
        assert_eq!(add(&w.queue, &w.url(path)), Ok(()), "{path}");
    }
    let elsewhere = format!("http://other:{}/a", w.port());
    for url in ["", "x", "localhost/a", "http://localhost/a", &elsewhere] {
        assert_eq!(add(&w.queue, url), Err(87), "{url:?}");
    }
    let (group, other) = w.another_group();
    assert_eq!(add(&other, &w.url("/a")), Err(87), "it is not that queue's");
    assert_eq!(w.door.read_fragment(&other, &w.url("/a"), None), Err(3));
    let own = w.url("/own/");
    w.door.add_url(&group, &own, 0).expect("registered");
    assert_eq!(add(&other, &w.url("/own/a")), Ok(()));
    assert_eq!(
        w.door.read_fragment(&w.queue, &w.url("/own/a"), None),
        Err(3)
    );
}

fn a_policy_of_no_cache_or_no_time_keeps_nothing<D: Door>(w: &World<D>) {
    for policy in [CachePolicy::Nocache, CachePolicy::TimeToLive(0)] {
        add(w, "/part", "old");
        let url = w.url("/part");
        let added = w.door.add_fragment(&w.queue, &url, b"new", policy);
        assert_eq!(added, Ok(()), "as the page says, nothing is promised");
        assert_eq!(read(w, "/part"), Err(3), "{policy:?}");
    }
    let url = w.url("/part");
    let long = CachePolicy::TimeToLive(u32::MAX);
    w.door
        .add_fragment(&w.queue, &url, b"new", long)
        .expect("added");
    assert_eq!(read(w, "/part"), Ok("new".into()));
}

fn csh_019_a_flush_drops_a_fragment_or_all_below_its_url<D: Door>(w: &World<D>) {
    const PATHS: [&str; 5] = ["/a", "/a/b", "/a/b/c", "/ab", "/x"];
    let fill = || PATHS.iter().for_each(|path| add(w, path, path));
    let left = || {
        let is_left = |path: &&&str| read(w, path).is_ok();
        PATHS.iter().filter(is_left).copied().collect::<Vec<_>>()
    };
    let flush = |path: &str, recursive| w.door.flush_cache(&w.queue, &w.url(path), recursive);
    assert_eq!(flush("/a", true), Ok(()), "there is nothing");
    fill();
    assert_eq!(flush("/a", false), Ok(()));
    assert_eq!(left(), ["/a/b", "/a/b/c", "/ab", "/x"]);
    fill();
    assert_eq!(flush("/a", true), Ok(()));
    assert_eq!(left(), ["/ab", "/x"]);
    fill();
    assert_eq!(flush("/A/B/", true), Ok(()));
    assert_eq!(left(), ["/a", "/ab", "/x"]);
    fill();
    let wildcard = w.url("/a").replace("localhost", "+");
    assert_eq!(w.door.flush_cache(&w.queue, &wildcard, true), Ok(()));
    assert_eq!(left(), ["/ab", "/x"]);
    let (_group, other) = w.another_group();
    assert_eq!(w.door.flush_cache(&other, &w.url("/"), true), Ok(()));
    assert_eq!(left(), ["/ab", "/x"], "they are another queue's");
    assert_eq!(flush("/", true), Ok(()));
    assert!(left().is_empty());
    for url in ["", "x", "http://localhost/"] {
        assert_eq!(w.door.flush_cache(&w.queue, url, true), Err(87), "{url:?}");
    }
}

fn fragments_end_with_the_urls_of_their_queue<D: Door>(w: &World<D>) {
    let (group, queue) = w.another_group();
    let there = || w.door.read_fragment(&queue, &w.url("/own/a"), None).is_ok();
    let fill = || {
        let added = w.door.add_fragment(&queue, &w.url("/own/a"), b"x", KEPT);
        assert_eq!(added, Ok(()));
        assert!(there());
    };
    let register = |path: &str| w.door.add_url(&group, &w.url(path), 0).expect("registered");
    let remove = |path: &str| w.door.remove_url(&group, &w.url(path)).expect("removed");
    register("/own/");
    fill();
    register("/other/");
    remove("/other/");
    assert!(there(), "another URL came and went");
    remove("/own/");
    assert!(!there(), "its URL is gone");
    register("/own/");
    assert!(!there(), "and does not bring it back");
    fill();
    w.door.unbind(&group).expect("unbound");
    assert!(!there(), "the group has another queue");
    w.door.bind(&group, &queue).expect("bound");
    assert!(!there());
    fill();
    w.door.close_group(group).expect("closed");
    assert!(!there(), "its group is closed");
}

fn snd_029_csh_021_fragments_are_sent_between_other_chunks<D: Door>(w: &World<D>) {
    add(w, "/part", "0123456789");
    let name = w.url("/part");
    let (mut client, request) = w.received_get("/");
    let missing = w.url("/missing");
    for pieces in [
        &[Memory(b"<"), Fragment(&missing)][..],
        &[Fragment(&name), Part(&missing, 0, 1)],
    ] {
        let sent = w.door.respond_with_pieces(&w.queue, request.id, pieces);
        assert_eq!(sent, Err(3), "nothing was sent");
    }
    let beyond = [Part(&name, 9, 2)];
    let sent = w.door.respond_with_pieces(&w.queue, request.id, &beyond);
    assert_eq!(sent, Err(38));
    let pieces = [
        Memory(b"<"),
        Fragment(&name),
        Memory(b"|"),
        Part(&name, 2, 3),
        Memory(b">"),
    ];
    let sent = w.door.respond_with_pieces(&w.queue, request.id, &pieces);
    assert!(sent.is_ok(), "{sent:?}");
    let response = client.read_response();
    assert_eq!(response.body, b"<0123456789|234>");
    // In a response of several parts.
    client.send(w.get("/next"));
    let request = w.receive();
    let head = Reply::ok().header("Content-Length", "12").flags(MORE_DATA);
    w.door
        .respond(&w.queue, request.id, &head)
        .expect("a response");
    let sent = w
        .door
        .send_pieces(&w.queue, request.id, &[Memory(b"<"), Fragment(&missing)]);
    assert_eq!(sent, Err(3));
    let pieces = [Memory(b"<"), Fragment(&name), Memory(b">")];
    assert_eq!(w.door.send_pieces(&w.queue, request.id, &pieces), Ok(12));
    assert_eq!(client.read_response().body, b"<0123456789>");
    // Dropped meanwhile.
    client.send(w.get("/last"));
    let request = w.receive();
    w.door
        .flush_cache(&w.queue, &w.url("/"), true)
        .expect("flushed");
    let sent = w
        .door
        .respond_with_pieces(&w.queue, request.id, &[Fragment(&name)]);
    assert_eq!(sent, Err(3));
}

/// More than the socket takes at once: the fragment is sent as it was when the send began, although it is
/// overwritten and flushed meanwhile.
fn a_large_fragment_is_sent_as_it_was<D: Door>(w: &World<D>) {
    const SIZE: usize = 8 << 20;
    let name = w.url("/large");
    let body: Vec<u8> = (0..SIZE).map(|at| (at / 7) as u8).collect();
    w.door
        .add_fragment(&w.queue, &name, &body, KEPT)
        .expect("added");
    let (mut client, request) = w.received_get("/");
    httpsys_tests::thread::scope(|scope| {
        let sends = scope.spawn(|| {
            w.door
                .respond_with_pieces(&w.queue, request.id, &[Fragment(&name)])
        });
        client.read_head();
        add(w, "/large", "other");
        w.door.flush_cache(&w.queue, &name, false).expect("flushed");
        assert!(client.read_exactly(SIZE) == body, "the first one");
        assert!(sends.join().expect("no panic").is_ok());
    });
    assert_eq!(read(w, "/large"), Err(3));
}

both_doors!(
    csh_020_a_fragment_is_read_and_the_next_one_overwrites_it,
    byte_ranges_of_a_fragment_are_read,
    the_name_of_a_fragment_is_at_or_below_a_url_of_the_queue,
    a_policy_of_no_cache_or_no_time_keeps_nothing,
    csh_019_a_flush_drops_a_fragment_or_all_below_its_url,
    fragments_end_with_the_urls_of_their_queue,
    snd_029_csh_021_fragments_are_sent_between_other_chunks,
    a_large_fragment_is_sent_as_it_was,
);
