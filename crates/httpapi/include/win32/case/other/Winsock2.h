/* Another spelling of winsock2.h: file names on Windows ignore case. */
#include "../../winsock2.h"
