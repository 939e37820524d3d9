/* Another spelling of http.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <http.h>
