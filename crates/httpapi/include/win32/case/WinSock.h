/* Another spelling of winsock.h: file names on Windows ignore case. */
#include "../winsock.h"
