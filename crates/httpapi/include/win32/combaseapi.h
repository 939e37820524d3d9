/* The task allocator. There is no COM. Any thread.
 */
#ifndef HTTPSYS_WIN32_COMBASEAPI_H
#define HTTPSYS_WIN32_COMBASEAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Pages: CoTaskMemAlloc; CoTaskMemRealloc (NULL allocates, a size of 0 frees); CoTaskMemFree. NULL when
 * there is no memory. The same allocator as HeapAlloc on the process heap. */
LPVOID WINAPI CoTaskMemAlloc(SIZE_T cb);
LPVOID WINAPI CoTaskMemRealloc(LPVOID pv, SIZE_T cb);
void WINAPI CoTaskMemFree(LPVOID pv);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_COMBASEAPI_H */
