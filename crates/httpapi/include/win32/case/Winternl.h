/* Another spelling of winternl.h: file names on Windows ignore case. */
#include "../winternl.h"
