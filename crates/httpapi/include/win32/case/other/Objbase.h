/* Another spelling of objbase.h: file names on Windows ignore case. */
#include "../../objbase.h"
