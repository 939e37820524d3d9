/* Another spelling of ntstatus.h: file names on Windows ignore case. */
#pragma GCC system_header
#include_next <ntstatus.h>
