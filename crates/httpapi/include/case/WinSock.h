/* Another spelling of winsock.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <winsock.h>
