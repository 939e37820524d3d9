/* Windows base types for 64-bit Unix systems (LP64).
 *
 * Two rules make the layouts of the Windows ABI come out right:
 *   - DWORD, ULONG and LONG are 32 bits wide, so they are int-sized typedefs and not `long`;
 *   - WCHAR is one UTF-16 code unit. Built with -fshort-wchar it is wchar_t and L"" literals fit;
 *     otherwise it is the type of u"" literals, and L"" literals do not convert to it.
 */
#ifndef HTTPSYS_WIN32_WINDEF_H
#define HTTPSYS_WIN32_WINDEF_H

#if !defined(__LP64__)
#error "httpsys supports 64-bit targets only"
#endif

#include <stddef.h>
#include <stdint.h>

#include "../runtime/crt/keywords.h"
#include "sal.h"
#include "sdkddkver.h"

/* Calling conventions and linkage: 64-bit Unix systems have one of each. */
#define WINAPI
#define APIENTRY
#define CALLBACK
#define NTAPI
#define STDAPICALLTYPE
#define WINAPIV
#define STDMETHODCALLTYPE
#define DECLSPEC_IMPORT
#define DECLSPEC_NORETURN __attribute__((noreturn))
#define DECLSPEC_ALIGN(bytes) __attribute__((aligned(bytes)))
#ifndef FORCEINLINE
#define FORCEINLINE static inline __attribute__((always_inline))
#endif
#ifdef __cplusplus
#define EXTERN_C extern "C"
#else
#define EXTERN_C extern
#endif

/* Parameter direction markers of older sources. */
#ifndef IN
#define IN
#endif
#ifndef OUT
#define OUT
#endif
#ifndef OPTIONAL
#define OPTIONAL
#endif
#define CONST const
#ifndef FAR
#define FAR
#endif
#ifndef NEAR
#define NEAR
#endif

/* Page: Windows Data Types. */
#ifndef VOID
#define VOID void
#endif
typedef char CHAR;
typedef signed char INT8, *PINT8;
typedef unsigned char UCHAR, *PUCHAR, BYTE, *PBYTE, *LPBYTE, UINT8, *PUINT8;
typedef unsigned char BOOLEAN, *PBOOLEAN;
typedef short SHORT, *PSHORT;
typedef unsigned short USHORT, *PUSHORT, WORD, *PWORD, *LPWORD;
typedef int INT, *PINT, *LPINT, LONG, *PLONG, *LPLONG, BOOL, *PBOOL, *LPBOOL;
typedef int INT32, *PINT32, LONG32, *PLONG32;
typedef unsigned int UINT, *PUINT, *LPUINT, DWORD, *PDWORD, *LPDWORD, ULONG, *PULONG;
typedef unsigned int UINT32, *PUINT32, DWORD32, *PDWORD32, ULONG32, *PULONG32;
typedef long long LONGLONG, *PLONGLONG, LONG64, *PLONG64, INT64, *PINT64;
typedef unsigned long long ULONGLONG, *PULONGLONG, DWORDLONG, *PDWORDLONG;
typedef unsigned long long ULONG64, *PULONG64, DWORD64, *PDWORD64, UINT64, *PUINT64;
typedef long long INT_PTR, *PINT_PTR, LONG_PTR, *PLONG_PTR;
typedef unsigned long long UINT_PTR, *PUINT_PTR, ULONG_PTR, *PULONG_PTR, DWORD_PTR, *PDWORD_PTR;
typedef size_t SIZE_T, *PSIZE_T;
typedef ptrdiff_t SSIZE_T, *PSSIZE_T;
typedef float FLOAT;
typedef double DOUBLE;
typedef void *PVOID, *LPVOID;
typedef const void *LPCVOID;
typedef void *HANDLE, **PHANDLE, **LPHANDLE;
typedef HANDLE HLOCAL, HGLOBAL, HMODULE, HINSTANCE, HWND;
typedef int HRESULT;
typedef int NTSTATUS, *PNTSTATUS;
typedef int SECURITY_STATUS;
typedef unsigned int ALG_ID;
typedef DWORD ACCESS_MASK, *PACCESS_MASK;
typedef WORD LANGID;
typedef long long (*FARPROC)(void);

/* Strings: 8-bit ones are bytes in whatever encoding the function names, 16-bit ones are UTF-16. */
#if defined(__SIZEOF_WCHAR_T__) && __SIZEOF_WCHAR_T__ == 2
typedef wchar_t WCHAR;
#define HTTPSYS_WIDE_(text) L##text
#elif defined(__cplusplus)
typedef char16_t WCHAR;
#define HTTPSYS_WIDE_(text) u##text
#else
typedef __CHAR16_TYPE__ WCHAR;
#define HTTPSYS_WIDE_(text) u##text
#endif
typedef WCHAR *PWCHAR, *LPWCH, *PWCH, *PWSTR, *LPWSTR, *NWPSTR;
typedef const WCHAR *PCWCHAR, *LPCWCH, *PCWCH, *PCWSTR, *LPCWSTR;
typedef CHAR *PCHAR, *LPCH, *PCH, *PSTR, *LPSTR;
typedef const CHAR *LPCCH, *PCCH, *PCSTR, *LPCSTR;
/* A UTF-16 literal in either build: HTTPSYS_WIDE("http://+:80/"). Extension. */
#define HTTPSYS_WIDE(text) HTTPSYS_WIDE_(text)

/* Page: Working with Strings. */
#ifdef UNICODE
typedef WCHAR TCHAR, *PTCHAR;
typedef PWSTR PTSTR, LPTSTR;
typedef PCWSTR PCTSTR, LPCTSTR;
#define TEXT(text) HTTPSYS_WIDE(text)
#else
typedef CHAR TCHAR, *PTCHAR;
typedef PSTR PTSTR, LPTSTR;
typedef PCSTR PCTSTR, LPCTSTR;
#define TEXT(text) text
#endif
#ifndef _T
#define _T(text) TEXT(text)
#endif

#ifndef TRUE
#define TRUE 1
#endif
#ifndef FALSE
#define FALSE 0
#endif
#ifndef MAX_PATH
#define MAX_PATH 260
#endif
#define MAXUCHAR 0xFF
#define MAXUSHORT 0xFFFF
#define MAXWORD 0xFFFF
#define MAXULONG 0xFFFFFFFFu
#define MAXDWORD 0xFFFFFFFFu
#define MAXLONG 0x7FFFFFFF
#define MAXULONGLONG 0xFFFFFFFFFFFFFFFFull
#define ANSI_NULL ((CHAR)0)
#define UNICODE_NULL ((WCHAR)0)
#define UNICODE_STRING_MAX_CHARS 32767

/* Page: LARGE_INTEGER union; ULARGE_INTEGER union. */
typedef struct _HTTPSYS_LARGE_INTEGER_PARTS {
    DWORD LowPart;
    LONG HighPart;
} HTTPSYS_LARGE_INTEGER_PARTS;
typedef union _LARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        LONG HighPart;
    };
    HTTPSYS_LARGE_INTEGER_PARTS u;
    LONGLONG QuadPart;
} LARGE_INTEGER, *PLARGE_INTEGER;
typedef struct _HTTPSYS_ULARGE_INTEGER_PARTS {
    DWORD LowPart;
    DWORD HighPart;
} HTTPSYS_ULARGE_INTEGER_PARTS;
typedef union _ULARGE_INTEGER {
    __extension__ struct {
        DWORD LowPart;
        DWORD HighPart;
    };
    HTTPSYS_ULARGE_INTEGER_PARTS u;
    ULONGLONG QuadPart;
} ULARGE_INTEGER, *PULARGE_INTEGER;

/* Pages: MAKEWORD, LOBYTE, HIBYTE, MAKELONG, LOWORD, HIWORD. */
#define MAKEWORD(low, high) ((WORD)(((BYTE)(low)) | ((WORD)((BYTE)(high)) << 8)))
#define MAKELONG(low, high) ((LONG)(((WORD)(low)) | ((DWORD)((WORD)(high)) << 16)))
#define LOBYTE(word) ((BYTE)((DWORD_PTR)(word) & 0xFF))
#define HIBYTE(word) ((BYTE)(((DWORD_PTR)(word) >> 8) & 0xFF))
#define LOWORD(value) ((WORD)((DWORD_PTR)(value) & 0xFFFF))
#define HIWORD(value) ((WORD)(((DWORD_PTR)(value) >> 16) & 0xFFFF))

#define ARRAYSIZE(array) (sizeof(array) / sizeof((array)[0]))
#ifndef _countof
#define _countof(array) ARRAYSIZE(array)
#endif
#define RTL_NUMBER_OF(array) ARRAYSIZE(array)
#define FIELD_OFFSET(type, field) ((LONG)offsetof(type, field))
#define CONTAINING_RECORD(address, type, field)                                                    \
    ((type *)(void *)((char *)(address) - offsetof(type, field)))
#define UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define DBG_UNREFERENCED_PARAMETER(parameter) ((void)(parameter))
#define DBG_UNREFERENCED_LOCAL_VARIABLE(variable) ((void)(variable))
#include "../runtime/crt/c_assert.h"

/* Page: GUID structure. */
#ifndef GUID_DEFINED
#define GUID_DEFINED
typedef struct _GUID {
    DWORD Data1;
    WORD Data2;
    WORD Data3;
    BYTE Data4[8];
} GUID, *PGUID, *LPGUID;
#endif
typedef const GUID *LPCGUID;

#endif /* HTTPSYS_WIN32_WINDEF_H */
