//! The functions of `httpsys_sim.h`: simulations of programs in C.
//!
//! Owns the functions. Does not own what they do (`crate::simulation`). Compiled with the feature `sim` only, for
//! a library of its own that tests link to. Threading: as the header says.

use std::ffi::{CStr, c_char, c_void};

use crate::code::{CallResult, ErrorCode};
use crate::entry;
use crate::lifecycle::Needs;
use crate::pointers::{Out, utf16};
use crate::reason::{NamedArgument, invalid};
use crate::simulation::client::SimulatedClient;
use crate::simulation::{self, Simulation, fault};

/// A simulation, behind a pointer.
#[allow(non_camel_case_types, reason = "the name in the header")]
#[repr(transparent)]
#[derive(Debug)]
pub struct HTTPSYS_SIM(Simulation);

/// A client of a simulation, behind a pointer.
#[allow(non_camel_case_types, reason = "the name in the header")]
#[repr(transparent)]
#[derive(Debug)]
pub struct HTTPSYS_SIM_CLIENT(SimulatedClient);

/// Runs a body behind the fence that all functions have.
fn run(name: &'static str, body: impl FnOnce() -> CallResult) -> u32 {
    entry::call(name, Needs::Nothing, body)
}

/// As [`run`], for what returns something else than a code.
fn make<T>(name: &'static str, failed: T, body: impl FnOnce() -> Result<T, ErrorCode>) -> T {
    let mut made = failed;
    let _: u32 = run(name, || {
        made = body()?;
        Ok(())
    });
    made
}

/// What a pointer of the program's names.
///
/// # Safety
/// The pointer is NULL, or came from a function of this file and was not finished.
unsafe fn named<'a, T>(pointer: *const T, argument: &'static str) -> Result<&'a T, ErrorCode> {
    // SAFETY: by the contract of the function.
    unsafe { pointer.as_ref() }.ok_or_else(|| invalid(format!("{argument} is NULL")))
}

/// # Safety
/// The pointer is NULL or points to a string up to a NUL.
unsafe fn text<'a>(pointer: *const c_char) -> Result<&'a CStr, ErrorCode> {
    if pointer.is_null() {
        return Err(invalid("Text is NULL"));
    }
    // SAFETY: by the contract of the function.
    Ok(unsafe { CStr::from_ptr(pointer) })
}

/// Makes a simulation with the calling thread as its main thread. NULL: there is one already.
#[unsafe(no_mangle)]
pub extern "system" fn HttpsysSimCreate(seed: u64) -> *mut HTTPSYS_SIM {
    make("HttpsysSimCreate", std::ptr::null_mut(), || {
        Ok(Box::into_raw(Box::new(HTTPSYS_SIM(Simulation::begin(
            seed,
        )?))))
    })
}

/// The seed that HTTPSYS_SEED in the environment names; else 1.
#[unsafe(no_mangle)]
pub extern "system" fn HttpsysSimSeed() -> u64 {
    make("HttpsysSimSeed", 1, || Ok(httpsys_sim::env_seed()))
}

/// Changes what the network does to connections from now on.
///
/// # Safety
/// `sim` is NULL or a simulation that was not finished.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimFault(
    sim: *const HTTPSYS_SIM,
    kind: i32,
    value: u64,
) -> u32 {
    run("HttpsysSimFault", || {
        // SAFETY: by the contract of the function.
        fault::set(&unsafe { named(sim, "Sim") }?.0.network, kind, value)
    })
}

/// Connects a client to a port of 127.0.0.1. NULL: nobody listens there, or it is refused.
///
/// # Safety
/// As [`HttpsysSimFault`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimConnect(
    sim: *const HTTPSYS_SIM,
    port: u16,
) -> *const HTTPSYS_SIM_CLIENT {
    make("HttpsysSimConnect", std::ptr::null(), || {
        // SAFETY: by the contract of the function.
        Ok(unsafe { named(sim, "Sim") }?.0.connect(port)?.cast())
    })
}

/// Sends a text without its NUL.
///
/// # Safety
/// `client` is NULL or a client whose simulation was not finished; `words` is NULL or ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimSend(
    client: *const HTTPSYS_SIM_CLIENT,
    words: *const c_char,
) -> u32 {
    run("HttpsysSimSend", || {
        // SAFETY: by the contract of the function.
        let (client, words) = unsafe { (named(client, "Client")?, text(words)?) };
        client.0.send(words.to_bytes())
    })
}

/// Sends bytes.
///
/// # Safety
/// As [`HttpsysSimSend`]; `bytes` is NULL or points to `length` bytes.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimSendBytes(
    client: *const HTTPSYS_SIM_CLIENT,
    bytes: *const c_void,
    length: u32,
) -> u32 {
    run("HttpsysSimSendBytes", || {
        // SAFETY: by the contract of the function.
        let client = unsafe { named(client, "Client") }?;
        if length == 0 {
            return Ok(());
        }
        // SAFETY: by the contract of the function.
        let first = unsafe { named(bytes.cast::<u8>(), "Bytes") }?;
        // SAFETY: not NULL, and `length` bytes by the contract of the function.
        client
            .0
            .send(unsafe { std::slice::from_raw_parts(first, length as usize) })
    })
}

/// Waits until something has come, and copies it.
///
/// # Safety
/// As [`HttpsysSimSend`]; `buffer` is NULL or points to `length` bytes, `received` is NULL or a place.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimReceive(
    client: *const HTTPSYS_SIM_CLIENT,
    buffer: *mut c_void,
    length: u32,
    received: *mut u32,
) -> u32 {
    run("HttpsysSimReceive", || {
        // SAFETY: by the contract of the function.
        let client = unsafe { named(client, "Client") }?;
        // SAFETY: by the contract of the function.
        let received = unsafe { Out::required(received) }.named("BytesReceived")?;
        if buffer.is_null() || length == 0 {
            return Err(invalid("Buffer is NULL or has no room"));
        }
        let mut bytes = vec![0; length as usize];
        let count = client.0.receive(&mut bytes)?;
        // SAFETY: not NULL, and `length` bytes, which are more, by the contract of the function.
        unsafe { std::ptr::copy_nonoverlapping(bytes.as_ptr(), buffer.cast(), count) };
        received.set_count(count as u64);
        Ok(())
    })
}

/// Waits for a whole response. NULL: there will be none.
///
/// # Safety
/// As [`HttpsysSimSend`]; `length` is NULL or a place.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimResponse(
    client: *const HTTPSYS_SIM_CLIENT,
    length: *mut u32,
) -> *const c_char {
    make("HttpsysSimResponse", std::ptr::null(), || {
        // SAFETY: by the contract of the function.
        let (client, place) = unsafe { (named(client, "Client")?, Out::optional(length)) };
        let (first, length) = client.0.response()?;
        place.set_count(length as u64);
        Ok(first.cast())
    })
}

/// Calls `act` with a client.
///
/// # Safety
/// As [`HttpsysSimSend`].
unsafe fn with(
    name: &'static str,
    client: *const HTTPSYS_SIM_CLIENT,
    act: impl FnOnce(&SimulatedClient) -> CallResult,
) -> u32 {
    // SAFETY: by the contract of the function.
    run(name, || act(&unsafe { named(client, "Client") }?.0))
}

/// Ends the stream of the client, which can still receive.
///
/// # Safety
/// As [`HttpsysSimSend`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimHalfClose(client: *const HTTPSYS_SIM_CLIENT) -> u32 {
    // SAFETY: by the contract of the function.
    unsafe { with("HttpsysSimHalfClose", client, SimulatedClient::half_close) }
}

/// Closes the connection of the client.
///
/// # Safety
/// As [`HttpsysSimSend`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimClose(client: *const HTTPSYS_SIM_CLIENT) -> u32 {
    let close = |client: &SimulatedClient| {
        client.close();
        Ok(())
    };
    // SAFETY: by the contract of the function.
    unsafe { with("HttpsysSimClose", client, close) }
}

/// Breaks the connection of the client off.
///
/// # Safety
/// As [`HttpsysSimSend`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimReset(client: *const HTTPSYS_SIM_CLIENT) -> u32 {
    let reset = |client: &SimulatedClient| {
        client.reset();
        Ok(())
    };
    // SAFETY: by the contract of the function.
    unsafe { with("HttpsysSimReset", client, reset) }
}

/// How the server has ended the connection: HTTPSYS_SIM_END.
///
/// # Safety
/// As [`HttpsysSimSend`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimClientEnd(client: *const HTTPSYS_SIM_CLIENT) -> i32 {
    make("HttpsysSimClientEnd", 0, || {
        // SAFETY: by the contract of the function.
        Ok(unsafe { named(client, "Client") }?.0.end()? as i32)
    })
}

/// Waits until the server has ended the connection, and tells how: HTTPSYS_SIM_END.
///
/// # Safety
/// As [`HttpsysSimSend`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimClientExpectEnd(client: *const HTTPSYS_SIM_CLIENT) -> i32 {
    make("HttpsysSimClientExpectEnd", 0, || {
        // SAFETY: by the contract of the function.
        Ok(unsafe { named(client, "Client") }?.0.expect_end()? as i32)
    })
}

/// Lets the other threads, the service and the network go on for so long.
///
/// # Safety
/// As [`HttpsysSimFault`].
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimAdvance(sim: *const HTTPSYS_SIM, milliseconds: u64) -> u32 {
    run("HttpsysSimAdvance", || {
        // SAFETY: by the contract of the function.
        unsafe { named(sim, "Sim") }?;
        httpsys_sim::sleep(std::time::Duration::from_millis(milliseconds));
        Ok(())
    })
}

/// Enters a text into the trace.
///
/// # Safety
/// As [`HttpsysSimFault`]; `words` is NULL or ends with a NUL.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimNote(sim: *const HTTPSYS_SIM, words: *const c_char) -> u32 {
    run("HttpsysSimNote", || {
        // SAFETY: by the contract of the function.
        unsafe { named(sim, "Sim") }?;
        // SAFETY: by the contract of the function.
        httpsys_sim::note(&unsafe { text(words) }?.to_string_lossy());
        Ok(())
    })
}

/// The bytes of a log file. NULL: there is no such file.
///
/// # Safety
/// As [`HttpsysSimFault`]; `path` is NULL or ends with a NUL; `length` is NULL or a place.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimFile(
    sim: *const HTTPSYS_SIM,
    path: *const u16,
    length: *mut u32,
) -> *const c_char {
    make("HttpsysSimFile", std::ptr::null(), || {
        // SAFETY: by the contract of the function.
        let (sim, path) = unsafe { (named(sim, "Sim")?, utf16(path).named("Path")?) };
        // SAFETY: by the contract of the function.
        let place = unsafe { Out::optional(length) };
        let (first, length) = sim.0.file(path)?;
        place.set_count(length as u64);
        Ok(first.cast())
    })
}

/// Ends the simulation and checks it: 0 if nothing was wrong, else 1.
///
/// # Safety
/// As [`HttpsysSimFault`], and neither the simulation nor its clients are used again.
#[unsafe(no_mangle)]
pub unsafe extern "system" fn HttpsysSimFinish(sim: *mut HTTPSYS_SIM) -> i32 {
    make("HttpsysSimFinish", 1, || {
        // SAFETY: by the contract of the function.
        unsafe { named(sim, "Sim") }?;
        // SAFETY: made by HttpsysSimCreate with a box, and not used again.
        let simulation = unsafe { Box::from_raw(sim) };
        Ok(i32::from(!simulation::finish(simulation.0)?))
    })
}
