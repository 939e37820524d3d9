/* IN6_ADDR, which ws2def.h has here. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <in6addr.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's in6addr.h"
#endif
#else

#ifndef HTTPSYS_WIN32_IN6ADDR_H
#define HTTPSYS_WIN32_IN6ADDR_H

#include "ws2def.h"

#endif /* HTTPSYS_WIN32_IN6ADDR_H */
#endif
