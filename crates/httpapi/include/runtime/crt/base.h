/* The Microsoft C runtime's wide and "secure" functions, for programs written for Windows.
 *
 * The headers named as the C library's (../stdio.h, ../wchar.h, ...) include the system's own and
 * add to them what is in this folder. Everything is header only, so a program needs no library
 * for it. With -fshort-wchar, wchar_t is a UTF-16 code unit, and the C library's wide functions,
 * which expect 32-bit units, would read and write the wrong memory. The system headers are
 * therefore included with those names changed (hide.h), and functions of the same names are defined
 * here: in C as static ones, in C++ as inline ones with C++ linkage, found by std:: as well. The
 * C library's symbols are neither called nor replaced.
 *
 * This file owns the settings and the macros that the other files of the folder share.
 *
 *   HTTPSYS_MS_PRINTF  1: printf, scanf and their relatives read formats as Microsoft's do
 *                      (l is 32 bits, %S and %ls are UTF-16, %I64u). The default with
 *                      -fshort-wchar. 0: they are the C library's. The default without.
 */
#ifndef HTTPSYS_CRT_BASE_H
#define HTTPSYS_CRT_BASE_H

#pragma GCC system_header

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "keywords.h"

/* The assembler name of a C symbol. */
#define HTTPSYS_STRING_(text) #text
#define HTTPSYS_STRING(text) HTTPSYS_STRING_(text)
#define HTTPSYS_SYMBOL(name) HTTPSYS_STRING(__USER_LABEL_PREFIX__) name

/* 1 if wchar_t is a UTF-16 code unit. */
#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
#define HTTPSYS_CRT_WIDE 1
typedef wchar_t httpsys_unit;
#else
#define HTTPSYS_CRT_WIDE 0
#if defined(__cplusplus)
typedef char16_t httpsys_unit;
#else
typedef __CHAR16_TYPE__ httpsys_unit;
#endif
#endif

#ifndef HTTPSYS_MS_PRINTF
#define HTTPSYS_MS_PRINTF HTTPSYS_CRT_WIDE
#endif

/* Linkage of every function here, and the bracket around them: a program may include a header
 * inside extern "C", where overloads and templates are errors. */
#ifdef __cplusplus
#define HTTPSYS_CRT inline
#define HTTPSYS_CRT_BEGIN extern "C++" {
#define HTTPSYS_CRT_END }
#else
#define HTTPSYS_CRT static __inline__ __attribute__((unused))
#define HTTPSYS_CRT_BEGIN
#define HTTPSYS_CRT_END
#endif

/* A function with a name of the C library. In C it gets an assembler name of its own, or calls that
 * the compiler itself makes of the library's function would end in this one. */
#ifdef __cplusplus
#define HTTPSYS_CRT_TAKE_OVER(linkage, type, name, parameters) linkage type name parameters
#else
#define HTTPSYS_CRT_TAKE_OVER(linkage, type, name, parameters)                                     \
    HTTPSYS_CRT type name parameters __asm__("httpsys_" #name);                                    \
    linkage type name parameters
#endif

/* For loops that a compiler may recognise and replace by a call of the C library's function. */
#if defined(__clang__)
#define HTTPSYS_CRT_LOOP HTTPSYS_CRT __attribute__((no_builtin))
#else
#define HTTPSYS_CRT_LOOP HTTPSYS_CRT
#endif

/* Page: errno Constants; _TRUNCATE. */
#define _TRUNCATE ((size_t)-1)
#define STRUNCATE 80
typedef int errno_t;
#if !defined(__APPLE__)
typedef size_t rsize_t;
#endif

#ifndef _countof
#define _countof(array) (sizeof(array) / sizeof((array)[0]))
#endif

#endif /* HTTPSYS_CRT_BASE_H */
