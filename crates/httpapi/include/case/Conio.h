/* Another spelling of conio.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <conio.h>
