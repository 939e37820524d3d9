//! `add`, `delete` and `show iplisten`.

use std::net::IpAddr;

use httpsys_core::configuration::Change;
use serde_json::json;

use super::store;
use crate::arguments::CommandLine;
use crate::command_output::{CommandOutput, title};
use crate::failure::CommandFailure;

/// `add iplisten ipaddress=...`.
pub(crate) fn add(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let change = Change::AddListenAddress(address(arguments)?);
    store::configure(&store::open()?, change, "IP address add", "")?;
    let json = [("ipaddress", json!(arguments.value("ipaddress")))];
    Ok(CommandOutput::done("IP address successfully added", &json))
}

/// `delete iplisten ipaddress=...`.
pub(crate) fn delete(arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let change = Change::RemoveListenAddress(address(arguments)?);
    let advice = "'httpsysctl show iplisten' has the addresses that are there.";
    store::configure(&store::open()?, change, "IP address deletion", advice)?;
    Ok(CommandOutput::done("IP address successfully deleted", &[]))
}

/// `show iplisten`.
pub(crate) fn show(_arguments: &CommandLine) -> Result<CommandOutput, CommandFailure> {
    let records = store::open()?.records().map_err(CommandFailure::other)?;
    Ok(shown(records.configuration.listen_addresses()))
}

fn shown(addresses: &[IpAddr]) -> CommandOutput {
    let mut text = title("IP addresses present in the IP listen list:");
    for address in addresses {
        text += &format!("    {address}\n");
    }
    text.push('\n');
    let all: Vec<String> = addresses.iter().map(IpAddr::to_string).collect();
    CommandOutput::new(text, json!({ "ip_listen": all }))
}

fn address(arguments: &CommandLine) -> Result<IpAddr, CommandFailure> {
    let text = arguments.needed("ipaddress")?;
    text.trim_start_matches('[').trim_end_matches(']').parse().map_err(|_| {
        CommandFailure::Usage(format!(
            "ipaddress={text} is neither an IPv4 nor an IPv6 address; a port does not belong to it"
        ))
    })
}
