//! What a service manager such as systemd gives a program it starts: listening sockets, and a socket for news.
//!
//! Owns: taking the descriptors that LISTEN_PID, LISTEN_FDS and LISTEN_FDNAMES announce (sd_listen_fds(3)), each once
//! and by this process only; and sending news to NOTIFY_SOCKET (sd_notify(3)). Does not own: what the sockets are for.
//! Threading: any thread; sending may wait for the service manager. Outside Unix there is only [`notify`], which tells
//! nobody.

#[cfg(unix)]
pub use unix::{PassedDescriptor, notify, take_passed};

/// News for the service manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ServiceNews<'a> {
    /// The program has started, or has finished to load its configuration: clients are served.
    Ready,
    /// The program loads its configuration again; `Ready` follows. Meant for `Type=notify-reload`, too.
    Reloading,
    /// The program is about to end.
    Stopping,
    /// The watchdog hears that the program is alive (WATCHDOG_USEC).
    Watchdog,
    /// A line for people.
    Status(&'a str),
}

/// Does nothing: there is no service manager that could be told.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn notify(_news: ServiceNews<'_>) -> std::io::Result<bool> {
    Ok(false)
}

#[cfg(unix)]
mod unix {
    use std::env;
    use std::io;
    use std::os::fd::{BorrowedFd, FromRawFd, OwnedFd, RawFd};
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::net::{SocketAddr, UnixDatagram};

    use super::ServiceNews;
    use crate::lock::Mutex;

    /// SD_LISTEN_FDS_START.
    const FIRST: RawFd = 3;

    /// A larger number of descriptors is more likely a mistake than a service manager's: they are looked for only up to
    /// the first that is not open.
    const MOST: RawFd = 4096;

    /// The process that the descriptors are for.
    const PROCESS: &str = "LISTEN_PID";
    /// How many there are.
    const COUNT: &str = "LISTEN_FDS";
    /// Their names, with colons between them.
    const NAMES: &str = "LISTEN_FDNAMES";

    /// A descriptor that was passed.
    #[derive(Debug)]
    pub struct PassedDescriptor {
        /// Its name in LISTEN_FDNAMES.
        pub name: Option<String>,
        /// Close-on-exec from now on.
        pub descriptor: OwnedFd,
    }

    /// Takes those of the descriptors passed to this process that `wanted` wants. The others stay open for the program,
    /// and are closed in programs that it executes. The variables are removed, so that no child takes them for its own.
    /// Nothing was passed to a process that is not LISTEN_PID.
    ///
    /// Only the first call takes anything.
    pub fn take_passed(wanted: impl Fn(BorrowedFd<'_>) -> bool) -> Vec<PassedDescriptor> {
        static TAKEN: Mutex<bool> = Mutex::new(false);
        let mut taken = TAKEN.lock();
        if std::mem::replace(&mut *taken, true) {
            return Vec::new();
        }
        let Some(passed) = Announced::read() else {
            return Vec::new();
        };
        for name in [PROCESS, COUNT, NAMES] {
            // SAFETY: what can go wrong is that another thread reads or changes the environment at this moment. Rust's
            // own functions share a lock; the C library moves pointers within its list, and frees no string that is in
            // it.
            unsafe { env::remove_var(name) };
        }
        passed.take(wanted)
    }

    /// What the variables say.
    struct Announced {
        count: RawFd,
        names: Vec<String>,
    }

    impl Announced {
        fn read() -> Option<Announced> {
            let number = |name| env::var(name).ok()?.parse::<u32>().ok();
            if number(PROCESS)? != std::process::id() {
                return None;
            }
            let count = RawFd::try_from(number(COUNT)?).ok()?;
            let names = env::var(NAMES).unwrap_or_default();
            let names = names.split(':').map(str::to_owned).collect();
            Some(Announced { count, names })
        }

        fn take(self, wanted: impl Fn(BorrowedFd<'_>) -> bool) -> Vec<PassedDescriptor> {
            let mut names = self.names.into_iter();
            let mut all = Vec::new();
            for number in FIRST..FIRST.saturating_add(self.count) {
                let name = names.next().filter(|name| !name.is_empty());
                // SAFETY: changes a flag of a descriptor; one that is not open is an error.
                if unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) } != 0 {
                    if number - FIRST >= MOST {
                        break;
                    }
                    continue;
                }
                // SAFETY: it is open, and the service manager has passed it to this process, in which nobody else takes
                // it: that is the protocol.
                let is_wanted = wanted(unsafe { BorrowedFd::borrow_raw(number) });
                if is_wanted {
                    // SAFETY: as above; and the static of `take_passed` lets each number through once.
                    let descriptor = unsafe { OwnedFd::from_raw_fd(number) };
                    all.push(PassedDescriptor { name, descriptor });
                }
            }
            all
        }
    }

    /// Tells the service manager. `false`: there is none to be told, as NOTIFY_SOCKET is not set.
    ///
    /// # Errors
    /// The socket is not there, or does not take the message.
    pub fn notify(news: ServiceNews<'_>) -> io::Result<bool> {
        let Some(path) = env::var_os("NOTIFY_SOCKET") else {
            return Ok(false);
        };
        let message = message(news);
        let socket = UnixDatagram::unbound()?;
        match path.as_bytes() {
            [b'@', name @ ..] => socket.send_to_addr(message.as_bytes(), &abstract_name(name)?)?,
            _ => socket.send_to(message.as_bytes(), &path)?,
        };
        Ok(true)
    }

    fn message(news: ServiceNews<'_>) -> String {
        match news {
            ServiceNews::Ready => "READY=1".to_owned(),
            ServiceNews::Reloading => {
                format!("RELOADING=1\nMONOTONIC_USEC={}", monotonic_micros())
            }
            ServiceNews::Stopping => "STOPPING=1".to_owned(),
            ServiceNews::Watchdog => "WATCHDOG=1".to_owned(),
            // A line feed would begin another assignment.
            ServiceNews::Status(text) => format!("STATUS={}", text.replace('\n', " ")),
        }
    }

    fn monotonic_micros() -> u64 {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: the structure is writable.
        unsafe { libc::clock_gettime(libc::CLOCK_MONOTONIC, &raw mut time) };
        time.tv_sec as u64 * 1_000_000 + time.tv_nsec as u64 / 1000
    }

    #[cfg(target_os = "linux")]
    fn abstract_name(name: &[u8]) -> io::Result<SocketAddr> {
        use std::os::linux::net::SocketAddrExt;
        SocketAddr::from_abstract_name(name)
    }

    #[cfg(not(target_os = "linux"))]
    fn abstract_name(_: &[u8]) -> io::Result<SocketAddr> {
        Err(io::ErrorKind::Unsupported.into())
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn each_news_is_one_assignment_a_line() {
            assert_eq!(message(ServiceNews::Ready), "READY=1");
            assert_eq!(message(ServiceNews::Stopping), "STOPPING=1");
            assert_eq!(message(ServiceNews::Watchdog), "WATCHDOG=1");
            let status = ServiceNews::Status("drains\nREADY=1");
            assert_eq!(message(status), "STATUS=drains READY=1");
            let reloading = message(ServiceNews::Reloading);
            let micros = reloading.strip_prefix("RELOADING=1\nMONOTONIC_USEC=");
            let micros: u64 = micros.expect("two lines").parse().expect("a number");
            assert!((1..=monotonic_micros()).contains(&micros));
        }
    }
}
