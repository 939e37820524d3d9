//! What each end of a connection means, and what to do about it.
//!
//! Owns: the words. They are those of the tables in `docs/WHY.md`, which a test compares. Does not own: the
//! reasons (`httpsys_core::close_reason`). Threading: plain data.

use httpsys_core::CloseReason;

/// What a reason means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// The name, as [`CloseReason::name`] gives it.
    pub name: &'static str,
    /// [`CloseReason::number`], where one name has several meanings; else 0.
    pub number: u32,
    /// What has happened.
    pub meaning: &'static str,
    /// What to do; empty where there is nothing to do.
    pub advice: &'static str,
}

/// What the reason means, if it has a row.
#[must_use]
pub fn of(end: CloseReason) -> Option<&'static Explanation> {
    let named = |row: &&Explanation| row.name == end.name();
    let exact = |row: &&Explanation| row.number == end.number();
    let mut rows = EXPLANATIONS.iter().filter(named);
    let first = rows.clone().next();
    rows.find(exact).or(first)
}

const fn row(
    name: &'static str,
    number: u32,
    meaning: &'static str,
    advice: &'static str,
) -> Explanation {
    Explanation {
        name,
        number,
        meaning,
        advice,
    }
}

/// In the order of the page.
#[rustfmt::skip]
const EXPLANATIONS: &[Explanation] = &[
    row("BadRequest", 0,
        "the request cannot be parsed, a length does not fit into a number, or the URL is reserved but not \
         registered",
        "inspect the bytes that the client sent; register the URL"),
    row("Verb", 0, "the method contains a character that methods cannot have", "fix the client"),
    row("URL", 0,
        "the path has an invalid escape, a control character, or a segment that is too long",
        "fix the client, or change UrlSegmentMaxLength or AllowRestrictedChars"),
    row("URL_Length", 0,
        "the URL reaches MaxRequestBytes",
        "use a shorter URL, or raise MaxRequestBytes"),
    row("Hostname", 0,
        "Host is missing, malformed, or names a host that no URL is registered for",
        "register the host name, or +"),
    row("Header", 0, "a field name contains a character that is not allowed", "fix the client"),
    row("FieldLength", 0,
        "a field is longer than MaxFieldLength",
        "raise MaxFieldLength"),
    row("RequestLength", 0,
        "the head reaches MaxRequestBytes",
        "raise MaxRequestBytes"),
    row("Forbidden", 0, "the path climbs above the root", "fix the client"),
    row("NotFound", 0, "URLs are registered for this host, but none covers the path", "register the path"),
    row("LengthRequired", 0, "a POST or PUT has neither Content-Length nor chunked coding", "fix the client"),
    row("N/I", 0, "the transfer coding is unknown", "fix the client"),
    row("Version_N/S", 0,
        "the request has a version other than 1.x",
        "fix the client"),
    row("QueueFull", 0,
        "as many requests are waiting as HttpServerQueueLengthProperty allows, and nobody receives them \
         (QUE-002)",
        "receive faster or with more threads, or allow a longer queue"),
    row("ConnLimit", 0,
        "as many connections have sent requests to the URL group as its MaxConnections allows (QUE-006)",
        "raise MaxConnections; idle connections count until they close"),
    row("Disabled", 0,
        "the URL group, its session or its queue is inactive (QUE-008)",
        "set HttpServerStateProperty to active"),
    row("Timer_ReqQueue", 0,
        "the request waited longer than the RequestQueue timer (TMO-008)",
        "as for QueueFull, or raise the timer"),
    row("N/A", 0,
        "the URL group is not bound to a queue (SES-026); always answered with a page",
        "set HttpServerBindingProperty"),
    row("Timer_ConnectionIdle", 20,
        "no further request arrived on a kept-alive connection",
        "nothing: the client opens another connection"),
    row("Timer_HeaderWait", 21,
        "the client began to send the head of a request but did not complete it",
        "nothing: the client is slow or hostile"),
    row("Timer_ReqQueue", 22, "nobody received the request", "receive faster"),
    row("Timer_EntityBody", 23,
        "your program was waiting for bytes of the body, and none arrived",
        "nothing if the client is just slow; a longer timer for uploads over slow lines"),
    row("Timer_EntityBody", 24,
        "the response was sent, and the rest of the unread body did not arrive",
        "read bodies to the end, or close the connection with DISCONNECT"),
    row("Timer_MinBytesPerSecond", 25,
        "the client did not take the whole response within the time that this rate allows (TMO-010; 1 MiB \
         at 150 bytes/s: almost two hours)",
        "nothing if the client is gone or has paused the download; otherwise a lower rate, or none"),
    row("Completed", 1,
        "the response was the last on the connection: the client sent Connection: close, used HTTP/1.0 \
         without keep-alive or could not see the end of the response, or the program sent it with \
         DISCONNECT",
        ""),
    row("PeerClosed", 2, "the client closed while no request was in progress", ""),
    row("PeerReset", 3,
        "the client reset the connection, or the network failed",
        "nothing; HttpWaitForDisconnect reports it immediately"),
    row("Cancelled", 4,
        "your program called HttpCancelHttpRequest, or dropped a Request without answering it",
        "look for a panic or an early return"),
    row("SendCancelled", 5,
        "CancelIo or CancelIoEx cancelled a send of which a part had been sent",
        ""),
    row("QueueClosed", 6,
        "your program closed the queue, or its process ended, while the request was open",
        "answer all received requests before you close the queue"),
    row("UrlRemoved", 7, "the last URL of the port was removed while the connection was idle", ""),
    row("ServiceStopped", 8,
        "the last HttpTerminate was called, or the private Service was dropped",
        ""),
    row("BodyMalformed", 11,
        "the chunked coding of the body is malformed",
        "nothing: the client is faulty or hostile"),
    row("BodyIncomplete", 12,
        "the client closed the connection in the middle of the body",
        ""),
    row("FileUnreadable", 13,
        "a file chunk reaches beyond the end of the file, or cannot be read",
        "check the range and the file"),
    row("Exhausted", 14,
        "the connection's slot has used up its ids, after 68 billion requests",
        "nothing: the connection is closed gracefully"),
    row("Tls_NoBinding", 15,
        "no certificate is bound to the host name that the client asked for, nor to the address and port \
         (TLS-001); the event TLS failed names them. If nothing at all is bound to the port, the program \
         also prints a message on standard error, once",
        "bind a certificate: httpsysctl dev-cert, httpsysctl add sslcert"),
    row("Tls_ClearText", 15,
        "the first bytes on an https port were not TLS, most often plain HTTP",
        "use https:// in the client"),
    row("Tls_HandshakeFailed", 15,
        "client and server have no version or cipher suite in common, or the client does not trust the \
         certificate; the field detail of the event says more",
        "see the field detail of the event"),
    row("Tls_Rejected", 15,
        "the binding has HTTP_SERVICE_CONFIG_SSL_FLAG_REJECT",
        ""),
    row("Tls_ClosedInHandshake", 15,
        "the client left during the handshake, most often because it does not trust the certificate",
        ""),
    row("Tls_TooManyHandshakes", 15,
        "MaxTlsHandshakes handshakes were in progress, and this one was the oldest",
        "nothing if it is a flood; otherwise raise MaxTlsHandshakes"),
    row("Tls_BadRecord", 15,
        "after the handshake, data arrived that TLS does not allow or that was altered in transit",
        ""),
    row("Http2_ProtocolError", 16,
        "the client broke a rule of HTTP/2; the event HTTP/2 connection error, or HTTP/2 stream error if \
         only a stream ended, names the rule in its field reason",
        "see the field reason of the event"),
    row("Http2_EnhanceYourCalm", 16,
        "the client sent more SETTINGS, PING, RST_STREAM, empty or idle frames, or longer field blocks, \
         than a client needs; the field reason of the event says which",
        "nothing if it is a flood; otherwise raise Http2MaxSettingsPerFrame or Http2MaxSettingsPerMinute"),
    row("Http2_FlowControlError", 16,
        "the client sent more content than its windows allow",
        "fix the client"),
    row("Http2_FrameSizeError", 16,
        "a frame has an impossible length",
        "fix the client"),
    row("Http2_CompressionError", 16,
        "a field block cannot be decompressed",
        "fix the client"),
    row("Http2_StreamClosed", 16,
        "a frame arrived on a stream that has ended",
        "fix the client"),
    row("Http2_SettingsTimeout", 16,
        "the client did not send its preface, or did not acknowledge SETTINGS, within 30 s",
        ""),
    row("Proxy_HeaderMissing", 17,
        "a proxy that ProxyProtocol trusts at this port began with something other than a PROXY header",
        "switch the PROXY protocol on in the proxy, for health checks too, or remove its address from ProxyProtocol"),
    row("Proxy_HeaderInvalid", 17,
        "the PROXY header of a trusted proxy is malformed, or its checksum is wrong; the field detail of \
         the event says more",
        "see the field detail of the event"),
    row("Connections_Refused", 0,
        "MaxConnections connections are open already; the event is dropped: MaxConnections",
        "raise MaxConnections"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use httpsys_core::close_reason::TimerKind;
    use httpsys_core::counters::{END_NAMES, REFUSAL_PHRASES};

    #[test]
    fn the_words_are_those_of_the_page() {
        let page = include_str!("../../../docs/WHY.md").replace('`', "");
        for row in EXPLANATIONS {
            let line = |line: &&str| {
                let own = line
                    .strip_prefix("| ")
                    .and_then(|l| l.strip_prefix(row.name));
                let own = own.is_some_and(|rest| rest.starts_with([' ', ',']));
                own && line.contains(row.meaning) && line.contains(row.advice)
            };
            assert!(
                page.lines().any(|own| line(&own)),
                "{}: {}",
                row.name,
                row.meaning
            );
        }
    }

    #[test]
    fn every_end_has_an_explanation() {
        for name in END_NAMES.iter().chain(&REFUSAL_PHRASES) {
            let known = EXPLANATIONS.iter().any(|row| row.name == *name);
            assert!(known, "{name}");
        }
    }

    #[test]
    fn one_name_with_two_timers_is_told_by_its_number() {
        let meaning = |timer| of(CloseReason::Timer(timer)).unwrap().meaning;
        assert!(meaning(TimerKind::EntityBody).contains("your program was waiting for bytes"));
        assert!(meaning(TimerKind::DrainEntityBody).contains("the response was sent"));
    }
}
