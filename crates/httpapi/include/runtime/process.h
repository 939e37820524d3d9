/* Pages: _beginthread, _beginthreadex; _getpid. Threads are those of CreateThread. */
#ifndef HTTPSYS_WIN32_PROCESS_H
#define HTTPSYS_WIN32_PROCESS_H

#pragma GCC system_header

#include <unistd.h>

#include "crt/base.h"
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

HTTPSYS_CRT int _getpid(void)
{
    return (int)getpid();
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_WIN32_PROCESS_H */
