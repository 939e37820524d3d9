/* Code pages and strings: MultiByteToWideChar, WideCharToMultiByte, CompareString, the lstr functions of
 * winbase.h. Any thread.
 *
 * CP_ACP, CP_OEMCP and CP_THREAD_ACP are UTF-8 (65001), as on a Windows whose code page is UTF-8, but take
 * the flags that other pages take. Further pages: 437, 850, 866, 874, 932, 936, 949, 950, 1250 to 1258,
 * 10000, 10007, 20127, 20866, 20932, 21866, 28591 to 28598, 28603, 28605, 50220, 51932, 51949, 54936. Others
 * fail with ERROR_INVALID_PARAMETER (87), as pages do that are not installed.
 * Differences: tables are those of the WHATWG (in 950 with the characters of Hong Kong); a character that a
 * page lacks is the default character, never one that looks like it; MB_COMPOSITE takes nothing apart.
 */
#ifndef HTTPSYS_WIN32_STRINGAPISET_H
#define HTTPSYS_WIN32_STRINGAPISET_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CP_ACP 0
#define CP_OEMCP 1
#define CP_MACCP 2
#define CP_THREAD_ACP 3
#define CP_UTF7 65000
#define CP_UTF8 65001
#define MB_PRECOMPOSED 0x00000001
#define MB_COMPOSITE 0x00000002
#define MB_USEGLYPHCHARS 0x00000004
#define MB_ERR_INVALID_CHARS 0x00000008
#define WC_DISCARDNS 0x00000010
#define WC_SEPCHARS 0x00000020
#define WC_DEFAULTCHAR 0x00000040
#define WC_ERR_INVALID_CHARS 0x00000080
#define WC_COMPOSITECHECK 0x00000200
#define WC_NO_BEST_FIT_CHARS 0x00000400

/* Pages: MultiByteToWideChar; WideCharToMultiByte. Sizes are units of the side they belong to; -1 is up to
 * the NUL and with it; a room of 0 asks for the size. 0 on failure: ERROR_INVALID_PARAMETER (87),
 * ERROR_INSUFFICIENT_BUFFER (122; what fits is there), ERROR_INVALID_FLAGS (1004),
 * ERROR_NO_UNICODE_TRANSLATION (1113, with the flags for invalid characters). */
WINBASEAPI int WINAPI MultiByteToWideChar(UINT CodePage, DWORD dwFlags, LPCSTR lpMultiByteStr,
                                          int cbMultiByte, LPWSTR lpWideCharStr, int cchWideChar);
WINBASEAPI int WINAPI WideCharToMultiByte(UINT CodePage, DWORD dwFlags, LPCWSTR lpWideCharStr,
                                          int cchWideChar, LPSTR lpMultiByteStr, int cbMultiByte,
                                          LPCSTR lpDefaultChar, LPBOOL lpUsedDefaultChar);

/* Pages: CompareStringOrdinal (by code unit, capitals if asked for); CompareStringW, CompareStringEx (as a
 * reader sorts). CSTR_LESS_THAN, CSTR_EQUAL, CSTR_GREATER_THAN, or 0 with 87 or 1004.
 * Differences: the second order is one for all locales and without Windows's tables: letters, then accents,
 * then case (small first), then hyphens and apostrophes. */
#define CSTR_LESS_THAN 1
#define CSTR_EQUAL 2
#define CSTR_GREATER_THAN 3
#define NORM_IGNORECASE 0x00000001
#define NORM_IGNORENONSPACE 0x00000002
#define NORM_IGNORESYMBOLS 0x00000004
#define SORT_DIGITSASNUMBERS 0x00000008
#define LINGUISTIC_IGNORECASE 0x00000010
#define LINGUISTIC_IGNOREDIACRITIC 0x00000020
#define SORT_STRINGSORT 0x00001000
#define NORM_IGNOREKANATYPE 0x00010000
#define NORM_IGNOREWIDTH 0x00020000
#define NORM_LINGUISTIC_CASING 0x08000000
WINBASEAPI int WINAPI CompareStringOrdinal(LPCWSTR lpString1, int cchCount1, LPCWSTR lpString2,
                                           int cchCount2, BOOL bIgnoreCase);
WINBASEAPI int WINAPI CompareStringA(DWORD Locale, DWORD dwCmpFlags, LPCSTR lpString1,
                                     int cchCount1, LPCSTR lpString2, int cchCount2);
WINBASEAPI int WINAPI CompareStringW(DWORD Locale, DWORD dwCmpFlags, LPCWSTR lpString1,
                                     int cchCount1, LPCWSTR lpString2, int cchCount2);

/* Page: lstrlen, lstrcpy, lstrcpyn, lstrcat, lstrcmp, lstrcmpi. They take NULL, unlike those of the C
 * library: 0, or NULL. lstrcmp sorts as CompareString does. */
WINBASEAPI int WINAPI lstrlenA(LPCSTR lpString);
WINBASEAPI int WINAPI lstrlenW(LPCWSTR lpString);
WINBASEAPI LPSTR WINAPI lstrcpyA(LPSTR lpString1, LPCSTR lpString2);
WINBASEAPI LPWSTR WINAPI lstrcpyW(LPWSTR lpString1, LPCWSTR lpString2);
WINBASEAPI LPSTR WINAPI lstrcpynA(LPSTR lpString1, LPCSTR lpString2, int iMaxLength);
WINBASEAPI LPWSTR WINAPI lstrcpynW(LPWSTR lpString1, LPCWSTR lpString2, int iMaxLength);
WINBASEAPI LPSTR WINAPI lstrcatA(LPSTR lpString1, LPCSTR lpString2);
WINBASEAPI LPWSTR WINAPI lstrcatW(LPWSTR lpString1, LPCWSTR lpString2);
WINBASEAPI int WINAPI lstrcmpA(LPCSTR lpString1, LPCSTR lpString2);
WINBASEAPI int WINAPI lstrcmpW(LPCWSTR lpString1, LPCWSTR lpString2);
WINBASEAPI int WINAPI lstrcmpiA(LPCSTR lpString1, LPCSTR lpString2);
WINBASEAPI int WINAPI lstrcmpiW(LPCWSTR lpString1, LPCWSTR lpString2);

#ifdef UNICODE
#define CompareString CompareStringW
#define lstrlen lstrlenW
#define lstrcpy lstrcpyW
#define lstrcpyn lstrcpynW
#define lstrcat lstrcatW
#define lstrcmp lstrcmpW
#define lstrcmpi lstrcmpiW
#else
#define CompareString CompareStringA
#define lstrlen lstrlenA
#define lstrcpy lstrcpyA
#define lstrcpyn lstrcpynA
#define lstrcat lstrcatA
#define lstrcmp lstrcmpA
#define lstrcmpi lstrcmpiA
#endif

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_STRINGAPISET_H */
