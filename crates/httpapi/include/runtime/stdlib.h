/* The system's stdlib.h and Microsoft's additions to it; see crt/base.h.
 *
 * libstdc++'s <cstdlib> reaches the system's header without passing here, so its own wrapper is
 * skipped, and the names it imports into std are defined before it could look for them. See
 * bits/c++config.h for the other half of this.
 */
#pragma GCC system_header
#if defined(_MSC_VER) || defined(__MINGW32__) || \
    defined(__need_malloc_and_calloc) || defined(HTTPSYS_CRT_HIDDEN)
#include_next <stdlib.h>
#else

#include "crt/base.h"
#include "crt/convert.h"

#include "crt/hide.h"
#if defined(__cplusplus) && defined(__GLIBCXX__) && !defined(_GLIBCXX_INCLUDE_NEXT_C_HEADERS)
#define _GLIBCXX_INCLUDE_NEXT_C_HEADERS
#include_next <stdlib.h>
#undef _GLIBCXX_INCLUDE_NEXT_C_HEADERS
#else
#include_next <stdlib.h>
#endif
#include "crt/unhide.h"

#ifndef HTTPSYS_WIN32_STDLIB_H
#define HTTPSYS_WIN32_STDLIB_H
#include "crt/narrow_number.h"
#include "crt/random.h"
#include "crt/wide_number.h"

/* Page: _MAX_PATH and the other path constants. */
#define _MAX_PATH 260
#define _MAX_DRIVE 3
#define _MAX_DIR 256
#define _MAX_FNAME 256
#define _MAX_EXT 256
#endif

#endif
