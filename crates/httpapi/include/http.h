/* http.h: the Windows HTTP Server API (versions 1.0, 2.0 and later additions) off Windows.
 *
 * Declares the functions of libhttpapi. The types are in httpsys/, and the parts of the Windows
 * headers that they need are in win32/; both are found from here, so that -I with this folder is
 * enough. If win32/ is on the include path, too, this header includes the same headers as the
 * SDK's: winsock2.h, ws2tcpip.h and windows.h (not with HTTPSYS_HTTP_H_ALONE). The order of these
 * headers does not matter. Names, values and layouts are those of 64-bit Windows.
 *
 * C11 and C++17, 64-bit targets. Strings are UTF-16: build with -fshort-wchar to write L"..."
 * literals, or write u"..." without the flag.
 *
 * Addresses have the Windows layout, and AF_INET6 is 23, see win32/ws2def.h. To convert them to
 * native addresses, include <httpsys/native.h>, or define HTTPSYS_NATIVE_SOCKETS, or include
 * <netinet/in.h> before this file: each of these declares HttpsysSockaddrToNative.
 *
 * Unless noted otherwise, a function returns a Win32 error code. With an OVERLAPPED, 0 and
 * ERROR_IO_PENDING mean that a completion will be signalled; any other code means that none will
 * be. "Page" names the page of Microsoft's documentation.
 */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <http.h>
#else
#error "take this folder off the include path: on Windows use the SDK's http.h and httpapi.lib"
#endif
#else

#ifndef HTTPSYS_HTTP_H
#define HTTPSYS_HTTP_H

#if defined(__has_include) && !defined(HTTPSYS_HTTP_H_ALONE)
#if __has_include(<winsock2.h>) && __has_include(<windows.h>)
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#endif
#endif

#include "httpsys/common.h"
#include "httpsys/config.h"
#include "httpsys/info.h"
#include "httpsys/message.h"
#include "httpsys/property.h"

#ifndef HTTPAPI_LINKAGE
#define HTTPAPI_LINKAGE DECLSPEC_IMPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* ---- Lifecycle. Pages: HttpInitialize, HttpTerminate. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpInitialize(_In_ HTTPAPI_VERSION Version, _In_ ULONG Flags,
                                            _Reserved_ PVOID pReserved);
HTTPAPI_LINKAGE ULONG WINAPI HttpTerminate(_In_ ULONG Flags, _Reserved_ PVOID pReserved);

/* ---- Server sessions. Pages: HttpCreateServerSession and the functions named here. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpCreateServerSession(_In_ HTTPAPI_VERSION Version,
                                                     _Out_ PHTTP_SERVER_SESSION_ID ServerSessionId,
                                                     _Reserved_ ULONG Reserved);
HTTPAPI_LINKAGE ULONG WINAPI HttpCloseServerSession(_In_ HTTP_SERVER_SESSION_ID ServerSessionId);
HTTPAPI_LINKAGE ULONG WINAPI
HttpSetServerSessionProperty(_In_ HTTP_SERVER_SESSION_ID ServerSessionId,
                             _In_ HTTP_SERVER_PROPERTY Property,
                             _In_reads_bytes_(PropertyInformationLength) PVOID PropertyInformation,
                             _In_ ULONG PropertyInformationLength);
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryServerSessionProperty(
    _In_ HTTP_SERVER_SESSION_ID ServerSessionId, _In_ HTTP_SERVER_PROPERTY Property,
    _Out_writes_bytes_to_opt_(PropertyInformationLength, *ReturnLength) PVOID PropertyInformation,
    _In_ ULONG PropertyInformationLength, _Out_opt_ PULONG ReturnLength);

/* ---- URL groups. Pages: HttpCreateUrlGroup and the functions named here. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpCreateUrlGroup(_In_ HTTP_SERVER_SESSION_ID ServerSessionId,
                                                _Out_ PHTTP_URL_GROUP_ID pUrlGroupId,
                                                _Reserved_ ULONG Reserved);
HTTPAPI_LINKAGE ULONG WINAPI HttpCloseUrlGroup(_In_ HTTP_URL_GROUP_ID UrlGroupId);
HTTPAPI_LINKAGE ULONG WINAPI HttpAddUrlToUrlGroup(_In_ HTTP_URL_GROUP_ID UrlGroupId,
                                                  _In_ PCWSTR pFullyQualifiedUrl,
                                                  _In_opt_ HTTP_URL_CONTEXT UrlContext,
                                                  _Reserved_ ULONG Reserved);
HTTPAPI_LINKAGE ULONG WINAPI HttpRemoveUrlFromUrlGroup(_In_ HTTP_URL_GROUP_ID UrlGroupId,
                                                       _In_ PCWSTR pFullyQualifiedUrl,
                                                       _In_ ULONG Flags);
HTTPAPI_LINKAGE ULONG WINAPI
HttpSetUrlGroupProperty(_In_ HTTP_URL_GROUP_ID UrlGroupId, _In_ HTTP_SERVER_PROPERTY Property,
                        _In_reads_bytes_(PropertyInformationLength) PVOID PropertyInformation,
                        _In_ ULONG PropertyInformationLength);
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryUrlGroupProperty(
    _In_ HTTP_URL_GROUP_ID UrlGroupId, _In_ HTTP_SERVER_PROPERTY Property,
    _Out_writes_bytes_to_opt_(PropertyInformationLength, *ReturnLength) PVOID PropertyInformation,
    _In_ ULONG PropertyInformationLength, _Out_opt_ PULONG ReturnLength);
HTTPAPI_LINKAGE ULONG WINAPI HttpFindUrlGroupId(_In_ PCWSTR FullyQualifiedUrl,
                                                _In_ HANDLE RequestQueueHandle,
                                                _Out_ PHTTP_URL_GROUP_ID UrlGroupId);

/* Page: HttpPrepareUrl. Free *PreparedUrl with HeapFree(GetProcessHeap(), 0, ...). */
HTTPAPI_LINKAGE ULONG WINAPI HttpPrepareUrl(_Reserved_ PVOID Reserved, _Reserved_ ULONG Flags,
                                            _In_ PCWSTR Url, _Outptr_ PWSTR *PreparedUrl);

/* ---- Request queues. Pages: HttpCreateRequestQueue and the functions named here. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpCreateRequestQueue(
    _In_ HTTPAPI_VERSION Version, _In_opt_ PCWSTR Name,
    _In_opt_ PSECURITY_ATTRIBUTES SecurityAttributes, _In_opt_ ULONG Flags,
    _Out_ PHANDLE RequestQueueHandle);
HTTPAPI_LINKAGE ULONG WINAPI HttpCloseRequestQueue(_In_ HANDLE RequestQueueHandle);
HTTPAPI_LINKAGE ULONG WINAPI HttpShutdownRequestQueue(_In_ HANDLE RequestQueueHandle);
HTTPAPI_LINKAGE ULONG WINAPI
HttpSetRequestQueueProperty(_In_ HANDLE RequestQueueHandle, _In_ HTTP_SERVER_PROPERTY Property,
                            _In_reads_bytes_(PropertyInformationLength) PVOID PropertyInformation,
                            _In_ ULONG PropertyInformationLength, _Reserved_ ULONG Reserved1,
                            _Reserved_ PVOID Reserved2);
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryRequestQueueProperty(
    _In_ HANDLE RequestQueueHandle, _In_ HTTP_SERVER_PROPERTY Property,
    _Out_writes_bytes_to_opt_(PropertyInformationLength, *ReturnLength) PVOID PropertyInformation,
    _In_ ULONG PropertyInformationLength, _Reserved_ ULONG Reserved1,
    _Out_opt_ PULONG ReturnLength, _Reserved_ PVOID Reserved2);
HTTPAPI_LINKAGE ULONG WINAPI HttpWaitForDemandStart(_In_ HANDLE RequestQueueHandle,
                                                    _Inout_opt_ LPOVERLAPPED Overlapped);

/* Version 1.0 queues. Pages: HttpCreateHttpHandle, HttpAddUrl, HttpRemoveUrl. Close with
 * CloseHandle. */
HTTPAPI_LINKAGE ULONG WINAPI HttpCreateHttpHandle(_Out_ PHANDLE RequestQueueHandle,
                                                  _Reserved_ ULONG Reserved);
HTTPAPI_LINKAGE ULONG WINAPI HttpAddUrl(_In_ HANDLE RequestQueueHandle,
                                        _In_ PCWSTR FullyQualifiedUrl, _Reserved_ PVOID Reserved);
HTTPAPI_LINKAGE ULONG WINAPI HttpRemoveUrl(_In_ HANDLE RequestQueueHandle,
                                           _In_ PCWSTR FullyQualifiedUrl);

/* ---- Receiving. Pages: HttpReceiveHttpRequest and the functions named here. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpReceiveHttpRequest(
    _In_ HANDLE RequestQueueHandle, _In_ HTTP_REQUEST_ID RequestId, _In_ ULONG Flags,
    _Out_writes_bytes_to_(RequestBufferLength, *BytesReturned) PHTTP_REQUEST RequestBuffer,
    _In_ ULONG RequestBufferLength, _Out_opt_ PULONG BytesReturned,
    _Inout_opt_ LPOVERLAPPED Overlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpReceiveRequestEntityBody(
    _In_ HANDLE RequestQueueHandle, _In_ HTTP_REQUEST_ID RequestId, _In_ ULONG Flags,
    _Out_writes_bytes_to_(EntityBufferLength, *BytesReturned) PVOID EntityBuffer,
    _In_ ULONG EntityBufferLength, _Out_opt_ PULONG BytesReturned,
    _Inout_opt_ LPOVERLAPPED Overlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpReceiveClientCertificate(
    _In_ HANDLE RequestQueueHandle, _In_ HTTP_CONNECTION_ID ConnectionId, _In_ ULONG Flags,
    _Out_writes_bytes_to_(SslClientCertInfoSize, *BytesReceived)
        PHTTP_SSL_CLIENT_CERT_INFO SslClientCertInfo,
    _In_ ULONG SslClientCertInfoSize, _Out_opt_ PULONG BytesReceived,
    _Inout_opt_ LPOVERLAPPED Overlapped);

/* ---- Sending. Pages: HttpSendHttpResponse, HttpSendResponseEntityBody, HttpDeclarePush. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpSendHttpResponse(
    _In_ HANDLE RequestQueueHandle, _In_ HTTP_REQUEST_ID RequestId, _In_ ULONG Flags,
    _In_ PHTTP_RESPONSE HttpResponse, _In_opt_ PHTTP_CACHE_POLICY CachePolicy,
    _Out_opt_ PULONG BytesSent, _Reserved_ PVOID Reserved1, _Reserved_ ULONG Reserved2,
    _Inout_opt_ LPOVERLAPPED Overlapped, _In_opt_ PHTTP_LOG_DATA LogData);
HTTPAPI_LINKAGE ULONG WINAPI HttpSendResponseEntityBody(
    _In_ HANDLE RequestQueueHandle, _In_ HTTP_REQUEST_ID RequestId, _In_ ULONG Flags,
    _In_ USHORT EntityChunkCount, _In_reads_opt_(EntityChunkCount) PHTTP_DATA_CHUNK EntityChunks,
    _Out_opt_ PULONG BytesSent, _Reserved_ PVOID Reserved1, _Reserved_ ULONG Reserved2,
    _Inout_opt_ LPOVERLAPPED Overlapped, _In_opt_ PHTTP_LOG_DATA LogData);
HTTPAPI_LINKAGE ULONG WINAPI HttpDeclarePush(_In_ HANDLE RequestQueueHandle,
                                             _In_ HTTP_REQUEST_ID RequestId, _In_ HTTP_VERB Verb,
                                             _In_ PCWSTR Path, _In_opt_ PCSTR Query,
                                             _In_opt_ PHTTP_REQUEST_HEADERS Headers);

/* ---- Cancellation and disconnection. Pages: HttpCancelHttpRequest, HttpWaitForDisconnect. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpCancelHttpRequest(_In_ HANDLE RequestQueueHandle,
                                                   _In_ HTTP_REQUEST_ID RequestId,
                                                   _Inout_opt_ LPOVERLAPPED Overlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpWaitForDisconnect(_In_ HANDLE RequestQueueHandle,
                                                   _In_ HTTP_CONNECTION_ID ConnectionId,
                                                   _Inout_opt_ LPOVERLAPPED Overlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpWaitForDisconnectEx(_In_ HANDLE RequestQueueHandle,
                                                     _In_ HTTP_CONNECTION_ID ConnectionId,
                                                     _Reserved_ ULONG Reserved,
                                                     _Inout_opt_ LPOVERLAPPED Overlapped);

/* ---- Properties of one request. Pages: HttpSetRequestProperty, HttpQueryRequestProperty. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpSetRequestProperty(
    _In_ HANDLE RequestQueueHandle, _In_ HTTP_OPAQUE_ID Id, _In_ HTTP_REQUEST_PROPERTY PropertyId,
    _In_reads_bytes_(InputPropertySize) PVOID Input, _In_ ULONG InputPropertySize,
    _Inout_opt_ LPOVERLAPPED Overlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryRequestProperty(
    _In_ HANDLE RequestQueueHandle, _In_ HTTP_OPAQUE_ID Id, _In_ HTTP_REQUEST_PROPERTY PropertyId,
    _In_reads_bytes_opt_(QualifierSize) PVOID Qualifier, _In_ ULONG QualifierSize,
    _Out_writes_bytes_to_opt_(OutputBufferSize, *BytesReturned) PVOID Output,
    _In_ ULONG OutputBufferSize, _Out_opt_ PULONG BytesReturned,
    _Inout_opt_ LPOVERLAPPED Overlapped);

/* ---- Response and fragment cache. Pages: HttpAddFragmentToCache and the functions here. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpAddFragmentToCache(_In_ HANDLE RequestQueueHandle,
                                                    _In_ PCWSTR UrlPrefix,
                                                    _In_ PHTTP_DATA_CHUNK DataChunk,
                                                    _In_ PHTTP_CACHE_POLICY CachePolicy,
                                                    _Inout_opt_ LPOVERLAPPED Overlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpReadFragmentFromCache(
    _In_ HANDLE RequestQueueHandle, _In_ PCWSTR UrlPrefix, _In_opt_ PHTTP_BYTE_RANGE ByteRange,
    _Out_writes_bytes_to_(BufferLength, *BytesRead) PVOID Buffer, _In_ ULONG BufferLength,
    _Out_opt_ PULONG BytesRead, _Inout_opt_ LPOVERLAPPED Overlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpFlushResponseCache(_In_ HANDLE RequestQueueHandle,
                                                    _In_ PCWSTR UrlPrefix, _In_ ULONG Flags,
                                                    _Inout_opt_ LPOVERLAPPED Overlapped);

/* ---- Configuration store. Pages: HttpSetServiceConfiguration and the functions here. ---- */

/* The handle is reserved and 0, the OVERLAPPED is reserved and NULL. */
HTTPAPI_LINKAGE ULONG WINAPI HttpSetServiceConfiguration(
    _Reserved_ HANDLE ServiceHandle, _In_ HTTP_SERVICE_CONFIG_ID ConfigId,
    _In_reads_bytes_(ConfigInformationLength) PVOID pConfigInformation,
    _In_ ULONG ConfigInformationLength, _Reserved_ LPOVERLAPPED pOverlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpUpdateServiceConfiguration(
    _Reserved_ HANDLE Handle, _In_ HTTP_SERVICE_CONFIG_ID ConfigId,
    _In_reads_bytes_(ConfigInfoLength) PVOID ConfigInfo, _In_ ULONG ConfigInfoLength,
    _Reserved_ LPOVERLAPPED Overlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpDeleteServiceConfiguration(
    _Reserved_ HANDLE ServiceHandle, _In_ HTTP_SERVICE_CONFIG_ID ConfigId,
    _In_reads_bytes_(ConfigInformationLength) PVOID pConfigInformation,
    _In_ ULONG ConfigInformationLength, _Reserved_ LPOVERLAPPED pOverlapped);
HTTPAPI_LINKAGE ULONG WINAPI HttpQueryServiceConfiguration(
    _Reserved_ HANDLE ServiceHandle, _In_ HTTP_SERVICE_CONFIG_ID ConfigId,
    _In_reads_bytes_opt_(InputLength) PVOID pInput, _In_ ULONG InputLength,
    _Out_writes_bytes_to_opt_(OutputLength, *pReturnLength) PVOID pOutput,
    _In_ ULONG OutputLength, _Out_opt_ PULONG pReturnLength, _Reserved_ LPOVERLAPPED pOverlapped);

/* ---- Delegation, features. Pages: HttpDelegateRequestEx, HttpIsFeatureSupported. ---- */

HTTPAPI_LINKAGE ULONG WINAPI HttpDelegateRequestEx(
    _In_ HANDLE RequestQueueHandle, _In_ HANDLE DelegateQueueHandle,
    _In_ HTTP_REQUEST_ID RequestId, _In_ HTTP_URL_GROUP_ID DelegateUrlGroupId,
    _In_ ULONG PropertyInfoSetSize,
    _In_reads_(PropertyInfoSetSize) PHTTP_DELEGATE_REQUEST_PROPERTY_INFO PropertyInfoSet);
HTTPAPI_LINKAGE BOOL WINAPI HttpIsFeatureSupported(_In_ HTTP_FEATURE_ID FeatureId);

/* No page; the prototype is that of the public bindings. */
HTTPAPI_LINKAGE ULONG WINAPI HttpGetExtension(_In_ HTTPAPI_VERSION Version, _In_ ULONG Extension,
                                              _In_reads_bytes_(BufferSize) PVOID Buffer,
                                              _In_ ULONG BufferSize);

#ifdef __cplusplus
}
#endif

#include "httpsys/extension.h"

#if defined(HTTPSYS_NATIVE_SOCKETS) || defined(_NETINET_IN_H) || defined(_NETINET_IN_H_)
#include "httpsys/native.h"
#endif

#endif /* HTTPSYS_HTTP_H */
#endif
