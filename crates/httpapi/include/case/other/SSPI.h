/* Another spelling of sspi.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <sspi.h>
