/* Another spelling of minwindef.h: file names on Windows ignore case. */
#include "../minwindef.h"
