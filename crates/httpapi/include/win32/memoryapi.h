/* Virtual memory. Sizes are bytes and grow to whole pages; reservations begin at multiples of 64 KB. Any
 * thread. Errors: ERROR_INVALID_PARAMETER (87) for invalid sizes, types and protections,
 * ERROR_INVALID_ADDRESS (487) for pages that are taken or not reserved, ERROR_NOT_ENOUGH_MEMORY (8).
 * Differences: no large pages, no guard pages (PAGE_GUARD fails with 87) and no write watches; MEM_RESET
 * changes nothing; an access that is not allowed is a signal, not an exception; memory that VirtualAlloc
 * has not given out is known to VirtualQuery and VirtualProtect on Linux only.
 */
#ifndef HTTPSYS_WIN32_MEMORYAPI_H
#define HTTPSYS_WIN32_MEMORYAPI_H

#include "winbase.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Page: Memory Protection Constants. */
#define PAGE_NOACCESS 0x01
#define PAGE_READONLY 0x02
#define PAGE_READWRITE 0x04
#define PAGE_WRITECOPY 0x08
#define PAGE_EXECUTE 0x10
#define PAGE_EXECUTE_READ 0x20
#define PAGE_EXECUTE_READWRITE 0x40
#define PAGE_EXECUTE_WRITECOPY 0x80
#define PAGE_GUARD 0x100
#define PAGE_NOCACHE 0x200
#define PAGE_WRITECOMBINE 0x400
/* Pages: VirtualAlloc; VirtualFree; MEMORY_BASIC_INFORMATION structure. */
#define MEM_COMMIT 0x00001000
#define MEM_RESERVE 0x00002000
#define MEM_DECOMMIT 0x00004000
#define MEM_RELEASE 0x00008000
#define MEM_FREE 0x00010000
#define MEM_PRIVATE 0x00020000
#define MEM_MAPPED 0x00040000
#define MEM_RESET 0x00080000
#define MEM_TOP_DOWN 0x00100000
#define MEM_IMAGE 0x01000000
typedef struct _MEMORY_BASIC_INFORMATION {
    PVOID BaseAddress;
    PVOID AllocationBase;
    DWORD AllocationProtect;
    WORD PartitionId;
    SIZE_T RegionSize;
    DWORD State;
    DWORD Protect;
    DWORD Type;
} MEMORY_BASIC_INFORMATION, *PMEMORY_BASIC_INFORMATION;
WINBASEAPI LPVOID WINAPI VirtualAlloc(LPVOID lpAddress, SIZE_T dwSize, DWORD flAllocationType,
                                      DWORD flProtect);
WINBASEAPI BOOL WINAPI VirtualFree(LPVOID lpAddress, SIZE_T dwSize, DWORD dwFreeType);
/* ERROR_NOACCESS (998) if lpflOldProtect is NULL. */
WINBASEAPI BOOL WINAPI VirtualProtect(LPVOID lpAddress, SIZE_T dwSize, DWORD flNewProtect,
                                      PDWORD lpflOldProtect);
/* The bytes written, or 0; ERROR_BAD_LENGTH (24) for a buffer that is too short. */
WINBASEAPI SIZE_T WINAPI VirtualQuery(LPCVOID lpAddress, PMEMORY_BASIC_INFORMATION lpBuffer,
                                      SIZE_T dwLength);
/* ERROR_WORKING_SET_QUOTA (1453) at the system's limit (RLIMIT_MEMLOCK). */
WINBASEAPI BOOL WINAPI VirtualLock(LPVOID lpAddress, SIZE_T dwSize);
WINBASEAPI BOOL WINAPI VirtualUnlock(LPVOID lpAddress, SIZE_T dwSize);

/* Pages: IsBadReadPtr and its relatives, which are obsolete: another thread may unmap the memory at
 * once. They raise no signal. Beside Linux, memory that VirtualAlloc has not given out counts as writable
 * if it can be read. */
WINBASEAPI BOOL WINAPI IsBadReadPtr(const void *lp, UINT_PTR ucb);
WINBASEAPI BOOL WINAPI IsBadWritePtr(LPVOID lp, UINT_PTR ucb);
WINBASEAPI BOOL WINAPI IsBadCodePtr(FARPROC lpfn);
WINBASEAPI BOOL WINAPI IsBadStringPtrA(LPCSTR lpsz, UINT_PTR ucchMax);
WINBASEAPI BOOL WINAPI IsBadStringPtrW(LPCWSTR lpsz, UINT_PTR ucchMax);
#ifdef UNICODE
#define IsBadStringPtr IsBadStringPtrW
#else
#define IsBadStringPtr IsBadStringPtrA
#endif

#ifdef __cplusplus
}
#endif

#endif /* HTTPSYS_WIN32_MEMORYAPI_H */
