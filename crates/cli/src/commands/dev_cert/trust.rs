//! How to make systems and programs trust the development certificate.
//!
//! Owns: the instructions; the system's own stand first. Nothing is carried out: it needs rights, and the
//! user's decision. Threading: plain data; the system is looked at.

use std::path::Path;

/// A way of one system; `@` stands for the file.
struct TrustCommand {
    title: &'static str,
    /// A file that only such a system has.
    sign: &'static str,
    lines: &'static [&'static str],
}

const SYSTEMS: [TrustCommand; 5] = [
    TrustCommand {
        title: "Debian, Ubuntu, Alpine",
        sign: "/usr/sbin/update-ca-certificates",
        lines: &[
            "sudo cp @ /usr/local/share/ca-certificates/httpsys-dev.crt",
            "sudo update-ca-certificates",
        ],
    },
    TrustCommand {
        title: "Fedora, RHEL, openSUSE, Arch",
        sign: "/usr/bin/trust",
        lines: &["sudo trust anchor --store @"],
    },
    TrustCommand {
        title: "macOS",
        sign: "/usr/bin/security",
        lines: &[
            "security add-trusted-cert -r trustRoot -k ~/Library/Keychains/login.keychain-db @",
        ],
    },
    TrustCommand {
        title: "Windows",
        sign: "C:\\Windows\\System32\\certutil.exe",
        lines: &["certutil -user -addstore Root @"],
    },
    TrustCommand {
        title: "NixOS",
        sign: "/etc/NIXOS",
        lines: &["security.pki.certificateFiles = [ @ ];   # configuration.nix"],
    },
];

/// Programs that have a list of their own.
const PROGRAMS: [(&str, &[&str]); 4] = [
    (
        "Chromium and Chrome on Linux (certutil: libnss3-tools, nss-tools)",
        &[
            "mkdir -p ~/.pki/nssdb",
            "certutil -d sql:$HOME/.pki/nssdb -A -t C,, -n httpsys-dev -i @",
        ],
    ),
    (
        "Firefox (the folder of each profile; or Settings, Certificates, Import)",
        &["certutil -d sql:PROFILE -A -t C,, -n httpsys-dev -i @"],
    ),
    (
        "curl, Python, Node for one run",
        &[
            "curl --cacert @ ...",
            "SSL_CERT_FILE=@ REQUESTS_CA_BUNDLE=@ python3 ...",
            "NODE_EXTRA_CA_CERTS=@ node ...",
        ],
    ),
    (
        "Java",
        &["keytool -importcert -cacerts -alias httpsys-dev -noprompt -file @"],
    ),
];

/// The instructions for a file.
pub(super) fn instructions(file: &Path) -> String {
    render(file, |sign| Path::new(sign).exists())
}

fn render(file: &Path, is_there: impl Fn(&str) -> bool) -> String {
    let file = quoted(file);
    let section = |title: &str, lines: &[&str]| {
        let mut text = format!("{title}:\n");
        for line in lines {
            text += &format!("    {}\n", line.replace('@', &file));
        }
        text + "\n"
    };
    let mut text = String::new();
    let (own, others): (Vec<_>, Vec<_>) = SYSTEMS.iter().partition(|system| is_there(system.sign));
    for system in &own {
        text += &section(&format!("This system ({})", system.title), system.lines);
    }
    for (title, lines) in PROGRAMS {
        text += &section(title, lines);
    }
    for system in &others {
        text += &section(system.title, system.lines);
    }
    text += "The authority's key was thrown away when the certificate was made, and it is limited to\n\
             localhost, 127.0.0.0/8 and ::1: who trusts it trusts nothing else.\n";
    text
}

/// A path as a shell takes it.
pub(super) fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:\\".contains(c);
    if text.chars().all(plain) {
        text
    } else {
        format!("'{}'", text.replace('\'', "'\\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_systems_own_way_stands_first_and_paths_are_quoted() {
        let text = render(Path::new("/home/a b/ca.pem"), |sign| {
            sign == "/usr/bin/trust"
        });
        let first = "This system (Fedora, RHEL, openSUSE, Arch):\n    \
                     sudo trust anchor --store '/home/a b/ca.pem'\n";
        assert!(text.starts_with(first), "{text}");
        assert!(text.contains("certutil -d sql:PROFILE -A"), "{text}");
        assert_eq!(quoted(Path::new("/a/it's")), "'/a/it'\\''s'");
    }
}
