//! What the process around the service does or denies: signals.
//!
//! Owns: C programs that are run as children, since what they do to their process would hit other tests.

use httpsys_tests::client::Client;
use httpsys_tests::ports::Port;
use httpsys_tests::program::Program;
use httpsys_tests::watchdog::Watchdog;

/// A program waits for SIGTERM with sigwait; its server was started before it blocked the signal.
#[test]
fn threads_of_the_service_leave_signals_to_the_program() {
    let _watchdog = Watchdog::start();
    let port = Port::take();
    let folder = std::env::temp_dir().join(format!("httpsys-signals-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    let arguments = [
        port.number().to_string(),
        folder.to_str().expect("UTF-8").to_owned(),
    ];
    let mut program = Program::start_c("tests/programs/signals.c", &arguments);
    let mut client = Client::connect(port.number());
    client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_eq!(client.read_response().status(), 200);
    assert!(program.wait(), "it got SIGTERM in sigwait");
    let _ = std::fs::remove_dir_all(&folder);
}
