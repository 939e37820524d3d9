//! Certificates: `dev-cert`, `import cert`, `sslcert`.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use httpsys_tests::program::succeed;

use crate::place::Place;

/// Whether openssl is here; says if not.
fn has_openssl() -> bool {
    let there = Command::new("openssl").arg("version").output();
    let there = there.is_ok_and(|output| output.status.success());
    if !there {
        eprintln!("SKIPPED: no openssl on this machine");
    }
    there
}

fn openssl(folder: &Path, line: &str) {
    succeed(
        Command::new("openssl")
            .args(line.split(' '))
            .current_dir(folder),
    );
}

#[test]
fn a_development_certificate_is_made_and_bound_once() {
    let place = Place::new();
    let made = place.json("dev-cert");
    assert_eq!(made["made"], true);
    assert_eq!(
        made["ipports"],
        serde_json::json!(["0.0.0.0:8443", "[::]:8443"])
    );
    let hash = made["certhash"].as_str().unwrap();
    let file = place.path().join(format!("certificates/MY/{hash}.pem"));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600, "its key is for this user alone");
    let shown = place.json("show sslcert");
    let bound: Vec<_> = shown["sslcerts"].as_array().unwrap().iter().collect();
    assert_eq!(bound.len(), 2);
    assert!(bound.iter().all(|own| own["certhash"] == hash));

    let again = place.json("dev-cert");
    assert_eq!(
        (&again["made"], &again["certhash"]),
        (&false.into(), &hash.into())
    );
    assert_eq!(place.json("show sslcert"), shown, "nothing has changed");
    // Another port has the same certificate.
    let other = place.json("dev-cert ipport=127.0.0.1:9443");
    assert_eq!(
        (&other["made"], &other["certhash"]),
        (&false.into(), &hash.into())
    );
    assert_eq!(
        place.json("show sslcert")["sslcerts"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    if has_openssl() {
        let authority = made["authority"].as_str().unwrap();
        let file = file.display().to_string();
        let host =
            format!("verify -x509_strict -CAfile {authority} -verify_hostname localhost {file}");
        openssl(place.path(), &host);
        openssl(
            place.path(),
            &format!("verify -CAfile {authority} -verify_ip ::1 {file}"),
        );
    }
}

#[test]
fn a_development_certificate_that_nobody_can_trust_any_more_is_made_anew() {
    let place = Place::new();
    let made = place.json("dev-cert");
    fs::remove_file(made["authority"].as_str().unwrap()).unwrap();
    let anew = place.json("dev-cert");
    assert_eq!(anew["made"], true);
    assert_ne!(anew["certhash"], made["certhash"]);
    let shown = place.json("show sslcert");
    let all = shown["sslcerts"].as_array().unwrap();
    assert!(
        all.iter().all(|own| own["certhash"] == anew["certhash"]),
        "{shown}"
    );
}

#[test]
fn trust_is_explained_with_the_file_to_trust() {
    let place = Place::new();
    let told = place.told("dev-cert port=9443 --trust");
    let authority = place.path().join("dev-cert-ca.pem").display().to_string();
    assert!(
        told.contains(&format!(
            "curl --cacert {authority} https://localhost:9443/"
        )),
        "{told}"
    );
    for word in [
        "update-ca-certificates",
        "add-trusted-cert",
        "-addstore Root",
        "nssdb",
        "Firefox",
    ] {
        assert!(told.contains(word), "{word}: {told}");
    }
    assert!(
        !fs::read_to_string(&authority)
            .unwrap()
            .contains("PRIVATE KEY")
    );
}

#[test]
fn a_binding_that_somebody_else_made_is_not_replaced() {
    let place = Place::new();
    let hash = place.json("dev-cert port=9000")["certhash"]
        .as_str()
        .unwrap()
        .to_owned();
    place.told(&format!("add sslcert ipport=0.0.0.0:8443 certhash={hash}"));
    let ended = place.run("dev-cert");
    assert_eq!(ended.code, 1);
    assert!(
        ended
            .errors
            .contains("httpsysctl delete sslcert ipport=0.0.0.0:8443"),
        "{}",
        ended.errors
    );
}

/// IPv4 and IPv6 are two bindings: who changes one is told of the other.
#[test]
fn who_changes_one_of_the_two_bindings_is_told_of_the_other_and_remove_takes_all_away() {
    let place = Place::new();
    let made = place.json("dev-cert");
    place.told("dev-cert port=9443");
    let hash = made["certhash"].as_str().unwrap();
    let told = place.told("update sslcert ipport=0.0.0.0:8443 clientcertnegotiation=enable");
    let hint = "[::]:8443 has the same certificate, not changed: \
                'httpsysctl update sslcert ipport=[::]:8443'.";
    assert_eq!(
        told,
        format!("\nSSL Certificate successfully updated\n{hint}\n\n")
    );
    let told = place.told("update sslcert ipport=[::]:8443 clientcertnegotiation=enable");
    assert_eq!(
        told, "\nSSL Certificate successfully updated\n\n",
        "they are alike"
    );
    let told = place.told("delete sslcert ipport=0.0.0.0:8443");
    let hint = "[::]:8443 has the same certificate, still bound: \
                'httpsysctl delete sslcert ipport=[::]:8443'.";
    assert_eq!(
        told,
        format!("\nSSL Certificate successfully deleted\n{hint}\n\n")
    );
    let told = place.told("delete sslcert ipport=[::]:8443");
    assert_eq!(told, "\nSSL Certificate successfully deleted\n\n");
    let key = place.path().join(format!("certificates/MY/{hash}.pem"));
    assert!(key.exists());
    place.told(&format!("add sslcert ipport=127.0.0.1:1 certhash={hash}"));
    let removed = place.json("dev-cert --remove");
    assert_eq!(
        removed["ipports"],
        serde_json::json!(["0.0.0.0:9443", "[::]:9443"])
    );
    assert!(key.exists(), "somebody has bound it");
    assert!(!place.path().join("dev-cert-ca.pem").exists());
    let left = place.json("show sslcert");
    assert_eq!(left["sslcerts"].as_array().unwrap().len(), 1);
    let told = place.told("dev-cert --remove");
    assert_eq!(told, "\nThere is no development certificate\n\n");
    assert_eq!(place.run("dev-cert --remove port=1").code, 2);
    // Made anew, and taken away with its key.
    let again = place.json("dev-cert ipport=127.0.0.1:8443");
    let hash = again["certhash"].as_str().unwrap();
    let key = place.path().join(format!("certificates/MY/{hash}.pem"));
    assert!(key.exists());
    place.told("dev-cert --remove");
    assert!(!key.exists());
}

#[test]
fn flags_and_store_of_a_binding_are_set_updated_and_shown() {
    let place = Place::new();
    let hash = place.json("dev-cert")["certhash"]
        .as_str()
        .unwrap()
        .to_owned();
    let short = &hash[..8];
    let line = format!(
        "add sslcert hostnameport=localhost:443 certhash={short} \
         appid={{4dc3e181-e14b-4a21-b022-59fc669b0914}} clientcertnegotiation=enable disablehttp2=enable \
         verifyclientcertrevocation=disable revocationfreshnesstime=60"
    );
    place.told(&line);
    let refused = place.run(&line);
    assert_eq!(refused.code, 1);
    assert!(refused.errors.contains("Error: 183"), "{}", refused.errors);
    let shown = &place.json("show sslcert hostnameport=LOCALHOST:443")["sslcerts"][0];
    assert_eq!(shown["certhash"], hash);
    assert_eq!(shown["appid"], "{4dc3e181-e14b-4a21-b022-59fc669b0914}");
    for (tag, value) in [
        ("clientcertnegotiation", true),
        ("disablehttp2", true),
        ("disabletls12", false),
        ("verifyclientcertrevocation", false),
        ("usagecheck", true),
    ] {
        assert_eq!(shown[tag], value, "{tag}");
    }
    place.told("update sslcert hostnameport=localhost:443 disablehttp2=disable");
    place.told("update sslpropertyex hostnameport=localhost:443 propertyid=0 receivewindow=65536");
    let shown = &place.json("show sslcert hostnameport=localhost:443")["sslcerts"][0];
    assert_eq!(
        (&shown["disablehttp2"], &shown["clientcertnegotiation"]),
        (&false.into(), &true.into())
    );
    assert_eq!(shown["receivewindow"], 65536);
    let text = place.told("show sslcert hostnameport=localhost:443");
    assert!(
        text.contains("    Hostname:port                : localhost:443\n"),
        "{text}"
    );
    assert!(
        text.contains("    Negotiate Client Certificate : Enabled\n"),
        "{text}"
    );
    // Made for localhost: another name is taken, as on Windows, with a word about it.
    let told = place.told(&format!(
        "add sslcert hostnameport=example.org:443 certhash={hash}"
    ));
    assert!(
        told.contains("Warning: clients may refuse the certificate"),
        "{told}"
    );
    place.told("delete sslcert hostnameport=localhost:443");
    assert_eq!(place.run("show sslcert hostnameport=localhost:443").code, 1);
}

#[test]
fn certificates_are_imported_from_pem_and_pfx() {
    if !has_openssl() {
        return;
    }
    let place = Place::new();
    let folder = place.path();
    openssl(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 9 -subj /CN=shop \
         -addext subjectAltName=DNS:shop.example.org",
    );
    let pem = place.json("import cert file=cert.pem key=key.pem");
    let hash = pem["certhash"].as_str().unwrap().to_owned();
    assert_eq!(hash.len(), 40);
    let export = "pkcs12 -export -inkey key.pem -in cert.pem -passout pass:secret -out";
    openssl(folder, &format!("{export} modern.pfx"));
    // As Windows and older tools write them.
    let old = "-certpbe PBE-SHA1-3DES -keypbe PBE-SHA1-3DES -macalg sha1";
    openssl(folder, &format!("{export} old.pfx {old}"));
    for file in ["modern.pfx", "old.pfx"] {
        fs::remove_file(folder.join(format!("certificates/MY/{hash}.pem"))).unwrap();
        let told = place.told(&format!("import cert file={file} password=secret"));
        assert!(
            told.contains(&format!("Certificate Hash             : {hash}\n")),
            "{told}"
        );
        assert!(
            told.contains("Names                        : shop.example.org\n"),
            "{told}"
        );
    }
    place.told(&format!("add sslcert ipport=0.0.0.0:443 certhash={hash}"));

    for (line, why) in [
        (
            "import cert file=modern.pfx password=wrong",
            "the password may be another",
        ),
        (
            "import cert file=modern.pfx",
            "is a password needed? password=...",
        ),
        ("import cert file=cert.pem", "key"),
        (
            "import cert file=none.pem",
            "none.pem: No such file or directory",
        ),
        ("import cert file=/dev/null", "/dev/null: "),
    ] {
        let ended = place.run(line);
        assert_eq!(ended.code, 1, "{line}: {}", ended.output);
        assert!(ended.errors.contains(why), "{line}: {}", ended.errors);
    }
    openssl(
        folder,
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem",
    );
    let ended = place.run("import cert file=cert.pem key=other.pem");
    assert_eq!(ended.code, 1);
    assert!(
        ended.errors.contains("belongs to none of its certificates"),
        "{}",
        ended.errors
    );
}
