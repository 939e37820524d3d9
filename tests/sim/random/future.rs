//! Waiting for a future in the simulation.
//!
//! Owns: that. Does not own: the futures. Threading: threads of the simulation.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use httpsys_sim::sleep;
use httpsys_socket::lock::{Condvar, Mutex};

/// Whether the waker was called.
#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    rings: Condvar,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        *self.rung.lock() = true;
        self.rings.notify_all();
    }
}

/// What it gives; `None`: nothing has come for so long, and it is dropped.
pub(crate) fn wait<T>(future: impl Future<Output = T>, patience: Option<Duration>) -> Option<T> {
    let until = patience.map(|patience| httpsys_socket::now() + patience);
    let mut future = pin!(future);
    let bell = Arc::new(Bell::default());
    let waker = Waker::from(Arc::clone(&bell));
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut Context::from_waker(&waker)) {
            return Some(value);
        }
        let mut rung = bell.rung.lock();
        while !std::mem::take(&mut *rung) {
            match until {
                None => bell.rings.wait(&mut rung),
                Some(until) if bell.rings.wait_until(&mut rung, until).timed_out() => {
                    // It may be done meanwhile: what it has then must not go with it.
                    drop(rung);
                    sleep(patience.unwrap_or_default());
                    return None;
                }
                Some(_) => {}
            }
        }
    }
}
