//! Pages of a file on their way to a socket, which are not copied on it (Linux: splice(2)).
//!
//! Owns: the pipe that holds them, and how many of those a process has. Does not own: what is in the pipe, which its
//! user counts. Threading: any thread, one at a time; filling waits for the disk, sending waits for nothing.
//!
//! The pipe is made when it is needed and closed when it is not, so that nobody keeps descriptors, and a child made by
//! fork has at most a copy that it does not use.

use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::ptr::null_mut;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::sigpipe::without_sigpipe;

/// What a pipe is asked to hold: the most that the system gives without privileges (pipe(7), pipe-max-size).
const ROOM: usize = 1 << 20;

/// How many there are in a process: each takes two descriptors, and a user's pipes share what the system lets them hold
/// (pipe-user-pages-soft, 64 MiB).
const MOST: usize = 32;

static OPEN: AtomicUsize = AtomicUsize::new(0);

/// One of the pipes that a process may have.
#[derive(Debug)]
struct Share;

impl Share {
    fn take() -> Option<Share> {
        let take = |open: usize| (open < MOST).then_some(open + 1);
        let taken = OPEN.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        taken.is_ok().then_some(Share)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        OPEN.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A pipe for pages of files. Dropping it forgets what it holds.
#[derive(Debug)]
pub struct FilePages {
    output: OwnedFd,
    input: OwnedFd,
    room: usize,
    _share: Share,
}

impl FilePages {
    /// An empty one.
    ///
    /// # Errors
    /// What the system says, such as EMFILE; QuotaExceeded if there are 32 of them.
    pub fn new() -> io::Result<FilePages> {
        let share = Share::take().ok_or(io::ErrorKind::QuotaExceeded)?;
        let mut ends = [0; 2];
        // SAFETY: the array has room for two descriptors.
        if unsafe { libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC | libc::O_NONBLOCK) } < 0 {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: both were made above, and nobody else has them.
        let [output, input] = ends.map(|end| unsafe { OwnedFd::from_raw_fd(end) });
        // SAFETY: it is open, and the argument is a number. It is refused to users with many pipes.
        let set = unsafe { libc::fcntl(input.as_raw_fd(), libc::F_SETPIPE_SZ, ROOM as i32) };
        let room = match usize::try_from(set) {
            Ok(room) => room,
            Err(_) => {
                // SAFETY: it is open.
                let room = unsafe { libc::fcntl(input.as_raw_fd(), libc::F_GETPIPE_SZ) };
                count(room as isize)?
            }
        };
        Ok(FilePages {
            output,
            input,
            room,
            _share: share,
        })
    }

    /// The bytes that it holds at most.
    #[must_use]
    pub fn room(&self) -> usize {
        self.room
    }

    /// Takes at most `most` bytes of the file from `offset` on, behind those that it holds; 0 at the end of the file.
    /// Its position stays. Waits for the disk.
    ///
    /// # Errors
    /// What the system says: EINVAL for a file that has no pages, WouldBlock when there is no room.
    pub fn fill(&self, file: &impl AsFd, offset: u64, most: usize) -> io::Result<usize> {
        let mut offset = libc::loff_t::try_from(offset).map_err(|_| io::ErrorKind::InvalidInput)?;
        // SAFETY: both descriptors are open while they are borrowed, and the offset is that of a live value.
        count(unsafe {
            libc::splice(
                file.as_fd().as_raw_fd(),
                &raw mut offset,
                self.input.as_raw_fd(),
                null_mut(),
                most.min(self.room),
                0,
            )
        })
    }

    /// Hands at most `most` bytes to the socket, which does not block.
    ///
    /// # Errors
    /// As send(2); the caller gets no signal.
    pub fn send(&self, socket: &impl AsFd, most: usize) -> io::Result<usize> {
        without_sigpipe(|| {
            // SAFETY: both descriptors are open while they are borrowed.
            count(unsafe {
                libc::splice(
                    self.output.as_raw_fd(),
                    null_mut(),
                    socket.as_fd().as_raw_fd(),
                    null_mut(),
                    most,
                    libc::SPLICE_F_NONBLOCK,
                )
            })
        })
    }
}

fn count(result: isize) -> io::Result<usize> {
    usize::try_from(result).map_err(|_| io::Error::last_os_error())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sigpipe::is_pending;
    use std::fs::File;
    use std::io::{ErrorKind, Read, Write};
    use std::net::{Shutdown, TcpListener, TcpStream};

    /// A file without a name that holds these bytes.
    fn file_of(name: &str, bytes: &[u8]) -> File {
        let path = std::env::temp_dir().join(format!("httpsys-{name}-{}", std::process::id()));
        let mut options = File::options();
        let file = options.read(true).write(true).create_new(true).open(&path);
        let mut file = file.expect("a temporary file");
        std::fs::remove_file(path).expect("it was made");
        file.write_all(bytes).expect("room");
        file
    }

    fn pair() -> (TcpStream, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let peer = TcpStream::connect(listener.local_addr().expect("bound")).expect("connected");
        let (ours, _) = listener.accept().expect("one waits");
        ours.set_nonblocking(true).expect("its mode");
        (ours, peer)
    }

    #[test]
    fn pages_go_to_a_socket_in_order_as_far_as_there_is_room() {
        let bytes: Vec<u8> = (0..3_000_000_u32).map(|n| (n / 7) as u8).collect();
        let file = file_of("pages", &bytes);
        let pages = FilePages::new().expect("a pipe");
        let (ours, mut peer) = pair();
        let (start, mut at, mut held) = (4_001, 4_001, 0);
        let mut found = Vec::new();
        while at < bytes.len() || held > 0 {
            if held == 0 {
                held = pages
                    .fill(&file, at as u64, usize::MAX >> 1)
                    .expect("bytes");
                assert!(held <= pages.room());
                at += held;
            }
            match pages.send(&ours, held) {
                Ok(sent) => held -= sent,
                Err(error) => {
                    assert_eq!(error.kind(), ErrorKind::WouldBlock);
                    let mut block = [0; 65_536];
                    let n = peer.read(&mut block).expect("bytes");
                    found.extend_from_slice(&block[..n]);
                }
            }
        }
        assert_eq!(pages.fill(&file, at as u64, 1).expect("the end"), 0);
        ours.shutdown(Shutdown::Write).expect("its end");
        peer.read_to_end(&mut found).expect("the rest");
        assert!(found == bytes[start..]);
    }

    #[test]
    fn what_has_no_pages_is_an_error() {
        let pages = FilePages::new().expect("a pipe");
        let folder = File::open(std::env::temp_dir()).expect("a folder");
        assert!(pages.fill(&folder, 0, 4096).is_err());
        let file = file_of("no-pages", b"x");
        assert!(pages.fill(&file, u64::MAX, 1).is_err());
    }

    #[test]
    fn pages_for_a_peer_that_is_gone_are_an_error_and_no_signal() {
        let file = file_of("gone", &[1; 100]);
        let (ours, _peer) = pair();
        ours.shutdown(Shutdown::Write).expect("its end");
        let pages = FilePages::new().expect("a pipe");
        assert_eq!(pages.fill(&file, 0, 100).expect("bytes"), 100);
        // SAFETY: the action is one of the system's; Rust's start-up has set the signal to be ignored.
        let before = unsafe { libc::signal(libc::SIGPIPE, libc::SIG_DFL) };
        let error = pages.send(&ours, 100).expect_err("shut down");
        assert_eq!(error.kind(), ErrorKind::BrokenPipe);
        assert!(!is_pending());
        // SAFETY: as above.
        unsafe { libc::signal(libc::SIGPIPE, before) };
    }
}
