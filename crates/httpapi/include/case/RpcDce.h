/* Another spelling of rpcdce.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <rpcdce.h>
