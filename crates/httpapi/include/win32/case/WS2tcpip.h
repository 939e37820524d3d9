/* Another spelling of ws2tcpip.h: file names on Windows ignore case. */
#include "../ws2tcpip.h"
