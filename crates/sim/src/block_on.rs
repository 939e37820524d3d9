//! Waiting for a future on a thread of the simulation.
//!
//! Owns: the loop, and the waker that ends its wait. Does not own: the wait itself (`httpsys_socket::lock`).
//! Threading: the future is polled on the calling thread alone; any thread of the simulation may wake it.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};

use httpsys_socket::lock::{Condvar, Mutex};

/// Whether the future was woken.
#[derive(Debug, Default)]
struct SimWaker {
    is_woken: Mutex<bool>,
    wakes: Condvar,
}

impl Wake for SimWaker {
    fn wake(self: Arc<Self>) {
        *self.is_woken.lock() = true;
        self.wakes.notify_one();
    }
}

/// Polls a future until it is ready, and returns its value. In between the calling thread waits in virtual time, so
/// that the other threads and the clock go on: an executor of another crate parks its thread where the simulation does
/// not see it, which stops the simulation.
///
/// ```
/// use httpsys::{Parameters, Response, Server};
/// use httpsys_sim::{Sim, block_on, env_seed};
///
/// let sim = Sim::seeded(env_seed());
/// let service = sim.service(Parameters::default());
/// let server = Server::builder().service(&service).url("http://localhost:80/").bind().unwrap();
/// let mut client = sim.connect(80);
/// client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
/// block_on(async {
///     let request = server.receive_async().await.unwrap();
///     request.respond_async(Response::ok().body("hello")).await.unwrap();
/// });
/// assert_eq!(client.expect_response().text(), "hello");
/// sim.finish();
/// ```
///
/// Several futures run at the same time on a thread each ([`crate::spawn`]), or within one another. The future must be
/// woken from a thread of the simulation: the timers and tasks of a runtime such as tokio's have threads of their own
/// and do not work. On a thread outside a simulation it waits in real time.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let own = Arc::new(SimWaker::default());
    let waker = Waker::from(Arc::clone(&own));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return value;
        }
        let mut is_woken = own.is_woken.lock();
        while !*is_woken {
            own.wakes.wait(&mut is_woken);
        }
        *is_woken = false;
    }
}
