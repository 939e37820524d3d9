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

/* Pages: GetACP; GetOEMCP (both 65001); GetCPInfo; GetCPInfoExW (the name is the number alone);
 * IsValidCodePage; IsDBCSLeadByte; IsDBCSLeadByteEx. FALSE with ERROR_INVALID_PARAMETER (87) for a page
 * that is not there. */
#define MAX_LEADBYTES 12
#define MAX_DEFAULTCHAR 2
typedef struct _cpinfo {
    UINT MaxCharSize;
    BYTE DefaultChar[MAX_DEFAULTCHAR];
    BYTE LeadByte[MAX_LEADBYTES];
} CPINFO, *LPCPINFO;
typedef struct _cpinfoexA {
    UINT MaxCharSize;
    BYTE DefaultChar[MAX_DEFAULTCHAR];
    BYTE LeadByte[MAX_LEADBYTES];
    WCHAR UnicodeDefaultChar;
    UINT CodePage;
    CHAR CodePageName[MAX_PATH];
} CPINFOEXA, *LPCPINFOEXA;
typedef struct _cpinfoexW {
    UINT MaxCharSize;
    BYTE DefaultChar[MAX_DEFAULTCHAR];
    BYTE LeadByte[MAX_LEADBYTES];
    WCHAR UnicodeDefaultChar;
    UINT CodePage;
    WCHAR CodePageName[MAX_PATH];
} CPINFOEXW, *LPCPINFOEXW;
WINBASEAPI UINT WINAPI GetACP(void);
WINBASEAPI UINT WINAPI GetOEMCP(void);
WINBASEAPI BOOL WINAPI IsValidCodePage(UINT CodePage);
WINBASEAPI BOOL WINAPI IsDBCSLeadByte(BYTE TestChar);
WINBASEAPI BOOL WINAPI IsDBCSLeadByteEx(UINT CodePage, BYTE TestChar);
WINBASEAPI BOOL WINAPI GetCPInfo(UINT CodePage, LPCPINFO lpCPInfo);
WINBASEAPI BOOL WINAPI GetCPInfoExA(UINT CodePage, DWORD dwFlags, LPCPINFOEXA lpCPInfoEx);
WINBASEAPI BOOL WINAPI GetCPInfoExW(UINT CodePage, DWORD dwFlags, LPCPINFOEXW lpCPInfoEx);

/* Pages: CompareStringEx (see stringapiset.h); FindStringOrdinal (the index, or -1 with NO_ERROR);
 * LCMapStringA, LCMapStringW, LCMapStringEx. Of the flags of the last three there are LCMAP_LOWERCASE and LCMAP_UPPERCASE;
 * others fail with ERROR_INVALID_FLAGS (1004). */
#define FIND_STARTSWITH 0x00100000
#define FIND_ENDSWITH 0x00200000
#define FIND_FROMSTART 0x00400000
#define FIND_FROMEND 0x00800000
#define LCMAP_LOWERCASE 0x00000100
#define LCMAP_UPPERCASE 0x00000200
#define LCMAP_LINGUISTIC_CASING 0x01000000
typedef struct _nlsversioninfo *LPNLSVERSIONINFO;
WINBASEAPI int WINAPI CompareStringEx(LPCWSTR lpLocaleName, DWORD dwCmpFlags, LPCWSTR lpString1,
                                      int cchCount1, LPCWSTR lpString2, int cchCount2,
                                      LPNLSVERSIONINFO lpVersionInformation, LPVOID lpReserved,
                                      LONG_PTR lParam);
WINBASEAPI int WINAPI FindStringOrdinal(DWORD dwFindStringOrdinalFlags, LPCWSTR lpStringSource,
                                        int cchSource, LPCWSTR lpStringValue, int cchValue,
                                        BOOL bIgnoreCase);
WINBASEAPI int WINAPI LCMapStringA(LCID Locale, DWORD dwMapFlags, LPCSTR lpSrcStr, int cchSrc,
                                   LPSTR lpDestStr, int cchDest);
WINBASEAPI int WINAPI LCMapStringW(LCID Locale, DWORD dwMapFlags, LPCWSTR lpSrcStr, int cchSrc,
                                   LPWSTR lpDestStr, int cchDest);
WINBASEAPI int WINAPI LCMapStringEx(LPCWSTR lpLocaleName, DWORD dwMapFlags, LPCWSTR lpSrcStr,
                                    int cchSrc, LPWSTR lpDestStr, int cchDest,
                                    LPNLSVERSIONINFO lpVersionInformation, LPVOID lpReserved,
                                    LONG_PTR sortHandle);
#ifdef UNICODE
#define GetCPInfoEx GetCPInfoExW
#define LCMapString LCMapStringW
#else
#define GetCPInfoEx GetCPInfoExA
#define LCMapString LCMapStringA
#endif

/* Pages: NormalizeString; IsNormalizedString (FALSE with NO_ERROR if it is not). ERROR_INVALID_PARAMETER
 * (87), ERROR_INSUFFICIENT_BUFFER (122), ERROR_NO_UNICODE_TRANSLATION (1113). */
typedef enum _NORM_FORM {
    NormalizationOther = 0,
    NormalizationC = 1,
    NormalizationD = 2,
    NormalizationKC = 5,
    NormalizationKD = 6
} NORM_FORM;
WINBASEAPI int WINAPI NormalizeString(NORM_FORM NormForm, LPCWSTR lpSrcString, int cwSrcLength,
                                      LPWSTR lpDstString, int cwDstLength);
WINBASEAPI BOOL WINAPI IsNormalizedString(NORM_FORM NormForm, LPCWSTR lpString, int cwLength);

/* Pages: IdnToAscii; IdnToUnicode. The rules are those of UTS 46; ERROR_INVALID_NAME (123) for what is no
 * name. IDN_EMAIL_ADDRESS and IDN_RAW_PUNYCODE fail with ERROR_INVALID_FLAGS (1004). */
#define IDN_ALLOW_UNASSIGNED 0x01
#define IDN_USE_STD3_ASCII_RULES 0x02
#define IDN_EMAIL_ADDRESS 0x04
#define IDN_RAW_PUNYCODE 0x08
WINBASEAPI int WINAPI IdnToAscii(DWORD dwFlags, LPCWSTR lpUnicodeCharStr, int cchUnicodeChar,
                                 LPWSTR lpASCIICharStr, int cchASCIIChar);
WINBASEAPI int WINAPI IdnToUnicode(DWORD dwFlags, LPCWSTR lpASCIICharStr, int cchASCIIChar,
                                   LPWSTR lpUnicodeCharStr, int cchUnicodeChar);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_WINNLS_H */
