/* Another spelling of windef.h: file names on Windows ignore case. */
#include "../windef.h"
