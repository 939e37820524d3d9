/* Another spelling of windef.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <windef.h>
