//! HTTP_REQUEST in the program's buffer: bounds of every pointer, exact sizes, contents.
//!
//! Owns the checks of the layout that a C program relies on; the buffers are heap blocks, so that a
//! run under the address sanitizer sees a write behind the end. Threading: none.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use httpsys_core::cooked_url::cook;
use httpsys_core::proto::{Parameters, Parsed, Target, parse_head};
use httpsys_core::{ConnectionId, RequestId};

use super::*;
use crate::marshal::tls::tests::session;
use crate::types::{
    HTTP_REQUEST_CHANNEL_BIND_STATUS, HTTP_REQUEST_INFO, HTTP_SSL_CLIENT_CERT_INFO, HTTP_SSL_INFO,
    HTTP_SSL_PROTOCOL_INFO,
};

const V1: usize = size_of::<HTTP_REQUEST_V1>();
const V2: usize = size_of::<HTTP_REQUEST_V2>();
const FILLER: u8 = 0xAA;

/// A block of exactly `length` bytes, aligned to 8, filled with [`FILLER`].
struct Block {
    words: Vec<u64>,
    length: usize,
}

impl Block {
    fn new(length: usize) -> Block {
        let words = vec![u64::from_ne_bytes([FILLER; 8]); length.div_ceil(8)];
        Block { words, length }
    }

    fn address(&mut self) -> usize {
        self.words.as_mut_ptr() as usize
    }

    fn buffer(&mut self, version_1: bool) -> RequestBuffer {
        let first = self.words.as_mut_ptr().cast();
        // SAFETY: the block outlives the use of the buffer in each test, which looks at the block
        // only in between.
        unsafe { RequestBuffer::new(first, self.length as u32, version_1) }.unwrap()
    }

    fn structure(&self) -> HTTP_REQUEST_V1 {
        assert!(self.length >= V1);
        // SAFETY: the block begins with a structure and is aligned for it.
        unsafe { self.words.as_ptr().cast::<HTTP_REQUEST_V1>().read() }
    }

    /// The bytes at an address that a structure holds; panics unless they are inside.
    fn at<T>(&self, first: *const T, length: usize) -> Vec<u8> {
        let start = self.words.as_ptr() as usize;
        let offset = (first as usize)
            .checked_sub(start)
            .expect("before the buffer");
        assert!(
            offset + length <= self.length,
            "{offset} + {length} is behind the buffer"
        );
        self.bytes()[offset..offset + length].to_vec()
    }

    fn bytes(&self) -> Vec<u8> {
        self.words
            .iter()
            .flat_map(|word| word.to_ne_bytes())
            .take(self.length)
            .collect()
    }
}

fn request(head: &str) -> Request {
    let parameters = Parameters::default();
    let mut request = Request::new();
    let parsed = parse_head(&mut request.head, head.as_bytes(), 0, &parameters);
    assert!(
        matches!(parsed, Parsed::Complete { .. }),
        "{parsed:?}: {head}"
    );
    request.local = SocketAddr::from((Ipv4Addr::LOCALHOST, 50000));
    request.remote = SocketAddr::from((Ipv4Addr::LOCALHOST, 1234));
    let path = match request.head.target() {
        Target::Origin(path) => path,
        other => panic!("{other:?}"),
    };
    let host = request.head.host();
    cook(
        &mut request.url,
        false,
        host,
        request.local,
        path,
        &parameters,
    )
    .unwrap();
    request.id = RequestId(0x1122_3344_5566_7788);
    request.connection = ConnectionId(0x99);
    request.context = u64::MAX - 1;
    request.bytes_received = head.len() as u64;
    request
}

fn sample() -> Request {
    request(
        "GET /foobar?a=b HTTP/1.1\r\nHost: localhost:50000\r\nConnection: keep-alive\r\n\
         User-Agent:\r\nQux: foo baz \r\nEmpty:\r\n\r\n",
    )
}

fn needed(request: &Request, version_1: bool) -> usize {
    let mut block = Block::new(if version_1 { V1 } else { V2 });
    match block.buffer(version_1).pack(request) {
        Err(Error::MoreData { needed }) => needed as usize,
        other => panic!("{other:?}"),
    }
}

/// Checks every pointer and every text of a packed request against the original.
fn check(block: &Block, request: &Request) {
    let packed = block.structure();
    let text = |first: *const u8, length: u16, wanted: &[u8]| {
        let bytes = block.at(first, usize::from(length) + 1);
        assert_eq!(bytes.split_last(), Some((&0, wanted)));
    };
    text(packed.pRawUrl, packed.RawUrlLength, request.head.raw_url());
    if request.verb() == Verb::Unknown {
        text(
            packed.pUnknownVerb,
            packed.UnknownVerbLength,
            request.head.verb_text(),
        );
    } else {
        assert!(packed.pUnknownVerb.is_null() && packed.UnknownVerbLength == 0);
    }
    for (id, field) in packed.Headers.KnownHeaders.iter().enumerate() {
        match request.head.known(id) {
            Some(value) => text(field.pRawValue, field.RawValueLength, value),
            None => assert!(field.pRawValue.is_null() && field.RawValueLength == 0),
        }
    }
    let fields: Vec<_> = request.head.unknown().collect();
    assert_eq!(usize::from(packed.Headers.UnknownHeaderCount), fields.len());
    assert_eq!(packed.Headers.pUnknownHeaders.is_null(), fields.is_empty());
    for (index, (name, value)) in fields.into_iter().enumerate() {
        let at = packed.Headers.pUnknownHeaders.wrapping_add(index);
        assert!(at.is_aligned());
        let bytes = block.at(at, size_of::<HTTP_UNKNOWN_HEADER>());
        // SAFETY: `bytes` are as many as the structure has.
        let field = unsafe {
            bytes
                .as_ptr()
                .cast::<HTTP_UNKNOWN_HEADER>()
                .read_unaligned()
        };
        text(field.pName, field.NameLength, name);
        text(field.pRawValue, field.RawValueLength, value);
    }
    check_url(block, &packed.CookedUrl, request);
    assert_eq!(packed.RequestId, request.id.0);
    assert_eq!(packed.ConnectionId, request.connection.0);
    assert_eq!(packed.RawConnectionId, request.raw_connection.0);
    assert_eq!(packed.UrlContext, request.context);
    assert_eq!(packed.Verb, request.verb() as i32);
    assert_eq!(packed.BytesReceived, request.bytes_received);
    assert_eq!(
        (packed.EntityChunkCount, packed.Headers.TrailerCount),
        (0, 0)
    );
    assert!(packed.pEntityChunks.is_null() && packed.Headers.pTrailers.is_null());
    assert_eq!(packed.pSslInfo.is_null(), request.tls.is_none());
    for address in [packed.Address.pRemoteAddress, packed.Address.pLocalAddress] {
        let size = if request.remote.is_ipv4() { 16 } else { 28 };
        assert_eq!(address as usize % 8, 0);
        block.at(address, size);
    }
}

fn check_url(block: &Block, packed: &HTTP_COOKED_URL, request: &Request) {
    let units = |first: *const u16, length: u16, wanted: &[u16], nul: bool| {
        assert!(first.is_aligned());
        let mut wanted: Vec<u8> = wanted.iter().flat_map(|unit| unit.to_ne_bytes()).collect();
        assert_eq!(wanted.len(), usize::from(length));
        wanted.extend_from_slice(if nul { &[0, 0] } else { &[] });
        assert_eq!(block.at(first, wanted.len()), wanted);
    };
    let url = &request.url;
    units(packed.pFullUrl, packed.FullUrlLength, url.full(), true);
    units(packed.pHost, packed.HostLength, url.host(), false);
    units(packed.pAbsPath, packed.AbsPathLength, url.abs_path(), false);
    match url.query() {
        Some(query) => units(packed.pQueryString, packed.QueryStringLength, query, true),
        None => assert!(packed.pQueryString.is_null() && packed.QueryStringLength == 0),
    }
}

fn check_exact(request: &Request, version_1: bool) {
    let size = needed(request, version_1);
    let mut exact = Block::new(size);
    assert_eq!(exact.buffer(version_1).pack(request), Ok(size));
    check(&exact, request);
    let mut short = Block::new(size - 1);
    let too_small = Err(Error::MoreData {
        needed: size as u32,
    });
    assert_eq!(short.buffer(version_1).pack(request), too_small);
    let mut large = Block::new(size + 100);
    assert_eq!(large.buffer(version_1).pack(request), Ok(size));
    check(&large, request);
    assert!(large.bytes()[size..].iter().all(|byte| *byte == FILLER));
}

#[test]
fn rcv_009_too_small_gives_the_ids_and_nothing_else() {
    for (version_1, fixed) in [(true, V1), (false, V2)] {
        let request = sample();
        let mut block = Block::new(fixed);
        assert!(block.buffer(version_1).pack(&request).is_err());
        let mut bytes = block.bytes();
        let packed = block.structure();
        assert_eq!(
            (packed.RequestId, packed.ConnectionId),
            (request.id.0, 0x99)
        );
        let ids = offset_of!(HTTP_REQUEST_V1, ConnectionId);
        bytes.drain(ids..ids + 16);
        assert!(bytes.iter().all(|byte| *byte == 0));
    }
}

#[test]
fn rcv_012_the_reported_size_is_exact_for_both_versions() {
    for version_1 in [true, false] {
        check_exact(&sample(), version_1);
    }
    assert_eq!(needed(&sample(), false) - needed(&sample(), true), V2 - V1);
}

#[test]
fn rcv_009_every_smaller_size_reports_the_same_need() {
    let request = sample();
    let size = needed(&request, false);
    for length in V2..size {
        let mut block = Block::new(length);
        let result = block.buffer(false).pack(&request);
        assert_eq!(
            result,
            Err(Error::MoreData {
                needed: size as u32
            }),
            "{length}"
        );
    }
}

#[test]
fn hst_006_lengths_of_the_cooked_url_are_bytes() {
    let request = sample();
    let mut block = Block::new(4096);
    block.buffer(false).pack(&request).unwrap();
    let url = block.structure().CookedUrl;
    assert_eq!(
        (
            url.FullUrlLength,
            url.HostLength,
            url.AbsPathLength,
            url.QueryStringLength
        ),
        (66, 30, 14, 8)
    );
    let offset = |part: *const u16| (part as usize - url.pFullUrl as usize) / 2;
    assert_eq!(
        (
            offset(url.pHost),
            offset(url.pAbsPath),
            offset(url.pQueryString)
        ),
        (7, 22, 29)
    );
}

#[test]
fn hst_012_addresses_have_the_windows_layout() {
    let mut request = sample();
    let mut block = Block::new(4096);
    block.buffer(false).pack(&request).unwrap();
    let remote = block.at(block.structure().Address.pRemoteAddress, 16);
    assert_eq!(remote[..2], 2_u16.to_ne_bytes());
    assert_eq!(remote[2..8], [4, 210, 127, 0, 0, 1]);
    assert_eq!(remote[8..], [0; 8]);

    request.local = SocketAddr::from((IpAddr::from(Ipv6Addr::LOCALHOST), 50000));
    request.remote = SocketAddr::from((IpAddr::from(Ipv6Addr::LOCALHOST), 1234));
    block.buffer(false).pack(&request).unwrap();
    let local = block.at(block.structure().Address.pLocalAddress, 28);
    assert_eq!(local[..2], 23_u16.to_ne_bytes());
    assert_eq!(local[2..4], 50000_u16.to_be_bytes());
    assert_eq!(local[8..24], Ipv6Addr::LOCALHOST.octets());
    check_exact(&request, false);
}

#[test]
fn hdr_005_a_present_and_empty_field_points_at_an_empty_string() {
    let request = sample();
    let mut block = Block::new(4096);
    block.buffer(false).pack(&request).unwrap();
    let agent = block.structure().Headers.KnownHeaders[40];
    assert_eq!(agent.RawValueLength, 0);
    assert_eq!(block.at(agent.pRawValue, 1), [0]);
}

#[test]
fn rcv_020_the_body_fills_the_rest_of_the_buffer() {
    let request = sample();
    let mut block = Block::new(2000);
    let address = block.address();
    let mut buffer = block.buffer(true);
    let used = buffer.pack(&request).unwrap();
    let area = buffer.body_area(used).unwrap();
    let body = buffer.body(area);
    body.fill(b'x');
    let length = body.len();
    assert_eq!(buffer.set_body(area, length), 2000);
    buffer.set_more(true);
    check_body(&block, length, 1);
    assert_eq!(area.start + length, 2000);
    assert_eq!(
        block.at((address + area.start) as *const u8, length),
        vec![b'x'; length]
    );
}

#[test]
fn rcv_019_a_short_body_is_one_memory_chunk() {
    let request = sample();
    let mut block = Block::new(4096);
    let mut buffer = block.buffer(false);
    let used = buffer.pack(&request).unwrap();
    let area = buffer.body_area(used).unwrap();
    buffer.body(area)[..5].copy_from_slice(b"hello");
    let used = buffer.set_body(area, 5);
    buffer.set_more(false);
    assert_eq!(used, area.start + 5);
    let chunk = check_body(&block, 5, 0);
    assert_eq!(chunk, b"hello");
}

fn check_body(block: &Block, length: usize, flags: u32) -> Vec<u8> {
    let packed = block.structure();
    assert_eq!((packed.Flags, packed.EntityChunkCount), (flags, 1));
    assert!(packed.pEntityChunks.is_aligned());
    let bytes = block.at(packed.pEntityChunks, size_of::<HTTP_DATA_CHUNK>());
    // SAFETY: `bytes` are as many as the structure has; the member is the one that the type names.
    let (kind, memory) = unsafe {
        let chunk = bytes.as_ptr().cast::<HTTP_DATA_CHUNK>().read_unaligned();
        (chunk.DataChunkType, chunk.Anonymous.FromMemory)
    };
    assert_eq!((kind, memory.BufferLength as usize), (0, length));
    block.at(memory.pBuffer.cast::<u8>(), length)
}

#[test]
fn a_body_area_exists_only_where_a_byte_fits() {
    let request = sample();
    let size = needed(&request, false);
    let first = size.next_multiple_of(8) + size_of::<HTTP_DATA_CHUNK>();
    for (length, there) in [(size, false), (first, false), (first + 1, true)] {
        let mut block = Block::new(length);
        let mut buffer = block.buffer(false);
        let used = buffer.pack(&request).unwrap();
        assert_eq!(buffer.body_area(used).is_some(), there, "{length}");
    }
}

#[test]
fn rcv_008_and_rcv_022_buffers_are_checked_first() {
    let mut words = [0_u64; 120];
    let first = words.as_mut_ptr();
    let new = |first: *mut u64, length: usize, version_1| {
        // SAFETY: refused, or within `words`.
        let buffer = unsafe { RequestBuffer::new(first.cast(), length as u32, version_1) };
        buffer.err().map_or(0, ErrorCode::win32)
    };
    assert_eq!(new(first, V1, true), 0);
    assert_eq!(new(first, V1 - 1, true), 122);
    assert_eq!(new(first, V2, false), 0);
    assert_eq!(new(first, V1, false), 122);
    assert_eq!(
        new(first.cast::<u8>().wrapping_add(4).cast(), V2, false),
        998
    );
    assert_eq!(new(null_mut(), V2, false), 998);
}

/// Numbers that look random and are the same in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }

    fn text(&mut self, longest: u64) -> String {
        let length = self.below(longest + 1);
        (0..length)
            .map(|_| char::from(b'a' + self.below(26) as u8))
            .collect()
    }
}

#[test]
fn rcv_030_every_pointer_is_inside_for_any_request() {
    let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
    for round in 0..400 {
        let verb = ["GET", "DELETE", "PATCH", "xyzzy", "SEARCH"][numbers.below(5) as usize];
        let mut head = format!("{verb} /{}", numbers.text(200));
        if numbers.below(2) == 0 {
            head += &format!("?{}", numbers.text(50));
        }
        head += &format!(" HTTP/1.1\r\nHost: h{}:50000\r\n", numbers.text(20));
        for name in [
            "Accept",
            "Cookie",
            "User-Agent",
            "Referer",
            "TE",
            "Cache-Control",
        ] {
            if numbers.below(2) == 0 {
                head += &format!("{name}: {}\r\n", numbers.text(60));
            }
        }
        for index in 0..numbers.below(30) {
            head += &format!("x-{index}{}: {}\r\n", numbers.text(9), numbers.text(40));
        }
        let mut request = request(&(head + "\r\n"));
        request.has_body = numbers.below(2) == 0;
        check_exact(&request, round % 2 == 0);
    }
}

/// The structure at an address that another one holds; panics unless it is inside and aligned.
fn inside<T: Copy>(block: &Block, first: *const T) -> T {
    assert_eq!(first as usize % 8, 0);
    let bytes = block.at(first, size_of::<T>());
    // SAFETY: `bytes` are as many as the structure has; it consists of integers and raw pointers.
    unsafe { bytes.as_ptr().cast::<T>().read_unaligned() }
}

fn packed_with_tls(client: bool, version_1: bool) -> (Block, Request) {
    let mut request = sample();
    request.tls = Some(session(client));
    check_exact(&request, version_1);
    let size = needed(&request, version_1);
    let mut block = Block::new(size);
    assert_eq!(block.buffer(version_1).pack(&request), Ok(size));
    (block, request)
}

#[test]
fn tls_009_a_request_over_tls_has_the_server_certificate_and_key_sizes() {
    for version_1 in [false, true] {
        let (block, request) = packed_with_tls(false, version_1);
        let info: HTTP_SSL_INFO = inside(&block, block.structure().pSslInfo);
        let tls = request.tls.unwrap();
        assert_eq!((info.ServerCertKeySize, info.ConnectionKeySize), (256, 128));
        for (first, size, name) in [
            (
                info.pServerCertIssuer,
                info.ServerCertIssuerSize,
                &tls.server.issuer,
            ),
            (
                info.pServerCertSubject,
                info.ServerCertSubjectSize,
                &tls.server.subject,
            ),
        ] {
            let text = block.at(first, size as usize + 1);
            assert_eq!(text.split_last(), Some((&0, name.as_bytes())), "{name}");
        }
        assert!(info.pClientCertInfo.is_null());
        assert_eq!(info.SslClientCertNegotiated, 0);
    }
}

#[test]
fn tls_009_the_client_certificate_is_in_the_request_once_it_was_negotiated() {
    let (block, request) = packed_with_tls(true, false);
    let info: HTTP_SSL_INFO = inside(&block, block.structure().pSslInfo);
    assert_eq!(info.SslClientCertNegotiated, 1);
    let client: HTTP_SSL_CLIENT_CERT_INFO = inside(&block, info.pClientCertInfo);
    let tls = request.tls.unwrap();
    let expected = tls.client.as_ref().unwrap();
    assert_eq!(client.CertFlags, 0x800B_0109);
    assert_eq!(
        block.at(client.pCertEncoded, client.CertEncodedSize as usize),
        *expected.der
    );
    assert!(client.Token.is_null());
    assert_eq!(client.CertDeniedByMapper, 0);
}

#[test]
fn tls_006_a_request_of_version_2_says_protocol_cipher_hash_and_key_exchange() {
    let (block, _) = packed_with_tls(true, false);
    // SAFETY: the block begins with the structure of version 2 and is aligned for it.
    let packed = unsafe { block.words.as_ptr().cast::<HTTP_REQUEST_V2>().read() };
    assert_eq!(packed.RequestInfoCount, 1);
    let info: HTTP_REQUEST_INFO = inside(&block, packed.pRequestInfo);
    assert_eq!((info.InfoType, info.InfoLength), (2, 28));
    let protocol: HTTP_SSL_PROTOCOL_INFO = inside(&block, info.pInfo.cast());
    assert_eq!(protocol.Protocol, 0x1000);
    assert_eq!(
        (protocol.CipherType, protocol.CipherStrength),
        (0x660E, 128)
    );
    assert_eq!((protocol.HashType, protocol.HashStrength), (0x800C, 0));
    assert_eq!(
        (protocol.KeyExchangeType, protocol.KeyExchangeStrength),
        (0xAE06, 255)
    );
}

/// Documented: HTTP_CHANNEL_BIND_SECURE_CHANNEL_TOKEN.
#[test]
fn the_channel_binding_is_a_request_info_where_the_group_wants_it() {
    let mut request = sample();
    request.tls = Some(session(true));
    request.shows_channel_token = true;
    check_exact(&request, false);
    check_exact(&request, true);
    let size = needed(&request, false);
    let mut block = Block::new(size);
    assert_eq!(block.buffer(false).pack(&request), Ok(size));
    // SAFETY: the block begins with the structure of version 2 and is aligned for it.
    let packed = unsafe { block.words.as_ptr().cast::<HTTP_REQUEST_V2>().read() };
    assert_eq!(packed.RequestInfoCount, 2);
    let info: HTTP_REQUEST_INFO = inside(&block, packed.pRequestInfo);
    assert_eq!(info.InfoType, 2);
    let info: HTTP_REQUEST_INFO = inside(&block, packed.pRequestInfo.wrapping_add(1));
    assert_eq!((info.InfoType, info.InfoLength), (1, 24));
    let status: HTTP_REQUEST_CHANNEL_BIND_STATUS = inside(&block, info.pInfo.cast());
    assert!(status.ServiceName.is_null());
    let token = block.at(status.ChannelToken, status.ChannelTokenSize as usize);
    assert_eq!(token[32..], *request.tls.unwrap().channel_binding());
}

#[test]
fn over_plain_tcp_there_is_no_request_info() {
    let mut request = sample();
    request.shows_channel_token = true; // of the request before
    let size = needed(&request, false);
    let mut block = Block::new(size);
    assert_eq!(block.buffer(false).pack(&request), Ok(size));
    // SAFETY: as above.
    let packed = unsafe { block.words.as_ptr().cast::<HTTP_REQUEST_V2>().read() };
    assert!(packed.Base.pSslInfo.is_null() && packed.pRequestInfo.is_null());
    assert_eq!(packed.RequestInfoCount, 0);
}
