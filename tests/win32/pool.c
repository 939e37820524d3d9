/* Callbacks: thread-pool work, timers and waits with a cleanup group and a pool of one thread; work
 * items, timer queues and registered waits; waitable timers, procedure calls, thread local storage. */
#include "check.h"

static LONG count;
static HANDLE done;

static void CALLBACK work_callback(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work)
{
    (void)instance;
    (void)work;
    if (InterlockedIncrement((LONG *)context) == 100) {
        SetEventWhenCallbackReturns(instance, done);
    }
}

static void CALLBACK simple_callback(PTP_CALLBACK_INSTANCE instance, PVOID context)
{
    SetEventWhenCallbackReturns(instance, (HANDLE)context);
}

static void work_and_simple_callbacks(void)
{
    PTP_WORK work = CreateThreadpoolWork(work_callback, &count, NULL);
    int i;

    CHECK(work != NULL);
    for (i = 0; i < 100; i++) {
        SubmitThreadpoolWork(work);
    }
    CHECK(WaitForSingleObject(done, 30000) == WAIT_OBJECT_0);
    WaitForThreadpoolWorkCallbacks(work, FALSE);
    CHECK(count == 100);
    CloseThreadpoolWork(work);
    CHECK(TrySubmitThreadpoolCallback(simple_callback, done, NULL));
    CHECK(WaitForSingleObject(done, 30000) == WAIT_OBJECT_0);
}

static HANDLE gate, entered;
static LONG cancelled, ran;

static void CALLBACK wait_at_the_gate(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WORK work)
{
    (void)instance;
    (void)context;
    (void)work;
    InterlockedIncrement(&ran);
    SetEvent(entered);
    WaitForSingleObject(gate, 30000);
}

static void CALLBACK on_cancel(PVOID object, PVOID cleanup)
{
    if (object == &ran && cleanup == &cancelled) {
        InterlockedIncrement(&cancelled);
    }
}

static DWORD WINAPI open_gate(LPVOID unused)
{
    (void)unused;
    SetEvent(gate);
    return 0;
}

static void a_pool_of_one_thread_and_its_cleanup_group(void)
{
    TP_CALLBACK_ENVIRON environment;
    PTP_POOL pool = CreateThreadpool(NULL);
    PTP_CLEANUP_GROUP group = CreateThreadpoolCleanupGroup();
    PTP_WORK first, second;

    gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    entered = CreateEventW(NULL, FALSE, FALSE, NULL);
    CHECK(pool && group && gate && entered);
    SetThreadpoolThreadMaximum(pool, 1);
    CHECK(SetThreadpoolThreadMinimum(pool, 1));
    InitializeThreadpoolEnvironment(&environment);
    SetThreadpoolCallbackPool(&environment, pool);
    SetThreadpoolCallbackCleanupGroup(&environment, group, on_cancel);
    first = CreateThreadpoolWork(wait_at_the_gate, NULL, &environment);
    second = CreateThreadpoolWork(wait_at_the_gate, &ran, &environment);
    CHECK(first && second);
    SubmitThreadpoolWork(first);
    CHECK(WaitForSingleObject(entered, 30000) == WAIT_OBJECT_0);
    SubmitThreadpoolWork(second); /* Behind the first: the pool has one thread. */
    CHECK(QueueUserWorkItem(open_gate, NULL, WT_EXECUTEDEFAULT));
    CloseThreadpoolCleanupGroupMembers(group, TRUE, &cancelled);
    CHECK(ran + cancelled == 2 && ran >= 1);
    CloseThreadpoolCleanupGroup(group);
    DestroyThreadpoolEnvironment(&environment);
    CloseThreadpool(pool);
}

static FILETIME in(int milliseconds)
{
    ULARGE_INTEGER due;
    FILETIME time;

    due.QuadPart = (ULONGLONG)(-(LONGLONG)milliseconds * 10000);
    time.dwLowDateTime = due.LowPart;
    time.dwHighDateTime = due.HighPart;
    return time;
}

static LONG ticks;

static void CALLBACK tick(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_TIMER timer)
{
    (void)instance;
    if (InterlockedIncrement(&ticks) == 3) {
        SetThreadpoolTimer(timer, NULL, 0, 0);
        SetEvent((HANDLE)context);
    }
}

static LONG results[2];

static void CALLBACK on_wait(PTP_CALLBACK_INSTANCE instance, PVOID context, PTP_WAIT wait,
                             TP_WAIT_RESULT result)
{
    (void)wait;
    results[result == WAIT_OBJECT_0 ? 0 : 1]++;
    SetEventWhenCallbackReturns(instance, (HANDLE)context);
}

static void timers_and_waits(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    PTP_TIMER timer = CreateThreadpoolTimer(tick, done, NULL);
    PTP_WAIT wait = CreateThreadpoolWait(on_wait, done, NULL);
    FILETIME soon = in(5);

    CHECK(event && timer && wait && !IsThreadpoolTimerSet(timer));
    SetThreadpoolTimer(timer, &soon, 1, 0);
    CHECK(WaitForSingleObject(done, 30000) == WAIT_OBJECT_0);
    WaitForThreadpoolTimerCallbacks(timer, TRUE);
    CHECK(!IsThreadpoolTimerSet(timer) && ticks >= 3);
    CloseThreadpoolTimer(timer);

    SetThreadpoolWait(wait, event, NULL);
    CHECK(SetEvent(event));
    CHECK(WaitForSingleObject(done, 30000) == WAIT_OBJECT_0);
    WaitForThreadpoolWaitCallbacks(wait, FALSE);
    SetThreadpoolWait(wait, event, &soon);
    CHECK(WaitForSingleObject(done, 30000) == WAIT_OBJECT_0);
    WaitForThreadpoolWaitCallbacks(wait, FALSE);
    CHECK(results[0] == 1 && results[1] == 1);
    SetThreadpoolWait(wait, NULL, NULL);
    CloseThreadpoolWait(wait);
    CloseHandle(event);
}

static LONG signals, timeouts;

static void CALLBACK wait_or_timer(PVOID context, BOOLEAN timed_out)
{
    InterlockedIncrement(timed_out ? &timeouts : &signals);
    SetEvent((HANDLE)context);
}

static void timer_queues_and_registered_waits(void)
{
    HANDLE queue = CreateTimerQueue(), timer = NULL, wait = NULL;
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    int i;

    CHECK(queue && event);
    CHECK(CreateTimerQueueTimer(&timer, queue, wait_or_timer, done, 5, 1, WT_EXECUTEDEFAULT));
    for (i = 0; i < 3; i++) {
        CHECK(WaitForSingleObject(done, 30000) == WAIT_OBJECT_0);
    }
    CHECK(ChangeTimerQueueTimer(queue, timer, 1000000, 0));
    CHECK(DeleteTimerQueueTimer(queue, timer, INVALID_HANDLE_VALUE));
    CHECK(DeleteTimerQueueEx(queue, INVALID_HANDLE_VALUE));
    CHECK(timeouts >= 3 && signals == 0);
    ResetEvent(done);
    timeouts = 0;

    CHECK(RegisterWaitForSingleObject(&wait, event, wait_or_timer, done, INFINITE,
                                      WT_EXECUTEDEFAULT));
    for (i = 1; i <= 3; i++) {
        CHECK(SetEvent(event));
        CHECK(WaitForSingleObject(done, 30000) == WAIT_OBJECT_0);
    }
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE));
    CHECK(signals == 3 && timeouts == 0);
    CHECK(RegisterWaitForSingleObject(&wait, event, wait_or_timer, done, 5, WT_EXECUTEONLYONCE));
    CHECK(WaitForSingleObject(done, 30000) == WAIT_OBJECT_0);
    CHECK(UnregisterWaitEx(wait, INVALID_HANDLE_VALUE) && timeouts == 1);
    CloseHandle(event);
}

static LONG apcs;

static void CALLBACK apc(ULONG_PTR argument)
{
    apcs += (LONG)argument;
}

static void CALLBACK timer_apc(LPVOID argument, DWORD low, DWORD high)
{
    CHECK(low != 0 || high != 0);
    *(LONG *)argument += 100;
}

/* A call that was queued before the thread began is made then, before it waits. */
static DWORD WINAPI wait_alertably(LPVOID never)
{
    while (apcs < 13) {
        CHECK(WaitForSingleObjectEx((HANDLE)never, 30000, TRUE) == WAIT_IO_COMPLETION);
    }
    return 7;
}

static void waitable_timers_and_procedure_calls(void)
{
    HANDLE timer = CreateWaitableTimerW(NULL, TRUE, NULL);
    HANDLE never = CreateEventW(NULL, TRUE, FALSE, NULL), thread, self = NULL;
    LARGE_INTEGER due;
    DWORD code = 0;

    due.QuadPart = -50000;
    CHECK(timer && SetWaitableTimer(timer, &due, 0, NULL, NULL, FALSE));
    CHECK(WaitForSingleObject(timer, 30000) == WAIT_OBJECT_0);
    CHECK(WaitForSingleObject(timer, 0) == WAIT_OBJECT_0);
    CHECK(SetWaitableTimer(timer, &due, 0, timer_apc, &apcs, FALSE));
    while (apcs == 0) {
        SleepEx(30000, TRUE);
    }
    CHECK(apcs == 100 && CancelWaitableTimer(timer));
    apcs = 0;
    CHECK(QueueUserAPC(apc, GetCurrentThread(), 1) && QueueUserAPC(apc, GetCurrentThread(), 2));
    CHECK(SleepEx(0, FALSE) == 0 && apcs == 0);
    CHECK(SleepEx(30000, TRUE) == WAIT_IO_COMPLETION && apcs == 3);
    CHECK(SleepEx(0, TRUE) == 0);
    thread = CreateThread(NULL, 0, wait_alertably, never, 0, NULL);
    CHECK(QueueUserAPC(apc, thread, 10));
    CHECK(WaitForSingleObject(thread, 30000) == WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code) && code == 7 && apcs == 13);
    CHECK(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self, 0,
                          FALSE, DUPLICATE_SAME_ACCESS));
    CHECK(GetThreadId(self) == GetCurrentThreadId());
    CHECK(WaitForSingleObject(self, 0) == WAIT_TIMEOUT);
    CHECK(CloseHandle(self) && CloseHandle(thread) && CloseHandle(timer) && CloseHandle(never));
}

static DWORD slot;

static DWORD WINAPI own_value(LPVOID value)
{
    CHECK(TlsGetValue(slot) == NULL);
    CHECK(TlsSetValue(slot, value));
    return TlsGetValue(slot) == value;
}

static void values_of_threads(void)
{
    HANDLE thread;
    DWORD code = 0;

    slot = TlsAlloc();
    CHECK(slot != TLS_OUT_OF_INDEXES && TlsGetValue(slot) == NULL);
    CHECK(TlsSetValue(slot, &slot));
    thread = CreateThread(NULL, 0, own_value, &code, 0, NULL);
    CHECK(WaitForSingleObject(thread, 30000) == WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code) && code == 1);
    CHECK(TlsGetValue(slot) == &slot && TlsFree(slot));
    FAILS(ERROR_INVALID_PARAMETER, TlsFree(slot));
    CHECK(CloseHandle(thread));
}

int main(void)
{
    done = CreateEventW(NULL, FALSE, FALSE, NULL);
    work_and_simple_callbacks();
    a_pool_of_one_thread_and_its_cleanup_group();
    timers_and_waits();
    timer_queues_and_registered_waits();
    waitable_timers_and_procedure_calls();
    values_of_threads();
    return FINISH();
}
