/* The older name of winsock2.h. */
#pragma GCC system_header
#include <winsock2.h>
