/* Another spelling of strsafe.h: file names on Windows ignore case. */
#include "../../strsafe.h"
