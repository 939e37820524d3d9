/* What examples/c/hello.c needs of http.h and mingw's, which is that of Windows 7, does not have;
 * included before it by test-dll.sh. Layout and number are those of our http.h. */
#ifndef HTTPSYS_MINGW_HTTP_H
#define HTTPSYS_MINGW_HTTP_H

#include <winsock2.h>
#include <windows.h>

#include <http.h>

#define HTTP_REQUEST_FLAG_HTTP2 0x00000004
#define HttpRequestInfoTypeSslProtocol ((HTTP_REQUEST_INFO_TYPE)2)

typedef struct _HTTP_SSL_PROTOCOL_INFO {
    ULONG Protocol;
    ULONG CipherType;
    ULONG CipherStrength;
    ULONG HashType;
    ULONG HashStrength;
    ULONG KeyExchangeType;
    ULONG KeyExchangeStrength;
} HTTP_SSL_PROTOCOL_INFO;

#endif
