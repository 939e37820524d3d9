/* Winsock: start-up, the last error, addresses as text, and sockets.
 *
 * The socket functions have the names of the C library's. With _WIN32, which httpsys-cc defines, they are
 * Windows's: declared here with Windows's types, linked under names of their own (Httpsys_bind), so that
 * nothing else in the process meets them. Otherwise, or where the program includes the system's socket
 * headers first, they are the system's, and this header has what else is Winsock's: see native/mode.h.
 *
 * Differences from Windows: struct timeval is the system's (its members have 64 bits); no completion routines,
 * no WSAEventSelect, no extension functions (AcceptEx); a SOCKET is not shared with other processes.
 */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <winsock2.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's winsock2.h"
#endif
#else

#ifndef HTTPSYS_WIN32_WINSOCK2_H
#define HTTPSYS_WIN32_WINSOCK2_H

#include "ws2def.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Page: Socket Data Type. */
typedef UINT_PTR SOCKET;
#define INVALID_SOCKET ((SOCKET)~(SOCKET)0)
#define SOCKET_ERROR (-1)

/* Page: WSADATA structure (member order of 64-bit Windows). */
#define WSADESCRIPTION_LEN 256
#define WSASYS_STATUS_LEN 128
typedef struct _WSADATA {
    WORD wVersion;
    WORD wHighVersion;
    USHORT iMaxSockets;
    USHORT iMaxUdpDg;
    CHAR *lpVendorInfo;
    CHAR szDescription[WSADESCRIPTION_LEN + 1];
    CHAR szSystemStatus[WSASYS_STATUS_LEN + 1];
} WSADATA, *LPWSADATA;

/* Pages: WSAStartup, WSACleanup, WSAGetLastError, WSASetLastError. */
int WINAPI WSAStartup(WORD wVersionRequested, LPWSADATA lpWSAData);
int WINAPI WSACleanup(void);
int WINAPI WSAGetLastError(void);
void WINAPI WSASetLastError(int iError);

/* Pages: WSAAddressToStringW, WSAStringToAddressW. The protocol is not used: NULL. */
typedef struct _WSAPROTOCOL_INFOW WSAPROTOCOL_INFOW, *LPWSAPROTOCOL_INFOW;
typedef struct _WSAPROTOCOL_INFOA WSAPROTOCOL_INFOA, *LPWSAPROTOCOL_INFOA;
INT WINAPI WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                               LPWSAPROTOCOL_INFOW lpProtocolInfo, LPWSTR lpszAddressString,
                               LPDWORD lpdwAddressStringLength);
INT WINAPI WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily,
                               LPWSAPROTOCOL_INFOW lpProtocolInfo, LPSOCKADDR lpAddress,
                               LPINT lpAddressLength);
/* As those, in UTF-8. */
INT WINAPI WSAAddressToStringA(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                               LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSTR lpszAddressString,
                               LPDWORD lpdwAddressStringLength);
INT WINAPI WSAStringToAddressA(LPSTR AddressString, INT AddressFamily,
                               LPWSAPROTOCOL_INFOA lpProtocolInfo, LPSOCKADDR lpAddress,
                               LPINT lpAddressLength);
#ifdef UNICODE
#define WSAAddressToString WSAAddressToStringW
#define WSAStringToAddress WSAStringToAddressW
#else
#define WSAAddressToString WSAAddressToStringA
#define WSAStringToAddress WSAStringToAddressA
#endif

/* Page: Windows Sockets Error Codes. */
#define WSA_NOT_ENOUGH_MEMORY 8
#define WSA_INVALID_HANDLE 6
#define WSA_INVALID_PARAMETER 87
#define WSA_OPERATION_ABORTED 995
#define WSA_IO_INCOMPLETE 996
#define WSA_IO_PENDING 997
#define WSAEINTR 10004
#define WSAEBADF 10009
#define WSAEACCES 10013
#define WSAEFAULT 10014
#define WSAEINVAL 10022
#define WSAEMFILE 10024
#define WSAEWOULDBLOCK 10035
#define WSAEINPROGRESS 10036
#define WSAEALREADY 10037
#define WSAENOTSOCK 10038
#define WSAEDESTADDRREQ 10039
#define WSAEMSGSIZE 10040
#define WSAEPROTOTYPE 10041
#define WSAENOPROTOOPT 10042
#define WSAEPROTONOSUPPORT 10043
#define WSAESOCKTNOSUPPORT 10044
#define WSAEOPNOTSUPP 10045
#define WSAEPFNOSUPPORT 10046
#define WSAEAFNOSUPPORT 10047
#define WSAEADDRINUSE 10048
#define WSAEADDRNOTAVAIL 10049
#define WSAENETDOWN 10050
#define WSAENETUNREACH 10051
#define WSAENETRESET 10052
#define WSAECONNABORTED 10053
#define WSAECONNRESET 10054
#define WSAENOBUFS 10055
#define WSAEISCONN 10056
#define WSAENOTCONN 10057
#define WSAESHUTDOWN 10058
#define WSAETOOMANYREFS 10059
#define WSAETIMEDOUT 10060
#define WSAECONNREFUSED 10061
#define WSAELOOP 10062
#define WSAENAMETOOLONG 10063
#define WSAEHOSTDOWN 10064
#define WSAEHOSTUNREACH 10065
#define WSAENOTEMPTY 10066
#define WSAEPROCLIM 10067
#define WSAEUSERS 10068
#define WSAEDQUOT 10069
#define WSAESTALE 10070
#define WSAEREMOTE 10071
#define WSASYSNOTREADY 10091
#define WSAVERNOTSUPPORTED 10092
#define WSANOTINITIALISED 10093
#define WSAEDISCON 10101
#define WSAENOMORE 10102
#define WSATYPE_NOT_FOUND 10109
#define WSAHOST_NOT_FOUND 11001
#define WSATRY_AGAIN 11002
#define WSANO_RECOVERY 11003
#define WSANO_DATA 11004

#ifdef __cplusplus
}
#endif

/* Pages: htons, htonl, ntohs, ntohl. The C library's functions; its own header may come before or
 * after this one. */
#if !defined(htons) && !defined(_NETINET_IN_H) && !defined(_NETINET_IN_H_) &&                      \
    !defined(_ARPA_INET_H) && !defined(_ARPA_INET_H_)
#if defined(__THROW)
#define HTTPSYS_NOTHROW __THROW
#else
#define HTTPSYS_NOTHROW
#endif
#ifdef __cplusplus
extern "C" {
#endif
uint16_t htons(uint16_t hostshort) HTTPSYS_NOTHROW;
uint32_t htonl(uint32_t hostlong) HTTPSYS_NOTHROW;
uint16_t ntohs(uint16_t netshort) HTTPSYS_NOTHROW;
uint32_t ntohl(uint32_t netlong) HTTPSYS_NOTHROW;
#ifdef __cplusplus
}
#endif
#endif

#if HTTPSYS_WINSOCK
#include "winsock_functions.h"
#endif

#endif /* HTTPSYS_WIN32_WINSOCK2_H */
#endif
