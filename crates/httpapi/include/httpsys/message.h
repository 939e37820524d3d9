/* Requests, responses, their headers and bodies.
 *
 * The version 2 structures hold every member of version 1 directly, as in the SDK, and once more as
 * one structure `s`.
 */
#ifndef HTTPSYS_MESSAGE_H
#define HTTPSYS_MESSAGE_H

#include "common.h"

/* ---- Verbs and headers ---- */

/* Known request methods. Page: HTTP_VERB. */
typedef enum _HTTP_VERB {
    HttpVerbUnparsed = 0,
    HttpVerbUnknown = 1,
    HttpVerbInvalid = 2,
    HttpVerbOPTIONS = 3,
    HttpVerbGET = 4,
    HttpVerbHEAD = 5,
    HttpVerbPOST = 6,
    HttpVerbPUT = 7,
    HttpVerbDELETE = 8,
    HttpVerbTRACE = 9,
    HttpVerbCONNECT = 10,
    HttpVerbTRACK = 11,
    HttpVerbMOVE = 12,
    HttpVerbCOPY = 13,
    HttpVerbPROPFIND = 14,
    HttpVerbPROPPATCH = 15,
    HttpVerbMKCOL = 16,
    HttpVerbLOCK = 17,
    HttpVerbUNLOCK = 18,
    HttpVerbSEARCH = 19,
    HttpVerbMaximum = 20
} HTTP_VERB, *PHTTP_VERB;

/* Indexes of the KnownHeaders arrays; requests and responses share 0 to 19. Page:
 * HTTP_HEADER_ID. */
typedef enum _HTTP_HEADER_ID {
    HttpHeaderCacheControl = 0,
    HttpHeaderConnection = 1,
    HttpHeaderDate = 2,
    HttpHeaderKeepAlive = 3,
    HttpHeaderPragma = 4,
    HttpHeaderTrailer = 5,
    HttpHeaderTransferEncoding = 6,
    HttpHeaderUpgrade = 7,
    HttpHeaderVia = 8,
    HttpHeaderWarning = 9,
    HttpHeaderAllow = 10,
    HttpHeaderContentLength = 11,
    HttpHeaderContentType = 12,
    HttpHeaderContentEncoding = 13,
    HttpHeaderContentLanguage = 14,
    HttpHeaderContentLocation = 15,
    HttpHeaderContentMd5 = 16,
    HttpHeaderContentRange = 17,
    HttpHeaderExpires = 18,
    HttpHeaderLastModified = 19,
    /* Requests. */
    HttpHeaderAccept = 20,
    HttpHeaderAcceptCharset = 21,
    HttpHeaderAcceptEncoding = 22,
    HttpHeaderAcceptLanguage = 23,
    HttpHeaderAuthorization = 24,
    HttpHeaderCookie = 25,
    HttpHeaderExpect = 26,
    HttpHeaderFrom = 27,
    HttpHeaderHost = 28,
    HttpHeaderIfMatch = 29,
    HttpHeaderIfModifiedSince = 30,
    HttpHeaderIfNoneMatch = 31,
    HttpHeaderIfRange = 32,
    HttpHeaderIfUnmodifiedSince = 33,
    HttpHeaderMaxForwards = 34,
    HttpHeaderProxyAuthorization = 35,
    HttpHeaderReferer = 36,
    HttpHeaderRange = 37,
    HttpHeaderTe = 38,
    HttpHeaderTranslate = 39,
    HttpHeaderUserAgent = 40,
    HttpHeaderRequestMaximum = 41,
    /* Responses. */
    HttpHeaderAcceptRanges = 20,
    HttpHeaderAge = 21,
    HttpHeaderEtag = 22,
    HttpHeaderLocation = 23,
    HttpHeaderProxyAuthenticate = 24,
    HttpHeaderRetryAfter = 25,
    HttpHeaderServer = 26,
    HttpHeaderSetCookie = 27,
    HttpHeaderVary = 28,
    HttpHeaderWwwAuthenticate = 29,
    HttpHeaderResponseMaximum = 30,
    HttpHeaderMaximum = 41
} HTTP_HEADER_ID, *PHTTP_HEADER_ID;

/* Value of a header that has an HTTP_HEADER_ID; length in bytes. Page: HTTP_KNOWN_HEADER. */
typedef struct _HTTP_KNOWN_HEADER {
    USHORT RawValueLength;
    PCSTR pRawValue;
} HTTP_KNOWN_HEADER, *PHTTP_KNOWN_HEADER;

/* Name and value of any other header; lengths in bytes. Page: HTTP_UNKNOWN_HEADER. */
typedef struct _HTTP_UNKNOWN_HEADER {
    USHORT NameLength;
    USHORT RawValueLength;
    PCSTR pName;
    PCSTR pRawValue;
} HTTP_UNKNOWN_HEADER, *PHTTP_UNKNOWN_HEADER;

/* Headers of a request. Page: HTTP_REQUEST_HEADERS. */
typedef struct _HTTP_REQUEST_HEADERS {
    USHORT UnknownHeaderCount;
    PHTTP_UNKNOWN_HEADER pUnknownHeaders;
    USHORT TrailerCount;
    PHTTP_UNKNOWN_HEADER pTrailers;
    HTTP_KNOWN_HEADER KnownHeaders[HttpHeaderRequestMaximum];
} HTTP_REQUEST_HEADERS, *PHTTP_REQUEST_HEADERS;

/* Headers of a response. Page: HTTP_RESPONSE_HEADERS. */
typedef struct _HTTP_RESPONSE_HEADERS {
    USHORT UnknownHeaderCount;
    PHTTP_UNKNOWN_HEADER pUnknownHeaders;
    USHORT TrailerCount;
    PHTTP_UNKNOWN_HEADER pTrailers;
    HTTP_KNOWN_HEADER KnownHeaders[HttpHeaderResponseMaximum];
} HTTP_RESPONSE_HEADERS, *PHTTP_RESPONSE_HEADERS;

/* ---- Entity bodies ---- */

/* Which member of HTTP_DATA_CHUNK is in use. Page: HTTP_DATA_CHUNK_TYPE. */
typedef enum _HTTP_DATA_CHUNK_TYPE {
    HttpDataChunkFromMemory = 0,
    HttpDataChunkFromFileHandle = 1,
    HttpDataChunkFromFragmentCache = 2,
    HttpDataChunkFromFragmentCacheEx = 3,
    HttpDataChunkTrailers = 4,
    HttpDataChunkFromWinHttpFastForwarding = 5,
    HttpDataChunkMaximum = 6
} HTTP_DATA_CHUNK_TYPE, *PHTTP_DATA_CHUNK_TYPE;

/* Opaque bytes of a forwarded WinHTTP response. No page; from the public bindings. */
typedef struct _HTTP_WINHTTP_FAST_FORWARDING_DATA {
    UCHAR Reserved[16];
} HTTP_WINHTTP_FAST_FORWARDING_DATA, *PHTTP_WINHTTP_FAST_FORWARDING_DATA;

/* One piece of a body: memory, file, cached fragment or trailers. Page: HTTP_DATA_CHUNK. */
typedef struct _HTTPSYS_CHUNK_MEMORY {
    PVOID pBuffer;
    ULONG BufferLength;
} HTTPSYS_CHUNK_MEMORY;
typedef struct _HTTPSYS_CHUNK_FILE {
    HTTP_BYTE_RANGE ByteRange;
    HANDLE FileHandle;
} HTTPSYS_CHUNK_FILE;
typedef struct _HTTPSYS_CHUNK_FRAGMENT {
    USHORT FragmentNameLength;
    PCWSTR pFragmentName;
} HTTPSYS_CHUNK_FRAGMENT;
typedef struct _HTTPSYS_CHUNK_FRAGMENT_EX {
    HTTP_BYTE_RANGE ByteRange;
    PCWSTR pFragmentName;
} HTTPSYS_CHUNK_FRAGMENT_EX;
typedef struct _HTTPSYS_CHUNK_TRAILERS {
    USHORT TrailerCount;
    PHTTP_UNKNOWN_HEADER pTrailers;
} HTTPSYS_CHUNK_TRAILERS;
typedef struct _HTTP_DATA_CHUNK {
    HTTP_DATA_CHUNK_TYPE DataChunkType;
    __extension__ union {
        HTTPSYS_CHUNK_MEMORY FromMemory;
        HTTPSYS_CHUNK_FILE FromFileHandle;
        HTTPSYS_CHUNK_FRAGMENT FromFragmentCache;
        HTTPSYS_CHUNK_FRAGMENT_EX FromFragmentCacheEx;
        HTTPSYS_CHUNK_TRAILERS Trailers;
        HTTP_WINHTTP_FAST_FORWARDING_DATA FromWinHttpFastForwarding;
    };
} HTTP_DATA_CHUNK, *PHTTP_DATA_CHUNK;

/* ---- Addresses and URLs ---- */

/* Both ends of a connection, in the Windows SOCKADDR layout. Page: HTTP_TRANSPORT_ADDRESS. */
typedef struct _HTTP_TRANSPORT_ADDRESS {
    PSOCKADDR pRemoteAddress;
    PSOCKADDR pLocalAddress;
} HTTP_TRANSPORT_ADDRESS, *PHTTP_TRANSPORT_ADDRESS;

/* Canonical URL and its parts; lengths in bytes, pointers into one string. Page:
 * HTTP_COOKED_URL. */
typedef struct _HTTP_COOKED_URL {
    USHORT FullUrlLength;
    USHORT HostLength;
    USHORT AbsPathLength;
    USHORT QueryStringLength;
    PCWSTR pFullUrl;
    PCWSTR pHost;
    PCWSTR pAbsPath;
    PCWSTR pQueryString;
} HTTP_COOKED_URL, *PHTTP_COOKED_URL;

/* URL schemes. No page; from the public bindings. */
typedef enum _HTTP_SCHEME {
    HttpSchemeHttp = 0,
    HttpSchemeHttps = 1,
    HttpSchemeMaximum = 2
} HTTP_SCHEME, *PHTTP_SCHEME;

/* ---- TLS details of a request ---- */

/* Client certificate of a connection. Page: HTTP_SSL_CLIENT_CERT_INFO. */
typedef struct _HTTP_SSL_CLIENT_CERT_INFO {
    ULONG CertFlags;
    ULONG CertEncodedSize;
    PUCHAR pCertEncoded;
    HANDLE Token;
    BOOLEAN CertDeniedByMapper;
} HTTP_SSL_CLIENT_CERT_INFO, *PHTTP_SSL_CLIENT_CERT_INFO;

/* Server certificate and strength of the TLS session of a request. Page: HTTP_SSL_INFO. */
typedef struct _HTTP_SSL_INFO {
    USHORT ServerCertKeySize;
    USHORT ConnectionKeySize;
    ULONG ServerCertIssuerSize;
    ULONG ServerCertSubjectSize;
    PCSTR pServerCertIssuer;
    PCSTR pServerCertSubject;
    PHTTP_SSL_CLIENT_CERT_INFO pClientCertInfo;
    ULONG SslClientCertNegotiated;
} HTTP_SSL_INFO, *PHTTP_SSL_INFO;

/* ---- Requests ---- */

/* Page: HTTP_REQUEST_V1. */
#define HTTP_REQUEST_FLAG_MORE_ENTITY_BODY_EXISTS          0x00000001
#define HTTP_REQUEST_FLAG_IP_ROUTED                        0x00000002
#define HTTP_REQUEST_FLAG_HTTP2                            0x00000004
#define HTTP_REQUEST_FLAG_HTTP3                            0x00000008
#define HTTP_REQUEST_FLAG_FAST_FORWARDING_ALLOWED          0x00000010
#define HTTP_REQUEST_FLAG_FAST_FORWARDING_RESPONSE_ALLOWED 0x00000010

/* What the pInfo of an HTTP_REQUEST_INFO points at. Page: HTTP_REQUEST_INFO_TYPE. */
typedef enum _HTTP_REQUEST_INFO_TYPE {
    HttpRequestInfoTypeAuth = 0,
    HttpRequestInfoTypeChannelBind = 1,
    HttpRequestInfoTypeSslProtocol = 2,
    HttpRequestInfoTypeSslTokenBindingDraft = 3,
    HttpRequestInfoTypeSslTokenBinding = 4,
    HttpRequestInfoTypeRequestTiming = 5,
    HttpRequestInfoTypeTcpInfoV0 = 6,
    HttpRequestInfoTypeRequestSizing = 7,
    HttpRequestInfoTypeQuicStats = 8,
    HttpRequestInfoTypeTcpInfoV1 = 9,
    HttpRequestInfoTypeQuicStatsV2 = 10,
    HttpRequestInfoTypeTcpInfoV2 = 11,
    HttpRequestInfoTypeTransportIdleConnectionTimeout = 12,
    HttpRequestInfoTypeDscpTag = 13,
    HttpRequestInfoTypeInitialPacketTtl = 14
} HTTP_REQUEST_INFO_TYPE, *PHTTP_REQUEST_INFO_TYPE;

/* One additional piece of information about a request. Page: HTTP_REQUEST_INFO. */
typedef struct _HTTP_REQUEST_INFO {
    HTTP_REQUEST_INFO_TYPE InfoType;
    ULONG InfoLength;
    PVOID pInfo;
} HTTP_REQUEST_INFO, *PHTTP_REQUEST_INFO;

/* A request as version 1.0 of the API delivers it. Page: HTTP_REQUEST_V1. */
typedef struct _HTTP_REQUEST_V1 {
    ULONG Flags;
    HTTP_CONNECTION_ID ConnectionId;
    HTTP_REQUEST_ID RequestId;
    HTTP_URL_CONTEXT UrlContext;
    HTTP_VERSION Version;
    HTTP_VERB Verb;
    USHORT UnknownVerbLength;
    USHORT RawUrlLength;
    PCSTR pUnknownVerb;
    PCSTR pRawUrl;
    HTTP_COOKED_URL CookedUrl;
    HTTP_TRANSPORT_ADDRESS Address;
    HTTP_REQUEST_HEADERS Headers;
    ULONGLONG BytesReceived;
    USHORT EntityChunkCount;
    PHTTP_DATA_CHUNK pEntityChunks;
    HTTP_RAW_CONNECTION_ID RawConnectionId;
    PHTTP_SSL_INFO pSslInfo;
} HTTP_REQUEST_V1, *PHTTP_REQUEST_V1;

/* A request with the additions of version 2.0. Page: HTTP_REQUEST_V2. */
typedef struct _HTTP_REQUEST_V2 {
    __extension__ union {
        __extension__ struct {
            ULONG Flags;
            HTTP_CONNECTION_ID ConnectionId;
            HTTP_REQUEST_ID RequestId;
            HTTP_URL_CONTEXT UrlContext;
            HTTP_VERSION Version;
            HTTP_VERB Verb;
            USHORT UnknownVerbLength;
            USHORT RawUrlLength;
            PCSTR pUnknownVerb;
            PCSTR pRawUrl;
            HTTP_COOKED_URL CookedUrl;
            HTTP_TRANSPORT_ADDRESS Address;
            HTTP_REQUEST_HEADERS Headers;
            ULONGLONG BytesReceived;
            USHORT EntityChunkCount;
            PHTTP_DATA_CHUNK pEntityChunks;
            HTTP_RAW_CONNECTION_ID RawConnectionId;
            PHTTP_SSL_INFO pSslInfo;
        };
        HTTP_REQUEST_V1 s;
    };
    USHORT RequestInfoCount;
    PHTTP_REQUEST_INFO pRequestInfo;
} HTTP_REQUEST_V2, *PHTTP_REQUEST_V2;
typedef HTTP_REQUEST_V2 HTTP_REQUEST, *PHTTP_REQUEST;

/* ---- Responses ---- */

/* Page: HTTP_RESPONSE_V1. */
#define HTTP_RESPONSE_FLAG_MULTIPLE_ENCODINGS_AVAILABLE 0x00000001
#define HTTP_RESPONSE_FLAG_MORE_ENTITY_BODY_EXISTS      0x00000002

/* What the pInfo of an HTTP_RESPONSE_INFO points at. Page: HTTP_RESPONSE_INFO_TYPE. */
typedef enum _HTTP_RESPONSE_INFO_TYPE {
    HttpResponseInfoTypeMultipleKnownHeaders = 0,
    HttpResponseInfoTypeAuthenticationProperty = 1,
    HttpResponseInfoTypeQoSProperty = 2,
    HttpResponseInfoTypeChannelBind = 3
} HTTP_RESPONSE_INFO_TYPE, *PHTTP_RESPONSE_INFO_TYPE;

/* One additional piece of information about a response. Page: HTTP_RESPONSE_INFO. */
typedef struct _HTTP_RESPONSE_INFO {
    HTTP_RESPONSE_INFO_TYPE Type;
    ULONG Length;
    PVOID pInfo;
} HTTP_RESPONSE_INFO, *PHTTP_RESPONSE_INFO;

/* Page: HTTP_MULTIPLE_KNOWN_HEADERS. */
#define HTTP_RESPONSE_INFO_FLAGS_PRESERVE_ORDER 0x00000001

/* Several values of one known header, sent as separate lines. Page: HTTP_MULTIPLE_KNOWN_HEADERS. */
typedef struct _HTTP_MULTIPLE_KNOWN_HEADERS {
    HTTP_HEADER_ID HeaderId;
    ULONG Flags;
    USHORT KnownHeaderCount;
    PHTTP_KNOWN_HEADER KnownHeaders;
} HTTP_MULTIPLE_KNOWN_HEADERS, *PHTTP_MULTIPLE_KNOWN_HEADERS;

/* A response as version 1.0 of the API takes it. Page: HTTP_RESPONSE_V1. */
typedef struct _HTTP_RESPONSE_V1 {
    ULONG Flags;
    HTTP_VERSION Version;
    USHORT StatusCode;
    USHORT ReasonLength;
    PCSTR pReason;
    HTTP_RESPONSE_HEADERS Headers;
    USHORT EntityChunkCount;
    PHTTP_DATA_CHUNK pEntityChunks;
} HTTP_RESPONSE_V1, *PHTTP_RESPONSE_V1;

/* A response with the additions of version 2.0. Page: HTTP_RESPONSE_V2. */
typedef struct _HTTP_RESPONSE_V2 {
    __extension__ union {
        __extension__ struct {
            ULONG Flags;
            HTTP_VERSION Version;
            USHORT StatusCode;
            USHORT ReasonLength;
            PCSTR pReason;
            HTTP_RESPONSE_HEADERS Headers;
            USHORT EntityChunkCount;
            PHTTP_DATA_CHUNK pEntityChunks;
        };
        HTTP_RESPONSE_V1 s;
    };
    USHORT ResponseInfoCount;
    PHTTP_RESPONSE_INFO pResponseInfo;
} HTTP_RESPONSE_V2, *PHTTP_RESPONSE_V2;
typedef HTTP_RESPONSE_V2 HTTP_RESPONSE, *PHTTP_RESPONSE;

/* ---- Response cache ---- */

/* How long a cached response may live. Page: HTTP_CACHE_POLICY_TYPE. */
typedef enum _HTTP_CACHE_POLICY_TYPE {
    HttpCachePolicyNocache = 0,
    HttpCachePolicyUserInvalidates = 1,
    HttpCachePolicyTimeToLive = 2,
    HttpCachePolicyMaximum = 3
} HTTP_CACHE_POLICY_TYPE, *PHTTP_CACHE_POLICY_TYPE;

/* Cache policy of one response or fragment. Page: HTTP_CACHE_POLICY. */
typedef struct _HTTP_CACHE_POLICY {
    HTTP_CACHE_POLICY_TYPE Policy;
    ULONG SecondsToLive;
} HTTP_CACHE_POLICY, *PHTTP_CACHE_POLICY;

#endif /* HTTPSYS_MESSAGE_H */
