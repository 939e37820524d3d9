/* A program that knows nothing of signals until its server runs, and then waits for SIGTERM in sigwait.
 *
 *   signals LOG_FOLDER
 *
 * Answers one request from a thread-pool callback, writes a log, and sends itself SIGTERM: the exit code
 * is 0 if sigwait gets it and every thread of the library blocks what is sent to the process.
 */
#define _GNU_SOURCE
#include <http.h>
#include <win32/winbase.h>

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHECK(call)                                                                                \
    do {                                                                                           \
        unsigned long check_ = (unsigned long)(call);                                              \
        if (check_ != NO_ERROR) {                                                                  \
            printf("line %d: %s: %lu\n", __LINE__, #call, check_);                                 \
            exit(2);                                                                               \
        }                                                                                          \
    } while (0)

static int called[2]; /* a pipe: a byte says that the callback has run */

static VOID CALLBACK on_completion(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID overlapped,
                                   ULONG result, ULONG_PTR bytes, PTP_IO io)
{
    (void)instance, (void)context, (void)overlapped, (void)bytes, (void)io;
    CHECK(result);
    CHECK(write(called[1], "", 1) != 1);
}

/* The UTF-16 form of ASCII text. */
static const WCHAR *wide(const char *text)
{
    WCHAR *result = calloc(strlen(text) + 1, sizeof(WCHAR));
    size_t n;
    for (n = 0; text[n] != 0; n++) {
        result[n] = (WCHAR)text[n];
    }
    return result;
}

static void log_to(HTTP_URL_GROUP_ID group, const char *folder)
{
    HTTP_LOGGING_INFO info;
    memset(&info, 0, sizeof(info));
    info.Flags.Present = 1;
    info.LoggingFlags = HTTP_LOGGING_FLAG_LOCAL_TIME_ROLLOVER;
    info.DirectoryName = wide(folder);
    info.DirectoryNameLength = (USHORT)(strlen(folder) * sizeof(WCHAR));
    info.Format = HttpLoggingTypeW3C;
    info.Fields = HTTP_LOG_FIELD_URI_STEM;
    info.RolloverType = HttpLoggingRolloverSize;
    info.RolloverSize = HTTP_MIN_ALLOWED_LOG_FILE_ROLLOVER_SIZE;
    CHECK(HttpSetUrlGroupProperty(group, HttpServerLoggingProperty, &info, sizeof(info)));
}

/* Linux tells the mask of every thread: which of ours take a signal that is sent to the process. */
static int threads_that_take_signals(void)
{
    const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGKILL, SIGSTOP};
    unsigned long long wanted = 0x7fffffff;
    DIR *tasks = opendir("/proc/self/task");
    struct dirent *task;
    int taking = 0, ours = 0;
    size_t n;

    for (n = 0; n < sizeof(faults) / sizeof(faults[0]); n++) {
        wanted &= ~(1ull << (faults[n] - 1));
    }
    while (tasks != NULL && (task = readdir(tasks)) != NULL) {
        char path[300], line[200], name[100] = "";
        unsigned long long mask = 0;
        FILE *status;
        snprintf(path, sizeof(path), "/proc/self/task/%s/status", task->d_name);
        status = task->d_name[0] == '.' ? NULL : fopen(path, "r");
        while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
            sscanf(line, "Name: %99s", name);
            sscanf(line, "SigBlk: %llx", &mask);
        }
        if (status != NULL) {
            fclose(status);
        }
        if (strncmp(name, "httpsys-", 8) == 0) {
            ours++;
            if ((mask & wanted) != wanted) {
                printf("%s blocks %llx only\n", name, mask);
                taking++;
            }
        }
    }
    if (tasks != NULL) {
        closedir(tasks);
        /* It polls, it writes the log, it runs callbacks. */
        return ours >= 3 ? taking : -ours - 1;
    }
    return taking;
}

int main(int argc, char **argv)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HTTP_BINDING_INFO binding;
    HTTP_RESPONSE response;
    HTTP_REQUEST *request = calloc(1, 8192);
    OVERLAPPED overlapped;
    HANDLE queue;
    PTP_IO io;
    USHORT port = 0;
    char received;
    sigset_t term;
    int got = 0, taking;
    ULONG error;

    if (argc != 2 || request == NULL) {
        return 2;
    }
    CHECK(pipe(called));
    CHECK(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL));
    CHECK(HttpCreateServerSession(version, &session, 0));
    CHECK(HttpCreateUrlGroup(session, &group, 0));
    CHECK(HttpCreateRequestQueue(version, NULL, NULL, 0, &queue));
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    CHECK(HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding)));
    log_to(group, argv[1]);
    CHECK(HttpAddUrlToUrlGroup(group, wide("http://localhost:0/"), 0, 0));
    CHECK(HttpsysQueryUrlPort(NULL, group, wide("http://localhost:0/"), &port));
    io = CreateThreadpoolIo(queue, on_completion, NULL, NULL);
    CHECK(io == NULL);

    memset(&overlapped, 0, sizeof(overlapped));
    StartThreadpoolIo(io);
    error = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, request, 8192, NULL, &overlapped);
    CHECK(error == ERROR_IO_PENDING ? NO_ERROR : error);
    printf("listening on http://localhost:%u/\n", (unsigned)port);
    fflush(stdout);
    /* Nothing of this thread polls: the library's own threads do everything. */
    CHECK(read(called[0], &received, 1) != 1);
    memset(&response, 0, sizeof(response));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    CHECK(HttpSendHttpResponse(queue, request->RequestId, 0, &response, NULL, NULL, NULL, 0, NULL, NULL));

    /* A thread has its name as soon as it has run for the first time. */
    while ((taking = threads_that_take_signals()) < 0) {
        sched_yield();
    }
    sigemptyset(&term);
    sigaddset(&term, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &term, NULL);
    /* A thread that does not block it would end the process here. */
    kill(getpid(), SIGTERM);
    if (sigwait(&term, &got) != 0 || got != SIGTERM || taking != 0) {
        printf("signal %d, %d threads take signals\n", got, taking);
        return 1;
    }
    return 0;
}
