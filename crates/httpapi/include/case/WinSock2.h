/* Another spelling of winsock2.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <winsock2.h>
