//! Programs in C that fork: `fork.c` and `port.c`, which say what their paths and arguments do.

use std::process::Command;
use std::thread;

use httpsys_tests::client::Client;
use httpsys_tests::program::{Program, cargo_build, root, succeed, target_dir};
use httpsys_tests::watchdog::Watchdog;

struct Server {
    program: Program,
    _watchdog: Watchdog,
}

impl Server {
    fn start(more: &[&str]) -> Server {
        let watchdog = Watchdog::start();
        let arguments: Vec<String> = more.iter().map(ToString::to_string).collect();
        Server {
            program: Program::start_c("tests/fork/fork.c", &arguments),
            _watchdog: watchdog,
        }
    }

    fn connect(&self) -> Client {
        Client::connect(self.program.port())
    }

    /// The program has met nothing that it did not expect.
    fn end(mut self) {
        assert_eq!(get(&mut self.connect(), "/done"), "parent");
        assert!(self.program.wait(), "see its standard error");
    }

    /// A child does this: that is in order, and the parent accepts and serves as before.
    fn has_a_child_that(self, deed: &str) {
        let mut before = self.connect();
        assert_eq!(get(&mut before, "/"), "parent");
        let mut client = self.connect();
        assert_eq!(get(&mut client, &format!("/child/{deed}")), "0");
        assert_eq!(get(&mut client, "/"), "parent");
        assert_eq!(get(&mut before, "/"), "parent");
        assert_eq!(get(&mut self.connect(), "/"), "parent");
        self.end();
    }
}

fn send(client: &mut Client, path: &str) {
    client.send(format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n"));
}

fn get(client: &mut Client, path: &str) -> String {
    send(client, path);
    let response = client.read_response();
    assert_eq!(response.status(), 200);
    String::from_utf8(response.body).expect("text")
}

#[test]
fn cxl_001_a_cancel_reaches_the_client_while_a_child_lives_that_was_made_before() {
    let server = Server::start(&[]);
    let mut other = server.connect();
    assert_eq!(get(&mut other, "/"), "parent");
    for _ in 0..3 {
        let mut client = server.connect();
        send(&mut client, "/cancel");
        client.expect_reset();
    }
    assert_eq!(get(&mut other, "/"), "parent");
    server.end();
}

#[test]
fn g_170_an_orderly_close_reaches_the_client_while_a_child_lives_that_was_made_before() {
    let server = Server::start(&[]);
    for _ in 0..3 {
        let mut client = server.connect();
        assert_eq!(get(&mut client, "/close"), "parent");
        client.expect_eof();
    }
    server.end();
}

#[test]
fn g_170_a_child_that_calls_http_terminate_leaves_its_parent_alone() {
    Server::start(&[]).has_a_child_that("terminate");
}

#[test]
fn g_170_a_child_that_removes_the_url_leaves_its_parent_alone() {
    Server::start(&[]).has_a_child_that("url");
}

#[test]
fn g_170_a_child_that_closes_the_queue_leaves_its_parent_alone() {
    Server::start(&[]).has_a_child_that("queue");
}

#[test]
fn g_170_a_child_that_closes_the_handle_leaves_its_parent_alone() {
    Server::start(&[]).has_a_child_that("handle");
}

#[test]
fn g_170_a_child_that_just_exits_leaves_its_parent_alone() {
    Server::start(&[]).has_a_child_that("nothing");
}

#[test]
fn g_170_every_call_of_a_child_fails_with_1114_or_6() {
    Server::start(&[]).has_a_child_that("everything");
}

#[test]
fn g_170_a_child_may_initialise_anew_and_knows_nothing_of_what_it_inherited() {
    Server::start(&[]).has_a_child_that("anew");
}

#[test]
fn g_170_the_child_of_a_child_is_as_far_from_both() {
    Server::start(&[]).has_a_child_that("grandchild");
}

#[cfg(target_os = "linux")]
#[test]
fn g_170_a_child_has_no_socket_and_no_poll_of_its_parent() {
    let server = Server::start(&[]);
    let _clients = [(); 5].map(|()| server.connect());
    server.has_a_child_that("descriptors");
}

#[test]
fn g_170_a_child_that_initialises_anew_serves_beside_its_parent() {
    let server = Server::start(&[]);
    let mut parents = server.connect();
    let second = get(&mut parents, "/serve").parse().expect("a port");
    let mut childs = Client::connect(second);
    for _ in 0..3 {
        assert_eq!(get(&mut childs, "/"), "child");
        assert_eq!(get(&mut parents, "/"), "parent");
        assert_eq!(get(&mut server.connect(), "/"), "parent");
    }
    assert_eq!(get(&mut childs, "/done"), "ends");
    // The end of its service, and so of the connection.
    childs.read_until_gone();
    assert_eq!(get(&mut parents, "/"), "parent");
    server.end();
}

/// Everything of ours is close-on-exec.
#[cfg(target_os = "linux")]
#[test]
fn g_170_another_program_has_no_descriptor_of_ours() {
    let server = Server::start(&[]);
    let _clients = [(); 5].map(|()| server.connect());
    let open = get(&mut server.connect(), "/spawn");
    assert_eq!(open, "as before");
    server.end();
}

/// Children are made while four threads serve, and none of them meets a lock that nobody opens.
#[test]
fn g_170_children_of_a_parent_under_load_do_not_hang_and_disturb_nobody() {
    let server = Server::start(&["threads"]);
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                let mut kept = server.connect();
                while get(&mut kept, "/load") == "busy" {
                    assert_eq!(get(&mut server.connect(), "/"), "parent");
                }
            });
        }
    });
    server.end();
}

/// The parent's threads use a completion port and make handles meanwhile, and no service was begun.
fn ends_each_child_that(what: &str) {
    cargo_build(&["-p", "httpapi"]);
    let program = target_dir().join(format!("fork-port-{what}"));
    let mut build = Command::new(root().join("tools/httpsys-cc"));
    build.env("HTTPSYS_LIB_DIR", target_dir());
    build.args(["-Wall", "-Wextra", "-Werror", "-O1"]);
    succeed(
        build
            .arg(root().join("tests/fork/port.c"))
            .arg("-o")
            .arg(&program),
    );
    let _watchdog = Watchdog::start();
    succeed(Command::new(program).arg(what));
}

#[test]
fn g_170_a_child_of_a_thread_that_a_port_counts_exits() {
    ends_each_child_that("exits");
}

#[test]
fn g_170_a_child_of_a_thread_that_a_port_counts_sleeps() {
    ends_each_child_that("sleeps");
}

#[test]
fn g_170_a_child_makes_a_handle_while_threads_of_its_parent_make_some() {
    ends_each_child_that("handle");
}

#[test]
fn g_170_a_child_of_a_thread_that_a_port_counts_has_a_port_of_its_own() {
    ends_each_child_that("port");
}
