/* The system's, with gethostname unless winsock2.h has declared Windows's. */
#pragma GCC system_header
#if defined(_WIN32) && !defined(_MSC_VER) && !defined(__MINGW32__) && \
    !defined(HTTPSYS_INSIDE_SYSTEM)
#include "native/hide_select.h"
#define HTTPSYS_INSIDE_SYSTEM
#include_next <unistd.h>
#undef HTTPSYS_INSIDE_SYSTEM
#include "native/unhide_select.h"
#if !defined(HTTPSYS_HOST_NAME)
#define HTTPSYS_HOST_NAME
#ifdef __cplusplus
extern "C" int gethostname(char *name, size_t size) noexcept(true);
#else
extern int gethostname(char *name, size_t size);
#endif
#endif
#else
#include_next <unistd.h>
#endif
