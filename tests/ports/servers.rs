//! Servers that answer from memory: the calls of both versions, and threads, timers, locks and ports.

use crate::builds::Source;
use crate::in_every_build;
use crate::play::Play;

#[test]
fn v1_echo_a_handle_and_urls() {
    in_every_build(&Source::c("v1_echo"), |play| {
        play.start(&[
            "http://localhost:{port}/",
            "http://localhost:{port}/whoami/",
        ]);
        play.get("/");
        play.ask(
            "GET /whoami/x%41?a=1&b=%20",
            &["Accept: text/*", "User-Agent: test", "X-Own: 1", "X-Own: 2"],
            b"",
        );
        // More than the first buffer holds.
        let long = format!("X-Long: {}", "long ".repeat(400));
        play.ask("GET /", &[&long], b"");
        play.ask("POST /", &[], b"some text");
        let large: Vec<u8> = (0..100_000_u32).map(|at| (at % 251) as u8).collect();
        let echoed = play.ask("POST /", &[], &large);
        assert_eq!(echoed.body, large);
        play.raw(
            "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n\
             5\r\nhello\r\n7\r\n, world\r\n0\r\n\r\n",
        );
        play.ask("PUT /", &[], b"");
        play.ask("BREW /", &[], b"");
        play.get("/quit");
        play.ends();
    });
}

#[test]
fn v2_properties_sessions_groups_and_queues() {
    in_every_build(&Source::c("v2_properties"), |play| {
        play.start(&["{port}"]);
        play.get("/app/");
        play.get("/app/anything/below?it");
        play.get("/app/stream/");
        play.get("/extra/");
        play.get("/app/admin/?status");
        play.get("/app/admin/?disable");
        play.get("/extra/");
        play.get("/app/admin/?status");
        play.get("/app/admin/?enable");
        play.get("/extra/");
        play.ask("POST /app/", &[], b"ignored");
        play.get("/elsewhere");
        play.enter();
        play.ends();
    });
}

#[test]
fn iocp_skip_a_completion_port_and_workers() {
    in_every_build(&Source::ansi("iocp_skip"), |play| {
        play.start(&["{port}", "3"]);
        play.get("/count");
        play.get("/sum?a=40&b=2");
        play.get("/sum?a=x");
        play.ask("POST /length", &[], b"short");
        play.ask("POST /length", &[], &[b'x'; 50_000]);
        let long = format!("X-Long: {}", "long ".repeat(800));
        play.ask("GET /count", &[&long], b"");
        many_at_once(play, "/sum?a=1&b=1", 200);
        play.get("/stop");
        play.ends();
    });
}

/// Requests from eight connections at a time, each answered with 200.
fn many_at_once(play: &mut Play, target: &str, count: usize) {
    let clients: Vec<_> = (0..8).map(|_| play.client()).collect();
    let threads: Vec<_> = clients
        .into_iter()
        .map(|mut client| {
            let request = format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n");
            std::thread::spawn(move || {
                for _ in 0..count / 8 {
                    client.send(&request);
                    assert_eq!(client.read_response().status(), 200);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().expect("every request is answered");
    }
    play.note(&format!("> GET {target}, {count} times: 200"));
}

#[test]
fn long_poll_timers_and_clients_that_leave() {
    in_every_build(&Source::c("long_poll"), |play| {
        play.start(&["http://localhost:{port}/"]);
        play.until("/stats", "heartbeat yes");
        play.get("/poll?topic=news&ms=20");
        play.ask("POST /publish?topic=news", &[], b"nobody hears this");

        let mut first = play.client();
        let mut second = play.client();
        let mut other = play.client();
        play.send(&mut first, "GET /poll?topic=News", &[], b"");
        play.send(&mut second, "GET /poll?topic=news&ms=30000", &[], b"");
        play.send(&mut other, "GET /poll?topic=other", &[], b"");
        play.until("/stats", "waiting 3");
        play.ask("POST /publish?topic=news", &[], b"something has happened");
        play.receive(&mut first, "GET");
        play.receive(&mut second, "GET");

        // The same connection again; then its client leaves.
        play.send(&mut first, "GET /poll?topic=news", &[], b"");
        play.until("/stats", "waiting 2");
        first.reset();
        play.until("/stats", "disconnected 1");

        play.get("/nothing");
        play.get("/quit");
        play.receive(&mut other, "GET");
        play.ends();
    });
}

#[test]
fn work_queue_locks_and_condition_variables() {
    in_every_build(&Source::ansi("work_queue"), |play| {
        play.start(&["{port}", "2", "3"]);
        play.ask("POST /jobs", &[], b"100");
        play.get("/jobs/1?wait=20000");
        play.ask("POST /hold", &[], b"");
        for number in ["10", "1000", "100000"] {
            play.ask("POST /jobs", &[], number.as_bytes());
        }
        play.ask("POST /jobs", &[], b"7");
        play.get("/jobs/2");
        play.get("/jobs/3?wait=30");
        // A client that waits is answered when the work is done.
        let mut waits = play.client();
        play.send(&mut waits, "GET /jobs/4?wait=30000", &[], b"");
        play.ask("POST /release", &[], b"");
        play.receive(&mut waits, "GET");
        play.get("/jobs/3?wait=20000");
        play.get("/jobs/2?wait=20000");
        play.get("/jobs/99");
        play.ask("POST /jobs", &[], b"12a");
        play.ask("POST /jobs", &[], b"");
        play.get("/quit");
        play.ends();
    });
}

#[test]
fn graceful_answers_before_it_ends() {
    in_every_build(&Source::c("graceful"), |play| {
        play.start(&["{port}"]);
        play.get("/");
        play.get("/SLOW?ms=20");
        let mut slow = play.client();
        play.send(&mut slow, "GET /slow?ms=30000", &[], b"");
        play.until("/inflight", "1");
        play.get("/ctrl-c");
        play.receive(&mut slow, "GET");
        play.ends();
    });
}

/// What the keyboard and the system send, where there are signals.
#[test]
fn graceful_ends_on_signals() {
    let source = Source::c("graceful").with("signals");
    let builds = crate::builds::Build::all(&source);
    for (signal, name) in [
        ("INT", "Ctrl-C"),
        ("QUIT", "Ctrl-Break"),
        ("TERM", "close"),
        ("HUP", "close"),
    ] {
        for build in &builds {
            if build.wine {
                eprintln!("SKIPPED: a signal is no Ctrl-C to a program under Wine");
                return;
            }
            let mut play = Play::new(build);
            play.start(&["{port}"]);
            let mut slow = play.client();
            play.send(&mut slow, "GET /slow?ms=30000", &[], b"");
            play.until("/inflight", "1");
            play.signal(signal);
            let answer = play.receive(&mut slow, "GET");
            assert_eq!(answer.body, b"finished early\r\n");
            play.ends();
            let transcript = play.finish();
            let wanted = format!("Stopping after {name}\n");
            assert!(transcript.contains(&wanted), "{build}: {transcript}");
            assert!(transcript.contains("exit code 0"), "{build}: {transcript}");
        }
    }
}

#[test]
fn rest_notes_cpp_with_wide_strings_and_exceptions() {
    in_every_build(&Source::plus("rest_notes"), |play| {
        play.start(&["http://localhost:{port}/api/"]);
        play.get("/api/notes");
        play.ask(
            "POST /api/notes",
            &[],
            "{\"title\": \"Gr\u{fc}\u{df}e\", \"text\": \"line\\nline\", \"tags\": [\"b\", \"a\"]}"
                .as_bytes(),
        );
        play.ask(
            "POST /api/notes",
            &[],
            br#" { "text" : "\u20ac \"quoted\" \\", "title" : "two", "tags" : [ "a" ] } "#,
        );
        play.get("/api/notes");
        play.get("/api/notes?tag=b");
        play.get("/api/notes/2");
        play.ask(
            "PUT /api/notes/2",
            &[],
            "{\"title\":\"\u{1f600}\"}".as_bytes(),
        );
        play.get("/api/notes/2");
        play.ask("DELETE /api/notes/1", &[], b"");
        play.get("/api/notes/1");
        play.get("/api/notes/x");
        play.get("/api/nothing");
        play.ask("PATCH /api/notes", &[], b"");
        play.ask("POST /api/notes", &[], b"{\"title\": 1}");
        play.ask("POST /api/notes", &[], b"{\"text\": \"no title\"}");
        play.ask("POST /api/notes", &[], b"{\"title\": \"\xff\"}");
        play.ask("POST /api/notes", &[], b"{\"colour\": \"red\"}");
        play.ask("POST /api/shutdown", &[], b"");
        play.ends();
    });
}
