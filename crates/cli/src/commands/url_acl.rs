//! `add`, `delete` and `show urlacl`.
//!
//! Owns: how user=, listen= and delegate= become a descriptor, and how one is shown. Does not own: names of
//! accounts (`accounts.rs`), nor what a reservation does (`httpsys_core::reservation`).

use httpsys_core::Error;
use httpsys_core::reservation::Reservation;
use serde_json::{Value, json};

use super::{accounts, store};
use crate::arguments::CommandLine;
use crate::command_output::{CommandOutput, title};
use crate::failure::CommandFailure;

const ADD: &str = "Url reservation add";
const DELETE: &str = "Url reservation delete";

/// `add urlacl url=... user=...`.
pub(crate) fn add(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let url = arguments.needed("url")?;
    let descriptor = descriptor(arguments)?;
    let reservation = Reservation {
        url: url.encode_utf16().collect(),
        descriptor: descriptor.encode_utf16().collect(),
    };
    let store = store::open()?;
    let added = store.change(|records| {
        records
            .reservations
            .add(reservation)
            .map_err(httpsys_configuration::ChangeError::from)
    });
    added.map_err(|error| {
        store::refused(ADD, error.error(), &advice(&error.error(), url, &error))
    })?;
    let json = [("url", json!(url)), ("sddl", json!(descriptor))];
    Ok(CommandOutput::done(
        "URL reservation successfully added",
        &json,
    ))
}

fn advice(error: &Error, url: &str, why: &impl ToString) -> String {
    match error {
        Error::AlreadyExists => format!(
            "{url} is reserved, or the port is in use by the other of http and https: \
             see 'httpsysctl show urlacl'."
        ),
        Error::InvalidParameter => format!(
            "Either {url} is not a UrlPrefix (scheme://host:port/path/, such as http://+:8080/app/), \
             or the descriptor is not valid."
        ),
        _ => why.to_string(),
    }
}

/// `delete urlacl url=...`.
pub(crate) fn delete(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let url = arguments.needed("url")?;
    let units: Vec<u16> = url.encode_utf16().collect();
    let store = store::open()?;
    let removed = store.change(|records| {
        records
            .reservations
            .remove(&units)
            .map_err(httpsys_configuration::ChangeError::from)
    });
    removed.map_err(|error| {
        let advice = "'httpsysctl show urlacl' has the reservations that are there.";
        store::refused(DELETE, error.error(), advice)
    })?;
    Ok(CommandOutput::done(
        "URL reservation successfully deleted",
        &[],
    ))
}

/// `show urlacl [url=...]`.
pub(crate) fn show(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let records = store::open()?.records().map_err(CommandFailure::other)?;
    let only = match arguments.value("url") {
        None => None,
        Some(url) => {
            let units: Vec<u16> = url.encode_utf16().collect();
            let found = records.reservations.get(&units);
            Some(found.map_err(|error| store::refused("Url reservation query", error, ""))?)
        }
    };
    Ok(match only {
        Some(only) => shown([only].into_iter()),
        None => shown(records.reservations.iter()),
    })
}

fn shown<'a>(reservations: impl Iterator<Item = &'a Reservation>) -> CommandOutput {
    let mut text = title("URL Reservations:");
    let mut all = Vec::new();
    for reservation in reservations {
        let url = String::from_utf16_lossy(&reservation.url);
        let sddl = String::from_utf16_lossy(&reservation.descriptor);
        text += &format!("    Reserved URL            : {url}\n");
        let rights = rights(&sddl);
        for right in &rights {
            let yes_no = |yes: bool| if yes { "Yes" } else { "No" };
            text += &format!("        User: {}\n", right.user);
            text += &format!("            Listen: {}\n", yes_no(right.listen));
            text += &format!("            Delegate: {}\n", yes_no(right.delegate));
            if rights.len() == 1 {
                text += &format!("            SDDL: {sddl}\n");
            }
        }
        if rights.len() != 1 {
            text += &format!("        SDDL: {sddl}\n");
        }
        text.push('\n');
        let users: Vec<Value> = rights
            .iter()
            .map(|own| json!({ "user": own.user, "listen": own.listen, "delegate": own.delegate }))
            .collect();
        all.push(json!({ "url": url, "sddl": sddl, "users": users }));
    }
    CommandOutput::new(text, json!({ "url_acls": all }))
}

/// What an entry of a descriptor gives.
#[derive(Debug, PartialEq, Eq)]
struct GivenRights {
    user: String,
    listen: bool,
    delegate: bool,
}

/// The entries of a descriptor's access list that allow something. GX is to register, GW to delegate, GA both.
fn rights(sddl: &str) -> Vec<GivenRights> {
    let Some((_, list)) = sddl.split_once("D:") else {
        return Vec::new();
    };
    let list = list.split("S:").next().unwrap_or(list);
    let entries = list.split('(').skip(1);
    let fields = entries.map(|entry| {
        let entry = entry.split(')').next().unwrap_or("");
        entry.split(';').collect::<Vec<_>>()
    });
    fields
        .filter_map(|fields| match fields[..] {
            ["A", _, rights, _, _, account] => Some(GivenRights {
                user: accounts::name_of(account),
                listen: rights.contains("GX") || rights.contains("GA"),
                delegate: rights.contains("GW") || rights.contains("GA"),
            }),
            _ => None,
        })
        .collect()
}

/// The descriptor that the arguments ask for.
fn descriptor(arguments: &CommandLine) -> Result<String, CommandFailure> {
    let given = ["user", "listen", "delegate"];
    if let Some(sddl) = arguments.value("sddl") {
        return match given.iter().find(|tag| arguments.value(tag).is_some()) {
            Some(tag) => Err(CommandFailure::Usage(format!(
                "{tag}= does not go with sddl="
            ))),
            None => Ok(sddl.to_owned()),
        };
    }
    let Some(user) = arguments.value("user") else {
        let why = "user= or sddl= is missing: who may register, such as user=everyone";
        return Err(CommandFailure::Usage(why.into()));
    };
    let account = accounts::sid_of(user).map_err(CommandFailure::Usage)?;
    let yes = |tag, default: bool| arguments.value(tag).map_or(default, |word| word == "yes");
    let rights = match (yes("listen", true), yes("delegate", false)) {
        (true, true) => "GA",
        (true, false) => "GX",
        (false, true) => "GW",
        (false, false) => {
            let why = "listen=no and delegate=no: the user would have nothing";
            return Err(CommandFailure::Usage(why.into()));
        }
    };
    Ok(format!("D:(A;;{rights};;;{account})"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rights_of_a_descriptor_are_shown_as_netsh_shows_them() {
        let all = rights("D:(A;;GX;;;WD)(A;;GA;;;S-1-5-21-7)(D;;GX;;;AN)(A;;GW;;;NS)");
        let told: Vec<_> = all
            .iter()
            .map(|own| (own.user.as_str(), own.listen, own.delegate))
            .collect();
        assert_eq!(
            told,
            [
                ("\\Everyone", true, false),
                ("S-1-5-21-7", true, true),
                ("NT AUTHORITY\\NETWORK SERVICE", false, true),
            ]
        );
        assert!(rights("O:SYG:SY").is_empty());
    }

    #[test]
    fn the_text_is_that_of_netsh() {
        let reservation = Reservation {
            url: "http://*:2869/".encode_utf16().collect(),
            descriptor: "D:(A;;GX;;;LS)".encode_utf16().collect(),
        };
        let expected = r"
URL Reservations:
-----------------

    Reserved URL            : http://*:2869/
        User: NT AUTHORITY\LOCAL SERVICE
            Listen: Yes
            Delegate: No
            SDDL: D:(A;;GX;;;LS)

";
        assert_eq!(shown([&reservation].into_iter()).render(false), expected);
    }
}
