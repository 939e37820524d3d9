/* Winsock's sockets, where they are Windows's (native/mode.h). Included by winsock2.h.
 *
 * A function returns 0 and SOCKET_ERROR, or a SOCKET and INVALID_SOCKET; WSAGetLastError then has the code, which
 * is the thread's last error. Every function needs WSAStartup (10093), and one that takes a SOCKET gives 10038
 * for anything else. Addresses and buffers belong to the caller. Any thread may call; closesocket ends the calls
 * of other threads that sleep on the socket with 10004. Codes: see the Rust functions, or docs/WIN32.md. */
#ifndef HTTPSYS_WIN32_WINSOCK_FUNCTIONS_H
#define HTTPSYS_WIN32_WINSOCK_FUNCTIONS_H

#pragma GCC system_header

/* The system's fd_set and select go out of the way; struct timeval stays. */
#include "native/hide_select.h"
#define HTTPSYS_INSIDE_SYSTEM
#include <sys/types.h>

#include <sys/select.h>
#undef HTTPSYS_INSIDE_SYSTEM
#include "native/unhide_select.h"

#include "minwinbase.h"
#include "winbase.h"

/* The name under which a function is linked. */
#define HTTPSYS_LINK_TEXT_(text) #text
#define HTTPSYS_LINK_TEXT(text) HTTPSYS_LINK_TEXT_(text)
#define HTTPSYS_LINKED(name) __asm__(HTTPSYS_LINK_TEXT(__USER_LABEL_PREFIX__) "Httpsys_" #name)

typedef unsigned char u_char;
typedef unsigned short u_short;
typedef unsigned int u_int;
/* 32 bits, where the system's has 64. */
typedef ULONG httpsys_u_long;
#define u_long httpsys_u_long

/* Page: fd_set structure. FD_SETSIZE may be defined before winsock2.h. */
#ifndef FD_SETSIZE
#define FD_SETSIZE 64
#endif
#undef fd_set
#define fd_set httpsys_winsock_fd_set
typedef struct fd_set {
    u_int fd_count;
    SOCKET fd_array[FD_SETSIZE];
} fd_set, FD_SET, *PFD_SET, *LPFD_SET;
typedef struct timeval TIMEVAL, *PTIMEVAL, *LPTIMEVAL;

#ifdef __cplusplus
extern "C" {
#endif
int WINAPI __WSAFDIsSet(SOCKET fd, fd_set *set);
#ifdef __cplusplus
}
#endif
#undef FD_ZERO
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#define FD_ZERO(set) (((fd_set *)(set))->fd_count = 0)
#define FD_ISSET(fd, set) __WSAFDIsSet((SOCKET)(fd), (fd_set *)(set))
#define FD_SET(fd, set) httpsys_fd_add((SOCKET)(fd), (fd_set *)(set))
#define FD_CLR(fd, set) httpsys_fd_remove((SOCKET)(fd), (fd_set *)(set))

static __inline__ __attribute__((unused)) void httpsys_fd_add(SOCKET fd, fd_set *set)
{
    u_int at;

    for (at = 0; at < set->fd_count; at++) {
        if (set->fd_array[at] == fd) {
            return;
        }
    }
    if (set->fd_count < FD_SETSIZE) {
        set->fd_array[set->fd_count++] = fd;
    }
}

static __inline__ __attribute__((unused)) void httpsys_fd_remove(SOCKET fd, fd_set *set)
{
    u_int at;

    for (at = 0; at < set->fd_count && set->fd_array[at] != fd; at++) {
    }
    if (at < set->fd_count) {
        for (; at + 1 < set->fd_count; at++) {
            set->fd_array[at] = set->fd_array[at + 1];
        }
        set->fd_count--;
    }
}

/* Pages: hostent, servent, linger, ip_mreq and ipv6_mreq structures; WSAPOLLFD. */
typedef struct hostent {
    char *h_name;
    char **h_aliases;
    short h_addrtype;
    short h_length;
    char **h_addr_list;
} HOSTENT, *PHOSTENT, *LPHOSTENT;
#define h_addr h_addr_list[0]
typedef struct servent {
    char *s_name;
    char **s_aliases;
    char *s_proto;
    short s_port;
} SERVENT, *PSERVENT, *LPSERVENT;
typedef struct linger {
    u_short l_onoff;
    u_short l_linger; /* seconds */
} LINGER, *PLINGER, *LPLINGER;
typedef struct ip_mreq {
    IN_ADDR imr_multiaddr;
    IN_ADDR imr_interface;
} IP_MREQ, *PIP_MREQ;
typedef struct ipv6_mreq {
    IN6_ADDR ipv6mr_multiaddr;
    ULONG ipv6mr_interface;
} IPV6_MREQ, *PIPV6_MREQ;
typedef struct pollfd {
    SOCKET fd;
    SHORT events;
    SHORT revents;
} WSAPOLLFD, *PWSAPOLLFD, *LPWSAPOLLFD;
#undef POLLIN
#undef POLLPRI
#undef POLLOUT
#undef POLLERR
#undef POLLHUP
#undef POLLNVAL
#undef POLLRDNORM
#undef POLLRDBAND
#undef POLLWRNORM
#undef POLLWRBAND
#define POLLRDNORM 0x0100
#define POLLRDBAND 0x0200
#define POLLIN (POLLRDNORM | POLLRDBAND)
#define POLLPRI 0x0400
#define POLLWRNORM 0x0010
#define POLLOUT POLLWRNORM
#define POLLWRBAND 0x0020
#define POLLERR 0x0001
#define POLLHUP 0x0002
#define POLLNVAL 0x0004

/* Pages: recv, send, shutdown, listen, ioctlsocket, WSAIoctl, WSASocketW. */
#define MSG_OOB 0x1
#define MSG_PEEK 0x2
#define MSG_DONTROUTE 0x4
#define MSG_WAITALL 0x8
#define MSG_PARTIAL 0x8000
#define SD_RECEIVE 0x00
#define SD_SEND 0x01
#define SD_BOTH 0x02
#define SOMAXCONN 0x7fffffff
#define SOMAXCONN_HINT(backlog) (-(backlog))
#define FIONREAD ((LONG)0x4004667f)
#define FIONBIO ((LONG)0x8004667e)
#define SIO_KEEPALIVE_VALS ((DWORD)0x98000004)
#define WSA_FLAG_OVERLAPPED 0x01
#define WSA_FLAG_NO_HANDLE_INHERIT 0x80
struct tcp_keepalive {
    ULONG onoff;
    ULONG keepalivetime;
    ULONG keepaliveinterval;
};

typedef unsigned int GROUP;
typedef OVERLAPPED WSAOVERLAPPED, *LPWSAOVERLAPPED;
typedef void(CALLBACK *LPWSAOVERLAPPED_COMPLETION_ROUTINE)(DWORD dwError, DWORD cbTransferred,
                                                           LPWSAOVERLAPPED lpOverlapped,
                                                           DWORD dwFlags);
typedef HANDLE WSAEVENT, *LPWSAEVENT;
#define WSA_INVALID_EVENT ((WSAEVENT)NULL)
#define WSA_MAXIMUM_WAIT_EVENTS 64
#define WSA_WAIT_FAILED ((DWORD)0xffffffff)
#define WSA_WAIT_EVENT_0 ((DWORD)0)
#define WSA_WAIT_TIMEOUT ((DWORD)258)
#define WSA_WAIT_IO_COMPLETION ((DWORD)0xc0)
#define WSA_INFINITE ((DWORD)0xffffffff)
typedef struct _QualityOfService QOS, *LPQOS;
typedef int(CALLBACK *LPCONDITIONPROC)(LPWSABUF, LPWSABUF, LPQOS, LPQOS, LPWSABUF, LPWSABUF, GROUP *,
                                       DWORD_PTR);

#ifdef __cplusplus
extern "C" {
#endif

/* A socket's life. closesocket, not CloseHandle nor close. */
SOCKET WINAPI socket(int af, int type, int protocol) HTTPSYS_LINKED(socket);
SOCKET WINAPI WSASocketW(int af, int type, int protocol, LPWSAPROTOCOL_INFOW lpProtocolInfo, GROUP g,
                         DWORD dwFlags);
SOCKET WINAPI WSASocketA(int af, int type, int protocol, LPWSAPROTOCOL_INFOA lpProtocolInfo, GROUP g,
                         DWORD dwFlags);
int WINAPI bind(SOCKET s, const struct sockaddr *name, int namelen) HTTPSYS_LINKED(bind);
int WINAPI listen(SOCKET s, int backlog) HTTPSYS_LINKED(listen);
SOCKET WINAPI accept(SOCKET s, struct sockaddr *addr, int *addrlen) HTTPSYS_LINKED(accept);
int WINAPI connect(SOCKET s, const struct sockaddr *name, int namelen) HTTPSYS_LINKED(connect);
int WINAPI shutdown(SOCKET s, int how) HTTPSYS_LINKED(shutdown);
int WINAPI closesocket(SOCKET s);
int WINAPI getsockname(SOCKET s, struct sockaddr *name, int *namelen) HTTPSYS_LINKED(getsockname);
int WINAPI getpeername(SOCKET s, struct sockaddr *name, int *namelen) HTTPSYS_LINKED(getpeername);
SOCKET WINAPI WSAAccept(SOCKET s, struct sockaddr *addr, LPINT addrlen, LPCONDITIONPROC lpfnCondition,
                        DWORD_PTR dwCallbackData);
int WINAPI WSAConnect(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF lpCallerData,
                      LPWSABUF lpCalleeData, LPQOS lpSQOS, LPQOS lpGQOS);

/* Sending and receiving. Counts are bytes. */
int WINAPI send(SOCKET s, const char *buf, int len, int flags) HTTPSYS_LINKED(send);
int WINAPI sendto(SOCKET s, const char *buf, int len, int flags, const struct sockaddr *to,
                  int tolen) HTTPSYS_LINKED(sendto);
int WINAPI recv(SOCKET s, char *buf, int len, int flags) HTTPSYS_LINKED(recv);
int WINAPI recvfrom(SOCKET s, char *buf, int len, int flags, struct sockaddr *from,
                    int *fromlen) HTTPSYS_LINKED(recvfrom);

/* With an OVERLAPPED a call that goes on fails with 997 (WSA_IO_PENDING) and ends as file operations do: event,
 * completion port, thread-pool I/O; CancelIoEx and closesocket end it with 995. Buffers, flags and addresses
 * stay the system's until then. Completion routines are refused with 10045. */
int WINAPI WSASend(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
                   DWORD dwFlags, LPWSAOVERLAPPED lpOverlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
int WINAPI WSASendTo(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesSent,
                     DWORD dwFlags, const struct sockaddr *lpTo, int iTolen,
                     LPWSAOVERLAPPED lpOverlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
int WINAPI WSARecv(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
                   LPDWORD lpFlags, LPWSAOVERLAPPED lpOverlapped,
                   LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
int WINAPI WSARecvFrom(SOCKET s, LPWSABUF lpBuffers, DWORD dwBufferCount, LPDWORD lpNumberOfBytesRecvd,
                       LPDWORD lpFlags, struct sockaddr *lpFrom, LPINT lpFromlen,
                       LPWSAOVERLAPPED lpOverlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);
BOOL WINAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED lpOverlapped, LPDWORD lpcbTransfer,
                                   BOOL fWait, LPDWORD lpdwFlags);

/* Events of Winsock are events. */
WSAEVENT WINAPI WSACreateEvent(void);
BOOL WINAPI WSASetEvent(WSAEVENT hEvent);
BOOL WINAPI WSAResetEvent(WSAEVENT hEvent);
BOOL WINAPI WSACloseEvent(WSAEVENT hEvent);
DWORD WINAPI WSAWaitForMultipleEvents(DWORD cEvents, const WSAEVENT *lphEvents, BOOL fWaitAll,
                                      DWORD dwTimeout, BOOL fAlertable);

/* Options and controls. */
int WINAPI setsockopt(SOCKET s, int level, int optname, const char *optval, int optlen)
    HTTPSYS_LINKED(setsockopt);
int WINAPI getsockopt(SOCKET s, int level, int optname, char *optval, int *optlen)
    HTTPSYS_LINKED(getsockopt);
int WINAPI ioctlsocket(SOCKET s, LONG cmd, u_long *argp);
int WINAPI WSAIoctl(SOCKET s, DWORD dwIoControlCode, LPVOID lpvInBuffer, DWORD cbInBuffer,
                    LPVOID lpvOutBuffer, DWORD cbOutBuffer, LPDWORD lpcbBytesReturned,
                    LPWSAOVERLAPPED lpOverlapped,
                    LPWSAOVERLAPPED_COMPLETION_ROUTINE lpCompletionRoutine);

/* Waiting. nfds is not looked at. */
int WINAPI select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
                  const struct timeval *timeout) HTTPSYS_LINKED(select);
int WINAPI WSAPoll(LPWSAPOLLFD fdArray, ULONG fds, INT timeout);

/* Names. What gethostbyname and getservbyname return belongs to the thread until its next call. */
#ifndef HTTPSYS_HOST_NAME
#define HTTPSYS_HOST_NAME
int WINAPI gethostname(char *name, int namelen) HTTPSYS_LINKED(gethostname);
#endif
int WINAPI GetHostNameW(PWSTR name, int namelen);
struct hostent *WINAPI gethostbyname(const char *name) HTTPSYS_LINKED(gethostbyname);
struct servent *WINAPI getservbyname(const char *name, const char *proto)
    HTTPSYS_LINKED(getservbyname);

/* The C library's: addresses of IPv4 as text, in network byte order. */
ULONG WINAPI inet_addr(const char *cp);
char *WINAPI inet_ntoa(struct in_addr in);

#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define WSASocket WSASocketW
#else
#define WSASocket WSASocketA
#endif

#endif /* HTTPSYS_WIN32_WINSOCK_FUNCTIONS_H */
