/* The system's wchar.h and Microsoft's additions to it; see crt/base.h. With -fshort-wchar all its
 * functions are the ones of crt/.
 */
#pragma GCC system_header
#if defined(_MSC_VER) || defined(__MINGW32__) || \
    defined(__need_wint_t) || defined(__need_mbstate_t) || defined(HTTPSYS_CRT_HIDDEN)
#include_next <wchar.h>
#else

#include "crt/base.h"

/* The system's wchar.h may include these; they have to come before names are hidden. */
#include <stdio.h>
#include <stdlib.h>

#include "crt/hide.h"
#include_next <wchar.h>
#include "crt/unhide.h"

#ifndef HTTPSYS_WIN32_WCHAR_H
#define HTTPSYS_WIN32_WCHAR_H
#include "crt/convert_state.h"
#include "crt/wide_number.h"
#include "crt/wide_stdio.h"
#include "crt/wide_string.h"
#include "crt/wide_time.h"
#endif

#endif
