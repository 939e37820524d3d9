//! RFC 7541 sections 2 to 6: each case on a connection of its own, whose table is empty.

use httpsys_tests::door::{Door, World};

use super::*;

secure_doors![
    rfc_7541_2_3_and_6_the_representations_of_fields,
    rfc_7541_4_the_table_and_its_size,
    rfc_7541_5_integers_and_strings,
    rfc_7541_broken_blocks_are_connection_errors,
];

/// GET, https and the authority, from the static table and as a literal; then what `path` has.
fn with(path: &[u8]) -> Vec<u8> {
    [&b"\x82\x87\x01\x09localhost"[..], path].concat()
}

/// Blocks that come one after the other, and the path of each request that they are.
fn decodes<D: Door>(w: &World<D>, name: &str, blocks: &[(&[u8], &str)]) {
    let mut client = connect(w);
    let mut stream = 1;
    for (block, path) in blocks {
        client.client().send(frame(HEADERS, ES | EH, stream, block));
        let received = w.receive();
        assert_eq!(received.abs_path, *path, "{name}");
        w.respond(received.id, &Reply::ok()).expect("an answer");
        while client.next_text() != format!("DATA {stream} 0 end") {}
        stream += 2;
    }
}

fn rfc_7541_2_3_and_6_the_representations_of_fields<D: Door>(w: &World<D>) {
    let indexed = with(b"\xBE");
    let many: [(&str, Vec<u8>, &str); 9] = [
        ("2.3.1 an entry of the static table", with(b"\x84"), "/"),
        ("2.3.1 another one", with(b"\x85"), "/index.html"),
        (
            "6.2.1 with indexing, the name by index",
            with(b"\x44\x02/a"),
            "/a",
        ),
        (
            "6.2.1 with indexing, a new name",
            with(b"\x40\x05:path\x02/a"),
            "/a",
        ),
        (
            "6.2.2 without indexing, the name by index",
            with(b"\x04\x02/a"),
            "/a",
        ),
        (
            "6.2.2 without indexing, a new name",
            with(b"\0\x05:path\x02/a"),
            "/a",
        ),
        (
            "6.2.3 never indexed, the name by index",
            with(b"\x14\x02/a"),
            "/a",
        ),
        (
            "6.2.3 never indexed, a new name",
            with(b"\x10\x05:path\x02/a"),
            "/a",
        ),
        (
            "6.3 a size in front",
            [&b"\x20"[..], &with(b"\x84")].concat(),
            "/",
        ),
    ];
    for (name, block, path) in &many {
        decodes(w, name, &[(block, path)]);
    }
    let added = with(b"\x44\x02/a");
    decodes(
        w,
        "6.1 an entry of the dynamic table",
        &[(&added, "/a"), (&indexed, "/a")],
    );
    let renamed = with(b"\x7E\x02/z");
    let both: [(&[u8], &str); 3] = [(&added, "/a"), (&renamed, "/z"), (&indexed, "/z")];
    decodes(w, "2.3.2 a name from the dynamic table", &both);
}

fn rfc_7541_4_the_table_and_its_size<D: Door>(w: &World<D>) {
    let (a, b, c) = (
        with(b"\x44\x02/a"),
        with(b"\x44\x02/b"),
        with(b"\x44\x02/c"),
    );
    let (first, second) = (with(b"\xBE"), with(b"\xBF"));
    // 0x3F 0x31 is a size of 80: two entries of 39.
    let sized = [&b"\x3F\x31"[..], &a].concat();
    decodes(
        w,
        "2.3.2, 4.4 the oldest entry goes first",
        &[
            (&sized, "/a"),
            (&b, "/b"),
            (&second, "/a"),
            (&c, "/c"),
            (&second, "/b"),
            (&first, "/c"),
        ],
    );
    let twice = [&b"\x20\x3F\xE1\x1F"[..], &a].concat();
    let blocks: [(&[u8], &str); 2] = [(&twice, "/a"), (&first, "/a")];
    decodes(w, "4.2 two sizes in front", &blocks);
    // 0x27 is a size of 7; then nothing fits. 4.3, 4.4: what does not fit empties the table and is no error.
    let tiny = [&b"\x27"[..], &a].concat();
    let blocks: [(&[u8], &str); 2] = [(&a, "/a"), (&tiny, "/a")];
    decodes(w, "4.4 an entry that is larger than the table", &blocks);
    for (name, frames) in [
        (
            "4.3 a smaller size evicts",
            [a.clone(), [&b"\x20"[..], &first].concat()],
        ),
        (
            "4.4 an entry that is too large leaves nothing",
            [tiny, first.clone()],
        ),
        (
            "6.2.2 without indexing nothing is added",
            [with(b"\x04\x02/a"), first.clone()],
        ),
        (
            "6.2.3 never indexed nothing is added",
            [with(b"\x14\x02/a"), first],
        ),
    ] {
        let mut client = connect(w);
        for (n, block) in frames.iter().enumerate() {
            let stream = 2 * n as u32 + 1;
            client.client().send(frame(HEADERS, ES | EH, stream, block));
        }
        assert_eq!(client.next_text(), "GOAWAY 1 COMPRESSION_ERROR", "{name}");
        client.client().expect_eof();
    }
    serves_still(w, &mut connect(w), 1);
}

fn rfc_7541_5_integers_and_strings<D: Door>(w: &World<D>) {
    let long = format!("/{}", "x".repeat(199));
    // 200 is 127 and 73.
    let block = with(&[&b"\x04\x7F\x49"[..], long.as_bytes()].concat());
    decodes(w, "5.1 a length of two octets", &[(&block, &long)]);
    let exact = format!("/{}", "x".repeat(126));
    let block = with(&[&b"\x04\x7F\x80\x80\0"[..], exact.as_bytes()].concat());
    decodes(w, "5.1 more octets than needed", &[(&block, &exact)]);
    decodes(
        w,
        "5.2 a string by Huffman",
        &[(&with(b"\x04\x81\x63"), "/")],
    );
    let cached = with(b"\x84\x58\x86\xA8\xEB\x10\x64\x9C\xBF");
    let mut client = connect(w);
    client.client().send(frame(HEADERS, ES | EH, 1, &cached));
    let received = w.receive();
    let value = received.known[0].as_deref();
    assert_eq!(value, Some(&b"no-cache"[..]), "5.2 a value by Huffman");
    w.respond(received.id, &Reply::ok()).expect("an answer");
    // 5.2 an empty string.
    decodes(w, "5.2 an empty value", &[(&with(b"\x84\0\x01a\0"), "/")]);
}

fn rfc_7541_broken_blocks_are_connection_errors<D: Door>(w: &World<D>) {
    fails(
        w,
        "COMPRESSION_ERROR",
        &[
            ("6.1 index 0", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\x80"))
            }),
            ("2.3.3 an index beyond both tables", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\xBE"))
            }),
            ("2.3.3 a name beyond both tables", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\x7E\x02/a"))
            }),
            ("5.1 an integer without its end", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\x04\x7F\x80"))
            }),
            ("5.1 an integer of too many bits", |n| {
                frame(
                    HEADERS,
                    ES | EH,
                    n,
                    &with(b"\x04\x7F\xFF\xFF\xFF\xFF\xFF\xFF\x01"),
                )
            }),
            ("5.2 a string longer than the block", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\x04\x05/a"))
            }),
            ("5.2 a padding of more than seven bits", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\x04\x82\x63\xFF"))
            }),
            ("5.2 a padding that is not all ones", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\x04\x81\x60"))
            }),
            ("5.2 the end symbol", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\x04\x84\xFF\xFF\xFF\xFF"))
            }),
            ("4.2 a size above the limit", |n| {
                let block = [&b"\x3F\xE2\x1F"[..], &with(b"\x84")].concat();
                frame(HEADERS, ES | EH, n, &block)
            }),
            ("4.2 a size behind a field", |n| {
                frame(HEADERS, ES | EH, n, &with(b"\x84\x20"))
            }),
        ],
    );
}
