//! PROXY headers: what is valid, what is not, and that nothing behind a header is read (PXY rows).

use std::net::{IpAddr, SocketAddr};

use super::{ProxyFault, ProxyHeader, ProxyProtocol, ProxyReader, crc32c};

type Outcome = Result<ProxyHeader, ProxyFault>;

/// Reads at most `step` bytes at a time, never more than are wanted. Also how many were taken; `None`: the header goes
/// on behind the input.
fn read(input: &[u8], step: usize) -> (Option<Outcome>, usize) {
    let mut reader = ProxyReader::new();
    let mut at = 0;
    while at < input.len() {
        let wanted = reader.wanted();
        assert!(wanted > 0, "{}", input.escape_ascii());
        let end = input.len().min(at + wanted.min(step));
        let pushed = reader.push(&input[at..end]);
        at = end;
        match pushed {
            Ok(None) => {}
            Ok(Some(header)) => return (Some(Ok(header)), at),
            Err(fault) => return (Some(Err(fault)), at),
        }
    }
    (None, at)
}

/// What comes of a header with something behind it, in pieces of any length.
#[track_caller]
fn outcome(header: &[u8]) -> Option<Outcome> {
    let input = [header, b"GET / HTTP/1.1\r\n"].concat();
    let (whole, used) = read(&input, usize::MAX);
    for step in 1..20 {
        let (pieces, taken) = read(&input, step);
        assert_eq!(pieces, whole, "{}", input.escape_ascii());
        if matches!(whole, Some(Ok(_))) {
            assert_eq!(taken, header.len(), "bytes behind the header were read");
        }
    }
    if matches!(whole, Some(Ok(_))) {
        assert_eq!(used, header.len(), "bytes behind the header were read");
        let cut = read(&header[..header.len() - 1], 7);
        assert_eq!(cut, (None, header.len() - 1), "too early");
    }
    whole
}

fn proxied(source: &str, destination: &str) -> Option<Outcome> {
    let address = |text: &str| text.parse::<SocketAddr>().unwrap();
    Some(Ok(ProxyHeader::Proxied {
        source: address(source),
        destination: address(destination),
    }))
}

#[track_caller]
fn expect_invalid(header: &[u8]) {
    let outcome = outcome(header);
    let is_invalid = matches!(outcome, Some(Err(ProxyFault::Invalid(_))));
    assert!(is_invalid, "{}: {outcome:?}", header.escape_ascii());
}

/// A header of version 2 with this command, protocol and block.
fn v2(command: u8, protocol: u8, block: &[u8]) -> Vec<u8> {
    let length = u16::try_from(block.len()).unwrap().to_be_bytes();
    let signature = b"\r\n\r\n\0\r\nQUIT\n";
    [signature, &[command, protocol][..], &length, block].concat()
}

const TCP4: [u8; 12] = [192, 0, 2, 1, 198, 51, 100, 2, 0xDC, 0x04, 1, 0xBB];

fn tlv(kind: u8, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap().to_be_bytes();
    [&[kind][..], &length, value].concat()
}

#[test]
fn pxy_002_lines_of_version_1() {
    let line = b"PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n";
    let expected = proxied("192.168.0.1:56324", "192.168.0.11:443");
    assert_eq!(outcome(line), expected);
    let shortest = outcome(b"PROXY TCP4 1.2.3.4 5.6.7.8 0 1\r\n");
    assert_eq!(shortest, proxied("1.2.3.4:0", "5.6.7.8:1"));
    let line = b"PROXY TCP6 2001:DB8::7 ::1 65535 80\r\n";
    assert_eq!(outcome(line), proxied("[2001:db8::7]:65535", "[::1]:80"));
    assert_eq!(
        outcome(b"PROXY TCP6 :: :: 0 0\r\n"),
        proxied("[::]:0", "[::]:0")
    );
    let longest = "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
    let line = format!("PROXY TCP6 {longest} {longest} 65535 65535\r\n");
    let address = format!("[{longest}]:65535");
    assert_eq!(outcome(line.as_bytes()), proxied(&address, &address));
}

#[test]
fn pxy_004_unknown_keeps_the_addresses_of_the_connection() {
    let own = Some(Ok(ProxyHeader::Own));
    assert_eq!(outcome(b"PROXY UNKNOWN\r\n"), own);
    assert_eq!(outcome(b"PROXY UNKNOWN ::1 \xFF anything 1\r\n"), own);
    let longest = format!("PROXY UNKNOWN {}\r\n", "x".repeat(107 - 16));
    assert_eq!(longest.len(), 107);
    assert_eq!(outcome(longest.as_bytes()), own);
}

#[test]
fn pxy_005_lines_that_are_not_valid() {
    for line in [
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\n",
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\r\n",
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324\r\n",
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 \r\n",
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324 443 1\r\n",
        "PROXY TCP4  192.168.0.1 192.168.0.11 56324 443\r\n",
        "PROXY TCP4 192.168.0.1 192.168.0.11 056324 443\r\n",
        "PROXY TCP4 192.168.0.1 192.168.0.11 +5632 443\r\n",
        "PROXY TCP4 192.168.0.1 192.168.0.11 56324 65536\r\n",
        "PROXY TCP4 192.168.0.01 192.168.0.11 56324 443\r\n",
        "PROXY TCP4 192.168.0.256 192.168.0.11 56324 443\r\n",
        "PROXY TCP4 ::1 ::1 56324 443\r\n",
        "PROXY TCP6 192.168.0.1 192.168.0.11 56324 443\r\n",
        "PROXY TCP6 fe80::1%1 ::1 56324 443\r\n",
        "PROXY TCP6 1::2::3 ::1 56324 443\r\n",
        "PROXY TCP4\t192.168.0.1 192.168.0.11 56324 443\r\n",
        "PROXY TCP5 192.168.0.1 192.168.0.11 56324 443\r\n",
        "PROXY UDP4 192.168.0.1 192.168.0.11 56324 443\r\n",
        "PROXY tcp4 192.168.0.1 192.168.0.11 56324 443\r\n",
        "PROXY UNKNOWNS and more\r\n",
        "PROXY TCP4\r\n",
        "PROXY TCP4 \r\n",
        "PROXY \r\n",
        "PROXY TCP4 \u{663}.1.1.1 192.168.0.11 56324 443\r\n",
    ] {
        expect_invalid(line.as_bytes());
    }
    let too_long = format!("PROXY UNKNOWN {}\r\n", "x".repeat(108 - 16));
    expect_invalid(too_long.as_bytes());
    expect_invalid(b"PROXY UNKNOWN \n");
}

#[test]
fn pxy_005_no_header_at_all() {
    let first: [&[u8]; 6] = [
        b"GET / HTTP/1.1\r\n",
        b"P",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\0",
        b"\r\n\r\n\0\r\nQUIT\r",
        b"proxy TCP4 192.168.0.1",
    ];
    for bytes in first {
        let behind = [bytes, b"\0"].concat();
        assert_eq!(
            outcome(&behind),
            Some(Err(ProxyFault::Missing)),
            "{bytes:?}"
        );
    }
}

#[test]
fn pxy_003_headers_of_version_2() {
    let expected = proxied("192.0.2.1:56324", "198.51.100.2:443");
    assert_eq!(outcome(&v2(0x21, 0x11, &TCP4)), expected);
    let mut v6 = [0; 36];
    (v6[0], v6[15], v6[16], v6[31]) = (0x20, 1, 0x20, 2);
    (v6[33], v6[35]) = (80, 81);
    let expected = proxied("[2000::1]:80", "[2000::2]:81");
    assert_eq!(outcome(&v2(0x21, 0x21, &v6)), expected);
}

#[test]
fn pxy_003_other_tlvs_are_skipped_within_the_header() {
    let expected = proxied("192.0.2.1:56324", "198.51.100.2:443");
    let tlvs = [tlv(4, b""), tlv(2, b"example.org"), tlv(0xE0, &[7; 3000])];
    let block = [&TCP4[..], &tlvs.concat()].concat();
    assert_eq!(outcome(&v2(0x21, 0x11, &block)), expected);
    for behind in [&[4][..], &[4, 0], &[4, 0, 1], &[4, 0xFF, 0xFF, 0]] {
        expect_invalid(&v2(0x21, 0x11, &[&TCP4, behind].concat()));
    }
}

#[test]
fn pxy_003_the_checksum_is_compared_if_it_is_there() {
    let block = |crc: &[u8]| [&TCP4[..], &tlv(4, b"pad"), &tlv(3, crc), &tlv(4, b"")].concat();
    let zero = v2(0x21, 0x11, &block(&[0; 4]));
    let right = crc32c([&zero[..]]).to_be_bytes();
    let valid = v2(0x21, 0x11, &block(&right));
    let expected = proxied("192.0.2.1:56324", "198.51.100.2:443");
    assert_eq!(outcome(&valid), expected);
    // Each bit that is altered behind the front is found out, unless the vectors are none any more.
    for at in 16..valid.len() {
        let mut altered = valid.clone();
        altered[at] ^= 1;
        let is_kind_of_checksum = at == 16 + 12 + 6;
        if !is_kind_of_checksum {
            expect_invalid(&altered);
        }
    }
    expect_invalid(&v2(0x21, 0x11, &block(&[0; 3])));
    let twice = [&block(&right)[..], &tlv(3, &right)].concat();
    expect_invalid(&v2(0x21, 0x11, &twice));
}

#[test]
fn pxy_004_local_and_what_is_not_tcp_keep_the_addresses_of_the_connection() {
    let own = Some(Ok(ProxyHeader::Own));
    for (command, protocol, length) in [
        (0x20, 0x00, 0),
        (0x20, 0x11, 12),
        // Nothing of a LOCAL header counts but its length.
        (0x20, 0xFF, 3),
        (0x21, 0x00, 0),
        (0x21, 0x00, 300),
        (0x21, 0x10, 5),
        (0x21, 0x01, 5),
        (0x21, 0x12, 12),
        (0x21, 0x22, 36),
        (0x21, 0x31, 216),
        (0x21, 0x32, 216),
    ] {
        assert_eq!(outcome(&v2(command, protocol, &vec![0xAA; length])), own);
    }
}

#[test]
fn pxy_005_headers_of_version_2_that_are_not_valid() {
    for (command, protocol, length) in [
        (0x11, 0x11, 12),
        (0x31, 0x11, 12),
        (0x22, 0x11, 12),
        (0x2F, 0x11, 12),
        (0x21, 0x41, 12),
        (0x21, 0x13, 12),
        (0x21, 0x11, 11),
        (0x21, 0x12, 0),
        (0x21, 0x21, 35),
        (0x21, 0x31, 215),
    ] {
        expect_invalid(&v2(command, protocol, &vec![1; length]));
    }
}

#[test]
fn pxy_003_the_longest_header_is_read_to_its_end() {
    let rest = usize::from(u16::MAX) - 12 - 3;
    let block = [&TCP4[..], &tlv(4, &vec![1; rest])].concat();
    let header = v2(0x21, 0x11, &block);
    let (outcome, used) = read(&[&header[..], b"behind"].concat(), 4096);
    let expected = proxied("192.0.2.1:56324", "198.51.100.2:443");
    assert_eq!((outcome, used), (expected, header.len()));
}

#[test]
fn pxy_001_a_network_of_mapped_addresses_is_that_of_the_ipv4_addresses() {
    let trusts = |networks: &str, remote: &str| {
        let own: ProxyProtocol = format!("*={networks}").parse().expect("networks");
        own.expects_header(80, remote.parse().expect("an address"))
    };
    for address in ["10.1.2.3", "::ffff:10.1.2.3"] {
        assert!(trusts("10.0.0.0/8", address));
        assert!(trusts("::ffff:10.0.0.0/104", address));
        assert!(trusts("::ffff:10.1.2.3", address));
        assert!(trusts("::ffff:10.1.2.3/128", address));
        assert!(!trusts("::ffff:11.0.0.0/104", address));
        assert!(!trusts("10::/8", address));
    }
    assert!("*=::ffff:10.0.0.0/129".parse::<ProxyProtocol>().is_err());
}

#[test]
fn pxy_001_ports_and_the_networks_of_their_proxies() {
    let own: ProxyProtocol = "8080=127.0.0.1,10.0.0.0/8 8443=2001:db8::/33;*=::1"
        .parse()
        .unwrap();
    let expects = |port, remote: &str| own.expects_header(port, remote.parse::<IpAddr>().unwrap());
    assert!(expects(8080, "127.0.0.1") && expects(8080, "10.255.0.1"));
    assert!(expects(8080, "::ffff:10.0.0.1"), "mapped");
    assert!(!expects(8080, "127.0.0.2") && !expects(8080, "11.0.0.0"));
    assert!(!expects(8080, "::1"), "the port has proxies of its own");
    assert!(expects(8443, "2001:db8:7fff::") && !expects(8443, "2001:db8:8000::"));
    assert!(expects(80, "::1") && !expects(80, "127.0.0.1"));
    assert!(!ProxyProtocol::default().expects_header(80, "::1".parse().unwrap()));
    let all: ProxyProtocol = "1=0.0.0.0/0".parse().unwrap();
    assert!(all.expects_header(1, "203.0.113.9".parse().unwrap()));
    assert!(!all.expects_header(1, "::1".parse().unwrap()));
    assert_eq!("".parse(), Ok(ProxyProtocol::off()));
}

#[test]
fn pxy_001_texts_that_are_no_list_of_ports_and_proxies() {
    for text in [
        "8080",
        "8080=",
        "=::1",
        "0=::1",
        "65536=::1",
        "+1=::1",
        "x=::1",
        "1=::1,",
        "1=::1/129",
        "1=10.0.0.0/33",
        "1=10.0.0.0/",
        "1=10.0.0.0/+8",
        "1=10.0.0.0/-1",
        "1=example.org",
        "1=::1 1=::2",
        "*=::1 *=::2",
        "1=::1=::2",
        "1 = ::1",
    ] {
        assert!(text.parse::<ProxyProtocol>().is_err(), "{text}");
    }
}
