//! `import cert`: a certificate with its key into a store.
//!
//! Owns: which form a file has. Does not own: reading PFX (`pfx.rs`), whether a certificate can be used
//! (`httpsys_tls`), nor where it is kept.

use std::fs;
use std::path::Path;

use httpsys_configuration::hex_text;
use serde_json::json;

use super::{pfx, store};
use crate::arguments::CommandLine;
use crate::command_output::CommandOutput;
use crate::failure::CommandFailure;

/// A larger file is not a certificate with its chain.
const MAX_FILE_BYTES: u64 = 4 << 20;

/// `import cert file=...`.
pub(crate) fn run(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let file = arguments.needed("file")?;
    let name = arguments.value("store").unwrap_or("MY");
    let mut bytes = read(file)?;
    if is_pem(&bytes) {
        if let Some(key) = arguments.value("key") {
            bytes.push(b'\n');
            bytes.extend(read(key)?);
        }
    } else {
        if arguments.value("key").is_some() {
            return Err(CommandFailure::Usage(
                "key= goes with a PEM file only".into(),
            ));
        }
        let password = arguments.value("password").map(str::to_owned);
        let password = password.or_else(|| std::env::var("HTTPSYSCTL_PASSWORD").ok());
        let read = pfx::to_pem(&bytes, password.as_deref());
        bytes = read
            .map_err(|why| CommandFailure::other(format!("{file}: {why}")))?
            .into_bytes();
    }
    let store = store::open()?;
    let found = store.certificates().add(name, &bytes);
    let found = found.map_err(|error| CommandFailure::other(format!("{file}: {error}")))?;
    let certificate = &found.certificate;
    let hash = hex_text(&certificate.thumbprint());
    let sentence = format!(
        "Certificate successfully imported\n\n    Subject                      : {}\n    \
         Issuer                       : {}\n    Names                        : {}\n    \
         Certificate Hash             : {hash}\n    Certificate Store Name       : {name}\n\n\
         To bind it: httpsysctl add sslcert ipport=0.0.0.0:443 certhash={hash}",
        certificate.subject(),
        certificate.issuer(),
        names(certificate),
    );
    let json = [("certhash", json!(hash)), ("store", json!(name))];
    Ok(CommandOutput::done(&sentence, &json))
}

fn names(certificate: &httpsys_tls::Certificate) -> String {
    let addresses = certificate.addresses().iter().map(ToString::to_string);
    let all: Vec<String> = certificate
        .dns_names()
        .iter()
        .cloned()
        .chain(addresses)
        .collect();
    all.join(", ")
}

fn is_pem(bytes: &[u8]) -> bool {
    // A PFX is a sequence of DER.
    bytes.first() != Some(&0x30)
}

fn read(path: &str) -> Result<Vec<u8>, CommandFailure> {
    let failed = |error: &dyn std::fmt::Display| CommandFailure::other(format!("{path}: {error}"));
    let found = fs::metadata(Path::new(path)).map_err(|error| failed(&error))?;
    if found.len() > MAX_FILE_BYTES {
        return Err(failed(&"is larger than a certificate is"));
    }
    fs::read(path).map_err(|error| failed(&error))
}
