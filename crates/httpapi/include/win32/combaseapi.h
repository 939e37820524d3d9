/* The task allocator, GUIDs, and the initialization of COM, of which there is nothing else. Any thread.
 */
#ifndef HTTPSYS_WIN32_COMBASEAPI_H
#define HTTPSYS_WIN32_COMBASEAPI_H

#include "guiddef.h"
#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef WCHAR OLECHAR, *LPOLESTR;
typedef const WCHAR *LPCOLESTR;
#define OLESTR(text) HTTPSYS_WIDE(text)
#ifndef WINOLEAPI
#define WINOLEAPI EXTERN_C HRESULT WINAPI
#endif

/* Pages: CoTaskMemAlloc; CoTaskMemRealloc (NULL allocates, a size of 0 frees); CoTaskMemFree. NULL when
 * there is no memory. The same allocator as HeapAlloc on the process heap. */
LPVOID WINAPI CoTaskMemAlloc(SIZE_T cb);
LPVOID WINAPI CoTaskMemRealloc(LPVOID pv, SIZE_T cb);
void WINAPI CoTaskMemFree(LPVOID pv);

/* Page: CoInitializeEx. For each thread: S_OK the first time, S_FALSE further times,
 * RPC_E_CHANGED_MODE (0x80010106) for the other kind, E_INVALIDARG. */
typedef enum tagCOINIT {
    COINIT_MULTITHREADED = 0x0,
    COINIT_APARTMENTTHREADED = 0x2,
    COINIT_DISABLE_OLE1DDE = 0x4,
    COINIT_SPEED_OVER_MEMORY = 0x8
} COINIT;
#define RPC_E_CHANGED_MODE ((HRESULT)0x80010106)
#define CO_E_CLASSSTRING ((HRESULT)0x800401F3)
#define CO_E_IIDSTRING ((HRESULT)0x800401F4)
HRESULT WINAPI CoInitialize(LPVOID pvReserved);
HRESULT WINAPI CoInitializeEx(LPVOID pvReserved, DWORD dwCoInit);
void WINAPI CoUninitialize(void);

/* Pages: CoCreateGuid (random, version 4); StringFromGUID2 (39 units with the NUL, or 0); StringFromCLSID
 * (free it with CoTaskMemFree); CLSIDFromString, IIDFromString (the form with braces; NULL is the GUID of
 * zeros). Differences: names of classes are not looked up. */
HRESULT WINAPI CoCreateGuid(GUID *pguid);
int WINAPI StringFromGUID2(REFGUID rguid, LPOLESTR lpsz, int cchMax);
HRESULT WINAPI StringFromCLSID(REFCLSID rclsid, LPOLESTR *lplpsz);
HRESULT WINAPI StringFromIID(REFIID rclsid, LPOLESTR *lplpsz);
HRESULT WINAPI CLSIDFromString(LPCOLESTR lpsz, LPCLSID pclsid);
HRESULT WINAPI IIDFromString(LPCOLESTR lpsz, LPIID lpiid);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_COMBASEAPI_H */
