//! Live services: both doors open the socket, and `httpsysctl` shows what they do.

use std::process::Command;

use httpsys::{CachePolicy, Response, Service};
use httpsys_tests::client::Client;
use httpsys_tests::program::{Program, build_c, cargo_build, target_dir};
use httpsys_tests::watchdog::Watchdog;

use crate::place::Place;

fn live(place: &Place, mut command: Command) -> Program {
    Program::start(command.envs(place.variables()).env("HTTPSYS_CONTROL", "1"))
}

fn rust_sample(place: &Place) -> Program {
    cargo_build(&["-p", "httpsys-examples", "--bin", "hello"]);
    let mut command = Command::new(target_dir().join("hello"));
    command.args(["--port", "0"]);
    live(place, command)
}

fn c_sample(place: &Place) -> Program {
    let mut command = Command::new(build_c("examples/c/hello.c"));
    command.arg("0");
    live(place, command)
}

#[test]
fn the_state_of_programs_in_rust_and_c_is_shown() {
    let _watchdog = Watchdog::start();
    let place = Place::new();
    let ended = place.run("show servicestate");
    assert_eq!(ended.code, 3, "{}", ended.output);
    assert!(
        ended.errors.contains("HTTPSYS_CONTROL=1"),
        "{}",
        ended.errors
    );
    let rust = rust_sample(&place);
    let text = place.told("show servicestate");
    assert!(
        text.starts_with("\nSnapshot of HTTP service state (Server Session View):\n---"),
        "{text}"
    );
    let own = format!("ID: {}, image: ", rust.id());
    let url = format!("http://localhost:{}/", rust.port());
    for line in [
        own.as_str(),
        url.as_str(),
        "Max requests: 1000",
        "Max bandwidth: inherited",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let text = place.told("show servicestate view=requestq verbose=no");
    assert!(
        text.contains("(Request Queue View)") && !text.contains("Max bandwidth"),
        "{text}"
    );

    let c = c_sample(&place);
    let both = place.told("show processes");
    for program in [&rust, &c] {
        assert!(
            both.contains(&format!("Process ID: {}, image: ", program.id())),
            "{both}"
        );
    }
    let shown = place.json("show servicestate");
    assert_eq!(shown["services"].as_array().unwrap().len(), 2);
    let only = place.json(&format!("show servicestate pid={}", c.id()));
    let only = only["services"].as_array().unwrap();
    assert_eq!((only.len(), &only[0]["pid"]), (1, &c.id().into()));
    let queue = &only[0]["servicestate"]["queues"][0];
    assert_eq!(queue["max_requests"], 1000);
    let urls = queue["url_groups"][0]["urls"].as_array().unwrap();
    assert!(
        urls.iter()
            .any(|url| url.as_str().unwrap().contains(&c.port().to_string())),
        "{urls:?}"
    );
    let counters = place.told(&format!("show counters pid={}", c.id()));
    assert!(
        counters.contains("\nhttpsys_connections_open 0\n"),
        "{counters}"
    );
    place.told("flush logbuffer");
    let ended = place.run("watch");
    assert_eq!(ended.code, 2, "several are live: {}", ended.errors);
    drop(rust);
    let left = place.json("show processes");
    assert_eq!(
        left["services"].as_array().unwrap().len(),
        1,
        "a dead one is forgotten"
    );
}

/// A service of this process, with `httpsysctl` in the same run directory.
fn own_connections() -> Vec<serde_json::Value> {
    let line = format!("show connections --json pid={}", std::process::id());
    let output = Command::new(Place::program())
        .args(line.split(' '))
        .output()
        .expect("httpsysctl runs");
    let text = String::from_utf8(output.stdout).unwrap();
    let shown: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let services = shown["services"].as_array().cloned().unwrap_or_default();
    services
        .iter()
        .flat_map(|own| {
            own["connections"]["listed"]
                .as_array()
                .cloned()
                .unwrap_or_default()
        })
        .collect()
}

#[test]
fn requests_under_way_are_shown_with_state_age_and_client_and_the_end_has_its_reason() {
    let _watchdog = Watchdog::start();
    let service = Service::new(httpsys::Parameters::default()).unwrap();
    let socket = service.open_control().unwrap();
    assert_eq!(service.open_control().unwrap(), socket, "it is open");
    let queue = service.create_request_queue().unwrap();
    let session = service.create_server_session().unwrap();
    let group = session.create_url_group().unwrap();
    group.bind(&queue).unwrap();
    let url = "http://127.0.0.1:0/";
    group.add_url(url).unwrap();
    let port = group.url_port(url).unwrap();
    let send = |target: &str| {
        let mut client = Client::connect(port);
        client.send(format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n").as_bytes());
        client
    };
    let first = send("/first?a=1");
    let held = queue.receive().unwrap();
    let waiting = send("/second");
    let of = |url: &str| {
        let all = own_connections();
        all.into_iter().find(|own| own["request"]["url"] == url)
    };
    let with_program = of("/first?a=1").expect("it is listed");
    assert_eq!(with_program["state"], "with program");
    assert_eq!(with_program["request"]["verb"], "GET");
    assert!(with_program["request"]["age_ms"].is_u64(), "{with_program}");
    assert!(
        with_program["remote"]
            .as_str()
            .unwrap()
            .starts_with("127.0.0.1:")
    );
    let head = format!("GET /first?a=1 HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
    assert_eq!(with_program["bytes_received"], head.len());
    assert_eq!(
        (&with_program["bytes_sent"], &with_program["tls"]),
        (&0.into(), &serde_json::Value::Null)
    );
    while of("/second").is_none_or(|own| own["state"] != "in queue") {
        std::thread::yield_now();
    }
    let id = with_program["id"].as_str().unwrap().to_owned();
    assert_eq!(
        u64::from_str_radix(&id, 16).unwrap(),
        held.connection_id().0
    );
    let why = |id: &str| {
        let output = Command::new(Place::program())
            .args(["why", id, &format!("pid={}", std::process::id())])
            .output()
            .unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert_eq!(
        why(&id),
        format!("\nConnection ID: {id}\n    State: open\n\n")
    );
    held.cancel().unwrap();
    let told = why(&id);
    assert!(
        told.contains("    Reason: Cancelled (4)\n    What it means: your program called"),
        "{told}"
    );
    queue
        .receive()
        .unwrap()
        .respond(Response::from_status(204))
        .unwrap();
    drop((first, waiting));
    drop((group, session, queue, service));
    assert!(!socket.exists(), "the socket goes with the service");
}

/// `show cachestate` and `delete cache`, as people see them, and as JSON.
#[test]
fn the_cache_of_a_live_service_is_shown_and_emptied() {
    let _watchdog = Watchdog::start();
    let service = Service::new(httpsys::Parameters::default()).unwrap();
    service.open_control().unwrap();
    let queue = service.create_named_request_queue("cache-of-ctl").unwrap();
    let session = service.create_server_session().unwrap();
    let group = session.create_url_group().unwrap();
    group.bind(&queue).unwrap();
    let url = "http://127.0.0.1:0/";
    group.add_url(url).unwrap();
    let port = group.url_port(url).unwrap();
    let run = |line: &str| {
        let output = Command::new(Place::program())
            .args(line.split(' '))
            .arg(format!("pid={}", std::process::id()))
            .output()
            .expect("httpsysctl runs");
        String::from_utf8(output.stdout).unwrap()
    };
    let mut client = Client::connect(port);
    let get = |client: &mut Client, target: &str| {
        let head = format!("GET {target} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n");
        client.send(head);
    };
    for target in ["/a", "/a/b", "/c"] {
        get(&mut client, target);
        let response = Response::ok()
            .header("Content-Type", "text/plain")
            .body("12345");
        let policy = CachePolicy::TimeToLive(600);
        queue
            .receive()
            .unwrap()
            .respond(response.cache(policy))
            .unwrap();
    }
    get(&mut client, "/a");
    let name = format!("http://127.0.0.1:{port}/part");
    let kept = CachePolicy::UserInvalidates;
    queue.add_fragment(&name, "abc", kept).unwrap();
    for _ in 0..4 {
        assert_eq!(client.read_response().body, b"12345");
    }
    let text = run("show cachestate");
    let shown = format!(
        "\nURL: http://127.0.0.1:{port}/a\n    Status code: 200\n    HTTP verb: GET\n    Cache policy type: Time to \
         live\n    Cache entry Time to live (sec): 600\n    Creation time: "
    );
    assert!(text.contains("Snapshot of HTTP response cache:"), "{text}");
    assert!(text.contains(&shown), "{text}");
    for line in [
        "    Request queue name: cache-of-ctl\n    Headers length: ",
        "    Content length: 5\n    Hit count: 1\n    Force disconnect after serving: FALSE\n",
        &format!("\nFragment: {name}\n    Cache policy type: User invalidates\n"),
        "\n3 responses and 1 fragment in ",
    ] {
        assert!(text.contains(line), "{line}: {text}");
    }
    let urls = |text: &str| {
        let shown: serde_json::Value = serde_json::from_str(text).unwrap();
        let entries = shown["services"][0]["cachestate"]["entries"].clone();
        let entries = entries.as_array().unwrap().clone();
        let prefix = format!("http://127.0.0.1:{port}");
        let path = |entry: &serde_json::Value| entry["url"].as_str().unwrap().replace(&prefix, "");
        entries.iter().map(path).collect::<Vec<_>>()
    };
    let all = urls(&run("show cachestate --json"));
    assert_eq!(all, ["/a", "/a/b", "/c", "/part"]);
    let below = format!("show cachestate --json url=http://127.0.0.1:{port}/a");
    assert_eq!(urls(&run(&below)), ["/a", "/a/b"]);
    let delete = format!("delete cache url=http://127.0.0.1:{port}/a");
    assert_eq!(run(&delete), "\n1 entry deleted\n\n");
    assert_eq!(
        urls(&run("show cachestate --json")),
        ["/a/b", "/c", "/part"]
    );
    assert_eq!(
        run(&format!("{delete} recursive=yes")),
        "\n1 entry deleted\n\n"
    );
    assert_eq!(run("delete cache"), "\n2 entries deleted\n\n");
    assert!(run("show cachestate").contains("\nThere are no entries.\n"));
    get(&mut client, "/c");
    queue
        .receive()
        .unwrap()
        .respond(Response::from_status(204))
        .unwrap();
    drop((client, group, session, queue, service));
}
