/* Another spelling of ws2tcpip.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <ws2tcpip.h>
