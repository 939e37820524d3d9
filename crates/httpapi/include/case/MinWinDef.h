/* Another spelling of minwindef.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <minwindef.h>
