/* Another spelling of winerror.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <winerror.h>
