/* HttpTerminate while queue handles are open, one of them with a thread blocked in a receive: the
 * handles end, CloseHandle still closes their values, and after many rounds no more memory is in use
 * than before.
 *
 * Exits with the number of checks that failed; standard error has them.
 */
#include <http.h>

#include <malloc.h>
#include <pthread.h>
#include <stdio.h>

/* Of windows.h. */
BOOL CloseHandle(HANDLE handle);
DWORD GetLastError(void);

#define ROUNDS 1000
#define HANDLES 4

static const HTTPAPI_VERSION version = {2, 0};
static int failures;

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
        }                                                                                          \
    } while (0)

static void *receives(void *queue)
{
    char buffer[4096] __attribute__((aligned(16)));
    ULONG code = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, (HTTP_REQUEST *)buffer,
                                        sizeof(buffer), NULL, NULL);
    /* 6 and 1114 if it began after the end. */
    CHECK(code == ERROR_OPERATION_ABORTED || code == ERROR_INVALID_HANDLE ||
          code == ERROR_DLL_INIT_FAILED);
    return NULL;
}

static void round_of(int with_thread)
{
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queues[HANDLES];
    pthread_t thread;
    int n;

    CHECK(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
    CHECK(HttpCreateServerSession(version, &session, 0) == NO_ERROR);
    CHECK(HttpCreateUrlGroup(session, &group, 0) == NO_ERROR);
    for (n = 0; n < HANDLES; n++) {
        CHECK(HttpCreateRequestQueue(version, NULL, NULL, 0, &queues[n]) == NO_ERROR);
    }
    if (with_thread) {
        CHECK(pthread_create(&thread, NULL, receives, queues[0]) == 0);
    }
    CHECK(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
    if (with_thread) {
        pthread_join(thread, NULL);
    }
    CHECK(HttpCloseRequestQueue(queues[0]) == ERROR_DLL_INIT_FAILED);
    for (n = 0; n < HANDLES; n++) {
        CHECK(CloseHandle(queues[n]));
        CHECK(!CloseHandle(queues[n]) && GetLastError() == ERROR_INVALID_HANDLE);
    }
}

int main(void)
{
    size_t before, after;
    int n;

    /* What is there once, and what is kept to be used again. */
    for (n = 0; n < 50; n++) {
        round_of(1);
    }
    before = mallinfo2().uordblks;
    for (n = 0; n < ROUNDS; n++) {
        round_of(0);
    }
    after = mallinfo2().uordblks;
    if (after > before + 64 * 1024) {
        failures++;
        fprintf(stderr, "%zu bytes before, %zu after\n", before, after);
    }
    return failures;
}
