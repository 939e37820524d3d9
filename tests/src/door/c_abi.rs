//! The door of C programs and of users of windows-sys.
//!
//! Owns: the mapping of [`Door`] to [`crate::raw`]. Invariant: no call is repeated or checked here;
//! each method is one C call, apart from the receive, which asks again with a larger buffer when
//! the first was too small, as every program does.

use crate::door::{Door, Received, Reply};
use crate::raw::{self, Handle, RequestBuffer, checked};

/// Initialised when opened; never terminated, as the process ends with the test.
#[derive(Debug)]
pub struct CAbi(());

const BUFFER: usize = 64 * 1024;

impl Door for CAbi {
    type Session = u64;
    type Group = u64;
    type Queue = Handle;

    fn open() -> CAbi {
        assert_eq!(raw::initialize(), 0, "HttpInitialize");
        CAbi(())
    }

    fn create_session(&self) -> Result<u64, u32> {
        raw::create_session(raw::V2)
    }

    fn close_session(&self, session: u64) -> Result<(), u32> {
        checked(raw::close_session(session))
    }

    fn create_group(&self, session: &u64) -> Result<u64, u32> {
        raw::create_group(*session)
    }

    fn close_group(&self, group: u64) -> Result<(), u32> {
        checked(raw::close_group(group))
    }

    fn create_queue(&self) -> Result<Handle, u32> {
        raw::create_queue(raw::V2, None, 0)
    }

    fn create_named_queue(&self, name: &str) -> Result<Handle, u32> {
        raw::create_queue(raw::V2, Some(name), 0)
    }

    fn open_queue(&self, name: &str) -> Result<Handle, u32> {
        raw::create_queue(raw::V2, Some(name), 1)
    }

    fn close_queue(&self, queue: &Handle) -> Result<(), u32> {
        checked(raw::close_queue(*queue))
    }

    fn shutdown_queue(&self, queue: &Handle) -> Result<(), u32> {
        checked(raw::shutdown_queue(*queue))
    }

    fn bind(&self, group: &u64, queue: &Handle) -> Result<(), u32> {
        checked(raw::bind(*group, Some(*queue)))
    }

    fn unbind(&self, group: &u64) -> Result<(), u32> {
        checked(raw::bind(*group, None))
    }

    fn add_url(&self, group: &u64, url: &str, context: u64) -> Result<(), u32> {
        checked(raw::add_url_to_group(*group, url, context))
    }

    fn remove_url(&self, group: &u64, url: &str) -> Result<(), u32> {
        checked(raw::remove_url_from_group(*group, Some(url), 0))
    }

    fn remove_all_urls(&self, group: &u64) -> Result<(), u32> {
        checked(raw::remove_url_from_group(*group, None, 1))
    }

    fn receive(&self, queue: &Handle) -> Result<Received, u32> {
        let mut buffer = RequestBuffer::new(BUFFER);
        let size = u32::try_from(buffer.size()).expect("a short buffer");
        let mut needed = 0;
        match raw::receive(*queue, 0, 0, &mut buffer, size, Some(&mut needed)) {
            0 => Ok(buffer.received()),
            234 => {
                let id = buffer.request().Base.RequestId;
                let mut buffer = RequestBuffer::new(needed as usize);
                checked(raw::receive(*queue, id, 0, &mut buffer, needed, None))?;
                Ok(buffer.received())
            }
            code => Err(code),
        }
    }

    fn read_body(&self, queue: &Handle, id: u64, buffer: &mut [u8]) -> Result<usize, u32> {
        let mut bytes = 0;
        checked(raw::read_body(*queue, id, 0, buffer, Some(&mut bytes)))?;
        Ok(bytes as usize)
    }

    fn respond(&self, queue: &Handle, id: u64, reply: &Reply) -> Result<u64, u32> {
        let mut bytes = 0;
        checked(raw::respond(*queue, id, reply, Some(&mut bytes)))?;
        Ok(bytes.into())
    }

    fn send_body(&self, queue: &Handle, id: u64, chunks: &[&[u8]], flags: u32) -> Result<u64, u32> {
        let mut bytes = 0;
        checked(raw::send_body(*queue, id, flags, chunks, Some(&mut bytes)))?;
        Ok(bytes.into())
    }

    fn cancel(&self, queue: &Handle, id: u64) -> Result<(), u32> {
        checked(raw::cancel(*queue, id))
    }

    fn wait_for_disconnect(&self, queue: &Handle, connection: u64) -> Result<(), u32> {
        checked(raw::wait_for_disconnect(*queue, connection))
    }
}
