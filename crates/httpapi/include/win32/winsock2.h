/* What programs around http.h take from winsock2.h: start-up, the last error, byte order and the
 * address types. Sockets themselves are the native ones of <sys/socket.h>.
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
INT WINAPI WSAAddressToStringW(LPSOCKADDR lpsaAddress, DWORD dwAddressLength,
                               LPWSAPROTOCOL_INFOW lpProtocolInfo, LPWSTR lpszAddressString,
                               LPDWORD lpdwAddressStringLength);
INT WINAPI WSAStringToAddressW(LPWSTR AddressString, INT AddressFamily,
                               LPWSAPROTOCOL_INFOW lpProtocolInfo, LPSOCKADDR lpAddress,
                               LPINT lpAddressLength);
#ifdef UNICODE
#define WSAAddressToString WSAAddressToStringW
#define WSAStringToAddress WSAStringToAddressW
#endif

/* Page: Windows Sockets Error Codes. */
#define WSAEINTR 10004
#define WSAEACCES 10013
#define WSAEFAULT 10014
#define WSAEINVAL 10022
#define WSAEWOULDBLOCK 10035
#define WSAENOTSOCK 10038
#define WSAEADDRINUSE 10048
#define WSAEADDRNOTAVAIL 10049
#define WSAENOBUFS 10055
#define WSASYSNOTREADY 10091
#define WSAVERNOTSUPPORTED 10092
#define WSANOTINITIALISED 10093

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

#endif /* HTTPSYS_WIN32_WINSOCK2_H */
#endif
