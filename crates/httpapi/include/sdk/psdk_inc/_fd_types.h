/* fd_set as Winsock has it, an array of sockets. The system's own, which headers of the C library use,
 * keeps its type under another name.
 */
#pragma GCC system_header
#ifndef HTTPSYS_SDK_FD_TYPES_H
#define HTTPSYS_SDK_FD_TYPES_H

#include <sys/select.h>
#include <sys/time.h>
#include <sys/types.h>

#undef FD_SETSIZE
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#undef FD_ZERO
#define fd_set httpsys_fd_set
#include_next <psdk_inc/_fd_types.h>

#endif /* HTTPSYS_SDK_FD_TYPES_H */
