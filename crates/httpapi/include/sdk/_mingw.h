/* The settings that each mingw-w64 header reads first, as for Cygwin, which is a Unix system of LP64, too:
 * LONG has 32 bits, and size_t, wchar_t, time_t and their relatives are the system's.
 */
#pragma GCC system_header
#ifndef HTTPSYS_SDK_MINGW_H
#define HTTPSYS_SDK_MINGW_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#include <time.h>

#include "../runtime/crt/keywords.h"
/* Of their versions each has another default. */
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0A00
#endif

#include "begin.h"
#pragma push_macro("_WIN64")
#if defined(__x86_64__) /* where theirs defines it */
#undef _WIN64
#endif
#undef __forceinline
#include_next <_mingw.h>
#pragma pop_macro("_WIN64")
#include "end.h"

/* Theirs has a storage class in it, which `static __forceinline` would repeat. */
#undef __forceinline
#define __forceinline __inline__ __attribute__((always_inline))

/* The C of 1989 makes a definition that others see of every inline function without `extern`. */
#if defined(__GNUC_GNU_INLINE__) && !defined(__cplusplus)
#define FORCEINLINE extern __forceinline
#endif

#endif /* HTTPSYS_SDK_MINGW_H */
