/* Heaps, local and global memory, pages, the task allocator. */
#include "check.h"

#include <malloc.h>
#include <objbase.h>
#include <string.h>

static int is_filled(const void *memory, int byte, SIZE_T from, SIZE_T to)
{
    const unsigned char *bytes = (const unsigned char *)memory;
    while (from < to && bytes[from] == byte) {
        from++;
    }
    return from == to;
}

static void heaps(void)
{
    HANDLE heap = HeapCreate(0, 0, 0), limited = HeapCreate(0, 0, 0x10000);
    HANDLE process = GetProcessHeap();
    char *block, *other;
    ULONG low_fragmentation = 2;
    DWORD count;

    CHECK(heap && limited && process && heap != limited && heap != process);
    block = (char *)HeapAlloc(heap, HEAP_ZERO_MEMORY, 100);
    CHECK(block && is_filled(block, 0, 0, 100) && ((ULONG_PTR)block & 15) == 0);
    CHECK(HeapSize(heap, 0, block) == 100);
    memset(block, 7, 100);
    block = (char *)HeapReAlloc(heap, HEAP_ZERO_MEMORY, block, 5000);
    CHECK(block && is_filled(block, 7, 0, 100) && is_filled(block, 0, 100, 5000));
    CHECK(HeapSize(heap, 0, block) == 5000);
    CHECK(HeapValidate(heap, 0, block) && HeapValidate(heap, 0, NULL));
    CHECK(HeapFree(heap, 0, block));
    CHECK(HeapFree(heap, 0, NULL));
    block = (char *)HeapAlloc(process, 0, 0);
    CHECK(block && HeapSize(process, 0, block) == 0 && HeapFree(process, 0, block));

    other = (char *)HeapAlloc(limited, 0, 0x4000);
    CHECK(other);
    CHECK(!HeapAlloc(limited, 0, 0x20000));
    CHECK(!HeapAlloc(heap, 0, ((SIZE_T)-1) / 2));
    CHECK(HeapSetInformation(NULL, HeapEnableTerminationOnCorruption, NULL, 0));
    CHECK(HeapSetInformation(process, HeapCompatibilityInformation, &low_fragmentation,
                             sizeof low_fragmentation));
    count = GetProcessHeaps(0, NULL);
    CHECK(count >= 3);
    CHECK(HeapDestroy(limited)); /* with its block */
    CHECK(HeapDestroy(heap));
    CHECK(GetProcessHeaps(0, NULL) == count - 2);
}

static void movable(void)
{
    HGLOBAL handle = GlobalAlloc(GHND, 100), fixed = GlobalAlloc(GPTR, 10);
    HLOCAL local = LocalAlloc(LPTR, 10);
    char *memory, *again;

    CHECK(handle && fixed && local);
    CHECK(GlobalSize(handle) >= 100 && GlobalSize(fixed) >= 10 && LocalSize(local) >= 10);
    memory = (char *)GlobalLock(handle);
    again = (char *)GlobalLock(handle);
    CHECK(memory && memory == again && (HGLOBAL)memory != handle && is_filled(memory, 0, 0, 100));
    CHECK((GlobalFlags(handle) & GMEM_LOCKCOUNT) == 2 && GlobalHandle(memory) == handle);
    memset(memory, 7, 100);
    SetLastError(0xDEAD);
    CHECK(GlobalUnlock(handle) && !GlobalUnlock(handle) && GetLastError() == NO_ERROR);
    FAILS(ERROR_NOT_LOCKED, GlobalUnlock(handle));
    CHECK(GlobalReAlloc(handle, 100000, GMEM_ZEROINIT) == handle && GlobalSize(handle) >= 100000);
    memory = (char *)GlobalLock(handle);
    CHECK(memory && is_filled(memory, 7, 0, 100) && is_filled(memory, 0, 100, 100000));
    GlobalUnlock(handle);
    CHECK(!GlobalFree(handle));
    CHECK(GlobalLock(fixed) == fixed && !GlobalFree(fixed));
    local = LocalReAlloc(local, 1000, LMEM_MOVEABLE | LMEM_ZEROINIT);
    CHECK(local && is_filled(local, 0, 0, 1000) && LocalLock(local) == local);
    CHECK(!LocalFree(local) && !LocalFree(NULL) && !GlobalFree(NULL));
    FAILS(ERROR_INVALID_HANDLE, GlobalSize(NULL));
    CHECK(!LocalAlloc(0, ((SIZE_T)-1) / 2) && GetLastError() == ERROR_NOT_ENOUGH_MEMORY);
}

static void pages(void)
{
    MEMORY_BASIC_INFORMATION told;
    DWORD before = 0;
    char *base = (char *)VirtualAlloc(NULL, 0x100000, MEM_RESERVE, PAGE_READWRITE), *part;

    CHECK(base && ((ULONG_PTR)base & 0xFFFF) == 0);
    CHECK(VirtualQuery(base + 100, &told, sizeof told) == sizeof told && sizeof told == 48);
    CHECK(told.BaseAddress == base && told.AllocationBase == base && told.RegionSize == 0x100000);
    CHECK(told.State == MEM_RESERVE && told.AllocationProtect == PAGE_READWRITE);
    CHECK(told.Type == MEM_PRIVATE);
    part = (char *)VirtualAlloc(base + 0x10001, 0x1000, MEM_COMMIT, PAGE_READWRITE);
    CHECK(part == base + 0x10000);
    part[0] = 1;
    part[0x1000] = 2; /* the range touches two pages where pages have 4 KB */
    CHECK(VirtualQuery(part, &told, sizeof told) == sizeof told && told.State == MEM_COMMIT);
    CHECK(told.Protect == PAGE_READWRITE && told.RegionSize >= 0x2000);
    CHECK(VirtualProtect(part, 0x2000, PAGE_READONLY, &before) && before == PAGE_READWRITE);
    CHECK(!IsBadReadPtr(part, 0x2000) && IsBadWritePtr(part, 1) && IsBadReadPtr(base, 1));
    CHECK(VirtualProtect(part, 1, PAGE_READWRITE, &before) && before == PAGE_READONLY);
    FAILS(ERROR_NOACCESS, VirtualProtect(part, 1, PAGE_READWRITE, NULL));
    FAILS(ERROR_INVALID_ADDRESS, VirtualProtect(base, 0x20000, PAGE_READONLY, &before));
    FAILS(ERROR_INVALID_PARAMETER, VirtualProtect(part, 1, 3, &before));
    CHECK(VirtualFree(part, 0x1000, MEM_DECOMMIT));
    CHECK(VirtualAlloc(part, 0x1000, MEM_COMMIT, PAGE_READWRITE) == part && part[0] == 0);
    FAILS(ERROR_INVALID_ADDRESS, VirtualAlloc(base, 0x1000, MEM_RESERVE, PAGE_READWRITE));
    FAILS(ERROR_INVALID_PARAMETER, VirtualAlloc(NULL, 0, MEM_COMMIT, PAGE_READWRITE));
    FAILS(ERROR_INVALID_PARAMETER, VirtualAlloc(NULL, 1, MEM_COMMIT, 0));
    FAILS(ERROR_INVALID_PARAMETER, VirtualAlloc(NULL, 1, 0, PAGE_READWRITE));
    FAILS(ERROR_INVALID_PARAMETER, VirtualFree(base, 0x1000, MEM_RELEASE));
    FAILS(ERROR_INVALID_PARAMETER, VirtualFree(base, 0, MEM_RELEASE | MEM_DECOMMIT));
    CHECK(VirtualFree(base, 0, MEM_DECOMMIT));
    CHECK(VirtualFree(base, 0, MEM_RELEASE));
    CHECK(!VirtualFree(base, 0, MEM_RELEASE)); /* 487; with Wine 87 */
    FAILS(ERROR_INVALID_ADDRESS, VirtualAlloc(base, 0x1000, MEM_COMMIT, PAGE_READWRITE));
    FAILS(ERROR_BAD_LENGTH, VirtualQuery(base, &told, 8));

    base = (char *)VirtualAlloc(NULL, 0x3000, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    CHECK(base && is_filled(base, 0, 0, 0x3000));
    base[0x2FFF] = 1;
    CHECK(VirtualLock(base, 0x1000) && VirtualUnlock(base, 0x1000));
    CHECK(VirtualFree(base, 0, MEM_RELEASE));
    CHECK(IsBadReadPtr(NULL, 1) && !IsBadReadPtr(NULL, 0));
    CHECK(!IsBadStringPtrA("text", 100) && IsBadStringPtrA(NULL, 100));
}

static void others(void)
{
    char *block = (char *)CoTaskMemAlloc(10);
    void *aligned;
    char secret[16];

    CHECK(block);
    memset(block, 3, 10);
    block = (char *)CoTaskMemRealloc(block, 10000);
    CHECK(block && is_filled(block, 3, 0, 10));
    CoTaskMemFree(block);
    CoTaskMemFree(NULL);
    CHECK(!CoTaskMemRealloc(CoTaskMemAlloc(1), 0));
    aligned = _aligned_malloc(100, 4096);
    CHECK(aligned && ((ULONG_PTR)aligned & 4095) == 0);
    memset(aligned, 9, 100);
    aligned = _aligned_realloc(aligned, 10000, 4096);
    CHECK(aligned && ((ULONG_PTR)aligned & 4095) == 0 && is_filled(aligned, 9, 0, 100));
    _aligned_free(aligned);
    FillMemory(secret, sizeof secret, 'x');
    SecureZeroMemory(secret, sizeof secret);
    CHECK(is_filled(secret, 0, 0, sizeof secret));
}

int main(void)
{
    heaps();
    movable();
    pages();
    others();
    return FINISH();
}
