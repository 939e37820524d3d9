/* The system's. After winsock2.h its names mean the system's sockets from here on. */
#pragma GCC system_header
#if defined(HTTPSYS_WINSOCK) && HTTPSYS_WINSOCK
#include "../native/names.h"
#endif
#include_next <sys/socket.h>
