/* The header of security packages that programs include; sspi.h has what there is. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <security.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's security.h"
#endif
#else

#ifndef HTTPSYS_WIN32_SECURITY_H
#define HTTPSYS_WIN32_SECURITY_H

#include "sspi.h"

#endif /* HTTPSYS_WIN32_SECURITY_H */
#endif
