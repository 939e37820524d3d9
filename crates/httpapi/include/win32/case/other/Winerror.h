/* Another spelling of winerror.h: file names on Windows ignore case. */
#include "../../winerror.h"
