/* Addresses of IPv6, which ws2tcpip.h brings. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <ws2ipdef.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's ws2ipdef.h"
#endif
#else

#ifndef HTTPSYS_WIN32_WS2IPDEF_H
#define HTTPSYS_WIN32_WS2IPDEF_H

#include "ws2tcpip.h"

#endif /* HTTPSYS_WIN32_WS2IPDEF_H */
#endif
