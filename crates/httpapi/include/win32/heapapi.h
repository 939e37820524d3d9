/* Heaps. Sizes are bytes. Any thread, also heaps made with HEAP_NO_SERIALIZE.
 *
 * HeapAlloc on the process heap, LocalAlloc, GlobalAlloc, CoTaskMemAlloc and HttpPrepareUrl share one allocator, and
 * each frees what another has allocated; free() does not. Errors: ERROR_INVALID_HANDLE (6) for a handle that is not a
 * heap, ERROR_INVALID_PARAMETER (87) for what is no block of it. HeapAlloc and HeapReAlloc set no last error when there
 * is no memory (documented). Differences: HEAP_GENERATE_EXCEPTIONS raises nothing; with HEAP_REALLOC_IN_PLACE_ONLY
 * another size always fails; HeapCompact moves nothing.
 */
#ifndef HTTPSYS_WIN32_HEAPAPI_H
#define HTTPSYS_WIN32_HEAPAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

#define HEAP_GROWABLE 0x00000002
#define HEAP_REALLOC_IN_PLACE_ONLY 0x00000010
#define HEAP_CREATE_ALIGN_16 0x00010000
#define HEAP_CREATE_ENABLE_EXECUTE 0x00040000
typedef enum _HEAP_INFORMATION_CLASS {
    HeapCompatibilityInformation = 0,
    HeapEnableTerminationOnCorruption = 1,
    HeapOptimizeResources = 3
} HEAP_INFORMATION_CLASS;
/* Pages: HeapCreate; HeapDestroy (frees the blocks too); HeapReAlloc; HeapSize ((SIZE_T)-1 on failure);
 * HeapValidate; HeapSetInformation; HeapQueryInformation; HeapCompact; GetProcessHeaps. */
WINBASEAPI HANDLE WINAPI HeapCreate(DWORD flOptions, SIZE_T dwInitialSize, SIZE_T dwMaximumSize);
WINBASEAPI BOOL WINAPI HeapDestroy(HANDLE hHeap);
WINBASEAPI LPVOID WINAPI HeapReAlloc(HANDLE hHeap, DWORD dwFlags, LPVOID lpMem, SIZE_T dwBytes);
WINBASEAPI SIZE_T WINAPI HeapSize(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);
WINBASEAPI BOOL WINAPI HeapValidate(HANDLE hHeap, DWORD dwFlags, LPCVOID lpMem);
WINBASEAPI BOOL WINAPI HeapSetInformation(HANDLE HeapHandle, HEAP_INFORMATION_CLASS Class,
                                          PVOID HeapInformation, SIZE_T HeapInformationLength);
WINBASEAPI BOOL WINAPI HeapQueryInformation(HANDLE HeapHandle, HEAP_INFORMATION_CLASS Class,
                                            PVOID HeapInformation, SIZE_T HeapInformationLength,
                                            SIZE_T *ReturnLength);
WINBASEAPI SIZE_T WINAPI HeapCompact(HANDLE hHeap, DWORD dwFlags);
WINBASEAPI DWORD WINAPI GetProcessHeaps(DWORD NumberOfHeaps, PHANDLE ProcessHeaps);

/* Pages: GlobalAlloc, LocalAlloc and their relatives. GMEM_MOVEABLE gives a handle, GlobalLock its
 * address; a fixed object is its own handle. Nothing is ever discarded. NULL (or 0) with ERROR_INVALID_HANDLE (6) for a
 * handle that is not valid, ERROR_NOT_ENOUGH_MEMORY (8), ERROR_DISCARDED (157) for
 * locking an object of size 0, ERROR_NOT_LOCKED (158). GlobalFree gives NULL when it has freed. */
#define LMEM_MOVEABLE 0x0002
#define LMEM_MODIFY 0x0080
#define LMEM_LOCKCOUNT 0x00FF
#define LMEM_INVALID_HANDLE 0x8000
#define LHND (LMEM_MOVEABLE | LMEM_ZEROINIT)
#define NONZEROLHND LMEM_MOVEABLE
#define NONZEROLPTR LMEM_FIXED
#define GMEM_FIXED 0x0000
#define GMEM_MOVEABLE 0x0002
#define GMEM_ZEROINIT 0x0040
#define GMEM_MODIFY 0x0080
#define GMEM_LOCKCOUNT 0x00FF
#define GMEM_SHARE 0x2000
#define GMEM_DDESHARE 0x2000
#define GMEM_INVALID_HANDLE 0x8000
#define GHND (GMEM_MOVEABLE | GMEM_ZEROINIT)
#define GPTR (GMEM_FIXED | GMEM_ZEROINIT)
WINBASEAPI HLOCAL WINAPI LocalReAlloc(HLOCAL hMem, SIZE_T uBytes, UINT uFlags);
WINBASEAPI LPVOID WINAPI LocalLock(HLOCAL hMem);
WINBASEAPI BOOL WINAPI LocalUnlock(HLOCAL hMem);
WINBASEAPI SIZE_T WINAPI LocalSize(HLOCAL hMem);
WINBASEAPI UINT WINAPI LocalFlags(HLOCAL hMem);
WINBASEAPI HLOCAL WINAPI LocalHandle(LPCVOID pMem);
WINBASEAPI HGLOBAL WINAPI GlobalAlloc(UINT uFlags, SIZE_T dwBytes);
WINBASEAPI HGLOBAL WINAPI GlobalReAlloc(HGLOBAL hMem, SIZE_T dwBytes, UINT uFlags);
WINBASEAPI HGLOBAL WINAPI GlobalFree(HGLOBAL hMem);
WINBASEAPI LPVOID WINAPI GlobalLock(HGLOBAL hMem);
WINBASEAPI BOOL WINAPI GlobalUnlock(HGLOBAL hMem);
WINBASEAPI SIZE_T WINAPI GlobalSize(HGLOBAL hMem);
WINBASEAPI UINT WINAPI GlobalFlags(HGLOBAL hMem);
WINBASEAPI HGLOBAL WINAPI GlobalHandle(LPCVOID pMem);

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_HEAPAPI_H */
