/* Another spelling of winbase.h: file names on Windows ignore case. */
#include "../winbase.h"
