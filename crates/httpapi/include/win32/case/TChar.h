/* Another spelling of tchar.h: file names on Windows ignore case. */
#include "../tchar.h"
