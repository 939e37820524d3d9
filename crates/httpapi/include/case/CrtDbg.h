/* Another spelling of crtdbg.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <crtdbg.h>
