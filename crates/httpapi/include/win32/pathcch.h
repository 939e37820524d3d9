/* Paths with the size of their buffers. No library is needed for it.
 *
 * Sizes are in WCHARs, at most PATHCCH_MAX_CCH. They give S_OK, S_FALSE (there was nothing to do),
 * E_INVALIDARG (NULL, a size of 0, no NUL within it), or 0x8007007A when the result does not fit;
 * then the buffer is as it was. All may be called by any thread. The Ex forms and the PathAlloc
 * functions are not declared.
 *
 * Differs: `/` separates like `\`.
 */
#ifndef HTTPSYS_WIN32_PATHCCH_H
#define HTTPSYS_WIN32_PATHCCH_H

#include "windows.h"

#define PATHCCH_MAX_CCH 0x8000
#define PATHCCH_E_FILENAME_TOO_LONG ((HRESULT)0x800700CE)

#ifdef __cplusplus
extern "C" {
#endif

WINBASEAPI HRESULT WINAPI PathCchCombine(PWSTR pszPathOut, size_t cchPathOut, PCWSTR pszPathIn,
                                         PCWSTR pszMore);
WINBASEAPI HRESULT WINAPI PathCchAppend(PWSTR pszPath, size_t cchPath, PCWSTR pszMore);
WINBASEAPI HRESULT WINAPI PathCchCanonicalize(PWSTR pszPathOut, size_t cchPathOut,
                                              PCWSTR pszPathIn);
WINBASEAPI HRESULT WINAPI PathCchRemoveFileSpec(PWSTR pszPath, size_t cchPath);
WINBASEAPI HRESULT WINAPI PathCchAddBackslash(PWSTR pszPath, size_t cchPath);
WINBASEAPI HRESULT WINAPI PathCchRemoveBackslash(PWSTR pszPath, size_t cchPath);
WINBASEAPI HRESULT WINAPI PathCchAddExtension(PWSTR pszPath, size_t cchPath, PCWSTR pszExt);
WINBASEAPI HRESULT WINAPI PathCchRenameExtension(PWSTR pszPath, size_t cchPath, PCWSTR pszExt);
WINBASEAPI HRESULT WINAPI PathCchRemoveExtension(PWSTR pszPath, size_t cchPath);
WINBASEAPI HRESULT WINAPI PathCchFindExtension(PCWSTR pszPath, size_t cchPath, PCWSTR *ppszExt);
WINBASEAPI HRESULT WINAPI PathCchStripToRoot(PWSTR pszPath, size_t cchPath);
WINBASEAPI HRESULT WINAPI PathCchSkipRoot(PCWSTR pszPath, PCWSTR *ppszRootEnd);
WINBASEAPI BOOL WINAPI PathCchIsRoot(PCWSTR pszPath);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_PATHCCH_H */
