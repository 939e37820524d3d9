/* IN_ADDR, which ws2def.h has here. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <inaddr.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's inaddr.h"
#endif
#else

#ifndef HTTPSYS_WIN32_INADDR_H
#define HTTPSYS_WIN32_INADDR_H

#include "ws2def.h"

#endif /* HTTPSYS_WIN32_INADDR_H */
#endif
