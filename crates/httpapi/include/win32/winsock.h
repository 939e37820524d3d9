/* The older name of winsock2.h. */
#include "winsock2.h"
