/* Whose socket functions a program means.
 *
 *   HTTPSYS_WINSOCK 1   Windows's: winsock2.h declares socket, bind, select and the rest, with Windows's types and
 *                       numbers. The default with _WIN32, which httpsys-cc defines.
 *   HTTPSYS_WINSOCK 0   the system's: without _WIN32, with HTTPSYS_NATIVE_SOCKETS, or where the program has
 *                       included <sys/socket.h> or another of the system's socket headers before winsock2.h.
 *                       winsock2.h then has the types of http.h and the names that begin with WSA.
 *
 * A program that includes one of the system's socket headers after winsock2.h gets the system's names from
 * there on (native/names.h). */
#ifndef HTTPSYS_WINSOCK
#if !defined(_WIN32) || defined(HTTPSYS_NATIVE_SOCKETS) || defined(HTTPSYS_NATIVE_SELECT) ||       \
    defined(_SYS_SOCKET_H) || defined(_SYS_SOCKET_H_) || defined(_NETINET_IN_H) ||                 \
    defined(_NETINET_IN_H_) || defined(_ARPA_INET_H) || defined(_ARPA_INET_H_) ||                  \
    defined(_NETDB_H) || defined(_NETDB_H_)
#define HTTPSYS_WINSOCK 0
#else
#define HTTPSYS_WINSOCK 1
#endif
#endif
