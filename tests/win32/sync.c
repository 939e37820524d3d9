/* Synchronization as servers use it: a queue of work behind a lock and a condition variable, mutexes
 * and semaphores between threads, initialization once, an interlocked list. */
#include "check.h"
#include <stdlib.h>

#define ITEMS 2000
#define WORKERS 4

static SRWLOCK lock = SRWLOCK_INIT;
static CONDITION_VARIABLE filled = CONDITION_VARIABLE_INIT;
static LONG waiting_items, taken_items;
static BOOL stop;

static DWORD WINAPI srw_worker(LPVOID parameter)
{
    (void)parameter;
    for (;;) {
        AcquireSRWLockExclusive(&lock);
        while (waiting_items == 0 && !stop) {
            SleepConditionVariableSRW(&filled, &lock, INFINITE, 0);
        }
        if (waiting_items == 0) {
            ReleaseSRWLockExclusive(&lock);
            return 0;
        }
        waiting_items--;
        taken_items++;
        ReleaseSRWLockExclusive(&lock);
    }
}

static void a_queue_behind_a_slim_lock(void)
{
    HANDLE threads[WORKERS];
    int i;

    for (i = 0; i < WORKERS; i++) {
        threads[i] = CreateThread(NULL, 0, srw_worker, NULL, 0, NULL);
    }
    for (i = 0; i < ITEMS; i++) {
        AcquireSRWLockExclusive(&lock);
        waiting_items++;
        ReleaseSRWLockExclusive(&lock);
        WakeConditionVariable(&filled);
    }
    AcquireSRWLockExclusive(&lock);
    stop = TRUE;
    ReleaseSRWLockExclusive(&lock);
    WakeAllConditionVariable(&filled);
    CHECK(WaitForMultipleObjects(WORKERS, threads, TRUE, 30000) == WAIT_OBJECT_0);
    AcquireSRWLockShared(&lock);
    CHECK(TryAcquireSRWLockShared(&lock));
    CHECK(!TryAcquireSRWLockExclusive(&lock));
    ReleaseSRWLockShared(&lock);
    ReleaseSRWLockShared(&lock);
    CHECK(taken_items == ITEMS && waiting_items == 0);
    for (i = 0; i < WORKERS; i++) {
        CloseHandle(threads[i]);
    }
}

static CRITICAL_SECTION section;
static LONG sum;

static DWORD WINAPI section_worker(LPVOID parameter)
{
    int i;

    for (i = 0; i < ITEMS; i++) {
        EnterCriticalSection(&section);
        if (TryEnterCriticalSection(&section)) {
            sum += 1;
            LeaveCriticalSection(&section);
        }
        LeaveCriticalSection(&section);
    }
    return (DWORD)(DWORD_PTR)parameter;
}

static void a_sum_behind_a_critical_section(void)
{
    CONDITION_VARIABLE never = CONDITION_VARIABLE_INIT;
    HANDLE threads[WORKERS];
    DWORD code = 0;
    int i;

    CHECK(sizeof section == 40);
    CHECK(InitializeCriticalSectionAndSpinCount(&section, 4000));
    for (i = 0; i < WORKERS; i++) {
        threads[i] = CreateThread(NULL, 0, section_worker, (LPVOID)(DWORD_PTR)i, 0, NULL);
    }
    CHECK(WaitForMultipleObjects(WORKERS, threads, TRUE, 30000) == WAIT_OBJECT_0);
    CHECK(sum == WORKERS * ITEMS);
    CHECK(GetExitCodeThread(threads[3], &code) && code == 3);
    for (i = 0; i < WORKERS; i++) {
        CloseHandle(threads[i]);
    }
    EnterCriticalSection(&section);
    FAILS(ERROR_TIMEOUT, SleepConditionVariableCS(&never, &section, 1));
    LeaveCriticalSection(&section);
    DeleteCriticalSection(&section);
}

static LONG initialized;

static BOOL CALLBACK initialize(PINIT_ONCE once, PVOID parameter, PVOID *context)
{
    (void)once;
    InterlockedIncrement(&initialized);
    *context = parameter;
    return initialized > 1; /* The first attempt fails. */
}

static void once_until_it_succeeds(void)
{
    static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
    INIT_ONCE other;
    static DWORD_PTR data[2];
    PVOID context = NULL;
    BOOL pending = FALSE;

    CHECK(!InitOnceExecuteOnce(&once, initialize, data, &context));
    CHECK(InitOnceExecuteOnce(&once, initialize, data, &context) && context == data);
    CHECK(InitOnceExecuteOnce(&once, initialize, NULL, &context) && context == data);
    CHECK(initialized == 2);
    InitOnceInitialize(&other);
    CHECK(!InitOnceBeginInitialize(&other, INIT_ONCE_CHECK_ONLY, &pending, &context));
    CHECK(InitOnceBeginInitialize(&other, 0, &pending, NULL) && pending);
    CHECK(InitOnceComplete(&other, 0, &data[1]) || sizeof data[1] < 4);
    CHECK(InitOnceBeginInitialize(&other, 0, &pending, &context) && !pending);
    CHECK(context == &data[1]);
}

static DWORD WINAPI take_and_end(LPVOID mutex)
{
    return WaitForSingleObject((HANDLE)mutex, INFINITE);
}

static void mutexes_and_semaphores(void)
{
    HANDLE mutex = CreateMutexW(NULL, TRUE, NULL);
    HANDLE abandoned = CreateMutex(NULL, FALSE, NULL);
    HANDLE semaphore = CreateSemaphore(NULL, 1, 2, NULL);
    HANDLE thread = CreateThread(NULL, 0, take_and_end, abandoned, 0, NULL);
    HANDLE both[2];
    LONG before = -1;

    CHECK(mutex && abandoned && semaphore && thread);
    CHECK(WaitForSingleObject(mutex, 0) == WAIT_OBJECT_0);
    CHECK(ReleaseMutex(mutex) && ReleaseMutex(mutex));
    FAILS(ERROR_NOT_OWNER, ReleaseMutex(mutex));
    CHECK(WaitForSingleObject(thread, 30000) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(abandoned, 30000) == WAIT_ABANDONED);
    CHECK(ReleaseMutex(abandoned));
    CHECK(ReleaseSemaphore(semaphore, 1, &before) && before == 1);
    FAILS(ERROR_TOO_MANY_POSTS, ReleaseSemaphore(semaphore, 1, NULL));
    both[0] = semaphore;
    both[1] = mutex;
    CHECK(WaitForMultipleObjects(2, both, TRUE, 30000) == WAIT_OBJECT_0);
    CHECK(WaitForMultipleObjects(2, both, FALSE, 30000) == WAIT_OBJECT_0);
    CHECK(WaitForMultipleObjects(2, both, FALSE, 30000) == WAIT_OBJECT_0 + 1);
    CHECK(SignalObjectAndWait(semaphore, semaphore, 30000, FALSE) == WAIT_OBJECT_0);
    FAILS(ERROR_INVALID_HANDLE, ReleaseMutex(semaphore));
    FAILS(ERROR_INVALID_PARAMETER, CreateSemaphoreW(NULL, 3, 2, NULL));
    CHECK(CloseHandle(mutex) && CloseHandle(abandoned) && CloseHandle(semaphore));
    CHECK(CloseHandle(thread));
}

static void names(void)
{
    HANDLE first = CreateEventExW(NULL, L"httpsys names", CREATE_EVENT_MANUAL_RESET, EVENT_ALL_ACCESS);
    HANDLE second = OpenEventA(EVENT_ALL_ACCESS, FALSE, "httpsys names");

    CHECK(first && second && SetEvent(first));
    CHECK(WaitForSingleObject(second, 0) == WAIT_OBJECT_0);
    FAILS(ERROR_INVALID_HANDLE, CreateMutexW(NULL, FALSE, L"httpsys names"));
    FAILS(ERROR_FILE_NOT_FOUND, OpenMutexW(MUTEX_ALL_ACCESS, FALSE, L"httpsys no name"));
    CHECK(CloseHandle(first) && CloseHandle(second));
    FAILS(ERROR_FILE_NOT_FOUND, OpenEventW(EVENT_ALL_ACCESS, FALSE, L"httpsys names"));
}

typedef struct {
    SLIST_ENTRY link;
    LONG number;
} ITEM;

static void a_list_without_locks(void)
{
    static SLIST_HEADER list;
    static ITEM items[3];
    PSLIST_ENTRY entry;
    int i;

    CHECK(sizeof list == 16);
    InitializeSListHead(&list);
    for (i = 0; i < 3; i++) {
        items[i].number = i;
        InterlockedPushEntrySList(&list, &items[i].link);
    }
    CHECK(QueryDepthSList(&list) == 3);
    entry = InterlockedPopEntrySList(&list);
    CHECK(entry == &items[2].link && ((ITEM *)entry)->number == 2);
    entry = InterlockedFlushSList(&list);
    CHECK(entry == &items[1].link && entry->Next == &items[0].link);
    CHECK(InterlockedPopEntrySList(&list) == NULL);
}

int main(void)
{
    a_queue_behind_a_slim_lock();
    a_sum_behind_a_critical_section();
    once_until_it_succeeds();
    mutexes_and_semaphores();
    names();
    a_list_without_locks();
    return FINISH();
}
