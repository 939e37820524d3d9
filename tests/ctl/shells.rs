//! Completions in the shells that are here, and the manual page.

use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};

use httpsys_tests::program::is_there;

use crate::place::Place;

/// What bash offers behind a line.
fn bash_offers(place: &Place, script: &str, line: &str) -> Vec<String> {
    let file = place.path().join("completion.bash");
    fs::write(&file, script).unwrap();
    let asked = format!(
        "source {}; COMP_LINE={line:?}; COMP_POINT=${{#COMP_LINE}}; compopt() {{ :; }}; _httpsysctl; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        file.display()
    );
    let output = Command::new("bash")
        .args(["--norc", "-c", &asked])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said, "", "{line}");
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    text.lines()
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[test]
fn bash_completes_verbs_nouns_tags_and_values() {
    if !is_there("bash") {
        return;
    }
    let place = Place::new();
    let script = place.told("completions bash");
    for (line, offered) in [
        ("httpsysctl de", vec!["delete", "dev-cert"]),
        ("httpsysctl add ur", vec!["urlacl"]),
        ("httpsysctl add urlacl us", vec!["user="]),
        // Bash has cut the word at '='.
        (
            "httpsysctl show servicestate view=",
            vec!["session", "requestq"],
        ),
        ("httpsysctl show servicestate --", vec!["--watch", "--json"]),
        ("httpsysctl dev-cert --t", vec!["--trust"]),
    ] {
        assert_eq!(bash_offers(&place, &script, line), offered, "{line}");
    }
}

#[test]
fn zsh_and_fish_take_their_scripts() {
    let place = Place::new();
    for shell in ["zsh", "fish"] {
        let script = place.told(&format!("completions {shell}"));
        for word in ["servicestate", "view=requestq", "certhash="] {
            assert!(script.contains(word), "{shell}: {word}");
        }
        if !is_there(shell) {
            continue;
        }
        let file = place.path().join(shell);
        fs::write(&file, script).unwrap();
        let output = Command::new(shell).arg("-n").arg(&file).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && said.is_empty(),
            "{shell}: {said}"
        );
    }
}

#[test]
fn the_manual_page_is_one() {
    let place = Place::new();
    let page = place.told("manual");
    assert!(page.starts_with(".TH HTTPSYSCTL 1 "), "{page}");
    for command in ["add urlacl", "dev\\-cert", "show servicestate", "why"] {
        assert!(page.contains(&format!("\n.B {command}\n")), "{command}");
    }
    if !is_there("groff") {
        return;
    }
    let mut groff = Command::new("groff")
        .args(["-man", "-Tutf8", "-ww"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    groff
        .stdin
        .take()
        .unwrap()
        .write_all(page.as_bytes())
        .unwrap();
    let output = groff.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    assert!(String::from_utf8_lossy(&output.stdout).contains("netsh http"));
}
