/* Pages: _beginthread, _beginthreadex, _endthread, _endthreadex; _getpid. Threads are those of CreateThread. */
#ifndef HTTPSYS_WIN32_PROCESS_H
#define HTTPSYS_WIN32_PROCESS_H

#pragma GCC system_header

#include <stdlib.h>

#include <unistd.h>

#include "crt/base.h"
#include "windef.h"

#include "processthreadsapi.h"
#include "winbase.h"

HTTPSYS_CRT_BEGIN

/* Returns the handle, which the caller closes, or 0. */
HTTPSYS_CRT uintptr_t _beginthreadex(void *security, unsigned stack_size,
                                     unsigned (*start)(void *), void *argument, unsigned flags,
                                     unsigned *identifier)
{
    HANDLE thread = CreateThread((LPSECURITY_ATTRIBUTES)security, stack_size,
                                 (LPTHREAD_START_ROUTINE)start, argument, flags, identifier);

    return (uintptr_t)thread;
}

/* Ends the calling thread with this exit code. */
HTTPSYS_CRT void _endthreadex(unsigned code)
{
    ExitThread(code);
}

/* What a thread of _beginthread runs, and its handle, which it closes at its end. */
struct httpsys_begun {
    void (*start)(void *);
    void *argument;
    HANDLE handle;
};
__attribute__((weak)) __thread HANDLE httpsys_begun_handle;

HTTPSYS_CRT DWORD httpsys_begun_main(void *begun)
{
    struct httpsys_begun own = *(struct httpsys_begun *)begun;

    free(begun);
    httpsys_begun_handle = own.handle;
    own.start(own.argument);
    CloseHandle(own.handle);
    return 0;
}

/* Returns the handle, which is closed when the thread ends, or -1 with errno: EINVAL, ENOMEM. */
HTTPSYS_CRT uintptr_t _beginthread(void (*start)(void *), unsigned stack_size, void *argument)
{
    struct httpsys_begun *begun;
    HANDLE handle;

    if (start == NULL) {
        errno = EINVAL;
        return (uintptr_t)-1;
    }
    begun = (struct httpsys_begun *)malloc(sizeof(*begun));
    if (begun == NULL) {
        errno = ENOMEM;
        return (uintptr_t)-1;
    }
    begun->start = start;
    begun->argument = argument;
    /* It runs once it knows its handle. */
    handle = CreateThread(NULL, stack_size, httpsys_begun_main, begun, CREATE_SUSPENDED, NULL);
    if (handle == NULL) {
        free(begun);
        errno = ENOMEM;
        return (uintptr_t)-1;
    }
    begun->handle = handle;
    ResumeThread(handle);
    return (uintptr_t)handle;
}

/* Ends a thread of _beginthread and closes its handle. */
HTTPSYS_CRT void _endthread(void)
{
    if (httpsys_begun_handle != NULL) {
        CloseHandle(httpsys_begun_handle);
    }
    ExitThread(0);
}

HTTPSYS_CRT int _getpid(void)
{
    return (int)getpid();
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_WIN32_PROCESS_H */
