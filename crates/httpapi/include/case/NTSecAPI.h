/* Another spelling of ntsecapi.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <ntsecapi.h>
