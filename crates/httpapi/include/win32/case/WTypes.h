/* Another spelling of wtypes.h: file names on Windows ignore case. */
#include "../wtypes.h"
