/* Fiber local storage, which processthreadsapi.h has here. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <fibersapi.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's fibersapi.h"
#endif
#else

#ifndef HTTPSYS_WIN32_FIBERSAPI_H
#define HTTPSYS_WIN32_FIBERSAPI_H

#include "processthreadsapi.h"

#endif /* HTTPSYS_WIN32_FIBERSAPI_H */
#endif
