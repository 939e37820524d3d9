/* Another spelling of ntstatus.h: file names on Windows ignore case. */
#include "../ntstatus.h"
