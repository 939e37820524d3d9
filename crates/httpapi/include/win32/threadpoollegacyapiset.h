/* Timer queues and QueueUserWorkItem, which threadpoolapiset.h has here. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <threadpoollegacyapiset.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's threadpoollegacyapiset.h"
#endif
#else

#ifndef HTTPSYS_WIN32_THREADPOOLLEGACYAPISET_H
#define HTTPSYS_WIN32_THREADPOOLLEGACYAPISET_H

#include "threadpoolapiset.h"

#endif /* HTTPSYS_WIN32_THREADPOOLLEGACYAPISET_H */
#endif
