/* IsWow64Process, which processthreadsapi.h has here. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <wow64apiset.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's wow64apiset.h"
#endif
#else

#ifndef HTTPSYS_WIN32_WOW64APISET_H
#define HTTPSYS_WIN32_WOW64APISET_H

#include "processthreadsapi.h"

#endif /* HTTPSYS_WIN32_WOW64APISET_H */
#endif
