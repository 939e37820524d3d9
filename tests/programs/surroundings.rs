//! What the process around the service does or denies: signals, threads, descriptors, memory.
//!
//! Owns: C programs that are run as children, since what they do to their process would hit other tests.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
use std::process::Command;

use httpsys_tests::client::Client;
use httpsys_tests::program::Program;
use httpsys_tests::watchdog::Watchdog;

/// A program waits for SIGTERM with sigwait; its server was started before it blocked the signal.
#[test]
fn threads_of_the_service_leave_signals_to_the_program() {
    let _watchdog = Watchdog::start();
    let folder = std::env::temp_dir().join(format!("httpsys-signals-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let arguments = [folder.to_str().expect("UTF-8").to_owned()];
    let mut program = Program::start_c("tests/programs/signals.c", &arguments);
    let mut client = Client::connect(program.port());
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.read_response().status(), 200);
    assert!(program.wait(), "it got SIGTERM in sigwait");
    let _ = std::fs::remove_dir_all(&folder);
}

/// The program with what is scarce as its first argument, and a client of so many requests.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn starved(what: &str, requests: usize) {
    let _watchdog = Watchdog::start();
    let mut program = Program::start_c("tests/programs/starved.c", &[what.to_owned()]);
    let mut client = Client::connect(program.port());
    for _ in 0..requests {
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        assert_eq!(client.read_response().status(), 200);
    }
    assert!(program.wait(), "all calls returned what is documented");
}

/// Calls that need a thread fail with 8 while there is none; what has its thread goes on without others.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_system_without_threads_fails_calls_and_hangs_nothing() {
    starved("threads", 3);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_full_address_space_fails_calls_and_hangs_nothing() {
    starved("address-space", 3);
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn a_call_that_needs_much_memory_fails_with_8_and_its_request_is_as_it_was() {
    starved("large", 1);
}

/// The poll and its waker need descriptors.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn http_initialize_fails_with_8_without_descriptors_and_can_be_called_again() {
    let _watchdog = Watchdog::start();
    let program = httpsys_tests::program::build_c("tests/programs/starved.c");
    let status = Command::new(&program).arg("descriptors").status();
    assert!(status.expect("it runs").success());
    std::fs::remove_file(program).expect("it is there");
}

/// A small allocation that fails may end the process, by abort and in no other way.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn an_allocation_that_fails_ends_the_call_or_the_process_and_hangs_nothing() {
    use std::os::unix::process::ExitStatusExt;
    const SIGABRT: i32 = 6;
    let _watchdog = Watchdog::start();
    let program = httpsys_tests::program::build_c("tests/programs/starved.c");
    let (mut aborted, mut served) = (0, 0);
    // Every one at first, then some: setting up takes a few hundred.
    for nth in (1..40).chain((40..600).step_by(23)) {
        let output = Command::new(&program)
            .args(["nth", &nth.to_string()])
            .env("RUST_BACKTRACE", "0")
            .output()
            .expect("it runs");
        match (output.status.code(), output.status.signal()) {
            // A call that failed says its line and ends the program.
            (Some(0 | 2), None) => served += 1,
            (None, Some(SIGABRT)) => aborted += 1,
            _ => panic!("allocation {nth}: {output:?}"),
        }
    }
    eprintln!("{aborted} aborts, {served} ends");
    assert!(
        aborted > 0 && served > 0,
        "the program meets its limit, and gets past it"
    );
    std::fs::remove_file(program).expect("it is there");
}
