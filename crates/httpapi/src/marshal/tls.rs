//! The TLS session of a connection in the program's buffer: HTTP_SSL_INFO and HTTP_SSL_PROTOCOL_INFO of
//! a request, HTTP_SSL_CLIENT_CERT_INFO, HTTP_REQUEST_CHANNEL_BIND_STATUS, HTTP_REQUEST_PROPERTY_SNI.
//!
//! Owns the arrangement behind the text of a request, and the sizes of all of these. Does not own what
//! there is to tell (`httpsys_core::tls`) nor the rest of a request (`request`). Invariants: the memory is
//! set to zero before members are written, so that nothing of ours lies between them; a size that is
//! reported is exactly the size that works. Threading: one call at a time.

use std::mem::{offset_of, size_of};
use std::ptr::null_mut;

use httpsys_core::tls::{ClientCertificate, TlsInfo};

use crate::pointers::Buffer;
use crate::types::{
    HTTP_REQUEST_CHANNEL_BIND_STATUS, HTTP_REQUEST_INFO, HTTP_REQUEST_PROPERTY_SNI,
    HTTP_REQUEST_PROPERTY_SNI_FLAG_NO_SNI, HTTP_REQUEST_PROPERTY_SNI_FLAG_SNI_USED,
    HTTP_REQUEST_PROPERTY_SNI_HOST_MAX_LENGTH, HTTP_REQUEST_V1, HTTP_REQUEST_V2,
    HTTP_SSL_CLIENT_CERT_INFO, HTTP_SSL_INFO, HTTP_SSL_PROTOCOL_INFO,
    HttpRequestInfoTypeChannelBind, HttpRequestInfoTypeSslProtocol,
};

#[cfg(test)]
pub(in crate::marshal) mod tests;

/// The alignment of each structure behind the request.
const BLOCK: usize = 8;
/// SEC_CHANNEL_BINDINGS of sspi.h: eight numbers, the last two of which are length and offset of what
/// follows.
const SEC_CHANNEL_BINDINGS: usize = 32;

/// Writes the members of a structure at `at`.
macro_rules! put_members {
    ($memory:expr, $at:expr, $type:ty { $($member:ident: $value:expr),+ $(,)? }) => {{
        $(
            $memory.put($at + offset_of!($type, $member), &[$value]);
        )+
    }};
}

/// What the session stands behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Behind {
    /// Where it begins.
    pub(super) end_of_text: usize,
    /// Size of the fixed structure: version 1 has no request infos.
    pub(super) fixed: usize,
    /// The channel binding is one of the request infos.
    pub(super) shows_token: bool,
}

/// Where each block lies, as offsets in the buffer.
#[derive(Clone, Copy, Debug)]
struct TlsPlan {
    ssl: usize,
    infos: Option<InfosPlan>,
    client: usize,
    issuer: usize,
    subject: usize,
    certificate: usize,
    end: usize,
}

/// HTTP_REQUEST_INFO of each kind, and what they point at.
#[derive(Clone, Copy, Debug)]
struct InfosPlan {
    first: usize,
    protocol: usize,
    /// HTTP_REQUEST_CHANNEL_BIND_STATUS and its token.
    channel: Option<usize>,
}

impl TlsPlan {
    fn of(tls: &TlsInfo, behind: Behind) -> TlsPlan {
        let ssl = behind.end_of_text.next_multiple_of(BLOCK);
        let infos_at = ssl + size_of::<HTTP_SSL_INFO>();
        let (infos, client) = if behind.fixed >= size_of::<HTTP_REQUEST_V2>() {
            let (infos, end) = InfosPlan::of(tls, infos_at, behind.shows_token);
            (Some(infos), end)
        } else {
            (None, infos_at)
        };
        let (structure, der) = tls.client.as_ref().map_or((0, 0), |client| {
            (size_of::<HTTP_SSL_CLIENT_CERT_INFO>(), client.der.len())
        });
        let issuer = client + structure;
        let subject = issuer + tls.server.issuer.len() + 1;
        let certificate = subject + tls.server.subject.len() + 1;
        TlsPlan {
            ssl,
            infos,
            client,
            issuer,
            subject,
            certificate,
            end: certificate + der,
        }
    }
}

impl InfosPlan {
    /// And where they end.
    fn of(tls: &TlsInfo, first: usize, shows_token: bool) -> (InfosPlan, usize) {
        let count = 1 + usize::from(shows_token);
        let protocol = first + count * size_of::<HTTP_REQUEST_INFO>();
        let behind = (protocol + size_of::<HTTP_SSL_PROTOCOL_INFO>()).next_multiple_of(BLOCK);
        let channel = shows_token.then_some(behind);
        let size = if shows_token { token_size(tls) } else { 0 };
        let infos = InfosPlan {
            first,
            protocol,
            channel,
        };
        (infos, (behind + size).next_multiple_of(BLOCK))
    }

    fn put(&self, memory: &mut Buffer, tls: &TlsInfo) {
        let first = memory.first();
        memory.put(self.protocol, &[protocol_info(tls)]);
        let protocol = HTTP_REQUEST_INFO {
            InfoType: HttpRequestInfoTypeSslProtocol,
            InfoLength: length(size_of::<HTTP_SSL_PROTOCOL_INFO>()),
            pInfo: first.wrapping_add(self.protocol).cast(),
        };
        memory.put(self.first, &[protocol]);
        let mut count = 1_u16;
        if let Some(channel) = self.channel {
            put_token(memory, channel, tls);
            let info = HTTP_REQUEST_INFO {
                InfoType: HttpRequestInfoTypeChannelBind,
                InfoLength: length(size_of::<HTTP_REQUEST_CHANNEL_BIND_STATUS>()),
                pInfo: first.wrapping_add(channel).cast(),
            };
            memory.put(self.first + size_of::<HTTP_REQUEST_INFO>(), &[info]);
            count = 2;
        }
        put_members!(
            memory,
            0,
            HTTP_REQUEST_V2 {
                RequestInfoCount: count,
                pRequestInfo: first.wrapping_add(self.first),
            }
        );
    }
}

/// The size of a request's buffer with its TLS session behind the text.
#[cold]
#[inline(never)]
pub(super) fn end(tls: &TlsInfo, behind: Behind) -> usize {
    TlsPlan::of(tls, behind).end
}

/// Puts the session behind the text of a request that fits, and the pointers to it into the request.
#[cold]
#[inline(never)]
pub(super) fn pack(memory: &mut Buffer, tls: &TlsInfo, behind: Behind) {
    let plan = TlsPlan::of(tls, behind);
    let first = memory.first();
    let place = |at: usize| first.wrapping_add(at);
    let text_end = behind.end_of_text;
    if let Some(blocks) = memory.bytes_from(text_end).get_mut(..plan.end - text_end) {
        blocks.fill(0);
    }
    let server = &tls.server;
    let client = tls.client.as_ref();
    let client_info = client.map_or(null_mut(), |_| place(plan.client));
    put_members!(
        memory,
        plan.ssl,
        HTTP_SSL_INFO {
            ServerCertKeySize: server.key_bits,
            ConnectionKeySize: u16::try_from(tls.cipher().bits).unwrap_or(u16::MAX),
            ServerCertIssuerSize: length(server.issuer.len()),
            ServerCertSubjectSize: length(server.subject.len()),
            pServerCertIssuer: place(plan.issuer),
            pServerCertSubject: place(plan.subject),
            pClientCertInfo: client_info,
            SslClientCertNegotiated: u32::from(client.is_some()),
        }
    );
    memory.put(plan.issuer, server.issuer.as_bytes());
    memory.put(plan.subject, server.subject.as_bytes());
    if let Some(client) = client {
        put_certificate(memory, plan.client, client, plan.certificate);
    }
    memory.put(offset_of!(HTTP_REQUEST_V1, pSslInfo), &[place(plan.ssl)]);
    if let Some(infos) = &plan.infos {
        infos.put(memory, tls);
    }
}

fn protocol_info(tls: &TlsInfo) -> HTTP_SSL_PROTOCOL_INFO {
    let (cipher, hash, exchange) = (tls.cipher(), tls.hash(), tls.key_exchange());
    HTTP_SSL_PROTOCOL_INFO {
        Protocol: tls.protocol.code(),
        CipherType: cipher.id,
        CipherStrength: cipher.bits,
        HashType: hash.id,
        HashStrength: hash.bits,
        KeyExchangeType: exchange.id,
        KeyExchangeStrength: exchange.bits,
    }
}

/// HTTP_SSL_CLIENT_CERT_INFO with its certificate elsewhere in the buffer. There is no token: nothing
/// maps certificates to accounts.
fn put_certificate(memory: &mut Buffer, at: usize, client: &ClientCertificate, certificate: usize) {
    let encoded = memory.first().wrapping_add(certificate);
    put_members!(
        memory,
        at,
        HTTP_SSL_CLIENT_CERT_INFO {
            CertFlags: client.verdict.code(),
            CertEncodedSize: length(client.der.len()),
            pCertEncoded: encoded,
        }
    );
    memory.put(certificate, &client.der);
}

/// A structure with bytes behind it, for HttpReceiveClientCertificate.
#[derive(Debug)]
pub(crate) enum Filled {
    /// All of it, so many bytes.
    Whole(usize),
    /// Only the structure, of this size, which says how many bytes go behind it (TLS-003).
    Structure(usize),
}

/// HTTP_SSL_CLIENT_CERT_INFO and the certificate; `None`, and nothing is written, for a buffer that does
/// not hold the structure.
pub(crate) fn client_certificate(
    memory: &mut Buffer,
    client: &ClientCertificate,
) -> Option<Filled> {
    const FIXED: usize = size_of::<HTTP_SSL_CLIENT_CERT_INFO>();
    memory.bytes_from(0).get_mut(..FIXED)?.fill(0);
    if FIXED + client.der.len() > memory.len() {
        put_members!(
            memory,
            0,
            HTTP_SSL_CLIENT_CERT_INFO {
                CertEncodedSize: length(client.der.len()),
            }
        );
        return Some(Filled::Structure(FIXED));
    }
    put_certificate(memory, 0, client, FIXED);
    Some(Filled::Whole(FIXED + client.der.len()))
}

/// HTTP_REQUEST_CHANNEL_BIND_STATUS and the token: SEC_CHANNEL_BINDINGS with `tls-server-end-point` as
/// its application data. `None` as in [`client_certificate`].
pub(crate) fn channel_token(memory: &mut Buffer, tls: &TlsInfo) -> Option<Filled> {
    const FIXED: usize = size_of::<HTTP_REQUEST_CHANNEL_BIND_STATUS>();
    memory.bytes_from(0).get_mut(..FIXED)?.fill(0);
    let size = token_size(tls);
    if size > memory.len() {
        put_members!(
            memory,
            0,
            HTTP_REQUEST_CHANNEL_BIND_STATUS {
                ChannelTokenSize: length(size - FIXED),
            }
        );
        return Some(Filled::Structure(FIXED));
    }
    put_token(memory, 0, tls);
    Some(Filled::Whole(size))
}

/// Of the structure and the token.
fn token_size(tls: &TlsInfo) -> usize {
    size_of::<HTTP_REQUEST_CHANNEL_BIND_STATUS>()
        + SEC_CHANNEL_BINDINGS
        + tls.channel_binding().len()
}

/// Writes both where there is room for them.
fn put_token(memory: &mut Buffer, at: usize, tls: &TlsInfo) {
    let data = tls.channel_binding();
    let token = at + size_of::<HTTP_REQUEST_CHANNEL_BIND_STATUS>();
    let first = memory.first().wrapping_add(token);
    put_members!(
        memory,
        at,
        HTTP_REQUEST_CHANNEL_BIND_STATUS {
            ChannelToken: first,
            ChannelTokenSize: length(SEC_CHANNEL_BINDINGS + data.len()),
        }
    );
    let offset = length(SEC_CHANNEL_BINDINGS);
    memory.put(token, &[0, 0, 0, 0, 0, 0, length(data.len()), offset]);
    memory.put(token + SEC_CHANNEL_BINDINGS, &data);
}

/// HTTP_REQUEST_PROPERTY_SNI (TLS-007). A name has at most 255 units (RFC 1035 has fewer): a longer one
/// is cut there.
pub(crate) fn server_name(tls: &TlsInfo) -> HTTP_REQUEST_PROPERTY_SNI {
    const LONGEST: usize = HTTP_REQUEST_PROPERTY_SNI_HOST_MAX_LENGTH as usize;
    let mut info = HTTP_REQUEST_PROPERTY_SNI {
        Hostname: [0; LONGEST + 1],
        Flags: 0,
    };
    let Some(name) = &tls.server_name else {
        info.Flags = HTTP_REQUEST_PROPERTY_SNI_FLAG_NO_SNI;
        return info;
    };
    for (out, unit) in info.Hostname[..LONGEST].iter_mut().zip(name.encode_utf16()) {
        *out = unit;
    }
    if tls.bound_by_name {
        info.Flags = HTTP_REQUEST_PROPERTY_SNI_FLAG_SNI_USED;
    }
    info
}

fn length(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or(u32::MAX)
}
