/* Socket addresses in the Windows layout, and the numbers of families, kinds, protocols and options.
 *
 * HTTP_TRANSPORT_ADDRESS and the service configuration structures carry addresses exactly as on
 * Windows: a 16-bit family without a length byte, and AF_INET6 = 23. Native headers number the
 * family differently (10 on Linux, 30 on macOS), so a program that also includes <sys/socket.h>
 * keeps the native AF_INET6 and must compare sa_family with HTTPSYS_AF_INET6, or convert the
 * address with HttpsysSockaddrToNative of httpsys/native.h. There the tags are our own, so that both
 * sets of types can live in one file. Where the socket functions are Windows's (native/mode.h), the tags
 * are Windows's, too: struct sockaddr_in and so on.
 */
#ifndef HTTPSYS_WIN32_WS2DEF_H
#define HTTPSYS_WIN32_WS2DEF_H

#include <stddef.h>

#include "native/mode.h"
#include "windef.h"

#if HTTPSYS_WINSOCK
#define HTTPSYS_TAG(ours, theirs) theirs
#else
#define HTTPSYS_TAG(ours, theirs) ours
#endif

/* Address families as they appear in the types of this file. Extension. */
#define HTTPSYS_AF_UNSPEC 0
#define HTTPSYS_AF_INET 2
#define HTTPSYS_AF_INET6 23
#ifndef AF_UNSPEC
#define AF_UNSPEC HTTPSYS_AF_UNSPEC
#endif
#ifndef AF_INET
#define AF_INET HTTPSYS_AF_INET
#endif
#ifndef AF_INET6
#define AF_INET6 HTTPSYS_AF_INET6
#endif

typedef USHORT ADDRESS_FAMILY;

/* Page: SOCKADDR structure. */
typedef struct HTTPSYS_TAG(_HTTPSYS_SOCKADDR, sockaddr) {
    ADDRESS_FAMILY sa_family;
    CHAR sa_data[14];
} SOCKADDR, *PSOCKADDR, *LPSOCKADDR;

/* Page: IN_ADDR structure. s_addr is in network byte order. */
typedef struct _HTTPSYS_IN_ADDR_BYTES {
    UCHAR s_b1, s_b2, s_b3, s_b4;
} HTTPSYS_IN_ADDR_BYTES;
typedef struct _HTTPSYS_IN_ADDR_WORDS {
    USHORT s_w1, s_w2;
} HTTPSYS_IN_ADDR_WORDS;
typedef union _HTTPSYS_IN_ADDR_FORMS {
    HTTPSYS_IN_ADDR_BYTES S_un_b;
    HTTPSYS_IN_ADDR_WORDS S_un_w;
    ULONG S_addr;
} HTTPSYS_IN_ADDR_FORMS;
typedef struct HTTPSYS_TAG(_HTTPSYS_IN_ADDR, in_addr) {
    __extension__ union {
        HTTPSYS_IN_ADDR_FORMS S_un;
        ULONG s_addr;
    };
} IN_ADDR, *PIN_ADDR, *LPIN_ADDR;

/* Page: SOCKADDR_IN structure. sin_port is in network byte order. */
typedef struct HTTPSYS_TAG(_HTTPSYS_SOCKADDR_IN, sockaddr_in) {
    ADDRESS_FAMILY sin_family;
    USHORT sin_port;
    IN_ADDR sin_addr;
    CHAR sin_zero[8];
} SOCKADDR_IN, *PSOCKADDR_IN, *LPSOCKADDR_IN;

/* Page: IN6_ADDR structure. Native headers make s6_addr a macro; then only u.Byte names it. */
typedef union _HTTPSYS_IN6_ADDR_FORMS {
    UCHAR Byte[16];
    USHORT Word[8];
} HTTPSYS_IN6_ADDR_FORMS;
typedef struct HTTPSYS_TAG(_HTTPSYS_IN6_ADDR, in6_addr) {
    __extension__ union {
        HTTPSYS_IN6_ADDR_FORMS u;
#ifndef s6_addr
        UCHAR s6_addr[16];
#endif
    };
} IN6_ADDR, *PIN6_ADDR, *LPIN6_ADDR;

/* Page: SCOPE_ID structure. */
typedef struct _HTTPSYS_SCOPE_ID {
    ULONG Value;
} SCOPE_ID, *PSCOPE_ID;

/* Page: SOCKADDR_IN6_LH structure. sin6_port is in network byte order. */
typedef struct HTTPSYS_TAG(_HTTPSYS_SOCKADDR_IN6, sockaddr_in6) {
    ADDRESS_FAMILY sin6_family;
    USHORT sin6_port;
    ULONG sin6_flowinfo;
    IN6_ADDR sin6_addr;
    __extension__ union {
        ULONG sin6_scope_id;
        SCOPE_ID sin6_scope_struct;
    };
} SOCKADDR_IN6, *PSOCKADDR_IN6, *LPSOCKADDR_IN6, SOCKADDR_IN6_LH, *PSOCKADDR_IN6_LH;

/* Page: SOCKADDR_STORAGE structure. Room and alignment for any of the above. */
typedef struct HTTPSYS_TAG(_HTTPSYS_SOCKADDR_STORAGE, sockaddr_storage) {
    ADDRESS_FAMILY ss_family;
    CHAR ss_pad1[6];
    LONGLONG ss_align;
    CHAR ss_pad2[112];
} SOCKADDR_STORAGE, *PSOCKADDR_STORAGE, *LPSOCKADDR_STORAGE;

#if HTTPSYS_WINSOCK

/* Pages: socket function; WSASocketW. Families other than these give 10047. */
#define AF_UNIX 1
#define AF_MAX 35
#define PF_UNSPEC AF_UNSPEC
#define PF_INET AF_INET
#define PF_INET6 AF_INET6
#define SOCK_STREAM 1
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define SOCK_RDM 4
#define SOCK_SEQPACKET 5
#define IPPROTO_IP 0
#define IPPROTO_HOPOPTS 0
#define IPPROTO_ICMP 1
#define IPPROTO_IGMP 2
#define IPPROTO_TCP 6
#define IPPROTO_UDP 17
#define IPPROTO_IPV6 41
#define IPPROTO_ICMPV6 58
#define IPPROTO_RAW 255

/* Page: SOL_SOCKET Socket Options. Truth values and numbers are DWORDs; timeouts are in milliseconds. */
#define SOL_SOCKET 0xffff
#define SO_DEBUG 0x0001
#define SO_ACCEPTCONN 0x0002
#define SO_REUSEADDR 0x0004
#define SO_KEEPALIVE 0x0008
#define SO_DONTROUTE 0x0010
#define SO_BROADCAST 0x0020
#define SO_LINGER 0x0080
#define SO_OOBINLINE 0x0100
#define SO_DONTLINGER ((int)(~SO_LINGER))
#define SO_EXCLUSIVEADDRUSE ((int)(~SO_REUSEADDR))
#define SO_SNDBUF 0x1001
#define SO_RCVBUF 0x1002
#define SO_SNDTIMEO 0x1005
#define SO_RCVTIMEO 0x1006
#define SO_ERROR 0x1007
#define SO_TYPE 0x1008
#define SO_MAX_MSG_SIZE 0x2003

/* Pages: IPPROTO_TCP, IPPROTO_IP and IPPROTO_IPV6 Socket Options. Times are in seconds. */
#define TCP_NODELAY 1
#define TCP_KEEPIDLE 3
#define TCP_KEEPALIVE 3
#define TCP_MAXSEG 4
#define TCP_KEEPCNT 16
#define TCP_KEEPINTVL 17
#define IP_HDRINCL 2
#define IP_TOS 3
#define IP_TTL 4
#define IP_MULTICAST_IF 9
#define IP_MULTICAST_TTL 10
#define IP_MULTICAST_LOOP 11
#define IP_ADD_MEMBERSHIP 12
#define IP_DROP_MEMBERSHIP 13
#define IPV6_UNICAST_HOPS 4
#define IPV6_MULTICAST_IF 9
#define IPV6_MULTICAST_HOPS 10
#define IPV6_MULTICAST_LOOP 11
#define IPV6_ADD_MEMBERSHIP 12
#define IPV6_JOIN_GROUP IPV6_ADD_MEMBERSHIP
#define IPV6_DROP_MEMBERSHIP 13
#define IPV6_LEAVE_GROUP IPV6_DROP_MEMBERSHIP
#define IPV6_V6ONLY 27

/* Addresses of IPv4 in host byte order (INADDR_LOOPBACK needs htonl). */
#define INADDR_ANY ((ULONG)0x00000000)
#define INADDR_LOOPBACK 0x7f000001
#define INADDR_BROADCAST ((ULONG)0xffffffff)
#define INADDR_NONE 0xffffffff
#define ADDR_ANY INADDR_ANY
#define IN6ADDR_ANY_INIT { { { { 0 } } } }
#define IN6ADDR_LOOPBACK_INIT { { { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } } } }

/* Pages: ADDRINFOA and ADDRINFOW structures. Lists belong to getaddrinfo until freeaddrinfo. */
typedef struct addrinfo {
    int ai_flags;
    int ai_family;
    int ai_socktype;
    int ai_protocol;
    size_t ai_addrlen;
    char *ai_canonname;
    struct sockaddr *ai_addr;
    struct addrinfo *ai_next;
} ADDRINFOA, *PADDRINFOA;
typedef struct addrinfoW {
    int ai_flags;
    int ai_family;
    int ai_socktype;
    int ai_protocol;
    size_t ai_addrlen;
    PWSTR ai_canonname;
    struct sockaddr *ai_addr;
    struct addrinfoW *ai_next;
} ADDRINFOW, *PADDRINFOW;
#define AI_PASSIVE 0x00000001
#define AI_CANONNAME 0x00000002
#define AI_NUMERICHOST 0x00000004
#define AI_NUMERICSERV 0x00000008
#define AI_ALL 0x00000100
#define AI_ADDRCONFIG 0x00000400
#define AI_V4MAPPED 0x00000800

#endif /* HTTPSYS_WINSOCK */

/* Page: WSABUF structure. */
typedef struct _WSABUF {
    ULONG len;
    CHAR *buf;
} WSABUF, *PWSABUF, *LPWSABUF;

#endif /* HTTPSYS_WIN32_WS2DEF_H */
