/* Children of a process whose threads use a completion port: fork while one of them may have its lock.
 *
 * Owns: what such a child does with the Win32 functions, each within a second. Does not own: requests (fork.c). No
 * HttpInitialize: the first handle must be enough for the library to know of forks. Ends with 0 if each child did. */
#include <windows.h>

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static HANDLE port;
static volatile LONG stop;

static int take(HANDLE from, DWORD wait)
{
    DWORD bytes;
    ULONG_PTR key;
    OVERLAPPED *ov;
    return GetQueuedCompletionStatus(from, &bytes, &key, &ov, wait);
}

static void *use(void *nothing)
{
    while (!stop) {
        HANDLE mutex = CreateMutexW(NULL, FALSE, NULL);
        PostQueuedCompletionStatus(port, 1, 2, NULL);
        take(port, 0);
        CloseHandle(mutex);
    }
    return nothing;
}

static int child(const char *what)
{
    if (strcmp(what, "exits") == 0) {
        exit(0);
    } else if (strcmp(what, "sleeps") == 0) {
        Sleep(1);
        return 0;
    } else if (strcmp(what, "handle") == 0) {
        HANDLE event = CreateEventW(NULL, TRUE, TRUE, NULL);
        return event && WaitForSingleObject(event, 0) == WAIT_OBJECT_0 ? 0 : 3;
    }
    HANDLE own = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 1);
    return own && PostQueuedCompletionStatus(own, 1, 1, NULL) && take(own, 1000) ? 0 : 4;
}

int main(int argc, char **argv)
{
    pthread_t threads[3];
    int n, failed = 0;

    port = CreateIoCompletionPort(INVALID_HANDLE_VALUE, NULL, 0, 2);
    for (n = 0; n < 3; n++)
        pthread_create(&threads[n], NULL, use, NULL);
    for (n = 0; n < 60 && !failed; n++) {
        int status;
        pid_t pid;
        /* Counted by the port from now on. */
        take(port, 1);
        pid = fork();
        if (pid == 0) {
            /* SIGALRM ends a child that hangs. */
            alarm(20);
            _exit(child(argc > 1 ? argv[1] : "port"));
        }
        failed = pid < 0 || waitpid(pid, &status, 0) != pid || status != 0;
        if (failed)
            fprintf(stderr, "child %d ends with %#x\n", n, (unsigned)status);
    }
    stop = 1;
    for (n = 0; n < 3; n++)
        pthread_join(threads[n], NULL);
    return failed;
}
