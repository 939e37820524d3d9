//! Command lines as people type them, and what is said of wrong ones.

use super::*;

fn parsed(line: &str) -> Result<CommandLine, CommandFailure> {
    let words = line.split(' ').filter(|word| !word.is_empty());
    match parse(words.map(OsString::from))? {
        ParsedLine::Command(arguments) => Ok(arguments),
        other => panic!("{other:?}"),
    }
}

fn wrong(line: &str) -> String {
    match parsed(line) {
        Err(CommandFailure::Usage(text)) => text.lines().next().unwrap_or("").to_owned(),
        other => panic!("{line}: {other:?}"),
    }
}

#[test]
fn a_line_for_netsh_is_read_as_it_is() {
    for line in [
        "add urlacl url=http://+:80/a/?b=c user=everyone",
        "http add urlacl url=http://+:80/a/?b=c user=everyone",
        "netsh http add urlacl url=http://+:80/a/?b=c user=everyone",
        "ADD UrlAcl USER=everyone URL=http://+:80/a/?b=c",
        "add url http://+:80/a/?b=c everyone",
        "add urlacl everyone url=http://+:80/a/?b=c",
    ] {
        let arguments = parsed(line);
        let arguments = match line.starts_with("add urlacl everyone") {
            // The first parameter that is free takes it.
            true => {
                assert_eq!(wrong(line), "url= is there twice");
                continue;
            }
            false => arguments.unwrap(),
        };
        assert_eq!(arguments.command().name(), "add urlacl");
        assert_eq!(arguments.value("url"), Some("http://+:80/a/?b=c"), "{line}");
        assert_eq!(arguments.value("user"), Some("everyone"));
        assert!(!arguments.json());
    }
}

#[test]
fn words_may_be_as_short_as_they_are_clear() {
    let arguments = parsed("sh servicest v=r --json").map(drop);
    assert!(arguments.is_err(), "tags are whole");
    let arguments = parsed("sh servicest view=r verbose=N --json").unwrap();
    assert_eq!(arguments.command().name(), "show servicestate");
    assert_eq!(arguments.value("view"), Some("requestq"));
    assert_eq!(arguments.value("verbose"), Some("no"));
    assert!(arguments.json());
}

#[test]
fn what_is_wrong_is_said_with_what_is_right() {
    for (line, told) in [
        (
            "frob",
            "there is no command \"frob\"; there is add, completions, delete, dev-cert, flush, import, \
                  manual, show, update, watch, why",
        ),
        (
            "add",
            "add what? cacheparam, iplisten, setting, sslcert, timeout, urlacl",
        ),
        (
            "add urlac2",
            "there is no \"urlac2\" to add; there is cacheparam, iplisten, setting, sslcert, \
                        timeout, urlacl",
        ),
        ("show s", "\"s\" may be servicestate or setting or sslcert"),
        ("add urlacl", "url= is missing"),
        ("add urlacl url=", "url= has no value"),
        ("add urlacl url=a url=b", "url= is there twice"),
        (
            "add urlacl uri=a",
            "add urlacl has no uri=; it has url= user= listen= delegate= sddl=",
        ),
        (
            "add timeout timeouttype=idle value=65536",
            "value=65536: it has to be a number from 0 to 65535",
        ),
        (
            "add timeout timeouttype=both value=1",
            "timeouttype=both: it has to be idleconnectiontimeout or headerwaittimeout",
        ),
        ("show timeout now", "\"now\" is one word too many"),
        ("show timeout x=1", "show timeout takes no parameters"),
        ("show timeout --watch", "there is no --watch here"),
        ("show timeout -j", "there is no option -j"),
    ] {
        assert_eq!(wrong(line), told, "{line}");
    }
}

#[test]
fn watch_needs_no_verb() {
    assert_eq!(parsed("--watch").unwrap().command().name(), "watch");
}

#[test]
fn help_is_of_all_of_a_verb_and_of_a_command() {
    let help = |line: &str| match parse(line.split(' ').map(OsString::from)) {
        Ok(ParsedLine::Help(words)) => crate::help::of(&words).unwrap(),
        other => panic!("{other:?}"),
    };
    assert!(help("--help").contains("\n  add urlacl "));
    assert!(help("help add").starts_with("  add cacheparam "));
    let text = help("add urlacl --help");
    assert!(
        text.contains("httpsysctl add urlacl url=URL [user=USER]"),
        "{text}"
    );
    for command in grammar::COMMANDS {
        let text = help(&format!("{} --help", command.name()));
        assert!(text.starts_with(&command.name()), "{text}");
    }
}
