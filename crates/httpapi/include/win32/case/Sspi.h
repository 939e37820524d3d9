/* Another spelling of sspi.h: file names on Windows ignore case. */
#include "../sspi.h"
