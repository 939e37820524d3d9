/* Addresses as text, and names of hosts and services. The functions that the C library has as well are Windows's
 * or the system's as in winsock2.h. */
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
#if HTTPSYS_WINSOCK
/* As those, in UTF-8. Pages: inet_ntop, inet_pton, InetNtopA. */
PCSTR WINAPI inet_ntop(INT Family, const VOID *pAddr, PSTR pStringBuf, size_t StringBufSize)
    HTTPSYS_LINKED(inet_ntop);
INT WINAPI inet_pton(INT Family, PCSTR pszAddrString, PVOID pAddrBuf) HTTPSYS_LINKED(inet_pton);
#define InetNtopA inet_ntop
#define InetPtonA inet_pton

/* Pages: getaddrinfo, GetAddrInfoW and the functions named here. They return 0 or a code of Winsock, which is the
 * last error, too. A list belongs to the caller until it is freed. */
typedef int httpsys_socklen_t;
#define socklen_t httpsys_socklen_t
INT WINAPI getaddrinfo(PCSTR pNodeName, PCSTR pServiceName, const ADDRINFOA *pHints,
                       PADDRINFOA *ppResult) HTTPSYS_LINKED(getaddrinfo);
INT WINAPI GetAddrInfoW(PCWSTR pNodeName, PCWSTR pServiceName, const ADDRINFOW *pHints,
                        PADDRINFOW *ppResult);
VOID WINAPI freeaddrinfo(PADDRINFOA pAddrInfo) HTTPSYS_LINKED(freeaddrinfo);
VOID WINAPI FreeAddrInfoW(PADDRINFOW pAddrInfo);
INT WINAPI getnameinfo(const SOCKADDR *pSockaddr, socklen_t SockaddrLength, PCHAR pNodeBuffer,
                       DWORD NodeBufferSize, PCHAR pServiceBuffer, DWORD ServiceBufferSize, INT Flags)
    HTTPSYS_LINKED(getnameinfo);
INT WINAPI GetNameInfoW(const SOCKADDR *pSockaddr, socklen_t SockaddrLength, PWCHAR pNodeBuffer,
                        DWORD NodeBufferSize, PWCHAR pServiceBuffer, DWORD ServiceBufferSize,
                        INT Flags);
#define GetAddrInfoA getaddrinfo
#define FreeAddrInfoA freeaddrinfo
#define GetNameInfoA getnameinfo
#define NI_NOFQDN 0x01
#define NI_NUMERICHOST 0x02
#define NI_NAMEREQD 0x04
#define NI_NUMERICSERV 0x08
#define NI_DGRAM 0x10
#define NI_MAXHOST 1025
#define NI_MAXSERV 32
#define EAI_AGAIN WSATRY_AGAIN
#define EAI_BADFLAGS WSAEINVAL
#define EAI_FAIL WSANO_RECOVERY
#define EAI_FAMILY WSAEAFNOSUPPORT
#define EAI_MEMORY WSA_NOT_ENOUGH_MEMORY
#define EAI_NONAME WSAHOST_NOT_FOUND
#define EAI_NODATA WSANO_DATA
#define EAI_SERVICE WSATYPE_NOT_FOUND
#define EAI_SOCKTYPE WSAESOCKTNOSUPPORT

/* The C library's: :: and ::1. */
extern const struct in6_addr httpsys_in6addr_any
    __asm__(HTTPSYS_LINK_TEXT(__USER_LABEL_PREFIX__) "in6addr_any");
extern const struct in6_addr httpsys_in6addr_loopback
    __asm__(HTTPSYS_LINK_TEXT(__USER_LABEL_PREFIX__) "in6addr_loopback");
#define in6addr_any httpsys_in6addr_any
#define in6addr_loopback httpsys_in6addr_loopback
#ifdef UNICODE
typedef ADDRINFOW ADDRINFOT, *PADDRINFOT;
#define GetAddrInfo GetAddrInfoW
#define FreeAddrInfo FreeAddrInfoW
#define GetNameInfo GetNameInfoW
#else
typedef ADDRINFOA ADDRINFOT, *PADDRINFOT;
#define GetAddrInfo GetAddrInfoA
#define FreeAddrInfo FreeAddrInfoA
#define GetNameInfo GetNameInfoA
#endif
#endif
#ifdef UNICODE
#define InetNtop InetNtopW
#define InetPton InetPtonW
#elif HTTPSYS_WINSOCK
#define InetNtop InetNtopA
#define InetPton InetPtonA
#endif
#ifdef __cplusplus
}
#endif

#if HTTPSYS_WINSOCK
static __inline__ __attribute__((unused)) BOOLEAN IN6_ADDR_EQUAL(const IN6_ADDR *x, const IN6_ADDR *y)
{
    return (BOOLEAN)(__builtin_memcmp(x, y, sizeof(IN6_ADDR)) == 0);
}
static __inline__ __attribute__((unused)) BOOLEAN IN6_IS_ADDR_UNSPECIFIED(const IN6_ADDR *a)
{
    return IN6_ADDR_EQUAL(a, &in6addr_any);
}
static __inline__ __attribute__((unused)) BOOLEAN IN6_IS_ADDR_LOOPBACK(const IN6_ADDR *a)
{
    return IN6_ADDR_EQUAL(a, &in6addr_loopback);
}
static __inline__ __attribute__((unused)) BOOLEAN IN6_IS_ADDR_LINKLOCAL(const IN6_ADDR *a)
{
    return (BOOLEAN)(a->u.Byte[0] == 0xfe && (a->u.Byte[1] & 0xc0) == 0x80);
}
static __inline__ __attribute__((unused)) BOOLEAN IN6_IS_ADDR_V4MAPPED(const IN6_ADDR *a)
{
    return (BOOLEAN)(__builtin_memcmp(a, &in6addr_any, 10) == 0 && a->u.Word[5] == 0xffff);
}
#endif

#endif /* HTTPSYS_WIN32_WS2TCPIP_H */
#endif
