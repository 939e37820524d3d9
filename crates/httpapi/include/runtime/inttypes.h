/* The system's inttypes.h; with Microsoft's formats (see crt/base.h) the macros for 64-bit types
 * say ll, since l means 32 bits there.
 */
#pragma GCC system_header
#if defined(_MSC_VER) || defined(__MINGW32__) || defined(HTTPSYS_CRT_HIDDEN)
#include_next <inttypes.h>
#else

#include "crt/base.h"

#include "crt/hide.h"
#include_next <inttypes.h>
#include "crt/unhide.h"

#ifndef HTTPSYS_WIN32_INTTYPES_H
#define HTTPSYS_WIN32_INTTYPES_H
#include <stdlib.h>
#if HTTPSYS_MS_PRINTF
#include "crt/inttypes_formats.h"
#endif
#endif

#endif
