//! `dev-cert`: a certificate for localhost, 127.0.0.1 and ::1, bound in one command.
//!
//! Owns: which certificate and bindings are those of development, when they are made anew, and what is printed.
//! Does not own: making one (`make.rs`), nor how to make systems trust one (`trust.rs`). Invariant: a
//! binding that somebody else made is never changed. Run again it only prints them, until the
//! certificate is about to expire; `--remove` undoes all that it did.

use std::fs;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use httpsys_configuration::{ConfigurationStore, hex_text};
use httpsys_core::configuration::ssl::{SslKey, SslParameters, SslRecord};
use httpsys_core::configuration::{Change, Configuration};
use serde_json::json;

use super::store;
use crate::arguments::CommandLine;
use crate::command_output::CommandOutput;
use crate::failure::CommandFailure;

mod make;
mod trust;

/// Who makes these bindings: a GUID of ours, as it lies in memory.
const APP_ID: [u8; 16] = *b"httpsys-dev-cert";
const STORE: &str = "MY";
/// The certificate that signed, without its key, beside the configuration file.
const AUTHORITY_FILE: &str = "dev-cert-ca.pem";
const DEFAULT_PORT: u16 = 8443;
/// A certificate that ends within so many seconds is made anew: 30 days.
const RENEW_BEFORE: u64 = 30 * 86_400;

/// `dev-cert [port=] [ipport=] [--trust] [--remove]`.
pub(crate) fn run(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let store = store::open()?;
    let Some(folder) = store.path().and_then(Path::parent) else {
        let why = "the configuration is in memory (HTTPSYS_CONFIG): nobody else would see the certificate";
        return Err(CommandFailure::other(why));
    };
    let authority = folder.join(AUTHORITY_FILE);
    if arguments.has("remove") {
        return remove(arguments, &store, &authority);
    }
    let endpoints = endpoints(arguments)?;
    let records = store.records().map_err(CommandFailure::other)?;
    refuse_foreign(&records.configuration, &endpoints)?;
    let (hash, is_new) = match usable(
        &store,
        &records.configuration,
        &authority,
        SystemTime::now(),
    ) {
        Some(hash) => (hash, false),
        None => (make_one(&store, &authority)?, true),
    };
    let mut bound = 0;
    for endpoint in all_endpoints(&records.configuration, &endpoints) {
        bound += usize::from(bind(&store, &records.configuration, endpoint, &hash)?);
    }
    let mut text = String::new();
    text += match (is_new, bound) {
        (true, _) => "Development certificate made and bound",
        (false, 0) => "Development certificate is there and bound",
        (false, _) => "Development certificate is there; bound now",
    };
    text += &format!(
        "\n\n    Certificate Hash             : {}\n",
        hex_text(&hash)
    );
    for endpoint in &endpoints {
        text += &format!("    IP:port                      : {endpoint}\n");
    }
    text += &format!(
        "    Authority (to trust)         : {}\n",
        authority.display()
    );
    let port = endpoints.first().map_or(DEFAULT_PORT, SocketAddr::port);
    text += &format!(
        "\nA program that registers https://localhost:{port}/ serves it now. Try:\n    \
         curl --cacert {} https://localhost:{port}/\n",
        trust::quoted(&authority)
    );
    let trust = trust::instructions(&authority);
    if arguments.has("trust") {
        text += &format!("\n{trust}");
    } else {
        text += "\n'httpsysctl dev-cert --trust' says how browsers and systems trust it.\n";
    }
    let shown: Vec<String> = endpoints.iter().map(SocketAddr::to_string).collect();
    let json = [
        ("certhash", json!(hex_text(&hash))),
        ("ipports", json!(shown)),
        ("authority", json!(authority)),
        ("made", json!(is_new)),
        ("trust", json!(trust)),
    ];
    Ok(CommandOutput::done(text.trim_end(), &json))
}

/// Takes every binding of a development certificate away, the certificates, and the authority's.
fn remove(
    arguments: &CommandLine,
    store: &ConfigurationStore,
    authority: &Path,
) -> Result<CommandOutput, CommandFailure> {
    if ["port", "ipport"]
        .iter()
        .any(|tag| arguments.value(tag).is_some())
    {
        let why =
            "--remove takes all bindings of dev-cert away: port= and ipport= do not go with it";
        return Err(CommandFailure::Usage(why.into()));
    }
    let records = store.records().map_err(CommandFailure::other)?;
    let all = records.configuration.ssl();
    let (own, others): (Vec<_>, Vec<_>) = all
        .iter()
        .partition(|record| record.parameters.app_id == APP_ID);
    let mut text = String::new();
    for record in &own {
        let change = Change::RemoveSsl(record.key.clone());
        store::configure(store, change, "SSL Certificate deletion", "")?;
        text += &format!("    IP:port                      : {}\n", record.key);
    }
    for record in &own {
        let hash = &record.parameters.hash;
        // Somebody may have bound it elsewhere.
        if !others.iter().any(|other| other.parameters.hash == *hash) {
            let removed = store.certificates().remove(STORE, &hex_text(hash));
            removed.map_err(CommandFailure::other)?;
        }
    }
    let _ = fs::remove_file(authority);
    let sentence = match own.is_empty() {
        true => "There is no development certificate",
        false => "Development certificate removed",
    };
    let shown: Vec<String> = own.iter().map(|record| record.key.to_string()).collect();
    let text = format!("{sentence}\n\n{text}");
    let json = [("ipports", json!(shown))];
    Ok(CommandOutput::done(text.trim_end(), &json))
}

/// Where it is bound: on every address, unless one is given.
fn endpoints(arguments: &CommandLine) -> Result<Vec<SocketAddr>, CommandFailure> {
    if let Some(text) = arguments.value("ipport") {
        if arguments.value("port").is_some() {
            return Err(CommandFailure::Usage(
                "port= does not go with ipport=".into(),
            ));
        }
        let address = text.parse::<SocketAddr>();
        let address = address.ok().filter(|address| address.port() != 0);
        let why =
            format!("ipport={text}: it has to be an address and a port, such as 127.0.0.1:8443");
        return Ok(vec![address.ok_or(CommandFailure::Usage(why))?]);
    }
    let port = arguments
        .number("port")
        .and_then(|port| u16::try_from(port).ok());
    match port.unwrap_or(DEFAULT_PORT) {
        0 => Err(CommandFailure::Usage(
            "port=0: a certificate needs a port of its own".into(),
        )),
        port => Ok(vec![
            (Ipv4Addr::UNSPECIFIED, port).into(),
            (Ipv6Addr::UNSPECIFIED, port).into(),
        ]),
    }
}

fn of_endpoint<'a>(
    configuration: &'a Configuration,
    endpoint: &SocketAddr,
) -> Option<&'a SslRecord> {
    configuration.ssl_of(&SslKey::IpPort(*endpoint))
}

fn refuse_foreign(
    configuration: &Configuration,
    endpoints: &[SocketAddr],
) -> Result<(), CommandFailure> {
    for endpoint in endpoints {
        let record = of_endpoint(configuration, endpoint);
        if record.is_some_and(|record| record.parameters.app_id != APP_ID) {
            return Err(CommandFailure::other(format!(
                "{endpoint} has another certificate; 'httpsysctl delete sslcert ipport={endpoint}' takes it \
                 away, or port= names another port"
            )));
        }
    }
    Ok(())
}

/// The certificate of development bindings, if it will be good for a while and can be trusted.
fn usable(
    store: &ConfigurationStore,
    configuration: &Configuration,
    authority: &Path,
    now: SystemTime,
) -> Option<Vec<u8>> {
    let age = now.duration_since(UNIX_EPOCH);
    let until = age.map_or(0, |age| age.as_secs()) + RENEW_BEFORE;
    let own = |record: &&SslRecord| record.parameters.app_id == APP_ID;
    let signer = fs::read_to_string(authority).ok()?;
    let signer = make::subject_of(&signer)?;
    configuration.ssl().iter().filter(own).find_map(|record| {
        let hash = &record.parameters.hash;
        let found = store.certificates().find(STORE, hash).ok()?;
        let certificate = &found.certificate;
        let good = certificate.not_after() > until && certificate.issuer().contains(&signer);
        good.then(|| hash.clone())
    })
}

fn make_one(store: &ConfigurationStore, authority: &Path) -> Result<Vec<u8>, CommandFailure> {
    let made = make::make(SystemTime::now()).map_err(CommandFailure::other)?;
    let found = store.certificates().add(STORE, made.pem.as_bytes());
    let found = found.map_err(CommandFailure::other)?;
    write_whole(authority, &made.authority)
        .map_err(|error| CommandFailure::other(format!("{}: {error}", authority.display())))?;
    Ok(found.certificate.thumbprint().to_vec())
}

fn write_whole(path: &Path, text: &str) -> std::io::Result<()> {
    let mut unfinished = PathBuf::from(path).into_os_string();
    unfinished.push(format!(".{}.new", std::process::id()));
    fs::write(&unfinished, text)?;
    fs::rename(&unfinished, path)
}

/// The endpoints that are asked for, and those that have a development certificate, which may be an old one.
fn all_endpoints(configuration: &Configuration, asked: &[SocketAddr]) -> Vec<SocketAddr> {
    let mut all = asked.to_vec();
    for record in configuration.ssl() {
        if let SslKey::IpPort(address) = record.key {
            if record.parameters.app_id == APP_ID && !all.contains(&address) {
                all.push(address);
            }
        }
    }
    all
}

/// True if the binding was made or changed.
fn bind(
    store: &ConfigurationStore,
    configuration: &Configuration,
    endpoint: SocketAddr,
    hash: &[u8],
) -> Result<bool, CommandFailure> {
    let existing = of_endpoint(configuration, &endpoint);
    if existing.is_some_and(|record| record.parameters.hash == hash) {
        return Ok(false);
    }
    let is_there = existing.is_some();
    let parameters = match existing {
        Some(record) => SslParameters {
            hash: hash.to_vec(),
            ..record.parameters.clone()
        },
        None => SslParameters {
            hash: hash.to_vec(),
            app_id: APP_ID,
            ..SslParameters::default()
        },
    };
    let key = SslKey::IpPort(endpoint);
    let record = SslRecord { key, parameters };
    let change = match is_there {
        true => Change::UpdateSsl(record),
        false => Change::AddSsl(record),
    };
    store::configure(store, change, "SSL Certificate add", "")?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use httpsys_configuration::StorePlace;
    use std::time::Duration;

    #[test]
    fn a_certificate_is_used_until_thirty_days_before_its_end() {
        let folder = std::env::temp_dir().join(format!("httpsysctl-renew-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let place = StorePlace::File(folder.join("config.json"));
        let store = ConfigurationStore::open(place).unwrap();
        let authority = folder.join(AUTHORITY_FILE);
        let hash = make_one(&store, &authority).unwrap();
        let none = store.records().unwrap();
        let now = SystemTime::now();
        assert_eq!(
            usable(&store, &none.configuration, &authority, now),
            None,
            "it is not bound"
        );
        let endpoint = SocketAddr::from((Ipv4Addr::LOCALHOST, 8443));
        assert!(bind(&store, &none.configuration, endpoint, &hash).unwrap());
        let bound = store.records().unwrap();
        let at = |days: u64| {
            let then = now + Duration::from_secs(days * 86_400);
            usable(&store, &bound.configuration, &authority, then)
        };
        assert_eq!(
            (at(0), at(334), at(336)),
            (Some(hash.clone()), Some(hash.clone()), None)
        );
        assert!(
            !bind(&store, &bound.configuration, endpoint, &hash).unwrap(),
            "as it is"
        );
        fs::remove_dir_all(&folder).unwrap();
    }
}
