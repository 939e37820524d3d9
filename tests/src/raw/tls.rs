//! The structures of TLS: reading them from a request, and the calls that ask for more.
//!
//! Owns the pointers. Does not own any judgement.

use std::ptr;

use windows_sys::Win32::Networking::HttpServer as http;

use super::{Handle, RequestBuffer};
use crate::door::ToldTls;
use crate::overlapped::Overlapped;

/// What a call that fills a structure has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilledStructure {
    /// The code.
    pub code: u32,
    /// The byte count; 77 where none was written.
    pub count: u32,
    /// The memory, as long as was said to the call; 0xA5 where nothing was written. Offsets instead of
    /// pointers into it.
    pub memory: Vec<u8>,
}

impl FilledStructure {
    /// The number at an offset.
    ///
    /// # Panics
    /// If it is not inside.
    #[must_use]
    pub fn number(&self, at: usize) -> u32 {
        u32::from_ne_bytes(self.memory[at..at + 4].try_into().expect("four bytes"))
    }

    /// Where the pointer at an offset leads, as an offset.
    ///
    /// # Panics
    /// If it is not inside.
    #[must_use]
    pub fn offset(&self, at: usize) -> usize {
        usize::from_ne_bytes(self.memory[at..at + 8].try_into().expect("eight bytes"))
    }
}

/// HttpReceiveClientCertificate with a buffer of `size` bytes. An overlapped call must complete within the
/// function, which those of this library do.
#[must_use]
pub fn receive_client_certificate(
    queue: Handle,
    connection: u64,
    flags: u32,
    size: usize,
    overlapped: Option<&Overlapped>,
) -> FilledStructure {
    let mut words = vec![u64::from_ne_bytes([0xA5; 8]); size.div_ceil(8).max(1)];
    let first = words.as_mut_ptr();
    let mut count = 77;
    // SAFETY: the memory has the size that is said; the call has ended when it returns.
    let code = unsafe {
        http::HttpReceiveClientCertificate(
            queue.raw(),
            connection,
            flags,
            first.cast(),
            size.try_into().expect("a small buffer"),
            &mut count,
            overlapped.map_or(ptr::null_mut(), Overlapped::pointer),
        )
    };
    let start = first as u64;
    for word in words.iter_mut().filter(|word| **word >= start) {
        let offset = *word - start;
        if offset < size as u64 {
            *word = offset;
        }
    }
    let mut memory: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
    memory.truncate(size);
    FilledStructure {
        code,
        count,
        memory,
    }
}

/// HttpQueryRequestProperty(HttpRequestPropertySni) with a buffer of `size` bytes: the code, the returned
/// length, and the structure.
#[cfg(not(windows))]
#[must_use]
pub fn query_server_name(
    queue: Handle,
    request: u64,
    size: u32,
    overlapped: Option<&Overlapped>,
) -> (u32, u32, http::HTTP_REQUEST_PROPERTY_SNI) {
    let mut info = http::HTTP_REQUEST_PROPERTY_SNI::default();
    let mut length = 77;
    // SAFETY: the memory has the size that is said, or more; the call has ended when it returns.
    let code = unsafe {
        httpapi::api::request_property::HttpQueryRequestProperty(
            queue.raw(),
            request,
            http::HttpRequestPropertySni,
            ptr::null(),
            0,
            ptr::from_mut(&mut info).cast(),
            size,
            &mut length,
            overlapped
                .map_or(ptr::null_mut(), Overlapped::pointer)
                .cast(),
        )
    };
    (code, length, info)
}

/// The Hostname and Flags of a request over TLS; nothing where its client has gone meanwhile.
///
/// # Panics
/// If the call fails.
#[must_use]
pub fn server_name(queue: Handle, request: u64) -> (String, u32) {
    #[cfg(windows)]
    {
        let _ = (queue, request);
        (String::new(), 0)
    }
    #[cfg(not(windows))]
    {
        let (code, length, info) = query_server_name(queue, request, 516, None);
        if code == 1229 {
            return (String::new(), 0);
        }
        assert_eq!((code, length), (0, 516));
        let end = info.Hostname.iter().position(|unit| *unit == 0);
        let name = &info.Hostname[..end.expect("a NUL")];
        (String::from_utf16(name).expect("UTF-16"), info.Flags)
    }
}

impl RequestBuffer {
    /// What the structure tells of TLS, without the server name, for which there is a call.
    pub(super) fn tls(&self) -> Option<ToldTls> {
        let request = self.request();
        let ssl = self.array(
            request.Base.pSslInfo,
            usize::from(!request.Base.pSslInfo.is_null()),
        );
        let ssl = ssl.first()?;
        let text = |pointer: *const u8, length: u32| {
            let bytes = self.slice(pointer, length as usize + 1);
            let (nul, text) = bytes.split_last().expect("a NUL");
            assert_eq!(*nul, 0, "a NUL behind the text");
            String::from_utf8(text.to_vec()).expect("UTF-8")
        };
        let has_client = !ssl.pClientCertInfo.is_null();
        assert_eq!(ssl.SslClientCertNegotiated, u32::from(has_client));
        let client = self.array(ssl.pClientCertInfo, has_client.into());
        let infos = self.array(request.pRequestInfo, request.RequestInfoCount.into());
        let protocol = infos
            .iter()
            .find(|info| info.InfoType == http::HttpRequestInfoTypeSslProtocol)
            .expect("HTTP_SSL_PROTOCOL_INFO");
        assert_eq!(protocol.InfoLength, 28);
        let protocol = self.array(protocol.pInfo.cast::<http::HTTP_SSL_PROTOCOL_INFO>(), 1)[0];
        Some(ToldTls {
            protocol: protocol.Protocol,
            cipher: (protocol.CipherType, protocol.CipherStrength),
            hash: (protocol.HashType, protocol.HashStrength),
            key_exchange: (protocol.KeyExchangeType, protocol.KeyExchangeStrength),
            key_sizes: (ssl.ServerCertKeySize, ssl.ConnectionKeySize),
            issuer: text(ssl.pServerCertIssuer, ssl.ServerCertIssuerSize),
            subject: text(ssl.pServerCertSubject, ssl.ServerCertSubjectSize),
            client: client.first().map(|client| {
                let size = client.CertEncodedSize as usize;
                (client.CertFlags, self.slice(client.pCertEncoded, size))
            }),
            server_name: (String::new(), 0),
        })
    }
}
