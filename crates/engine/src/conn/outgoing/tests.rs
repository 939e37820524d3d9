//! What comes next, for every state of what is written.

use httpsys_core::proto::h1::response::write;
use httpsys_core::proto::{Finish, ResponseParts};

use super::*;

/// The bytes of a piece of memory.
fn memory(next: &Next<'_>) -> Vec<u8> {
    match next {
        Next::Plain(bytes) => bytes.to_vec(),
        Next::Memory(pieces) => pieces.iter().flat_map(|piece| piece.to_vec()).collect(),
        _ => panic!("a file"),
    }
}

/// `head` and `chunks`, of which so many bytes are out.
fn at<'a>(head: &'a [u8], chunks: &'a [Chunk<'a>], position: usize) -> Outgoing<'a> {
    let own = Outgoing::own(head);
    Outgoing {
        own: own.own,
        own_length: own.own_length,
        position: position as u64,
        ..Outgoing::body(chunks, false)
    }
}

fn response(status: u16) -> ResponseParts {
    let mut head = ResponseParts::new();
    head.begin(status, b"OK").unwrap();
    head
}

#[test]
fn a_write_goes_on_exactly_where_it_stopped() {
    let chunks = [b"one".as_slice(), b"", b"two"].map(Chunk::Memory);
    let whole = b"headonetwo";
    for sent in 0..=whole.len() {
        let borrowed = at(b"head", &chunks, sent);
        assert_eq!(memory(&borrowed.next(usize::MAX)), &whole[sent..]);
        let kept = borrowed.into_owned().lend(&chunks);
        assert_eq!(memory(&kept.next(usize::MAX)), &whole[sent..]);
    }
}

#[test]
fn lim_015_a_piece_has_at_most_so_many_bytes() {
    let chunks = [b"one".as_slice(), b"two"].map(Chunk::Memory);
    let whole = b"headonetwo";
    for most in 1..12 {
        for sent in 0..whole.len() {
            let end = whole.len().min(sent + most);
            let outgoing = at(b"head", &chunks, sent);
            let found = memory(&outgoing.next(most));
            assert_eq!(found, &whole[sent..end], "{most} from {sent}");
        }
    }
}

/// What `response(200)` is on the wire.
const HEAD: &[u8] = b"HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/2.0\r\n\
    Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n\r\n";

/// The list is lent again for each write: what stands behind the head already is not in it.
#[test]
fn a_body_that_was_joined_to_the_head_is_not_sent_from_its_chunks() {
    for length in [0, 1, 1023, 1024, 1025] {
        let body = vec![b'x'; length];
        let chunks = [Chunk::Memory(&body)];
        let mut head = response(200);
        let text = write(&mut head, &Finish::new(b"Sun, 06 Nov 1994 08:49:37 GMT"));
        let mut outgoing = Outgoing::body(&chunks, true);
        assert_eq!(outgoing.total(), length as u64);
        outgoing.put_head(text);
        let whole = [HEAD, &body].concat();
        assert_eq!(outgoing.total(), whole.len() as u64);
        let mut found = Vec::new();
        while outgoing.left() > 0 {
            let piece = memory(&outgoing.next(7));
            outgoing.advance(piece.len());
            outgoing = outgoing.into_owned().lend(&chunks);
            found.extend(piece);
        }
        assert_eq!(found, whole, "{length}");
        assert!(memory(&outgoing.next(7)).is_empty());
    }
}

/// What is lent is as long as at first, or the rest is not sent.
#[test]
fn a_longer_list_changes_nothing() {
    let one = [Chunk::Memory(b"one")];
    let longer = [b"one".as_slice(), b"two"].map(Chunk::Memory);
    let outgoing = at(b"head", &one, 2).into_owned().lend(&longer);
    assert_eq!(memory(&outgoing.next(usize::MAX)), b"adone");
}

#[test]
fn own_bytes_are_put_behind_those_that_are_left() {
    let mut outgoing = Outgoing::own(b"first").into_owned();
    outgoing.advance(3);
    let mut more = Outgoing::own(b"a second");
    more.advance(2);
    outgoing.append(&more);
    assert_eq!(memory(&outgoing.next(100)), b"stsecond");
    assert_eq!(outgoing.left(), 8);
}

#[test]
fn many_chunks_are_written_in_bounded_pieces() {
    let chunks = vec![Chunk::Memory(b"x"); 1000];
    let outgoing = at(b"", &chunks, 0);
    assert_eq!(memory(&outgoing.next(usize::MAX)).len(), PIECES);
}

/// A file whose reads give little at a time.
#[derive(Debug)]
struct Slow(Vec<u8>, usize);

impl ReadAt for Slow {
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
        let rest = self.0.get(offset as usize..).unwrap_or_default();
        let length = rest.len().min(buffer.len()).min(self.1);
        buffer[..length].copy_from_slice(&rest[..length]);
        Ok(length)
    }
}

/// In every size of read and write, and forgetting what was read at any time.
#[test]
fn files_stand_between_memory_chunks() {
    let bytes: Vec<u8> = (0..200).collect();
    let whole = [
        b"head|one",
        &bytes[10..60],
        &bytes[..1],
        b"two",
        &bytes[190..],
    ]
    .concat();
    for (read, write, forget) in
        (1..40).flat_map(|n| [(n, 7, 3), (11, n, 1), (64, n, 2), (13, 5, n)])
    {
        let file = Slow(bytes.clone(), read);
        let range = |offset, length| Chunk::File {
            file: &file,
            offset,
            length,
        };
        let one = Chunk::Memory(b"|one");
        let chunks = [
            one,
            range(10, 50),
            range(0, 1),
            Chunk::Memory(b"two"),
            range(190, 10),
        ];
        let mut outgoing = at(b"head", &chunks, 0);
        let (mut found, mut steps) = (Vec::new(), 0);
        while outgoing.left() > 0 {
            if matches!(outgoing.next(write), Next::File(_)) {
                outgoing.read_ahead(40).unwrap();
            }
            let piece = memory(&outgoing.next(write));
            assert!(piece.len() <= write);
            outgoing.advance(piece.len());
            found.extend(piece);
            steps += 1;
            if steps % forget == 0 {
                outgoing.forget_ahead();
            }
        }
        assert_eq!(found, whole, "{read} {write} {forget}");
    }
}

#[test]
fn a_file_that_is_shorter_than_its_chunk_is_an_error() {
    let file = Slow(vec![1; 10], 100);
    let chunks = [Chunk::File {
        file: &file,
        offset: 5,
        length: 6,
    }];
    let mut outgoing = at(b"", &chunks, 0);
    outgoing.read_ahead(100).unwrap();
    assert_eq!(memory(&outgoing.next(100)), [1; 5]);
    outgoing.advance(5);
    assert!(outgoing.read_ahead(100).is_err());
}

/// A file without a name that holds these bytes.
#[cfg(target_os = "linux")]
fn file_of(bytes: &[u8]) -> std::fs::File {
    let (process, thread) = (std::process::id(), std::thread::current().id());
    let name = format!("httpsys-outgoing-{process}-{thread:?}");
    let path = std::env::temp_dir().join(name);
    let mut options = std::fs::File::options();
    let file = options.read(true).write(true).create_new(true).open(&path);
    let mut file = file.expect("a temporary file");
    std::fs::remove_file(path).expect("it was made");
    io::Write::write_all(&mut file, bytes).expect("room");
    file
}

#[cfg(target_os = "linux")]
#[track_caller]
fn expect_pages_of(outgoing: &Outgoing<'_>, most: usize, expected: usize) {
    match outgoing.next(most) {
        Next::Pages(_, length) => assert_eq!(length, expected),
        _ => panic!("no pages"),
    }
}

/// Where the transport takes pages, they are counted as bytes that were read would be.
#[cfg(target_os = "linux")]
#[test]
fn pages_of_a_file_stand_behind_the_head_and_are_taken_again_after_a_wait() {
    let bytes: Vec<u8> = (0..300_000_u32).map(|n| (n / 3) as u8).collect();
    let file = file_of(&bytes);
    let chunks = [
        Chunk::Memory(b"|"),
        Chunk::File {
            file: &file,
            offset: 10,
            length: 299_990,
        },
        Chunk::Memory(b"end"),
    ];
    let mut outgoing = at(b"head", &chunks, 0);
    outgoing.expect_pages(true);
    outgoing.read_ahead(u64::MAX).unwrap();
    let Next::BeforePages(pieces) = outgoing.next(usize::MAX) else {
        panic!("the head is in front");
    };
    assert_eq!(memory(&Next::Memory(pieces)), b"head|");
    outgoing.advance(5);
    expect_pages_of(&outgoing, 1000, 1000);
    outgoing.advance(1000);
    expect_pages_of(&outgoing, usize::MAX, 298_990);
    outgoing.advance(99_000);
    // The socket is full: twice what it took is worth taking again.
    outgoing.forget_ahead();
    assert!(matches!(outgoing.next(usize::MAX), Next::File(_)));
    outgoing.read_ahead(u64::MAX).unwrap();
    expect_pages_of(&outgoing, usize::MAX, 199_990);
    outgoing.advance(150_000);
    outgoing.forget_ahead();
    // So little is copied.
    outgoing.read_ahead(u64::MAX).unwrap();
    let rest = [&bytes[250_010..], b"end"].concat();
    assert_eq!(memory(&outgoing.next(usize::MAX)), rest);
    // A file that has become shorter is one that cannot be read.
    file.set_len(10).unwrap();
    let mut shorter = at(b"", &chunks, 1);
    shorter.expect_pages(true);
    let error = shorter.read_ahead(u64::MAX).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
}

#[cfg(target_os = "linux")]
#[test]
fn a_transport_that_takes_no_pages_gets_copies() {
    let bytes = vec![7; 200_000];
    let file = file_of(&bytes);
    let chunks = [Chunk::File {
        file: &file,
        offset: 0,
        length: 200_000,
    }];
    let mut outgoing = at(b"head", &chunks, 0);
    outgoing.read_ahead(u64::MAX).unwrap();
    let first = memory(&outgoing.next(usize::MAX));
    assert_eq!(first, [b"head", &bytes[..128 * 1024]].concat());
}
