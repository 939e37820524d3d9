//! EnableSslCloseNotify: LIM-022.

use std::io::Read as _;
use std::process::Command;

use httpsys_tests::door::{DISCONNECT, Reply, RustApi, World};

const PARAMETER: &str = "HTTPSYS_EnableSslCloseNotify";
const NAME: &str = "close_notify::lim_022_close_notify_comes_before_fin_if_it_is_asked_for";

/// The service of a process has one set of parameters: this one is asked for in a process of its own.
#[test]
fn lim_022_close_notify_comes_before_fin_if_it_is_asked_for() {
    if std::env::var_os(PARAMETER).is_none() {
        let own = std::env::current_exe().expect("a program");
        let mut child = Command::new(own);
        child.args(["--exact", NAME]).env(PARAMETER, "1");
        let output = child.output().expect("it runs");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(
            output.status.success() && text.contains("1 passed"),
            "{text}"
        );
        return;
    }
    let w = World::<RustApi>::secure();
    let (mut client, received) = w.received_get("/");
    let reply = Reply::ok().chunk("last").flags(DISCONNECT);
    w.respond(received.id, &reply).expect("an answer");
    assert_eq!(client.read_response().body, b"last");
    client.expect_eof();
    let (tls, _) = client.tls_mut();
    let end = tls.session_mut().reader().read(&mut [0]);
    assert_eq!(end.expect("close_notify, not only FIN"), 0);
}
