/* Another spelling of process.h: file names on Windows ignore case. */
#include "../process.h"
