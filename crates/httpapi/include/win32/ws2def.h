/* Socket addresses in the Windows layout.
 *
 * HTTP_TRANSPORT_ADDRESS and the service configuration structures carry addresses exactly as on
 * Windows: a 16-bit family without a length byte, and AF_INET6 = 23. Native headers number the
 * family differently (10 on Linux, 30 on macOS), so a program that also includes <sys/socket.h>
 * keeps the native AF_INET6 and must compare sa_family with HTTPSYS_AF_INET6, or convert the
 * address with HttpsysSockaddrToNative of httpsys_native.h. Tags are our own, so that both sets of
 * types can live in one file.
 */
#ifndef HTTPSYS_WIN32_WS2DEF_H
#define HTTPSYS_WIN32_WS2DEF_H

#include "windef.h"

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
typedef struct _HTTPSYS_SOCKADDR {
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
typedef struct _HTTPSYS_IN_ADDR {
    __extension__ union {
        HTTPSYS_IN_ADDR_FORMS S_un;
        ULONG s_addr;
    };
} IN_ADDR, *PIN_ADDR, *LPIN_ADDR;

/* Page: SOCKADDR_IN structure. sin_port is in network byte order. */
typedef struct _HTTPSYS_SOCKADDR_IN {
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
typedef struct _HTTPSYS_IN6_ADDR {
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
typedef struct _HTTPSYS_SOCKADDR_IN6 {
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
typedef struct _HTTPSYS_SOCKADDR_STORAGE {
    ADDRESS_FAMILY ss_family;
    CHAR ss_pad1[6];
    LONGLONG ss_align;
    CHAR ss_pad2[112];
} SOCKADDR_STORAGE, *PSOCKADDR_STORAGE, *LPSOCKADDR_STORAGE;

#endif /* HTTPSYS_WIN32_WS2DEF_H */
