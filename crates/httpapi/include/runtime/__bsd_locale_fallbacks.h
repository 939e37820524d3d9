// What libc++ writes numbers with where the C library has no such functions with a locale: formats are the
// system's, not Microsoft's.
#pragma GCC system_header
#if defined(HTTPSYS_LIBCXX_SYSTEM_FORMATS)
#include <cwchar>
#include <memory>
#include <stdio.h>
#include <stdlib.h>
// The headers that it includes itself leave these names alone.
#define HTTPSYS_CRT_HIDDEN 1
#define vsnprintf httpsys_native_vsnprintf
#define vsscanf httpsys_native_vsscanf
#include_next <__bsd_locale_fallbacks.h>
#undef vsnprintf
#undef vsscanf
#undef HTTPSYS_CRT_HIDDEN
#else
#include_next <__bsd_locale_fallbacks.h>
#endif
