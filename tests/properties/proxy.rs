//! Headers of the PROXY protocol: what a proxy writes is read, however it is cut, and nothing behind it.
//!
//! Owns: a writer of headers, and the agreement of all cuts for any bytes. Does not own: which headers are invalid.
//! Threading: none.

use std::net::{IpAddr, SocketAddr};

use httpsys_proto::proxy::{ProxyFault, ProxyHeader, ProxyReader, crc32c};
use proptest::collection::vec;
use proptest::prelude::*;

use crate::config;

/// Reads with reads of these lengths again and again, as far as more is wanted. The outcome, and the rest.
fn read<'a>(
    mut input: &'a [u8],
    steps: &[usize],
) -> (Option<Result<ProxyHeader, ProxyFault>>, &'a [u8]) {
    let mut reader = ProxyReader::new();
    let mut steps = steps.iter().cycle();
    while !input.is_empty() {
        let wanted = reader.wanted();
        assert!(wanted > 0);
        let step = steps.next().copied().unwrap_or(usize::MAX).max(1);
        let (piece, rest) = input.split_at(step.min(wanted).min(input.len()));
        input = rest;
        match reader.push(piece) {
            Ok(None) => {}
            Ok(Some(header)) => return (Some(Ok(header)), input),
            Err(fault) => return (Some(Err(fault)), input),
        }
    }
    (None, input)
}

#[derive(Clone, Debug)]
struct Written {
    bytes: Vec<u8>,
    header: ProxyHeader,
}

fn ends() -> impl Strategy<Value = (SocketAddr, SocketAddr)> {
    let v4 = any::<([u8; 4], [u8; 4])>().prop_map(|(a, b)| (IpAddr::from(a), IpAddr::from(b)));
    let v6 = any::<([u8; 16], [u8; 16])>().prop_map(|(a, b)| (IpAddr::from(a), IpAddr::from(b)));
    (prop_oneof![v4, v6], any::<(u16, u16)>())
        .prop_map(|((a, b), (from, to))| (SocketAddr::new(a, from), SocketAddr::new(b, to)))
}

fn v1() -> impl Strategy<Value = Written> {
    ends().prop_map(|(source, destination)| {
        let family = if source.is_ipv4() { "TCP4" } else { "TCP6" };
        let (a, b) = (source.ip(), destination.ip());
        let (from, to) = (source.port(), destination.port());
        Written {
            bytes: format!("PROXY {family} {a} {b} {from} {to}\r\n").into_bytes(),
            header: ProxyHeader::Proxied {
                source,
                destination,
            },
        }
    })
}

fn octets(address: IpAddr) -> Vec<u8> {
    match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    }
}

fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    [&[kind][..], &(value.len() as u16).to_be_bytes(), value].concat()
}

fn v2() -> impl Strategy<Value = Written> {
    // Not the checksum's type, which comes last if there is one.
    let tlvs = vec((4..=255u8, vec(any::<u8>(), 0..40)), 0..5);
    (ends(), tlvs, any::<bool>()).prop_map(|((source, destination), tlvs, has_checksum)| {
        let mut block = [octets(source.ip()), octets(destination.ip())].concat();
        block.extend(source.port().to_be_bytes());
        block.extend(destination.port().to_be_bytes());
        for (kind, value) in tlvs {
            block.extend(tlv(kind, &value));
        }
        if has_checksum {
            block.extend(tlv(3, &[0; 4]));
        }
        let mut bytes = b"\r\n\r\n\0\r\nQUIT\n\x21".to_vec();
        bytes.push(if source.is_ipv4() { 0x11 } else { 0x21 });
        bytes.extend((block.len() as u16).to_be_bytes());
        bytes.extend(block);
        if has_checksum {
            let checksum = crc32c([&bytes[..]]).to_be_bytes();
            let at = bytes.len() - 4;
            bytes[at..].copy_from_slice(&checksum);
        }
        Written {
            bytes,
            header: ProxyHeader::Proxied {
                source,
                destination,
            },
        }
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn pxy_002_pxy_003_what_a_proxy_writes_is_read_and_nothing_behind_it(
        written in prop_oneof![v1(), v2()],
        behind in vec(any::<u8>(), 0..60),
        steps in vec(1..60usize, 0..6),
    ) {
        let input = [&written.bytes[..], &behind].concat();
        let (outcome, rest) = read(&input, &steps);
        prop_assert_eq!(outcome, Some(Ok(written.header)));
        prop_assert_eq!(rest, &behind[..]);
    }

    #[test]
    fn pxy_005_the_outcome_does_not_depend_on_the_cuts(
        written in prop_oneof![v1(), v2()],
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in any::<prop::sample::Index>(),
        steps in vec(1..60usize, 0..6),
    ) {
        let mut input = written.bytes;
        for (at, byte) in changes {
            let at = at.index(input.len());
            input[at] = byte;
        }
        input.truncate(cut.index(input.len() + 1));
        let (outcome, rest) = read(&input, &steps);
        let (bytewise, left) = read(&input, &[1]);
        prop_assert_eq!(outcome, bytewise);
        if matches!(outcome, Some(Ok(_))) {
            prop_assert_eq!(rest, left);
        }
    }
}
