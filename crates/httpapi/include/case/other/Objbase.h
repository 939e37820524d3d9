/* Another spelling of objbase.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <objbase.h>
