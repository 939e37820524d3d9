//! Programs around a server: configuration, service, registry, an ANSI build, and a client by Winsock.

use std::process::Command;

use crate::builds::{Source, succeed};
use crate::in_every_build;
use crate::play::Play;

#[test]
fn http_config_records_of_the_service() {
    in_every_build(&Source::c("http_config"), |play| {
        play.run(&["show", "urlacl", "url=http://+:80/none/"], "");
        play.run(&["show"], "");
        play.run(&["sing", "urlacl"], "");
        play.run(&["show", "song"], "");
        play.run(&["add", "urlacl", "nonsense"], "");
        play.run(
            &[],
            "show urlacl\n\
             add urlacl url=http://+:80/app/ sddl=D:(A;;GX;;;WD)\n\
             add urlacl url=http://+:80/app/ sddl=D:(A;;GX;;;WD)\n\
             add urlacl \"url=http://localhost:8080/with space/\"\n\
             add urlacl url=nonsense\n\
             show urlacl\n\
             show urlacl url=http://+:80/app/\n\
             delete urlacl url=http://+:80/app/\n\
             delete urlacl url=http://+:80/app/\n\
             delete urlacl \"url=http://localhost:8080/with space/\"\n\
             show urlacl\n\
             \n\
             # addresses\n\
             show iplisten\n\
             add iplisten ipaddress=127.0.0.1\n\
             add iplisten ipaddress=::1\n\
             add iplisten ipaddress=127.0.0.1\n\
             add iplisten ipaddress=localhost\n\
             show iplisten\n\
             delete iplisten ipaddress=127.0.0.1\n\
             delete iplisten ipaddress=127.0.0.1\n\
             delete iplisten ipaddress=::1\n\
             show iplisten\n\
             show timeout\n\
             add timeout type=idle value=77\n\
             show timeout\n\
             delete timeout type=idle\n\
             show timeout\n",
        );
        // Nobody has this certificate.
        play.run(
            &[],
            "add sslcert ipport=0.0.0.0:8443 certhash=00 appid={00112233-4455-6677-8899-AABBCCDDEEFF}\n\
             add sslcert ipport=0.0.0.0:8443 certhash=0g appid={00112233-4455-6677-8899-AABBCCDDEEFF}\n\
             add sslcert ipport=0.0.0.0:8443 certhash=00 appid=nonsense\n",
        );
    });
}

#[test]
fn service_events_and_a_control_thread() {
    in_every_build(&Source::c("service"), |play| {
        play.start(&["run", "{port}"]);
        play.get("/");
        play.ask("POST /control/Sleep", &[], b"");
        play.ask("GET /control/stop", &[], b"");
        play.ask("POST /control/pause", &[], b"");
        answers_with(play, 503);
        play.get("/");
        play.ask("POST /control/Continue", &[], b"");
        answers_with(play, 200);
        play.ask("POST /control/stop", &[], b"");
        play.ends();
    });
}

#[test]
#[ignore = "named objects are private to the process"]
fn service_a_single_instance_that_another_process_controls() {
    in_every_build(&Source::c("service").with("processes"), |play| {
        play.run(&["stop", "{port}"], "");
        play.start(&["run", "{port}"]);
        play.get("/");
        play.run(&["run", "{port}"], "");
        play.run(&["pause", "{port}"], "");
        answers_with(play, 503);
        play.run(&["continue", "{port}"], "");
        answers_with(play, 200);
        play.run(&["stop", "{port}"], "");
        play.ends();
        play.run(&["continue", "{port}"], "");
    });
}

/// Asks until the status is this.
fn answers_with(play: &mut Play, status: u16) {
    let deadline = std::time::Instant::now() + httpsys_tests::PATIENCE;
    loop {
        let mut client = play.client();
        client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
        let seen = client.read_response_head().status();
        if seen == status {
            play.note(&format!("> HEAD /: {status}"));
            return;
        }
        assert!(std::time::Instant::now() < deadline, "still {seen}");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

#[test]
fn reg_server_defaults_and_settings() {
    in_every_build(&Source::c("reg_server"), |play| {
        play.set("PORTS_PLACE", "the shop");
        play.start(&["{port}"]);
        play.get("/");
        play.get("/settings");
        play.get("/quit");
        play.ends();

        fill_registry(play);
        play.start(&["{port}"]);
        play.get("/shop/");
        play.get("/shop/settings");
        play.get("/elsewhere");
        // The third is the last.
        play.get("/shop/again");
        play.ends();
        if play.wine() {
            registry(&["delete", KEY, "/f"]);
        }
    });
}

const KEY: &str = r"HKLM\SOFTWARE\Contoso\RegServer";

/// As docs/REGISTRY.md has it.
const SETTINGS: &str = r#"{
    "HKLM\\SOFTWARE\\Contoso\\RegServer": {
        "Greeting": { "type": "REG_EXPAND_SZ", "data": "Welcome to %PORTS_PLACE%" },
        "Path": "/shop/",
        "MaxRequests": 3,
        "Signature": { "type": "REG_BINARY", "data": "0102abff" }
    },
    "HKEY_LOCAL_MACHINE\\Software\\Contoso\\RegServer\\Headers": {
        "X-One": "first",
        "X-Two": "second"
    }
}"#;

/// The same settings in Wine's registry and in the file that is ours.
fn fill_registry(play: &mut Play) {
    if !play.wine() {
        let file = play.data().join("registry.json");
        std::fs::write(&file, SETTINGS).expect("a file is written");
        play.set("HTTPSYS_REGISTRY", file.to_str().expect("a path in UTF-8"));
        return;
    }
    let headers = format!(r"{KEY}\Headers");
    for (key, name, kind, data) in [
        (KEY, "Greeting", "REG_EXPAND_SZ", "Welcome to %PORTS_PLACE%"),
        (KEY, "Path", "REG_SZ", "/shop/"),
        (KEY, "MaxRequests", "REG_DWORD", "3"),
        (KEY, "Signature", "REG_BINARY", "0102abff"),
        (&headers, "X-One", "REG_SZ", "first"),
        (&headers, "X-Two", "REG_SZ", "second"),
    ] {
        registry(&["add", key, "/v", name, "/t", kind, "/d", data, "/f"]);
    }
}

fn registry(arguments: &[&str]) {
    succeed(Command::new("wine").arg("reg").args(arguments));
}

#[test]
fn ansi_status_without_unicode() {
    in_every_build(&Source::ansi("ansi_status"), |play| {
        play.set("PORTS_TEST", "a value");
        play.start(&["{port}", "{folder}/log.txt"]);
        play.get("/");
        play.get("/Status");
        play.get("/env?PORTS_TEST");
        play.get("/env?PORTS_NO_SUCH");
        for code in [2, 5, 87, 1229] {
            play.error_text(&format!("/error?{code}"));
        }
        play.get("/error?99999");
        play.get("/log");
        play.ask("POST /log", &[], b"first line");
        play.ask("POST /log", &[], b"second line");
        play.ask("POST /log", &[], &[b'x'; 300]);
        play.get("/log");
        let long = format!("X-Long: {}", "long ".repeat(2400));
        play.ask("GET /", &[&long], b"");
        play.get("/quit");
        play.ends();
    });
}

#[test]
fn gateway_asks_itself_through_winsock() {
    in_every_build(&Source::plus_ansi("gateway"), |play| {
        play.start(&["{port}"]);
        play.get("/back/direct");
        play.get("/front/page");
        play.get("/front/missing");
        play.ask("POST /front/loud", &[], b"say it louder");
        play.get("/self");
        play.get("/sideways");
        play.get("/front/quit");
        play.ends();
    });
}
