/* What examples/c/hello.c needs of POSIX and mingw's <pthread.h> and <signal.h> do not have; included
 * before it by test-dll.sh. sigwait ends with Ctrl-C or Ctrl-Break. */
#ifndef HTTPSYS_POSIX_H
#define HTTPSYS_POSIX_H

#include <winsock2.h>
#include <windows.h>

#include <pthread.h>
#include <signal.h>

#define sigset_t int
#define sigemptyset(set) (*(set) = 0)
#define sigaddset(set, number) (*(set) |= 1 << (number))
#undef pthread_sigmask
#define pthread_sigmask(how, set, old) ((void)(set))

static HANDLE httpsys_signalled;

static BOOL WINAPI httpsys_signal(DWORD kind)
{
    (void)kind;
    return SetEvent(httpsys_signalled);
}

static int sigwait(const sigset_t *set, int *number)
{
    (void)set;
    httpsys_signalled = CreateEventW(NULL, TRUE, FALSE, NULL);
    SetConsoleCtrlHandler(httpsys_signal, TRUE);
    WaitForSingleObject(httpsys_signalled, INFINITE);
    *number = SIGINT;
    return 0;
}

#endif
