//! Threads that wait in a Win32 function poll the sockets while they wait.
//!
//! Owns the connection between the waits of `httpsys-win32` and the lead of the service: what a
//! thread finds for itself, such as the packet that it waits for at a completion port, is not
//! handed from one thread to another. Does not own either of the two. Threading: any thread.

use std::time::Instant;

use httpsys_win32::Driver;

use crate::service;

/// The service of the calling thread as a wait sees it.
#[derive(Debug)]
struct ServiceDriver;

impl Driver for ServiceDriver {
    fn drive(&self, until: &dyn Fn() -> bool, deadline: Option<Instant>) -> bool {
        service::current().is_ok_and(|service| service.drive(until, deadline))
    }

    fn wake(&self) {
        if let Ok(service) = service::current() {
            service.stop_driving();
        }
    }
}

/// From now on, threads that wait poll the sockets of the service.
pub(crate) fn install() {
    // False when it is installed already.
    let _ = httpsys_win32::set_driver(&ServiceDriver);
}
