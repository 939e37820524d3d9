/* Another spelling of winnt.h: file names on Windows ignore case. */
#include "../winnt.h"
