//! A connection of the network in memory with the calls of a blocking socket, which wait in virtual time.
//!
//! Owns: the waiting, the time limit of reads, how the last close ends the connection. Does not own: the network.
//! Threading: several threads may wait at once, each with its handle.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Weak};
use std::time::Duration;

use httpsys_network::{Network, Poll, Stream};
use httpsys_socket::world::{self, World};

use crate::PATIENCE;

/// A handle of the connection.
#[derive(Clone, Debug)]
pub(crate) struct SimulatedStream(Arc<SimulatedEnd>);

#[derive(Debug)]
struct SimulatedEnd {
    /// Until it is closed.
    stream: Option<Stream>,
    poll: Poll,
    /// Its address is what threads wait for.
    key: Arc<AtomicBool>,
    /// Nanoseconds.
    time_limit: AtomicU64,
    resets: AtomicBool,
}

impl Drop for SimulatedEnd {
    fn drop(&mut self) {
        if let Some(stream) = self.stream.take().filter(|_| self.resets.load(SeqCst)) {
            stream.reset();
        }
    }
}

fn here() -> io::Result<Arc<dyn World>> {
    world::current().ok_or_else(|| io::Error::other("the simulation has ended"))
}

impl SimulatedStream {
    pub(crate) fn connect(network: &Network, to: SocketAddr) -> io::Result<SimulatedStream> {
        let key = Arc::new(AtomicBool::new(false));
        let poll = Poll::new(network);
        let (rings, weak): (_, Weak<dyn World>) = (Arc::clone(&key), Arc::downgrade(&here()?));
        poll.on_ready(move || {
            if let Some(world) = weak.upgrade() {
                world.wake(Arc::as_ptr(&rings) as usize, true);
            }
        });
        let stream = network.connect(None, to)?;
        poll.register(&stream, 0)?;
        let end = SimulatedEnd {
            stream: Some(stream),
            poll,
            key,
            time_limit: AtomicU64::new(PATIENCE.as_nanos() as u64),
            resets: AtomicBool::new(false),
        };
        let connected = |stream: &Stream| match stream.peer_addr() {
            Ok(_) => Ok(()),
            Err(_) => match stream.take_error()? {
                Some(error) => Err(error),
                None => Err(ErrorKind::WouldBlock.into()),
            },
        };
        end.wait_for(PATIENCE, connected)?;
        Ok(SimulatedStream(Arc::new(end)))
    }

    pub(crate) fn set_timeout(&self, time: Option<Duration>) {
        let time = time.map_or(u64::MAX, |time| time.as_nanos() as u64);
        self.0.time_limit.store(time, SeqCst);
    }

    pub(crate) fn reset_when_closed(&self) {
        self.0.resets.store(true, SeqCst);
    }

    pub(crate) fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.stream()?.local_addr()
    }

    pub(crate) fn shutdown(&self, how: Shutdown) -> io::Result<()> {
        self.0.stream()?.shutdown(how)
    }
}

impl SimulatedEnd {
    fn stream(&self) -> io::Result<&Stream> {
        self.stream.as_ref().ok_or(ErrorKind::NotConnected.into())
    }

    /// Tries until it is not `WouldBlock`.
    fn wait_for<T>(
        &self,
        time: Duration,
        attempt: impl Fn(&Stream) -> io::Result<T>,
    ) -> io::Result<T> {
        let world = here()?;
        let until = world.now().saturating_add(time);
        loop {
            // First, so that what comes after the attempt is told.
            self.poll.events(&mut Vec::new());
            match attempt(self.stream()?) {
                Err(error) if error.kind() == ErrorKind::WouldBlock => {}
                result => return result,
            }
            if world.now() >= until {
                return Err(ErrorKind::WouldBlock.into());
            }
            let _: bool = world.wait(Arc::as_ptr(&self.key) as usize, Some(until));
        }
    }
}

impl Read for SimulatedStream {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let limit = Duration::from_nanos(self.0.time_limit.load(SeqCst));
        let buffer = std::cell::RefCell::new(buffer);
        self.0
            .wait_for(limit, |stream| stream.read(&mut buffer.borrow_mut()))
    }
}

impl Write for SimulatedStream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.wait_for(PATIENCE, |stream| stream.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
