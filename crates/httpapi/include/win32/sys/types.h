/* The system's, without the select and fd_set that it may bring. */
#pragma GCC system_header
#if defined(_WIN32) && !defined(_MSC_VER) && !defined(__MINGW32__) && \
    !defined(HTTPSYS_INSIDE_SYSTEM)
#include "../native/hide_select.h"
#define HTTPSYS_INSIDE_SYSTEM
#include_next <sys/types.h>
#undef HTTPSYS_INSIDE_SYSTEM
#include "../native/unhide_select.h"
#else
#include_next <sys/types.h>
#endif
