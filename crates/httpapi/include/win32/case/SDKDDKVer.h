/* Another spelling of sdkddkver.h: file names on Windows ignore case. */
#include "../sdkddkver.h"
