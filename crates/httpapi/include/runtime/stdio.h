/* The system's stdio.h and Microsoft's additions to it; see crt/base.h. */
#pragma GCC system_header
#if defined(_MSC_VER) || defined(__MINGW32__) || \
    defined(__need_FILE) || defined(__need___FILE) || defined(HTTPSYS_CRT_HIDDEN)
#include_next <stdio.h>
#else

#include "crt/base.h"

#if defined(__APPLE__)
/* The systems's own headers include one another there: each once, before names are hidden. */
#include <stdlib.h>
#endif

#include "crt/hide.h"
#include_next <stdio.h>
#include "crt/unhide.h"

#ifndef HTTPSYS_WIN32_STDIO_H
#define HTTPSYS_WIN32_STDIO_H
#include "crt/file_stdio.h"
#include "crt/narrow_stdio.h"
#include "crt/scan.h"
#include "crt/wide_stdio.h"

/* Functions of POSIX, which the system's header hides from programs in strict C. */
#ifdef __cplusplus
extern "C" {
#endif
extern int _fileno(FILE *stream) __asm__(HTTPSYS_SYMBOL("fileno"));
extern FILE *_popen(const char *command, const char *mode) __asm__(HTTPSYS_SYMBOL("popen"));
extern int _pclose(FILE *stream) __asm__(HTTPSYS_SYMBOL("pclose"));
#ifdef __cplusplus
}
#endif
#endif

#endif
