/* Another spelling of windows.h: file names on Windows ignore case. */
#include "../windows.h"
