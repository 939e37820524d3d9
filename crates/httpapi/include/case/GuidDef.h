/* Another spelling of guiddef.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <guiddef.h>
