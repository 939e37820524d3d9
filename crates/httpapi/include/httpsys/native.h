/* Extension: converts the addresses of the HTTP Server API to those of the native socket headers.
 * Once included, AF_INET6 is the native number; compare API addresses with HTTPSYS_AF_INET6.
 */
#ifndef HTTPSYS_NATIVE_H
#define HTTPSYS_NATIVE_H

#if defined(HTTPSYS_SDK)
#error "the system's socket headers cannot be beside the mingw-w64 headers: httpsys-cc --sdk=own"
#endif

#include <string.h>

#include <sys/types.h>

#include <sys/socket.h>

#include <netinet/in.h>

#include "../win32/ws2def.h"

/* Writes the native form of an address, for instance of HTTP_REQUEST.Address.pRemoteAddress, to
 * *native. Returns the length to pass on to getnameinfo and the like, or 0 if an argument is NULL
 * or the family is neither IPv4 nor IPv6. Port and address are in network byte order in both forms,
 * the scope id of IPv6 is an interface index. */
static inline socklen_t HttpsysSockaddrToNative(const SOCKADDR *address,
                                                struct sockaddr_storage *native)
{
    if (address == NULL || native == NULL) {
        return 0;
    }
    memset(native, 0, sizeof(*native));
    if (address->sa_family == HTTPSYS_AF_INET) {
        SOCKADDR_IN from;
        struct sockaddr_in to;
        memcpy(&from, address, sizeof(from));
        memset(&to, 0, sizeof(to));
#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
        to.sin_len = sizeof(to);
#endif
        to.sin_family = AF_INET;
        to.sin_port = from.sin_port;
        to.sin_addr.s_addr = from.sin_addr.s_addr;
        memcpy(native, &to, sizeof(to));
        return (socklen_t)sizeof(to);
    }
    if (address->sa_family == HTTPSYS_AF_INET6) {
        SOCKADDR_IN6 from;
        struct sockaddr_in6 to;
        memcpy(&from, address, sizeof(from));
        memset(&to, 0, sizeof(to));
#if defined(__APPLE__) || defined(__FreeBSD__) || defined(__NetBSD__) || defined(__OpenBSD__)
        to.sin6_len = sizeof(to);
#endif
        to.sin6_family = AF_INET6;
        to.sin6_port = from.sin6_port;
        to.sin6_flowinfo = from.sin6_flowinfo;
        memcpy(&to.sin6_addr, from.sin6_addr.u.Byte, sizeof(from.sin6_addr.u.Byte));
        to.sin6_scope_id = from.sin6_scope_id;
        memcpy(native, &to, sizeof(to));
        return (socklen_t)sizeof(to);
    }
    return 0;
}

#endif /* HTTPSYS_NATIVE_H */
