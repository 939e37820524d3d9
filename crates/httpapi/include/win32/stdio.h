/* The system's stdio.h and Microsoft's additions to it; see crt/base.h. */
#pragma GCC system_header
#if defined(_WIN32) || defined(__need_FILE) || defined(__need___FILE)
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
#include "crt/narrow_stdio.h"
#include "crt/scan.h"
#include "crt/wide_stdio.h"

#ifndef _fileno
#define _fileno fileno
#endif
#ifndef _popen
#define _popen popen
#define _pclose pclose
#endif
#endif

#endif
