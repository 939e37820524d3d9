/* The C headers against data/httpapi-layout.tsv: every row is a static assertion, so that compiling
 * this file is the test. It is valid C11 and C++17. main.rs compiles it with these macros:
 *
 *   WINDOWS_FIRST, WINDOWS_LAST   include <windows.h> before or after <http.h>
 *   NATIVE_FIRST, NATIVE_LAST     include the native socket headers before or after all others
 */
#ifdef NATIVE_FIRST
#include <sys/socket.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#endif
#ifdef WINDOWS_FIRST
#include <windows.h>
#endif
#include <http.h>
#ifdef WINDOWS_LAST
#include <windows.h>
#include <ws2tcpip.h>
#endif
#ifdef NATIVE_LAST
#include <httpsys/native.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <arpa/inet.h>
#endif

#ifdef __cplusplus
#define ASSERT(condition, text) static_assert(condition, text)
#define ALIGNMENT(type) alignof(type)
#else
#define ASSERT(condition, text) _Static_assert(condition, text)
#define ALIGNMENT(type) _Alignof(type)
#endif
#define SIZE(type, field) sizeof(((type *)0)->field)

/* Rows of the kind `type` and `field`. */
#define TYPE(type, size, alignment)                                                                \
    ASSERT(sizeof(type) == (size) && ALIGNMENT(type) == (alignment), #type)
#define FIELD(type, field, offset, size)                                                           \
    ASSERT(offsetof(type, field) == (offset) && SIZE(type, field) == (size), #type "." #field)
/* A member that C calls by another name, because the table's one stands for an anonymous member. */
#define RENAMED(type, field, offset, size, c_field)                                                \
    ASSERT(offsetof(type, c_field) == (offset) && SIZE(type, c_field) == (size), #type "." #field)
/* A bit-field has neither offset nor size: the only member must be as large as the structure. */
#define WHOLE(type, field, offset, size)                                                           \
    ASSERT((offset) == 0 && sizeof(type) == (size), #type "." #field)
/* An anonymous union: it fills the rest of its structure. */
#define UNION(name, size, alignment, type, start)                                                  \
    ASSERT(sizeof(type) - (start) == (size) && ALIGNMENT(type) == (alignment), #name)
#define CHUNK_MEMBER(name, field, offset, size)                                                    \
    ASSERT(offsetof(HTTP_DATA_CHUNK, field) == 8 + (offset) &&                                     \
               SIZE(HTTP_DATA_CHUNK, field) == (size),                                             \
           #name "." #field)
#define PARAM_MEMBER(name, field, offset, size)                                                    \
    ASSERT(offsetof(HTTP_SERVICE_CONFIG_SSL_PARAM_EX, field) == 16 + (offset) &&                   \
               SIZE(HTTP_SERVICE_CONFIG_SSL_PARAM_EX, field) == (size),                            \
           #name "." #field)

/* The table numbers the members of the union; the header names their types. */
#define HTTP_DATA_CHUNK_0_0 HTTPSYS_CHUNK_MEMORY
#define HTTP_DATA_CHUNK_0_1 HTTPSYS_CHUNK_FILE
#define HTTP_DATA_CHUNK_0_2 HTTPSYS_CHUNK_FRAGMENT
#define HTTP_DATA_CHUNK_0_3 HTTPSYS_CHUNK_FRAGMENT_EX
#define HTTP_DATA_CHUNK_0_4 HTTPSYS_CHUNK_TRAILERS

#include "layout_c_types.h"

/* Rows of the kinds `const`, `error` and `ntstatus`. */
#define VALUE(name, value) ASSERT((name) == (value), #name)
#define OLDER(name, value) ASSERT((name) > (value), #name)
#define STATUS(name, value) ASSERT((ULONG)(name) == (value) && sizeof(name) == 4, #name)

/* With the native headers AF_INET6 is theirs and HTTPSYS_AF_INET6 the one of the table. */
#if defined(NATIVE_FIRST) || defined(NATIVE_LAST)
#undef AF_INET6
#define AF_INET6 HTTPSYS_AF_INET6
#endif

#include "layout_c_values.h"

/* Version 2 structures repeat the members of version 1 in place. */
#define REPEATED(name, field)                                                                      \
    ASSERT(offsetof(name##_V1, field) == offsetof(name, field) &&                                  \
               SIZE(name##_V1, field) == SIZE(name, field),                                        \
           #name "." #field)

REPEATED(HTTP_REQUEST, Flags);
REPEATED(HTTP_REQUEST, ConnectionId);
REPEATED(HTTP_REQUEST, RequestId);
REPEATED(HTTP_REQUEST, UrlContext);
REPEATED(HTTP_REQUEST, Version);
REPEATED(HTTP_REQUEST, Verb);
REPEATED(HTTP_REQUEST, UnknownVerbLength);
REPEATED(HTTP_REQUEST, RawUrlLength);
REPEATED(HTTP_REQUEST, pUnknownVerb);
REPEATED(HTTP_REQUEST, pRawUrl);
REPEATED(HTTP_REQUEST, CookedUrl);
REPEATED(HTTP_REQUEST, Address);
REPEATED(HTTP_REQUEST, Headers);
REPEATED(HTTP_REQUEST, BytesReceived);
REPEATED(HTTP_REQUEST, EntityChunkCount);
REPEATED(HTTP_REQUEST, pEntityChunks);
REPEATED(HTTP_REQUEST, RawConnectionId);
REPEATED(HTTP_REQUEST, pSslInfo);
REPEATED(HTTP_RESPONSE, Flags);
REPEATED(HTTP_RESPONSE, Version);
REPEATED(HTTP_RESPONSE, StatusCode);
REPEATED(HTTP_RESPONSE, ReasonLength);
REPEATED(HTTP_RESPONSE, pReason);
REPEATED(HTTP_RESPONSE, Headers);
REPEATED(HTTP_RESPONSE, EntityChunkCount);
REPEATED(HTTP_RESPONSE, pEntityChunks);

/* Not in the table: newer members of unions, 16-bit characters, the values literals give. */
ASSERT(offsetof(HTTP_DATA_CHUNK, FromWinHttpFastForwarding) == 8, "FromWinHttpFastForwarding");
ASSERT(offsetof(HTTP_SERVICE_CONFIG_SSL_PARAM_EX, HttpCertConfigParam) == 16, "HttpCertConfig");
ASSERT(sizeof(WCHAR) == 2 && sizeof(HTTPSYS_WIDE("ab")) == 6, "WCHAR");
ASSERT(sizeof(BOOLEAN) == 1 && sizeof(BOOL) == 4 && sizeof(ULONG) == 4, "base types");
ASSERT(sizeof(ULONG_PTR) == 8 && sizeof(HANDLE) == 8, "pointers");

extern const WCHAR url[];
extern const HTTPAPI_VERSION version;
const WCHAR url[] = HTTPSYS_WIDE("http://+:80/");
const HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
