/* Paths and strings of the shell's library. No library is needed for it.
 *
 * Text ends with NUL; a path that is changed has room for MAX_PATH units, as on Windows. NULL is
 * answered with NULL, FALSE or 0. `/` separates like `\`, and a path that begins with it is
 * absolute. Letter case is folded unit by unit (A functions: ASCII letters alone), and texts are
 * compared so, not by a locale. All may be called by any thread.
 */
#ifndef HTTPSYS_WIN32_SHLWAPI_H
#define HTTPSYS_WIN32_SHLWAPI_H

#include "windows.h"

#ifdef UNICODE
#define PathFindExtension PathFindExtensionW
#define PathFindFileName PathFindFileNameW
#define PathFindNextComponent PathFindNextComponentW
#define PathSkipRoot PathSkipRootW
#define PathIsRelative PathIsRelativeW
#define PathIsRoot PathIsRootW
#define PathIsUNC PathIsUNCW
#define PathIsFileSpec PathIsFileSpecW
#define PathIsPrefix PathIsPrefixW
#define PathCommonPrefix PathCommonPrefixW
#define PathGetDriveNumber PathGetDriveNumberW
#define PathMatchSpec PathMatchSpecW
#define PathFileExists PathFileExistsW
#define PathIsDirectory PathIsDirectoryW
#define PathIsDirectoryEmpty PathIsDirectoryEmptyW
#define PathCombine PathCombineW
#define PathAppend PathAppendW
#define PathCanonicalize PathCanonicalizeW
#define PathRemoveFileSpec PathRemoveFileSpecW
#define PathRemoveExtension PathRemoveExtensionW
#define PathRenameExtension PathRenameExtensionW
#define PathAddExtension PathAddExtensionW
#define PathAddBackslash PathAddBackslashW
#define PathRemoveBackslash PathRemoveBackslashW
#define PathStripPath PathStripPathW
#define PathStripToRoot PathStripToRootW
#define PathQuoteSpaces PathQuoteSpacesW
#define PathUnquoteSpaces PathUnquoteSpacesW
#define PathRemoveBlanks PathRemoveBlanksW
#define PathBuildRoot PathBuildRootW
#define StrChr StrChrW
#define StrChrI StrChrIW
#define StrRChr StrRChrW
#define StrStr StrStrW
#define StrStrI StrStrIW
#define StrPBrk StrPBrkW
#define StrSpn StrSpnW
#define StrCSpn StrCSpnW
#define StrCmpI StrCmpIW
#define StrCmp StrCmpW
#define StrCmpN StrCmpNW
#define StrCmpNI StrCmpNIW
#define StrToInt StrToIntW
#define StrToIntEx StrToIntExW
#define StrToInt64Ex StrToInt64ExW
#define StrDup StrDupW
#define StrTrim StrTrimW
#define StrCpyN StrCpyNW
#define StrFormatByteSize StrFormatByteSizeW
#define UrlEscape UrlEscapeW
#define UrlUnescape UrlUnescapeW
#else
#define PathFindExtension PathFindExtensionA
#define PathFindFileName PathFindFileNameA
#define PathFindNextComponent PathFindNextComponentA
#define PathSkipRoot PathSkipRootA
#define PathIsRelative PathIsRelativeA
#define PathIsRoot PathIsRootA
#define PathIsUNC PathIsUNCA
#define PathIsFileSpec PathIsFileSpecA
#define PathIsPrefix PathIsPrefixA
#define PathCommonPrefix PathCommonPrefixA
#define PathGetDriveNumber PathGetDriveNumberA
#define PathMatchSpec PathMatchSpecA
#define PathFileExists PathFileExistsA
#define PathIsDirectory PathIsDirectoryA
#define PathIsDirectoryEmpty PathIsDirectoryEmptyA
#define PathCombine PathCombineA
#define PathAppend PathAppendA
#define PathCanonicalize PathCanonicalizeA
#define PathRemoveFileSpec PathRemoveFileSpecA
#define PathRemoveExtension PathRemoveExtensionA
#define PathRenameExtension PathRenameExtensionA
#define PathAddExtension PathAddExtensionA
#define PathAddBackslash PathAddBackslashA
#define PathRemoveBackslash PathRemoveBackslashA
#define PathStripPath PathStripPathA
#define PathStripToRoot PathStripToRootA
#define PathQuoteSpaces PathQuoteSpacesA
#define PathUnquoteSpaces PathUnquoteSpacesA
#define PathRemoveBlanks PathRemoveBlanksA
#define PathBuildRoot PathBuildRootA
#define StrChr StrChrA
#define StrChrI StrChrIA
#define StrRChr StrRChrA
#define StrStr StrStrA
#define StrStrI StrStrIA
#define StrPBrk StrPBrkA
#define StrSpn StrSpnA
#define StrCSpn StrCSpnA
#define StrCmpI StrCmpIA
#define StrCmp StrCmpA
#define StrCmpN StrCmpNA
#define StrCmpNI StrCmpNIA
#define StrToInt StrToIntA
#define StrToIntEx StrToIntExA
#define StrToInt64Ex StrToInt64ExA
#define StrDup StrDupA
#define StrTrim StrTrimA
#define StrCpyN StrCpyNA
#define StrFormatByteSize StrFormatByteSizeA
#define UrlEscape UrlEscapeA
#define UrlUnescape UrlUnescapeA
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Pages: of the names below. Paths: parts of them, questions about them, changes in place.
 * PathFileExists and PathIsDirectory follow the rules of fileapi.h, and set the last error. */
WINBASEAPI LPSTR WINAPI PathFindExtensionA(LPCSTR pszPath);
WINBASEAPI LPWSTR WINAPI PathFindExtensionW(LPCWSTR pszPath);
WINBASEAPI LPSTR WINAPI PathFindFileNameA(LPCSTR pszPath);
WINBASEAPI LPWSTR WINAPI PathFindFileNameW(LPCWSTR pszPath);
WINBASEAPI LPSTR WINAPI PathFindNextComponentA(LPCSTR pszPath);
WINBASEAPI LPWSTR WINAPI PathFindNextComponentW(LPCWSTR pszPath);
WINBASEAPI LPSTR WINAPI PathSkipRootA(LPCSTR pszPath);
WINBASEAPI LPWSTR WINAPI PathSkipRootW(LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsRelativeA(LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsRelativeW(LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsRootA(LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsRootW(LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsUNCA(LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsUNCW(LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsFileSpecA(LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsFileSpecW(LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsPrefixA(LPCSTR pszPrefix, LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsPrefixW(LPCWSTR pszPrefix, LPCWSTR pszPath);
WINBASEAPI int WINAPI PathCommonPrefixA(LPCSTR pszFile1, LPCSTR pszFile2, LPSTR achPath);
WINBASEAPI int WINAPI PathCommonPrefixW(LPCWSTR pszFile1, LPCWSTR pszFile2, LPWSTR achPath);
WINBASEAPI int WINAPI PathGetDriveNumberA(LPCSTR pszPath);
WINBASEAPI int WINAPI PathGetDriveNumberW(LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathMatchSpecA(LPCSTR pszFile, LPCSTR pszSpec);
WINBASEAPI BOOL WINAPI PathMatchSpecW(LPCWSTR pszFile, LPCWSTR pszSpec);
WINBASEAPI BOOL WINAPI PathFileExistsA(LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathFileExistsW(LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsDirectoryA(LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsDirectoryW(LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsDirectoryEmptyA(LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathIsDirectoryEmptyW(LPCWSTR pszPath);
WINBASEAPI LPSTR WINAPI PathCombineA(LPSTR pszDest, LPCSTR pszDir, LPCSTR pszFile);
WINBASEAPI LPWSTR WINAPI PathCombineW(LPWSTR pszDest, LPCWSTR pszDir, LPCWSTR pszFile);
WINBASEAPI BOOL WINAPI PathAppendA(LPSTR pszPath, LPCSTR pszMore);
WINBASEAPI BOOL WINAPI PathAppendW(LPWSTR pszPath, LPCWSTR pszMore);
WINBASEAPI BOOL WINAPI PathCanonicalizeA(LPSTR pszBuf, LPCSTR pszPath);
WINBASEAPI BOOL WINAPI PathCanonicalizeW(LPWSTR pszBuf, LPCWSTR pszPath);
WINBASEAPI BOOL WINAPI PathRemoveFileSpecA(LPSTR pszPath);
WINBASEAPI BOOL WINAPI PathRemoveFileSpecW(LPWSTR pszPath);
WINBASEAPI void WINAPI PathRemoveExtensionA(LPSTR pszPath);
WINBASEAPI void WINAPI PathRemoveExtensionW(LPWSTR pszPath);
WINBASEAPI BOOL WINAPI PathRenameExtensionA(LPSTR pszPath, LPCSTR pszExt);
WINBASEAPI BOOL WINAPI PathRenameExtensionW(LPWSTR pszPath, LPCWSTR pszExt);
WINBASEAPI BOOL WINAPI PathAddExtensionA(LPSTR pszPath, LPCSTR pszExt);
WINBASEAPI BOOL WINAPI PathAddExtensionW(LPWSTR pszPath, LPCWSTR pszExt);
WINBASEAPI LPSTR WINAPI PathAddBackslashA(LPSTR pszPath);
WINBASEAPI LPWSTR WINAPI PathAddBackslashW(LPWSTR pszPath);
WINBASEAPI LPSTR WINAPI PathRemoveBackslashA(LPSTR pszPath);
WINBASEAPI LPWSTR WINAPI PathRemoveBackslashW(LPWSTR pszPath);
WINBASEAPI void WINAPI PathStripPathA(LPSTR pszPath);
WINBASEAPI void WINAPI PathStripPathW(LPWSTR pszPath);
WINBASEAPI BOOL WINAPI PathStripToRootA(LPSTR pszPath);
WINBASEAPI BOOL WINAPI PathStripToRootW(LPWSTR pszPath);
WINBASEAPI BOOL WINAPI PathQuoteSpacesA(LPSTR lpsz);
WINBASEAPI BOOL WINAPI PathQuoteSpacesW(LPWSTR lpsz);
WINBASEAPI BOOL WINAPI PathUnquoteSpacesA(LPSTR lpsz);
WINBASEAPI BOOL WINAPI PathUnquoteSpacesW(LPWSTR lpsz);
WINBASEAPI void WINAPI PathRemoveBlanksA(LPSTR pszPath);
WINBASEAPI void WINAPI PathRemoveBlanksW(LPWSTR pszPath);
WINBASEAPI LPSTR WINAPI PathBuildRootA(LPSTR pszRoot, int iDrive);
WINBASEAPI LPWSTR WINAPI PathBuildRootW(LPWSTR pszRoot, int iDrive);

/* Pages: of the names below. What StrDup gives is freed by LocalFree. UrlEscape and UrlUnescape
 * give S_OK, E_POINTER with the room that is needed, or E_INVALIDARG; the bytes behind `%` are
 * UTF-8. */
WINBASEAPI LPSTR WINAPI StrChrA(LPCSTR pszStart, WORD wMatch);
WINBASEAPI LPWSTR WINAPI StrChrW(LPCWSTR pszStart, WCHAR wMatch);
WINBASEAPI LPSTR WINAPI StrChrIA(LPCSTR pszStart, WORD wMatch);
WINBASEAPI LPWSTR WINAPI StrChrIW(LPCWSTR pszStart, WCHAR wMatch);
WINBASEAPI LPSTR WINAPI StrRChrA(LPCSTR pszStart, LPCSTR pszEnd, WORD wMatch);
WINBASEAPI LPWSTR WINAPI StrRChrW(LPCWSTR pszStart, LPCWSTR pszEnd, WCHAR wMatch);
WINBASEAPI LPSTR WINAPI StrStrA(LPCSTR pszFirst, LPCSTR pszSrch);
WINBASEAPI LPWSTR WINAPI StrStrW(LPCWSTR pszFirst, LPCWSTR pszSrch);
WINBASEAPI LPSTR WINAPI StrStrIA(LPCSTR pszFirst, LPCSTR pszSrch);
WINBASEAPI LPWSTR WINAPI StrStrIW(LPCWSTR pszFirst, LPCWSTR pszSrch);
WINBASEAPI LPSTR WINAPI StrPBrkA(LPCSTR psz, LPCSTR pszSet);
WINBASEAPI LPWSTR WINAPI StrPBrkW(LPCWSTR psz, LPCWSTR pszSet);
WINBASEAPI int WINAPI StrSpnA(LPCSTR psz, LPCSTR pszSet);
WINBASEAPI int WINAPI StrSpnW(LPCWSTR psz, LPCWSTR pszSet);
WINBASEAPI int WINAPI StrCSpnA(LPCSTR psz, LPCSTR pszSet);
WINBASEAPI int WINAPI StrCSpnW(LPCWSTR psz, LPCWSTR pszSet);
WINBASEAPI int WINAPI StrCmpIA(LPCSTR psz1, LPCSTR psz2);
WINBASEAPI int WINAPI StrCmpIW(LPCWSTR psz1, LPCWSTR psz2);
WINBASEAPI int WINAPI StrCmpA(LPCSTR psz1, LPCSTR psz2);
WINBASEAPI int WINAPI StrCmpW(LPCWSTR psz1, LPCWSTR psz2);
WINBASEAPI int WINAPI StrCmpNA(LPCSTR psz1, LPCSTR psz2, int nChar);
WINBASEAPI int WINAPI StrCmpNW(LPCWSTR psz1, LPCWSTR psz2, int nChar);
WINBASEAPI int WINAPI StrCmpNIA(LPCSTR psz1, LPCSTR psz2, int nChar);
WINBASEAPI int WINAPI StrCmpNIW(LPCWSTR psz1, LPCWSTR psz2, int nChar);
WINBASEAPI int WINAPI StrToIntA(LPCSTR pszSrc);
WINBASEAPI int WINAPI StrToIntW(LPCWSTR pszSrc);
WINBASEAPI BOOL WINAPI StrToIntExA(LPCSTR pszString, DWORD dwFlags, int *piRet);
WINBASEAPI BOOL WINAPI StrToIntExW(LPCWSTR pszString, DWORD dwFlags, int *piRet);
WINBASEAPI BOOL WINAPI StrToInt64ExA(LPCSTR pszString, DWORD dwFlags, LONGLONG *pllRet);
WINBASEAPI BOOL WINAPI StrToInt64ExW(LPCWSTR pszString, DWORD dwFlags, LONGLONG *pllRet);
WINBASEAPI LPSTR WINAPI StrDupA(LPCSTR pszSrch);
WINBASEAPI LPWSTR WINAPI StrDupW(LPCWSTR pszSrch);
WINBASEAPI BOOL WINAPI StrTrimA(LPSTR psz, LPCSTR pszTrimChars);
WINBASEAPI BOOL WINAPI StrTrimW(LPWSTR psz, LPCWSTR pszTrimChars);
WINBASEAPI LPSTR WINAPI StrCpyNA(LPSTR pszDst, LPCSTR pszSrc, int cchMax);
WINBASEAPI LPWSTR WINAPI StrCpyNW(LPWSTR pszDst, LPCWSTR pszSrc, int cchMax);
WINBASEAPI LPSTR WINAPI StrFormatByteSizeA(DWORD qdw, LPSTR pszBuf, UINT cchBuf);
WINBASEAPI LPWSTR WINAPI StrFormatByteSizeW(LONGLONG qdw, LPWSTR pszBuf, UINT cchBuf);
WINBASEAPI HRESULT WINAPI UrlEscapeA(LPCSTR pszURL, LPSTR pszEscaped, DWORD *pcchEscaped,
                                     DWORD dwFlags);
WINBASEAPI HRESULT WINAPI UrlEscapeW(LPCWSTR pszURL, LPWSTR pszEscaped, DWORD *pcchEscaped,
                                     DWORD dwFlags);
WINBASEAPI HRESULT WINAPI UrlUnescapeA(LPSTR pszURL, LPSTR pszUnescaped, DWORD *pcchUnescaped,
                                       DWORD dwFlags);
WINBASEAPI HRESULT WINAPI UrlUnescapeW(LPWSTR pszURL, LPWSTR pszUnescaped, DWORD *pcchUnescaped,
                                       DWORD dwFlags);

/* UrlUnescapeInPlace: as UrlUnescape over the URL itself. */
#define URL_UNESCAPE_INPLACE 0x00100000
#define URL_UNESCAPE_AS_UTF8 0x00040000
#define URL_ESCAPE_AS_UTF8 0x00040000
#define URL_DONT_ESCAPE_EXTRA_INFO 0x02000000
#define URL_DONT_UNESCAPE_EXTRA_INFO URL_DONT_ESCAPE_EXTRA_INFO
#define URL_ESCAPE_SPACES_ONLY 0x04000000
#define URL_ESCAPE_PERCENT 0x00001000
#define URL_ESCAPE_SEGMENT_ONLY 0x00002000
#define UrlUnescapeInPlace(url, flags) UrlUnescape(url, NULL, NULL, (flags) | URL_UNESCAPE_INPLACE)
#define UrlUnescapeInPlaceA(url, flags)                                                            \
    UrlUnescapeA(url, NULL, NULL, (flags) | URL_UNESCAPE_INPLACE)
#define UrlUnescapeInPlaceW(url, flags)                                                            \
    UrlUnescapeW(url, NULL, NULL, (flags) | URL_UNESCAPE_INPLACE)
#define STIF_DEFAULT 0x0
#define STIF_SUPPORT_HEX 0x1
#define StrToLong StrToInt

#ifdef __cplusplus
}
#endif

#include "../runtime/crt/shlwapi_print.h"

#endif /* HTTPSYS_WIN32_SHLWAPI_H */
