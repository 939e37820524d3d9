//! Chunks from a file handle, as far as sizes and positions go. Rows SND-027, SND-028, CSH-015.
//!
//! Owns: what is sent of which file, by the C ABI. Does not own: whole programs that serve files
//! (the test `shapes`). The handle is made from a descriptor with the documented extension.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream;

use httpsys_tests::door::{CAbi, CachePolicy, MORE_DATA, Reply, RustApi, World};
use httpsys_tests::raw::{self, CResponse, Handle};
use windows_sys::Win32::Networking::HttpServer as http;

unsafe extern "system" {
    fn HttpsysHandleFromFd(fd: i32, own: i32) -> *mut core::ffi::c_void;
}

/// HTTP_BYTE_RANGE_TO_EOF.
const TO_EOF: u64 = u64::MAX;

/// A file that is removed already, with a handle that does not own its descriptor.
struct Scratch {
    file: File,
    handle: Handle,
}

impl Scratch {
    fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("httpsys-{name}-{}", std::process::id()));
        let file = File::options()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .expect("a temporary file");
        std::fs::remove_file(&path).expect("removed");
        // SAFETY: the descriptor is open, and stays so until the handle is closed.
        let handle = unsafe { HttpsysHandleFromFd(file.as_raw_fd(), 0) };
        Scratch {
            file,
            handle: Handle(handle as usize),
        }
    }

    fn write_at(&mut self, position: u64, bytes: &[u8]) {
        self.file
            .seek(SeekFrom::Start(position))
            .expect("a position");
        self.file.write_all(bytes).expect("room");
    }

    fn chunk(&self, start: u64, length: u64) -> http::HTTP_DATA_CHUNK {
        http::HTTP_DATA_CHUNK {
            DataChunkType: http::HttpDataChunkFromFileHandle,
            Anonymous: http::HTTP_DATA_CHUNK_0 {
                FromFileHandle: http::HTTP_DATA_CHUNK_0_1 {
                    ByteRange: http::HTTP_BYTE_RANGE {
                        StartingOffset: start,
                        Length: length,
                    },
                    FileHandle: self.handle.raw(),
                },
            },
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        assert!(raw::close_handle(self.handle));
    }
}

/// Sends the chunks as the end of a streamed response; the code and the bytes that count.
fn send(w: &World<CAbi>, id: u64, chunks: &[http::HTTP_DATA_CHUNK]) -> (u32, u32) {
    raw::respond(w.queue, id, &Reply::ok().flags(MORE_DATA), None);
    let mut bytes = 0;
    let code = raw::send_chunks(w.queue, id, 0, chunks, Some(&mut bytes));
    (code, bytes)
}

#[test]
fn snd_027_ranges_of_a_file_stand_between_memory_chunks() {
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    let mut file = Scratch::new("mixed");
    file.write_at(0, b"0123456789");
    let chunks = [
        raw::memory_chunk(b"<"),
        file.chunk(2, 3),
        raw::memory_chunk(b"|"),
        file.chunk(7, TO_EOF),
        file.chunk(10, TO_EOF),
        raw::memory_chunk(b">"),
    ];
    assert_eq!(send(&w, request.id, &chunks), (0, 9));
    client.read_head();
    assert_eq!(client.read_exactly(9), b"<234|789>");
    // The handle is still the caller's, and the file's own position does not matter.
    client.send(w.get("/again"));
    let again = w.receive();
    assert_eq!(send(&w, again.id, &[file.chunk(0, TO_EOF)]), (0, 10));
    client.read_head();
    assert_eq!(client.read_exactly(10), b"0123456789");
}

/// Of a file too: it is kept as it was.
#[test]
fn csh_015_a_response_with_a_file_chunk_is_kept_by_c() {
    let w = World::<CAbi>::new();
    let mut file = Scratch::new("cached");
    file.write_at(0, b"0123456789");
    let reply = Reply::ok().header("Content-Type", "text/plain");
    let mut response = CResponse::new(&reply);
    let mut chunks = [raw::memory_chunk(b"<"), file.chunk(2, TO_EOF)];
    response.value.Base.EntityChunkCount = 2;
    response.value.Base.pEntityChunks = chunks.as_mut_ptr();
    let (mut client, request) = w.received_get("/");
    let policy = CachePolicy::UserInvalidates;
    let code = raw::send_cached(
        w.queue,
        (request.id, 0),
        &response.value,
        policy,
        None,
        None,
    );
    assert_eq!(code, 0);
    assert_eq!(client.read_response().body, b"<23456789");
    file.write_at(0, b"abcdefghij");
    client.send(w.get("/"));
    assert_eq!(client.read_response().body, b"<23456789");
}

#[test]
fn csh_015_a_response_with_a_file_chunk_is_kept_by_rust() {
    let w = World::<RustApi>::new();
    let path = std::env::temp_dir().join(format!("httpsys-kept-{}", std::process::id()));
    std::fs::write(&path, b"0123456789").expect("a temporary file");
    let file = httpsys::FileRange::open(&path).expect("it is there");
    std::fs::remove_file(&path).expect("removed");
    let (mut client, request) = w.received_get("/");
    let response = httpsys::Response::ok()
        .header("Content-Type", "text/plain")
        .body("<")
        .chunk(file)
        .cache(CachePolicy::UserInvalidates);
    let id = httpsys::RequestId(request.id);
    w.queue.respond(id, response).expect("an answer");
    assert_eq!(client.read_response().body, b"<0123456789");
    client.send(w.get("/"));
    assert_eq!(client.read_response().body, b"<0123456789");
}

#[test]
fn snd_027_a_range_may_lie_beyond_4_gib() {
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    let mut file = Scratch::new("large");
    let far = 5 << 30;
    file.write_at(far, b"the end");
    assert_eq!(send(&w, request.id, &[file.chunk(far, TO_EOF)]), (0, 7));
    client.read_head();
    assert_eq!(client.read_exactly(7), b"the end");
}

#[test]
fn snd_028_a_range_beyond_the_file_fails_and_sends_nothing() {
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    let mut file = Scratch::new("short");
    file.write_at(0, b"0123456789");
    raw::respond(w.queue, request.id, &Reply::ok().flags(MORE_DATA), None);
    for (start, length) in [(11, TO_EOF), (0, 11), (u64::MAX - 1, 1), (9, 2)] {
        let code = raw::send_chunks(w.queue, request.id, 0, &[file.chunk(start, length)], None);
        assert_eq!(code, 38, "{start} {length}");
    }
    assert_eq!(
        raw::send_chunks(w.queue, request.id, 0, &[file.chunk(9, 1)], None),
        0
    );
    client.read_head();
    assert_eq!(client.read_exactly(1), b"9");
}

/// Never garbage in place of what is not there any more.
#[test]
fn a_file_that_shrinks_while_it_is_sent_ends_in_a_reset_and_an_error() {
    const SIZE: u64 = 64 << 20;
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    let file = Scratch::new("shrinking");
    file.file.set_len(SIZE).expect("a sparse file");
    let chunk = [file.chunk(0, TO_EOF)];
    httpsys_tests::thread::scope(|scope| {
        let shorter = file.file.try_clone().expect("a descriptor");
        let reader = scope.spawn(move || {
            client.read_head();
            // The socket's buffers do not hold it all, so the send is under way now.
            client.read_exactly(1);
            shorter.set_len(1 << 20).expect("shorter");
            client.read_to_reset();
        });
        assert_eq!(send(&w, request.id, &chunk).0, 38);
        reader.join().expect("a reset");
    });
    assert_eq!(raw::cancel(w.queue, request.id), 1229);
}

#[test]
fn a_handle_that_is_no_file_fails_with_6() {
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    let mut chunk = Scratch::new("none").chunk(0, TO_EOF);
    raw::respond(w.queue, request.id, &Reply::ok().flags(MORE_DATA), None);
    assert_eq!(
        raw::send_chunks(w.queue, request.id, 0, &[chunk], None),
        6,
        "closed"
    );
    chunk.Anonymous.FromFileHandle.FileHandle = w.queue.raw();
    assert_eq!(
        raw::send_chunks(w.queue, request.id, 0, &[chunk], None),
        6,
        "a queue"
    );
    assert_eq!(raw::send_body(w.queue, request.id, 0, &[b"ok"], None), 0);
    client.read_head();
    assert_eq!(client.read_exactly(2), b"ok");
}

/// The head would announce a length that cannot be read.
#[test]
fn a_handle_of_a_directory_or_socket_fails_with_6_and_sends_nothing() {
    let w = World::<CAbi>::new();
    let (mut client, request) = w.received_get("/");
    raw::respond(w.queue, request.id, &Reply::ok().flags(MORE_DATA), None);
    let folder = File::open(std::env::temp_dir()).expect("a folder");
    let (socket, _peer) = UnixStream::pair().expect("a pair");
    for descriptor in [folder.as_raw_fd(), socket.as_raw_fd()] {
        // SAFETY: the descriptor is open, and stays so until the handle is closed.
        let handle = unsafe { HttpsysHandleFromFd(descriptor, 0) };
        let mut chunk = Scratch::new("other").chunk(0, 1);
        chunk.Anonymous.FromFileHandle.FileHandle = handle;
        for length in [0, 1, TO_EOF] {
            chunk.Anonymous.FromFileHandle.ByteRange.Length = length;
            let code = raw::send_chunks(w.queue, request.id, 0, &[chunk], None);
            assert_eq!(code, 6, "{length}");
        }
        assert!(raw::close_handle(Handle(handle as usize)));
    }
    assert_eq!(raw::send_body(w.queue, request.id, 0, &[b"ok"], None), 0);
    client.read_head();
    assert_eq!(client.read_exactly(2), b"ok");
}

/// The fragment is a copy: what becomes of the file does not matter.
#[test]
fn csh_020_a_part_of_a_file_is_kept_as_a_fragment() {
    let w = World::<CAbi>::new();
    let mut scratch = Scratch::new("fragment");
    scratch.write_at(0, b"0123456789");
    let policy = httpsys_tests::door::CachePolicy::UserInvalidates;
    let url = w.url("/part");
    let add = |chunk| raw::add_fragment(w.queue, &url, &chunk, policy, None);
    assert_eq!(add(scratch.chunk(2, 5)), 0);
    scratch.write_at(0, b"xxxxxxxxxx");
    let mut buffer = [0; 16];
    let mut bytes = 0;
    let mut read = || {
        let code = raw::read_fragment(w.queue, &url, None, &mut buffer, Some(&mut bytes), None);
        (code, buffer[..bytes as usize].to_vec())
    };
    assert_eq!(read(), (0, b"23456".to_vec()));
    for (start, length) in [(11, TO_EOF), (8, 3)] {
        assert_eq!(add(scratch.chunk(start, length)), 38, "{start} {length}");
    }
    assert_eq!(read(), (0, b"23456".to_vec()));
    assert_eq!(add(scratch.chunk(8, TO_EOF)), 0);
    assert_eq!(read(), (0, b"xx".to_vec()));
}
