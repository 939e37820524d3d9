/* The system's, without the select that it brings: <sys/select.h> has that. */
#pragma GCC system_header
#if defined(_WIN32) && !defined(_MSC_VER) && !defined(__MINGW32__) && \
    !defined(HTTPSYS_INSIDE_SYSTEM)
#include "../native/hide_select.h"
#define HTTPSYS_INSIDE_SYSTEM
#include_next <sys/time.h>
#undef HTTPSYS_INSIDE_SYSTEM
#include "../native/unhide_select.h"
#else
#include_next <sys/time.h>
#endif
