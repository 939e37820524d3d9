/* Locales, and with stringapiset.h code pages and strings.
 *
 * There are the invariant locale (the name "", LOCALE_INVARIANT) and en-US (0x0409), which is the
 * user's, the system's and each thread's whatever the environment says; functions given another fail
 * with ERROR_INVALID_PARAMETER (87). Any thread.
 */
#ifndef HTTPSYS_WIN32_WINNLS_H
#define HTTPSYS_WIN32_WINNLS_H

#include "stringapiset.h"
#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pages: Locale Identifiers; Language Identifier Constants and Strings; Locale Names. */
typedef DWORD LCID, *PLCID;
typedef DWORD LCTYPE;
#define LANG_NEUTRAL 0x00
#define LANG_INVARIANT 0x7F
#define LANG_ENGLISH 0x09
#define SUBLANG_NEUTRAL 0x00
#define SUBLANG_DEFAULT 0x01
#define SUBLANG_SYS_DEFAULT 0x02
#define SUBLANG_ENGLISH_US 0x01
#define SORT_DEFAULT 0x0
#define MAKELANGID(primary, sub) ((WORD)((((WORD)(sub)) << 10) | (WORD)(primary)))
#define PRIMARYLANGID(language) ((WORD)(language)&0x3FF)
#define SUBLANGID(language) ((WORD)(language) >> 10)
#define MAKELCID(language, sort) ((DWORD)((((DWORD)((WORD)(sort))) << 16) | ((WORD)(language))))
#define LANGIDFROMLCID(locale) ((WORD)(locale))
#define LOCALE_NEUTRAL MAKELCID(MAKELANGID(LANG_NEUTRAL, SUBLANG_NEUTRAL), SORT_DEFAULT)
#define LOCALE_USER_DEFAULT MAKELCID(MAKELANGID(LANG_NEUTRAL, SUBLANG_DEFAULT), SORT_DEFAULT)
#define LOCALE_SYSTEM_DEFAULT MAKELCID(MAKELANGID(LANG_NEUTRAL, SUBLANG_SYS_DEFAULT), SORT_DEFAULT)
#define LOCALE_INVARIANT MAKELCID(MAKELANGID(LANG_INVARIANT, SUBLANG_NEUTRAL), SORT_DEFAULT)
#define LOCALE_NAME_USER_DEFAULT NULL
#define LOCALE_NAME_INVARIANT HTTPSYS_WIDE("")
#define LOCALE_NAME_SYSTEM_DEFAULT HTTPSYS_WIDE("!x-sys-default-locale")
#define LOCALE_NAME_MAX_LENGTH 85
#define LOCALE_NOUSEROVERRIDE 0x80000000u
#define LOCALE_USE_CP_ACP 0x40000000
#define LOCALE_ALLOW_NEUTRAL_NAMES 0x08000000
#define LCID_INSTALLED 0x00000001
#define LCID_SUPPORTED 0x00000002

WINBASEAPI LCID WINAPI GetUserDefaultLCID(void);
WINBASEAPI LCID WINAPI GetSystemDefaultLCID(void);
WINBASEAPI LCID WINAPI GetThreadLocale(void);
WINBASEAPI BOOL WINAPI SetThreadLocale(LCID Locale);
WINBASEAPI LANGID WINAPI GetUserDefaultLangID(void);
WINBASEAPI LANGID WINAPI GetSystemDefaultLangID(void);
WINBASEAPI LANGID WINAPI GetUserDefaultUILanguage(void);
WINBASEAPI LANGID WINAPI GetSystemDefaultUILanguage(void);
WINBASEAPI int WINAPI GetUserDefaultLocaleName(LPWSTR lpLocaleName, int cchLocaleName);
WINBASEAPI int WINAPI GetSystemDefaultLocaleName(LPWSTR lpLocaleName, int cchLocaleName);
WINBASEAPI BOOL WINAPI IsValidLocale(LCID Locale, DWORD dwFlags);
WINBASEAPI BOOL WINAPI IsValidLocaleName(LPCWSTR lpLocaleName);
WINBASEAPI LCID WINAPI LocaleNameToLCID(LPCWSTR lpName, DWORD dwFlags);
WINBASEAPI int WINAPI LCIDToLocaleName(LCID Locale, LPWSTR lpName, int cchName, DWORD dwFlags);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_WINNLS_H */
