/* Another spelling of process.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <process.h>
