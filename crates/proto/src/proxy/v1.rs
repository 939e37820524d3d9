//! Version 1 of the PROXY header: a line of text.
//!
//! Owns the grammar of the line, strictly as section 2.1 of the specification has it. Does not own reading
//! (`reader.rs`). Threading: plain values.

use std::net::{IpAddr, SocketAddr};

use super::{ProxyFault, ProxyHeader, agrees};

/// The longest line, with CR and LF (section 2.1).
pub const LONGEST_V1: usize = 107;

/// What the line begins with.
pub(super) const NAME: &[u8] = b"PROXY ";

const UNKNOWN: &[u8] = b"PROXY UNKNOWN";
const TCP4: &[u8] = b"PROXY TCP4 ";
const TCP6: &[u8] = b"PROXY TCP6 ";

/// Looks at a line that has got one more byte, before which there was no fault. `None`: the line goes on.
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
    let is_known = [UNKNOWN, TCP4, TCP6]
        .iter()
        .any(|known| agrees(line, known));
    let cut_short = last == b'\r' && line.starts_with(b"PROXY TCP");
    if !is_known && !cut_short {
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
        _ => return "\r\n".len(),
    };
    let shortest = [address, address, 1, 1];
    let fields = &line[TCP4.len()..];
    let current = fields.iter().filter(|byte| **byte == b' ').count();
    // A field that has begun may be whole already.
    let has_begun = !(fields.is_empty() || fields.ends_with(b" "));
    let left_of_current = match shortest.get(current) {
        Some(length) if !has_begun => *length,
        _ => 0,
    };
    // Each with the space before it.
    let following = shortest.iter().skip(current + 1).map(|length| 1 + length);
    left_of_current + following.sum::<usize>() + "\r\n".len()
}

/// A line with its end.
fn parse(line: &[u8]) -> Result<ProxyHeader, ProxyFault> {
    let invalid = |why| Err(ProxyFault::Invalid(why));
    let line = &line[..line.len() - "\r\n".len()];
    if line.starts_with(UNKNOWN) {
        // The rest of the line is to be ignored.
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
    let addresses = [source, destination].map(|text| address(text, is_v4));
    let [Some(source), Some(destination)] = addresses else {
        return invalid("an address is not one of the family");
    };
    let ports = [source_port, destination_port].map(port);
    let [Some(source_port), Some(destination_port)] = ports else {
        return invalid("a port is not a number from 0 to 65535 without leading zeros");
    };
    Ok(ProxyHeader::Proxied {
        source: SocketAddr::new(source, source_port),
        destination: SocketAddr::new(destination, destination_port),
    })
}

fn address(text: &str, is_v4: bool) -> Option<IpAddr> {
    let address: IpAddr = text.parse().ok()?;
    (address.is_ipv4() == is_v4).then_some(address)
}

fn port(text: &str) -> Option<u16> {
    let has_digits_only = text.bytes().all(|byte| byte.is_ascii_digit());
    let has_leading_zero = text.len() > 1 && text.starts_with('0');
    let port = text.parse().ok();
    port.filter(|_| has_digits_only && !has_leading_zero)
}
