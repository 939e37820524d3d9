/* Another spelling of mmsystem.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <mmsystem.h>
