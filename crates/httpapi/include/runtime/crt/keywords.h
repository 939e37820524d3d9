/* Words that are part of the language for Microsoft's compiler: calling conventions, integer types,
 * __declspec and their relatives. Macros only. httpsys-cc includes this file before the program's
 * first line, since sources use them without any header; every header of ours includes it too.
 *
 * 64-bit Unix systems have one calling convention, so the words for others mean nothing.
 *
 * What cannot be had is an error with its reason: structured exception handling (__try, __except,
 * __finally, __leave) unwinds through frames in a way that only Windows has. In C++, __try alone belongs
 * to libstdc++, which has it for try.
 */
#ifndef HTTPSYS_CRT_KEYWORDS_H
#define HTTPSYS_CRT_KEYWORDS_H

#if !(defined(_MSC_VER) || defined(__MINGW32__))

/* Page: Calling Conventions. */
#ifndef __cdecl
#define __cdecl
#endif
#ifndef _cdecl
#define _cdecl
#endif
#ifndef __stdcall
#define __stdcall
#endif
#ifndef _stdcall
#define _stdcall
#endif
#ifndef __fastcall
#define __fastcall
#endif
#ifndef __thiscall
#define __thiscall
#endif
#ifndef __vectorcall
#define __vectorcall
#endif
#ifndef __clrcall
#define __clrcall
#endif

/* Page: __int8, __int16, __int32, __int64. */
#ifndef __int8
#define __int8 char
#endif
#ifndef __int16
#define __int16 short
#endif
#ifndef __int32
#define __int32 int
#endif
#ifndef __int64
#define __int64 long long
#endif
#ifndef _int64
#define _int64 long long
#endif

/* Page: inline, __inline, __forceinline. */
#ifndef _inline
#define _inline __inline
#endif
#ifndef __forceinline
#define __forceinline __inline__ __attribute__((always_inline))
#endif

/* Pages: __ptr32, __ptr64; __unaligned; __w64; __assume; __noop; __pragma. */
#ifndef __ptr32
#define __ptr32
#endif
#ifndef __ptr64
#define __ptr64
#endif
#ifndef __unaligned
#define __unaligned
#endif
#ifndef __w64
#define __w64
#endif
#ifndef __assume
#define __assume(expression) ((void)0)
#endif
#ifndef __noop
#define __noop(...) ((void)0)
#endif
#ifndef __pragma
#define __pragma(directive) _Pragma(#directive)
#endif

/* Page: __declspec, with one word in it. Where the compiler knows the keyword itself (-fdeclspec), it
 * stays. A word that is not here is an attribute that the compiler warns of. Before `struct`, align
 * names the variable and not the type, as every attribute does here. */
#if !defined(__declspec) && !defined(_MSC_EXTENSIONS) && !defined(__DECLSPEC_KEYWORD)
#define __declspec(word) __attribute__((HTTPSYS_DECLSPEC_##word))
#define HTTPSYS_DECLSPEC_
#define HTTPSYS_DECLSPEC_dllimport
#define HTTPSYS_DECLSPEC_dllexport visibility("default")
#define HTTPSYS_DECLSPEC_noreturn noreturn
#define HTTPSYS_DECLSPEC_noinline noinline
#define HTTPSYS_DECLSPEC_nothrow nothrow
#define HTTPSYS_DECLSPEC_noalias
#define HTTPSYS_DECLSPEC_restrict malloc
#define HTTPSYS_DECLSPEC_novtable
#define HTTPSYS_DECLSPEC_naked naked
#define HTTPSYS_DECLSPEC_selectany weak
#define HTTPSYS_DECLSPEC_thread )) __thread __attribute__((
#define HTTPSYS_DECLSPEC_uuid(text)
#define HTTPSYS_DECLSPEC_allocate section
#define HTTPSYS_DECLSPEC_align aligned
#define HTTPSYS_DECLSPEC_deprecated deprecated
#define HTTPSYS_DECLSPEC_empty_bases
#endif

/* Page: try-except Statement. */
#if !defined(_MSC_EXTENSIONS)
#define HTTPSYS_NO_SEH                                                                             \
    _Pragma("GCC error \"structured exception handling (__try) exists on Windows only\"")
#if !defined(__cplusplus) && !defined(__try)
#define __try HTTPSYS_NO_SEH
#endif
#ifndef __except
#define __except(filter) HTTPSYS_NO_SEH
#endif
#ifndef __finally
#define __finally HTTPSYS_NO_SEH
#endif
#ifndef __leave
#define __leave HTTPSYS_NO_SEH
#endif
#endif

#endif
#endif /* HTTPSYS_CRT_KEYWORDS_H */
