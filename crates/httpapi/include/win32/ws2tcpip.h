/* The address types of ws2tcpip.h; its name resolution is the native one of <netdb.h>. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <ws2tcpip.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's ws2tcpip.h"
#endif
#else

#ifndef HTTPSYS_WIN32_WS2TCPIP_H
#define HTTPSYS_WIN32_WS2TCPIP_H

#include "winsock2.h"

/* Page: InetNtopW (buffer sizes in characters, with room for a port and a scope). */
#ifndef INET_ADDRSTRLEN
#define INET_ADDRSTRLEN 22
#endif
#ifndef INET6_ADDRSTRLEN
#define INET6_ADDRSTRLEN 65
#endif

#ifdef __cplusplus
extern "C" {
#endif
/* Pages: InetNtopW, InetPtonW. Families as in ws2def.h, or the native ones. */
PCWSTR WINAPI InetNtopW(INT Family, const VOID *pAddr, PWSTR pStringBuf, size_t StringBufSize);
INT WINAPI InetPtonW(INT Family, PCWSTR pszAddrString, PVOID pAddrBuf);
#ifdef UNICODE
#define InetNtop InetNtopW
#define InetPton InetPtonW
#endif
#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_WS2TCPIP_H */
#endif
