/* winsock2.h of mingw-w64. Where the C library has a function or a structure of the same name and other
 * parameters, and its header is one that others include, that header comes first and the name is given
 * to Winsock then: select, gethostname, fd_set, struct pollfd, socklen_t. The others are linked under other
 * names (winsock_names.h). <sys/socket.h> and its relatives cannot be in the same source.
 */
#pragma GCC system_header
#ifndef HTTPSYS_SDK_WINSOCK2_H
#define HTTPSYS_SDK_WINSOCK2_H

#include <_mingw.h>

#include <poll.h>
#include <sys/select.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

#include "winsock_names.h"
/* Macros of macOS. */
#undef htonl
#undef htons
#undef ntohl
#undef ntohs
#define select Httpsys_select
#define gethostname Httpsys_gethostname
#define pollfd httpsys_pollfd
#define socklen_t httpsys_socklen_t
#if defined(__GNUC_GNU_INLINE__) && !defined(__cplusplus)
/* The C of 1989 makes definitions that others see of these inline functions. */
#pragma weak htonll
#pragma weak ntohll
#endif
#include_next <winsock2.h>
/* 32 bits, as in their declarations. */
#define u_long __ms_u_long

#endif /* HTTPSYS_SDK_WINSOCK2_H */
