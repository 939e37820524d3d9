//! Version 1 of the PROXY header: a line of text.
//!
//! Owns the grammar of the line, strictly as section 2.1 of the specification has it. Does not own reading
//! (`reader.rs`). Threading: plain values.

use std::net::{IpAddr, SocketAddr};

use super::{ProxyFault, ProxyHeader};

/// The longest line, with CR and LF (section 2.1).
pub const LONGEST_V1: usize = 107;

/// What the line begins with.
pub(super) const NAME: &[u8] = b"PROXY ";

const UNKNOWN: &[u8] = b"PROXY UNKNOWN";
const TCP4: &[u8] = b"PROXY TCP4 ";
const TCP6: &[u8] = b"PROXY TCP6 ";

/// Two addresses and two ports.
const FIELDS: usize = 4;

/// A line with one more byte, all before which is no fault.
pub(super) fn look(line: &[u8]) -> Result<Option<ProxyHeader>, ProxyFault> {
    let invalid = |why| Err(ProxyFault::Invalid(why));
    let (last, before) = match line {
        [.., before, last] => (*last, *before),
        _ => return Ok(None),
    };
    if (last == b'\n') != (before == b'\r') {
        return invalid("the line ends with CR and LF, and has neither of them elsewhere");
    }
    if last == b'\n' {
        return parse(line).map(Some);
    }
    if line.len() == LONGEST_V1 {
        return invalid("the line is longer than 107 bytes");
    }
    let known = [UNKNOWN, TCP4, TCP6];
    let begins = |known: &&[u8]| {
        let compared = line.len().min(known.len());
        known[..compared] == line[..compared]
    };
    let cut_short = last == b'\r' && line.starts_with(b"PROXY TCP");
    if !known.iter().any(begins) && !cut_short {
        return invalid("the protocol is not TCP4, TCP6 or UNKNOWN");
    }
    Ok(None)
}

/// The number of bytes without which the line cannot be valid, at least 1. The line has begun with one of the known
/// protocols.
pub(super) fn least_left(line: &[u8]) -> usize {
    if line.ends_with(b"\r") {
        return 1;
    }
    let address = match line {
        _ if line.starts_with(TCP4) => "0.0.0.0".len(),
        _ if line.starts_with(TCP6) => "::".len(),
        _ => return 2,
    };
    let shortest = [address, address, 1, 1];
    let fields = &line[TCP4.len()..];
    let begun = fields.iter().filter(|byte| **byte == b' ').count();
    let own = match shortest.get(begun) {
        Some(own) if fields.is_empty() || fields.ends_with(b" ") => *own,
        _ => 0,
    };
    let others = shortest.iter().skip(begun + 1).map(|one| one + 1);
    own + others.sum::<usize>() + 2
}

/// A line with its end.
fn parse(line: &[u8]) -> Result<ProxyHeader, ProxyFault> {
    let invalid = |why| Err(ProxyFault::Invalid(why));
    let line = &line[..line.len() - 2];
    if line.starts_with(UNKNOWN) {
        // What is behind it is to be ignored.
        return match line.get(UNKNOWN.len()) {
            None | Some(b' ') => Ok(ProxyHeader::Own),
            Some(_) => invalid("the protocol is not TCP4, TCP6 or UNKNOWN"),
        };
    }
    let is_v4 = line.starts_with(TCP4);
    let fields = line.get(TCP4.len()..).unwrap_or_default();
    let Ok(fields) = std::str::from_utf8(fields) else {
        return invalid("the line has a byte that is not ASCII");
    };
    let fields: Vec<&str> = fields.split(' ').collect();
    let [source, destination, source_port, destination_port] = fields[..] else {
        return invalid("the line does not have two addresses and two ports");
    };
    debug_assert_eq!(fields.len(), FIELDS);
    match (address(source, is_v4), address(destination, is_v4)) {
        (Some(source), Some(destination)) => match (port(source_port), port(destination_port)) {
            (Some(from), Some(to)) => Ok(ProxyHeader::Proxied {
                source: SocketAddr::new(source, from),
                destination: SocketAddr::new(destination, to),
            }),
            _ => invalid("a port is not a number from 0 to 65535 without leading zeros"),
        },
        _ => invalid("an address is not one of the family"),
    }
}

fn address(text: &str, is_v4: bool) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    (address.is_ipv4() == is_v4).then_some(address)
}

fn port(text: &str) -> Option<u16> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let leads = text.len() > 1 && text.starts_with('0');
    text.parse().ok().filter(|_| digits && !leads)
}
