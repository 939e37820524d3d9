/* Another spelling of wincrypt.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <wincrypt.h>
