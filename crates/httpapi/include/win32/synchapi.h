/* Page: Critical Section Objects. One thread may enter several times. Built on a mutex of the
 * system; the events and waits are functions of winbase.h.
 */
#ifndef HTTPSYS_WIN32_SYNCHAPI_H
#define HTTPSYS_WIN32_SYNCHAPI_H

#pragma GCC system_header

#include <pthread.h>

#include "crt/base.h"
#include "winbase.h"

typedef struct _RTL_CRITICAL_SECTION {
    pthread_mutex_t mutex;
    uintptr_t owner; /* pthread_self() of the thread inside, 0 if none; atomic */
    LONG RecursionCount;
} RTL_CRITICAL_SECTION, CRITICAL_SECTION, *PRTL_CRITICAL_SECTION, *PCRITICAL_SECTION,
    *LPCRITICAL_SECTION;

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT void InitializeCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutex_init(&section->mutex, NULL);
    section->owner = 0;
    section->RecursionCount = 0;
}

HTTPSYS_CRT BOOL InitializeCriticalSectionAndSpinCount(LPCRITICAL_SECTION section, DWORD spins)
{
    (void)spins;
    InitializeCriticalSection(section);
    return TRUE;
}

HTTPSYS_CRT BOOL InitializeCriticalSectionEx(LPCRITICAL_SECTION section, DWORD spins, DWORD flags)
{
    (void)flags;
    return InitializeCriticalSectionAndSpinCount(section, spins);
}

HTTPSYS_CRT void DeleteCriticalSection(LPCRITICAL_SECTION section)
{
    pthread_mutex_destroy(&section->mutex);
}

/* Whether this thread is inside already. Only it can have stored its own name there, so a relaxed
 * load is enough. */
HTTPSYS_CRT int httpsys_section_is_ours(LPCRITICAL_SECTION section)
{
    return __atomic_load_n(&section->owner, __ATOMIC_RELAXED) == (uintptr_t)pthread_self();
}

HTTPSYS_CRT void EnterCriticalSection(LPCRITICAL_SECTION section)
{
    if (!httpsys_section_is_ours(section)) {
        pthread_mutex_lock(&section->mutex);
        __atomic_store_n(&section->owner, (uintptr_t)pthread_self(), __ATOMIC_RELAXED);
    }
    section->RecursionCount++;
}

HTTPSYS_CRT BOOL TryEnterCriticalSection(LPCRITICAL_SECTION section)
{
    if (!httpsys_section_is_ours(section)) {
        if (pthread_mutex_trylock(&section->mutex) != 0) {
            return FALSE;
        }
        __atomic_store_n(&section->owner, (uintptr_t)pthread_self(), __ATOMIC_RELAXED);
    }
    section->RecursionCount++;
    return TRUE;
}

HTTPSYS_CRT void LeaveCriticalSection(LPCRITICAL_SECTION section)
{
    if (--section->RecursionCount == 0) {
        __atomic_store_n(&section->owner, (uintptr_t)0, __ATOMIC_RELAXED);
        pthread_mutex_unlock(&section->mutex);
    }
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_WIN32_SYNCHAPI_H */
