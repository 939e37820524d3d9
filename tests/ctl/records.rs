//! Records of the configuration: a transcript of a session, as it would be with netsh.

use std::fs;

use crate::place::{Place, compare};

/// What a session shows: each command, what it printed, and its exit code where that is not 0.
fn session(place: &Place, lines: &[&str]) -> String {
    let mut seen = String::new();
    for line in lines {
        let ended = place.run(line);
        seen += &format!("$ httpsysctl {line}\n{}{}", ended.output, ended.errors);
        if ended.code != 0 {
            seen += &format!("(exit code {})\n", ended.code);
        }
    }
    seen.replace(&place.path().display().to_string(), "HOME")
}

/// Most are misspelt: the command is carried out, and standard error says so.
#[test]
fn members_that_mean_nothing_are_told_of_at_every_depth() {
    let place = Place::new();
    let path = place.path().join("config.json");
    let text = r#"{"version": 1, "timeouts": {"idle_connection": 9}, "urlacls": []}"#;
    fs::write(&path, text).unwrap();
    let ended = place.run("show timeout");
    let path = path.display();
    let expected = format!(
        "httpsysctl: warning: {path}: timeouts.idle_connection is not a known member; it is kept\n\
         httpsysctl: warning: {path}: urlacls is not a known member; it is kept\n"
    );
    assert_eq!((ended.code, ended.errors), (0, expected));
    assert!(ended.output.contains("120"), "{}", ended.output);
}

#[test]
fn a_session_with_records_of_each_kind_reads_as_with_netsh() {
    let place = Place::new();
    let lines = [
        "add urlacl url=http://+:8080/app/ user=everyone",
        "add urlacl url=http://+:8080/app/ user=everyone",
        "add urlacl url=http://*:2869/ sddl=D:(A;;GX;;;LS)",
        "http add urlacl https://localhost:8443/ root listen=yes delegate=yes",
        "show urlacl",
        "show urlacl url=http://*:2869/",
        "show urlacl url=http://*:1/",
        "delete urlacl url=http://*:2869/",
        "delete urlacl url=http://*:2869/",
        "add urlacl url=nonsense user=everyone",
        "add urlacl url=http://+:81/ sddl=nonsense",
        "add urlacl url=http://+:81/ user=nobody-at-all",
        "add iplisten ipaddress=127.0.0.1",
        "add iplisten ::1",
        "add iplisten ipaddress=127.0.0.1",
        "add iplisten ipaddress=localhost",
        "show iplisten",
        "delete iplisten ::1",
        "delete iplisten ::1",
        "add timeout timeouttype=idleconnectiontimeout value=90",
        "add timeout timeouttype=idle value=91",
        "show timeout",
        "delete timeout timeouttype=idle",
        "show timeout",
        "add cacheparam type=max value=65536",
        "show cacheparam",
        "delete cacheparam type=max",
        "add setting settingtype=sslthrottle value=1",
        "show setting",
        "delete setting settingtype=sslthrottle",
        "show sslcert",
        "delete sslcert ipport=0.0.0.0:443",
        "add sslcert ipport=0.0.0.0:443 certhash=0102030405060708090a0b0c0d0e0f1011121314",
        "add sslcert certhash=01",
        "show servicestate",
    ];
    compare("records", &session(&place, &lines));
}

#[test]
fn what_one_command_sets_the_next_one_sees_as_json() {
    let place = Place::new();
    assert_eq!(
        place.json("add urlacl url=http://+:8080/ user=users")["done"],
        true
    );
    let shown = place.json("show urlacl");
    assert_eq!(shown["url_acls"][0]["sddl"], "D:(A;;GX;;;BU)");
    assert_eq!(shown["url_acls"][0]["users"][0]["user"], "BUILTIN\\Users");
    place.told("add timeout timeouttype=header value=7");
    assert_eq!(place.json("show timeout")["headerwaittimeout"], 7);
    assert_eq!(
        place.json("show iplisten")["ip_listen"],
        serde_json::json!([])
    );
}

#[test]
fn a_broken_file_is_refused_with_its_place_and_left_as_it_is() {
    let place = Place::new();
    let file = place.path().join("config.json");
    let broken = "{\n  \"version\": 1,\n  \"url_acls\": [ }\n";
    fs::write(&file, broken).unwrap();
    for line in ["show urlacl", "add iplisten ipaddress=::1", "dev-cert"] {
        let ended = place.run(line);
        assert_eq!((ended.code, ended.output.as_str()), (1, ""), "{line}");
        let place_of_fault = format!("{}:3:", file.display());
        assert!(ended.errors.contains(&place_of_fault), "{}", ended.errors);
    }
    assert_eq!(fs::read_to_string(&file).unwrap(), broken);
}
