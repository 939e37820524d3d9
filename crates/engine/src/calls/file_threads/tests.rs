//! A disk that takes its time, or does not answer at all.
//!
//! Owns: that nobody but the send of its file waits for it, on which thread it is read, and how a send
//! ends whose connection is gone when the disk answers. Does not own: the bytes (`write/tests.rs`).

use std::io::{self, ErrorKind, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use httpsys_core::call::{Cancel, Control, SendResponse};
use httpsys_core::property::{Property, Timeouts};
use httpsys_core::proto::ResponseParts;
use httpsys_core::{ConnectionId, Error, OperationId, RequestId};
use httpsys_socket::lock::{Condvar, Mutex};

use super::*;
use crate::conn::write::tests::{PATIENCE, Pace, World};
use crate::{Chunk, PendingSend, ReadAt};

/// Of the file.
const LENGTH: u64 = 1 << 20;

const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// How a disk answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Bytes,
    End,
    Error,
}

/// A file of which each read waits until it is let through.
#[derive(Debug)]
struct Disk {
    state: Mutex<DiskState>,
    changed: Condvar,
}

#[derive(Debug)]
struct DiskState {
    /// Reads of calling threads that go through without waiting; `usize::MAX`: all go.
    free: usize,
    answer: Answer,
    /// The threads of the reads that have begun.
    readers: Vec<(thread::ThreadId, String)>,
    interrupted: bool,
}

impl Disk {
    fn new(free: usize) -> Arc<Disk> {
        Arc::new(Disk {
            state: Mutex::new(DiskState {
                free,
                answer: Answer::Bytes,
                readers: Vec::new(),
                interrupted: false,
            }),
            changed: Condvar::new(),
        })
    }

    /// From now on all reads go through.
    fn answer(&self, answer: Answer) {
        let mut state = self.state.lock();
        (state.free, state.answer) = (usize::MAX, answer);
        self.changed.notify_all();
    }

    /// Waits until so many reads have begun.
    #[track_caller]
    fn expect_reads(&self, reads: usize) {
        let mut state = self.state.lock();
        while state.readers.len() < reads {
            let late = self.changed.wait_for(&mut state, PATIENCE).timed_out();
            assert!(!late, "{} reads of {reads}", state.readers.len());
        }
    }

    fn readers(&self) -> Vec<(thread::ThreadId, String)> {
        self.state.lock().readers.clone()
    }
}

impl ReadAt for Disk {
    fn read_at(&self, buffer: &mut [u8], _: u64) -> io::Result<usize> {
        let mut state = self.state.lock();
        if !std::mem::replace(&mut state.interrupted, true) {
            return Err(ErrorKind::Interrupted.into());
        }
        let this = thread::current();
        let reader = (this.id(), this.name().unwrap_or_default().to_owned());
        state.readers.push(reader);
        self.changed.notify_all();
        let ours = this.name() == Some("httpsys-file");
        while state.free == 0 || (ours && state.free != usize::MAX) {
            self.changed.wait(&mut state);
        }
        if state.free != usize::MAX {
            state.free -= 1;
        }
        match state.answer {
            Answer::Bytes => {
                buffer.fill(b'f');
                Ok(buffer.len())
            }
            Answer::End => Ok(0),
            Answer::Error => Err(ErrorKind::Other.into()),
        }
    }
}

struct Sending {
    disk: Arc<Disk>,
    tell: Sender<Result<u64, Error>>,
}

impl PendingSend for Sending {
    fn with_body(&self, lend: &mut dyn FnMut(&[Chunk<'_>])) {
        lend(&[chunk(&self.disk)]);
    }

    fn done(self: Box<Self>, _: &Service, result: Result<u64, Error>) {
        let _ = self.tell.send(result);
    }
}

fn chunk(disk: &Disk) -> Chunk<'_> {
    Chunk::File {
        file: disk,
        offset: 0,
        length: LENGTH,
    }
}

fn head(length: u64) -> ResponseParts {
    let mut head = ResponseParts::new();
    head.begin(200, b"OK").unwrap();
    head.unknown(b"Content-Length", length.to_string().as_bytes())
        .unwrap();
    head
}

/// More data is to come, so that the id stays valid (SND-033).
fn call(request: RequestId, more_data: bool) -> SendResponse {
    SendResponse {
        request,
        disconnect: false,
        more_data,
        opaque: false,
        go_away: false,
    }
}

/// A client whose request the program has.
fn client(world: &World) -> (TcpStream, RequestId, ConnectionId) {
    let mut client = world.connect();
    client.write_all(GET).unwrap();
    let (request, connection) = world.receive();
    (client, request, connection)
}

/// An overlapped send of the disk's file that has to wait; whom it tells.
#[track_caller]
fn begin(
    world: &World,
    disk: &Arc<Disk>,
    request: RequestId,
    more_data: bool,
) -> Receiver<Result<u64, Error>> {
    let (tell, told) = mpsc::channel();
    let sent = world.service.try_send_response(
        &world.queue,
        &call(request, more_data),
        &mut head(LENGTH),
        &[chunk(disk)],
        None,
        &mut |_| {
            Ok(Box::new(Sending {
                disk: Arc::clone(disk),
                tell: tell.clone(),
            }))
        },
    );
    assert_eq!(sent, Ok(None));
    told
}

/// The same, blocking.
fn send(world: &World, disk: &Arc<Disk>, request: RequestId) -> Result<u64, Error> {
    let (call, mut head) = (call(request, true), head(LENGTH));
    let (service, queue) = (&world.service, &world.queue);
    service.send_response(queue, &call, &mut head, &[chunk(disk)], None)
}

/// An overlapped send that has waited for the socket, and goes on with a read that does not end.
fn stuck(
    world: &World,
    disk: &Arc<Disk>,
) -> (
    TcpStream,
    RequestId,
    ConnectionId,
    Receiver<Result<u64, Error>>,
) {
    let (client, request, connection) = client(world);
    // The socket takes a part of the first read.
    world.pace(connection, Some(Pace::new(1000, 1)));
    let before = disk.readers().len();
    let told = begin(world, disk, request, true);
    disk.expect_reads(before + 2);
    world.pace(connection, None);
    (client, request, connection, told)
}

/// Another client is served, by whoever polls.
#[track_caller]
fn expect_service(world: &World) {
    let (mut client, request, _) = client(world);
    let sent = world.service.send_response(
        &world.queue,
        &call(request, false),
        &mut head(2),
        &[Chunk::Memory(b"ok")],
        None,
    );
    assert!(sent.is_ok(), "{sent:?}");
    let mut found = vec![0; sent.unwrap() as usize];
    client.read_exact(&mut found).unwrap();
    assert!(found.ends_with(b"ok"));
}

/// A client that says nothing more is closed by its timer.
#[track_caller]
fn expect_timers(world: &World) {
    let mut idle = world.connect();
    expect_service(world);
    world.pass(Duration::from_secs(121));
    assert_eq!(idle.read(&mut [0]).unwrap(), 0);
}

#[track_caller]
fn expect_reset(mut client: TcpStream) {
    let mut all = Vec::new();
    let error = client.read_to_end(&mut all).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

#[test]
fn a_disk_that_does_not_answer_holds_up_nobody_else() {
    let world = World::new();
    let disk = Disk::new(1);
    let (mut client, .., told) = stuck(&world, &disk);
    expect_service(&world);
    expect_timers(&world);
    // An event of the same connection.
    client.write_all(b"more").unwrap();
    expect_service(&world);
    assert!(told.try_recv().is_err());
    disk.answer(Answer::Bytes);
    let count = told_by(&told).expect("it is sent");
    let mut all = vec![0; count as usize];
    client.read_exact(&mut all).unwrap();
    assert!(all.ends_with(&[b'f'; LENGTH as usize]));
}

#[track_caller]
fn told_by(told: &Receiver<Result<u64, Error>>) -> Result<u64, Error> {
    told.recv_timeout(PATIENCE).expect("it is told")
}

#[test]
fn a_blocking_send_from_a_disk_that_does_not_answer_holds_up_nobody_else() {
    let world = World::new();
    let disk = Disk::new(0);
    let (peer, request, _) = client(&world);
    thread::scope(|scope| {
        let send = scope.spawn(|| send(&world, &disk, request));
        disk.expect_reads(1);
        expect_service(&world);
        expect_timers(&world);
        let cancelled = world.service.cancel(&world.queue, &Cancel { request });
        assert_eq!(cancelled, Ok(()));
        expect_reset(peer);
        disk.answer(Answer::Bytes);
        assert_eq!(send.join().unwrap(), Err(Error::Aborted));
    });
}

#[test]
fn cxl_004_a_send_whose_file_is_read_is_cancelled_at_once() {
    let world = World::new();
    let disk = Disk::new(1);
    let (client, request, _, told) = stuck(&world, &disk);
    let cancelled = world.service.cancel(&world.queue, &Cancel { request });
    assert_eq!(cancelled, Ok(()));
    expect_reset(client);
    expect_service(&world);
    disk.answer(Answer::Bytes);
    assert_eq!(told_by(&told), Err(Error::Aborted));
    expect_service(&world);
}

#[test]
fn snd_032_a_send_whose_file_is_read_is_taken_back_at_once() {
    let world = World::new();
    let disk = Disk::new(1);
    let (client, request, _, told) = stuck(&world, &disk);
    let place = Some(request.place());
    // The service's first operation.
    let id = OperationId(1);
    let cancel = |id| world.service.cancel_operation(&world.queue, id, place);
    assert!(!cancel(OperationId(2)));
    assert!(cancel(id));
    assert!(!cancel(id));
    expect_reset(client);
    disk.answer(Answer::Bytes);
    assert_eq!(told_by(&told), Err(Error::Aborted));
}

#[test]
fn g_061_a_client_that_goes_while_its_file_is_read_ends_the_send_with_64() {
    let world = World::new();
    let disk = Disk::new(1);
    let (client, _, connection, told) = stuck(&world, &disk);
    socket2::SockRef::from(&client)
        .set_linger(Some(Duration::ZERO))
        .unwrap();
    drop(client);
    // Whoever polls sees it; the slot may have been used again by then.
    while world.service.shard().table.connection(connection).is_some() {
        thread::yield_now();
    }
    expect_service(&world);
    disk.answer(Answer::Bytes);
    assert_eq!(told_by(&told), Err(Error::PeerReset));
}

#[test]
fn a_file_that_cannot_be_read_ends_the_send_with_38_and_a_reset() {
    let world = World::new();
    for answer in [Answer::End, Answer::Error] {
        let disk = Disk::new(1);
        let (client, .., told) = stuck(&world, &disk);
        disk.answer(answer);
        assert_eq!(told_by(&told), Err(Error::EndOfBody));
        expect_reset(client);
        let (client, request, _) = self::client(&world);
        assert_eq!(send(&world, &disk, request), Err(Error::EndOfBody));
        expect_reset(client);
    }
}

/// Nobody who polls reads a file: only the calling thread does, the first bytes, and threads for that.
#[test]
fn a_send_that_goes_on_reads_its_file_on_a_thread_of_its_own() {
    let world = World::new();
    let disk = Disk::new(usize::MAX);
    let (client, request, connection) = client(&world);
    world.pace(connection, Some(Pace::new(10_000, 2)));
    let told = begin(&world, &disk, request, false);
    let reader = thread::spawn(move || {
        let mut client = client;
        let mut all = Vec::new();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut block = [0; 65_536];
        while all.len() < LENGTH as usize {
            let n = client.read(&mut block).unwrap();
            assert_ne!(n, 0);
            all.extend_from_slice(&block[..n]);
        }
    });
    told_by(&told).expect("it is sent");
    reader.join().unwrap();
    let readers = disk.readers();
    let own = thread::current().id();
    for (thread, name) in &readers[1..] {
        assert!(*thread == own || name == "httpsys-file", "{name}");
    }
    let here = readers.iter().filter(|(thread, _)| *thread == own).count();
    assert_eq!(here, 1, "{readers:?}");
}

#[test]
fn many_sends_share_a_few_threads() {
    let world = World::new();
    let disk = Disk::new(MOST + 8);
    let mut all = Vec::new();
    for sends in 0..MOST + 8 {
        let (client, request, connection) = client(&world);
        world.pace(connection, Some(Pace::new(1000, 1)));
        let told = begin(&world, &disk, request, false);
        disk.expect_reads(sends + 1 + MOST.min(sends + 1));
        world.pace(connection, None);
        all.push((client, told));
    }
    expect_service(&world);
    disk.answer(Answer::Bytes);
    let readers: Vec<_> = all
        .into_iter()
        .map(|(mut client, told)| {
            thread::spawn(move || {
                let mut block = vec![0; LENGTH as usize];
                client.read_exact(&mut block).unwrap();
                assert!(told_by(&told).is_ok());
            })
        })
        .collect();
    readers
        .into_iter()
        .for_each(|reader| reader.join().unwrap());
    let mut threads: Vec<_> = disk
        .readers()
        .into_iter()
        .map(|(thread, _)| thread)
        .collect();
    threads.retain(|thread| *thread != thread::current().id());
    threads.sort_by_key(|thread| format!("{thread:?}"));
    threads.dedup();
    assert_eq!(threads.len(), MOST);
}

#[test]
fn without_threads_a_send_ends_with_8_and_a_reset() {
    let world = World::new();
    world
        .service
        .file_threads()
        .none
        .store(true, Ordering::SeqCst);
    let disk = Disk::new(usize::MAX);
    let (client, request, connection) = client(&world);
    world.pace(connection, Some(Pace::new(1000, 1)));
    let told = begin(&world, &disk, request, false);
    assert_eq!(told_by(&told), Err(Error::NoResources));
    expect_reset(client);
    expect_service(&world);
}

/// TMO-010 is about the client.
#[test]
fn tmo_010_the_time_of_the_disk_is_not_the_clients() {
    let world = World::new();
    let timeouts = Timeouts {
        min_send_rate: 150,
        ..Timeouts::default()
    };
    world
        .service
        .control(Control::SetUrlGroupProperty {
            group: world.group,
            property: Property::Timeouts(Some(timeouts)),
        })
        .unwrap();
    let disk = Disk::new(1);
    let (mut client, _, connection, told) = stuck(&world, &disk);
    for _ in 0..100 {
        world.pass(Duration::from_secs(3600));
    }
    assert!(world.service.shard().table.connection(connection).is_some());
    // The socket is full as soon as the disk answers: from now on it is the client's time.
    world.pace(connection, Some(Pace::new(0, 0)));
    disk.answer(Answer::Bytes);
    while !matches!(
        world.service.shard().table.connection(connection).as_deref(),
        Some(conn) if !conn.is_reading_file()
    ) {
        thread::yield_now();
    }
    world.pass(Duration::from_secs(3600));
    world.pace(connection, None);
    let mut all = vec![0; LENGTH as usize];
    client.read_exact(&mut all).unwrap();
    told_by(&told).expect("it is sent");
}
