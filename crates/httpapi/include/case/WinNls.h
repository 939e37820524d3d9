/* Another spelling of winnls.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <winnls.h>
