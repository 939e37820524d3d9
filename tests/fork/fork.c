/* A server that forks, without executing another program: what its children may do and what they
 * cannot touch. Each request's path says what is done; main.rs is the client.
 *
 *   fork [threads]              with three threads more that serve
 *
 *   /                           answers "parent"
 *   /cancel                     a child that stays is made, then the request is cancelled
 *   /close                      the same, but the request is answered and its connection closed
 *   /child/DEED                 a child does DEED and ends; answers with its exit code
 *   /serve                      a child that stays initialises anew and serves; answers with its port
 *   /spawn                      answers "as before" if another program finds no more descriptors
 *                               open than before there was a service
 *   /load                       answers "busy" while children are made beside four threads
 *   /done                       ends the children that stay, answers, and ends
 *
 * Exits with the number of checks that failed; standard error has them.
 */
#include <http.h>

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

/* Of windows.h, which is not for sources that use the functions of unistd.h. */
HANDLE CreateEventW(void *attributes, BOOL manual, BOOL set, const WCHAR *name);
BOOL SetEvent(HANDLE event);
DWORD WaitForSingleObject(HANDLE handle, DWORD milliseconds);
BOOL CloseHandle(HANDLE handle);
BOOL CancelIo(HANDLE file);
BOOL CancelIoEx(HANDLE file, OVERLAPPED *overlapped);
DWORD GetLastError(void);
#ifndef WAIT_FAILED
#define WAIT_FAILED 0xFFFFFFFF
#define WAIT_TIMEOUT 258
#define WAIT_OBJECT_0 0
#endif

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            failures++;                                                                            \
            fprintf(stderr, "%s:%d: %s (last error %u)\n", __FILE__, __LINE__, #condition,         \
                    (unsigned)GetLastError());                                                     \
        }                                                                                          \
    } while (0)

#define IS(call, code)                                                                             \
    do {                                                                                           \
        ULONG got_ = (call);                                                                       \
        if (got_ != (code)) {                                                                      \
            failures++;                                                                            \
            fprintf(stderr, "%s:%d: %s: %u, not %u\n", __FILE__, __LINE__, #call, (unsigned)got_,  \
                    (unsigned)(code));                                                             \
        }                                                                                          \
    } while (0)

typedef struct {
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue;
    USHORT port;
    WCHAR url[64];
} server_t;

static const HTTPAPI_VERSION version = {2, 0};
static server_t own;
static HANDLE event;
static OVERLAPPED pending;
static HTTP_REQUEST_ID last_request;
static HTTP_CONNECTION_ID last_connection;
static int failures;
static pid_t staying[8], serving;
static int stay_count;
static volatile int busy;
/* What another program had open before there was a service. */
static char before[600];

static void set_url(server_t *server, int port)
{
    char url[64];
    int n, length = snprintf(url, sizeof(url), "http://localhost:%d/", port);

    for (n = 0; n <= length; n++) {
        server->url[n] = (WCHAR)url[n];
    }
}

/* On a free port. */
static void set_up(server_t *server)
{
    HTTP_BINDING_INFO binding;

    IS(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    IS(HttpCreateServerSession(version, &server->session, 0), NO_ERROR);
    IS(HttpCreateUrlGroup(server->session, &server->group, 0), NO_ERROR);
    IS(HttpCreateRequestQueue(version, NULL, NULL, 0, &server->queue), NO_ERROR);
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = server->queue;
    IS(HttpSetUrlGroupProperty(server->group, HttpServerBindingProperty, &binding,
                               sizeof(binding)), NO_ERROR);
    set_url(server, 0);
    IS(HttpAddUrlToUrlGroup(server->group, server->url, 0, 0), NO_ERROR);
    IS(HttpsysQueryUrlPort(NULL, server->group, server->url, &server->port), NO_ERROR);
    set_url(server, server->port);
}

static void take_down(server_t *server)
{
    IS(HttpCloseUrlGroup(server->group), NO_ERROR);
    IS(HttpCloseServerSession(server->session), NO_ERROR);
    IS(HttpCloseRequestQueue(server->queue), NO_ERROR);
    IS(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
}

static ULONG answer(HANDLE queue, HTTP_REQUEST_ID id, ULONG flags, const char *text)
{
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;

    memset(&response, 0, sizeof(response));
    memset(&chunk, 0, sizeof(chunk));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)text;
    chunk.FromMemory.BufferLength = (ULONG)strlen(text);
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(queue, id, flags, &response, NULL, NULL, NULL, 0, NULL, NULL);
}

/* The next request's path, without the first slash. */
static ULONG next(HANDLE queue, HTTP_REQUEST_ID *id, char *path, size_t size)
{
    char buffer[8192] __attribute__((aligned(16)));
    HTTP_REQUEST *request = (HTTP_REQUEST *)buffer;
    ULONG code;

    code = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, request, sizeof(buffer), NULL, NULL);
    if (code == NO_ERROR) {
        *id = request->RequestId;
        last_connection = request->ConnectionId;
        snprintf(path, size, "%.*s", (int)request->RawUrlLength - 1, request->pRawUrl + 1);
    }
    return code;
}

/* Everything fails and nothing happens, as before HttpInitialize. */
static void every_call_says_so(void)
{
    char buffer[4096] __attribute__((aligned(16)));
    HTTP_RESPONSE response;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HANDLE queue = own.queue;
    ULONG bytes;
    HTTP_SERVICE_CONFIG_URLACL_QUERY query;

    memset(&response, 0, sizeof(response));
    memset(&query, 0, sizeof(query));
    IS(HttpCreateServerSession(version, &session, 0), ERROR_DLL_INIT_FAILED);
    IS(HttpCreateUrlGroup(own.session, &group, 0), ERROR_DLL_INIT_FAILED);
    IS(HttpCloseUrlGroup(own.group), ERROR_DLL_INIT_FAILED);
    IS(HttpCloseServerSession(own.session), ERROR_DLL_INIT_FAILED);
    IS(HttpAddUrlToUrlGroup(own.group, own.url, 0, 0), ERROR_DLL_INIT_FAILED);
    IS(HttpRemoveUrlFromUrlGroup(own.group, own.url, 0), ERROR_DLL_INIT_FAILED);
    IS(HttpRemoveUrlFromUrlGroup(own.group, NULL, HTTP_URL_FLAG_REMOVE_ALL),
       ERROR_DLL_INIT_FAILED);
    IS(HttpAddUrl(queue, own.url, NULL), ERROR_DLL_INIT_FAILED);
    IS(HttpRemoveUrl(queue, own.url), ERROR_DLL_INIT_FAILED);
    IS(HttpShutdownRequestQueue(queue), ERROR_DLL_INIT_FAILED);
    IS(HttpCloseRequestQueue(queue), ERROR_DLL_INIT_FAILED);
    IS(HttpReceiveHttpRequest(queue, 0, 0, (HTTP_REQUEST *)buffer, sizeof(buffer), NULL, NULL),
       ERROR_DLL_INIT_FAILED);
    IS(HttpReceiveRequestEntityBody(queue, last_request, 0, buffer, sizeof(buffer), &bytes, NULL),
       ERROR_DLL_INIT_FAILED);
    IS(answer(queue, last_request, 0, "child"), ERROR_DLL_INIT_FAILED);
    IS(HttpSendResponseEntityBody(queue, last_request, 0, 0, NULL, NULL, NULL, 0, NULL, NULL),
       ERROR_DLL_INIT_FAILED);
    IS(HttpCancelHttpRequest(queue, last_request, NULL), ERROR_DLL_INIT_FAILED);
    IS(HttpWaitForDisconnect(queue, last_connection, NULL), ERROR_DLL_INIT_FAILED);
    IS(HttpWaitForDemandStart(queue, NULL), ERROR_DLL_INIT_FAILED);
    IS(HttpQueryRequestQueueProperty(queue, HttpServerQueueLengthProperty, &bytes, sizeof(bytes),
                                     0, NULL, NULL), ERROR_DLL_INIT_FAILED);
    IS(HttpQueryServiceConfiguration(NULL, HttpServiceConfigUrlAclInfo, &query, sizeof(query),
                                     NULL, 0, &bytes, NULL), ERROR_DLL_INIT_FAILED);
    IS(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), ERROR_INVALID_PARAMETER);
    CHECK(!CancelIoEx(queue, NULL) && GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(!CancelIo(queue) && GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(!SetEvent(event) && GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(WaitForSingleObject(event, 0) == WAIT_FAILED);
    CHECK(!CloseHandle(queue) && GetLastError() == ERROR_INVALID_HANDLE);
}

/* A child's own server knows nothing of what the child has inherited. */
static void inherited_values_name_nothing(const server_t *fresh)
{
    char buffer[4096] __attribute__((aligned(16)));

    IS(HttpReceiveHttpRequest(own.queue, 0, 0, (HTTP_REQUEST *)buffer, sizeof(buffer), NULL, NULL),
       ERROR_INVALID_HANDLE);
    IS(HttpShutdownRequestQueue(own.queue), ERROR_INVALID_HANDLE);
    IS(HttpCloseRequestQueue(own.queue), ERROR_INVALID_HANDLE);
    CHECK(!CloseHandle(own.queue) && GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(!SetEvent(event) && GetLastError() == ERROR_INVALID_HANDLE);
    CHECK(fresh->queue != own.queue && fresh->session != own.session && fresh->group != own.group);
    IS(HttpCloseServerSession(own.session), ERROR_INVALID_PARAMETER);
    IS(HttpRemoveUrlFromUrlGroup(own.group, own.url, 0), ERROR_INVALID_PARAMETER);
    IS(HttpCancelHttpRequest(fresh->queue, last_request, NULL), ERROR_CONNECTION_INVALID);
    IS(answer(fresh->queue, last_request, 0, "child"), ERROR_CONNECTION_INVALID);
    IS(HttpWaitForDisconnect(fresh->queue, last_connection, NULL), ERROR_CONNECTION_INVALID);
}

static void initialises_anew(void)
{
    server_t fresh;
    int round;

    for (round = 0; round < 2; round++) {
        set_up(&fresh);
        inherited_values_name_nothing(&fresh);
        take_down(&fresh);
        IS(HttpCancelHttpRequest(fresh.queue, 1, NULL), ERROR_DLL_INIT_FAILED);
    }
}

/* Sockets, polls and the like that are open here, as Linux lists them. Of a service only the event
 * descriptor by which its threads wake each other is left, which nothing waits for here. */
static void has_no_descriptor_of_ours(void)
{
    char path[300], to[200];
    DIR *folder = opendir("/proc/self/fd");
    struct dirent *entry;

    while (folder != NULL && (entry = readdir(folder)) != NULL) {
        ssize_t length;
        snprintf(path, sizeof(path), "/proc/self/fd/%s", entry->d_name);
        length = readlink(path, to, sizeof(to) - 1);
        if (length > 0 && atoi(entry->d_name) > 2) {
            to[length] = 0;
            if (strncmp(to, "socket:", 7) == 0 || strstr(to, "[eventpoll]") != NULL) {
                failures++;
                fprintf(stderr, "%s is %s\n", path, to);
            }
        }
    }
    if (folder != NULL) {
        closedir(folder);
    }
}

/* What a child does; its exit code. */
static int deed(const char *name)
{
    failures = 0;
    alarm(60);
    if (strcmp(name, "terminate") == 0) {
        IS(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL), ERROR_INVALID_PARAMETER);
    } else if (strcmp(name, "url") == 0) {
        IS(HttpRemoveUrlFromUrlGroup(own.group, own.url, 0), ERROR_DLL_INIT_FAILED);
    } else if (strcmp(name, "queue") == 0) {
        IS(HttpCloseRequestQueue(own.queue), ERROR_DLL_INIT_FAILED);
    } else if (strcmp(name, "handle") == 0) {
        CHECK(!CloseHandle(own.queue) && GetLastError() == ERROR_INVALID_HANDLE);
    } else if (strcmp(name, "everything") == 0) {
        every_call_says_so();
    } else if (strcmp(name, "anew") == 0) {
        initialises_anew();
    } else if (strcmp(name, "descriptors") == 0) {
        has_no_descriptor_of_ours();
    } else if (strcmp(name, "grandchild") == 0) {
        server_t fresh;
        int status = 0;
        pid_t child;
        set_up(&fresh);
        child = fork();
        if (child == 0) {
            own = fresh;
            failures = 0;
            every_call_says_so();
            has_no_descriptor_of_ours();
            exit(failures);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        take_down(&fresh);
    } else if (strcmp(name, "nothing") != 0) {
        failures = 1;
    }
    return failures;
}

static pid_t child_that(const char *name)
{
    pid_t child;

    fflush(NULL);
    child = fork();
    if (child == 0) {
        exit(deed(name));
    }
    return child;
}

/* A child that holds whatever it has got until /done. */
static void make_one_that_stays(void)
{
    pid_t child = fork();
    if (child == 0) {
        alarm(60);
        for (;;) {
            pause();
        }
    }
    staying[stay_count++] = child;
}

/* Returns its port. */
static USHORT serve_in_a_child(void)
{
    int pipes[2];
    USHORT port = 0;
    pid_t child;

    CHECK(pipe(pipes) == 0);
    child = fork();
    if (child == 0) {
        server_t fresh;
        HTTP_REQUEST_ID id;
        char path[64];
        failures = 0;
        alarm(60);
        set_up(&fresh);
        CHECK(write(pipes[1], &fresh.port, sizeof(port)) == sizeof(port));
        while (next(fresh.queue, &id, path, sizeof(path)) == NO_ERROR) {
            int end = strcmp(path, "done") == 0;
            IS(answer(fresh.queue, id, 0, end ? "ends" : "child"), NO_ERROR);
            if (end) {
                break;
            }
        }
        take_down(&fresh);
        exit(failures);
    }
    serving = child;
    close(pipes[1]);
    CHECK(read(pipes[0], &port, sizeof(port)) == sizeof(port));
    close(pipes[0]);
    return port;
}

static void list_descriptors_of_another_program(char *text, size_t size)
{
    static char *arguments[] = {"ls", "/proc/self/fd", NULL};
    posix_spawn_file_actions_t actions;
    int pipes[2], status;
    pid_t child;
    ssize_t length, total = 0;

    CHECK(pipe(pipes) == 0);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, pipes[1], 1);
    posix_spawn_file_actions_addclose(&actions, pipes[0]);
    posix_spawn_file_actions_addclose(&actions, pipes[1]);
    CHECK(posix_spawnp(&child, "ls", &actions, NULL, arguments, environ) == 0);
    close(pipes[1]);
    while ((length = read(pipes[0], text + total, size - 1 - (size_t)total)) > 0) {
        total += length;
    }
    text[total] = 0;
    close(pipes[0]);
    posix_spawn_file_actions_destroy(&actions);
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

static void *make_children(void *nothing)
{
    int n, status;

    for (n = 0; n < 40; n++) {
        pid_t child = child_that(n % 2 == 0 ? "anew" : "everything");
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    busy = 0;
    return nothing;
}

static int handle(HTTP_REQUEST_ID id, const char *path)
{
    static pthread_t maker;
    char text[600] = "parent";

    last_request = id;
    if (strcmp(path, "cancel") == 0) {
        make_one_that_stays();
        IS(HttpCancelHttpRequest(own.queue, id, NULL), NO_ERROR);
        return 1;
    }
    if (strcmp(path, "close") == 0) {
        make_one_that_stays();
        IS(answer(own.queue, id, HTTP_SEND_RESPONSE_FLAG_DISCONNECT, "parent"), NO_ERROR);
        return 1;
    }
    if (strncmp(path, "child/", 6) == 0) {
        int status = -1;
        pid_t child = child_that(path + 6);
        waitpid(child, &status, 0);
        snprintf(text, sizeof(text), "%d", WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    } else if (strcmp(path, "serve") == 0) {
        snprintf(text, sizeof(text), "%u", (unsigned)serve_in_a_child());
    } else if (strcmp(path, "spawn") == 0) {
        char now[600];
        list_descriptors_of_another_program(now, sizeof(now));
        if (strcmp(now, before) == 0) {
            strcpy(text, "as before");
        } else {
            snprintf(text, sizeof(text), "%s", now);
        }
    } else if (strcmp(path, "load") == 0) {
        if (maker == 0) {
            busy = 1;
            CHECK(pthread_create(&maker, NULL, make_children, NULL) == 0);
        }
        strcpy(text, busy ? "busy" : "quiet");
    } else if (strcmp(path, "done") == 0) {
        int n, status;
        for (n = 0; n < stay_count; n++) {
            kill(staying[n], SIGTERM);
            CHECK(waitpid(staying[n], &status, 0) == staying[n] && WIFSIGNALED(status));
        }
        if (serving != 0) {
            /* It has been asked to end. */
            CHECK(waitpid(serving, &status, 0) == serving && status == 0);
        }
    }
    IS(answer(own.queue, id, 0, text), NO_ERROR);
    return strcmp(path, "done") != 0;
}

static void *help(void *nothing)
{
    HTTP_REQUEST_ID id;
    char path[64];

    while (next(own.queue, &id, path, sizeof(path)) == NO_ERROR) {
        if (strcmp(path, "done") == 0) {
            handle(id, path);
            HttpShutdownRequestQueue(own.queue);
            break;
        }
        handle(id, path);
    }
    return nothing;
}

int main(int argc, char **argv)
{
    pthread_t threads[3];
    HTTP_REQUEST_ID id;
    char path[64];
    int n, helpers = argc > 1 && strcmp(argv[1], "threads") == 0 ? 3 : 0;
    char kept[4096] __attribute__((aligned(16)));
    server_t other;

    list_descriptors_of_another_program(before, sizeof(before));
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    set_up(&own);
    /* An operation that is pending in the parent, and never ends in a child. */
    memset(&other, 0, sizeof(other));
    memset(&pending, 0, sizeof(pending));
    pending.hEvent = event;
    IS(HttpCreateRequestQueue(version, NULL, NULL, 0, &other.queue), NO_ERROR);
    IS(HttpReceiveHttpRequest(other.queue, 0, 0, (HTTP_REQUEST *)kept, sizeof(kept), NULL,
                              &pending), ERROR_IO_PENDING);
    printf("listening on http://localhost:%u/\n", (unsigned)own.port);
    fflush(stdout);
    for (n = 0; n < helpers; n++) {
        CHECK(pthread_create(&threads[n], NULL, help, NULL) == 0);
    }
    while (next(own.queue, &id, path, sizeof(path)) == NO_ERROR) {
        if (!handle(id, path)) {
            HttpShutdownRequestQueue(own.queue);
            break;
        }
    }
    for (n = 0; n < helpers; n++) {
        pthread_join(threads[n], NULL);
    }
    CHECK(WaitForSingleObject(event, 0) == WAIT_TIMEOUT);
    IS(HttpCloseRequestQueue(other.queue), NO_ERROR);
    CHECK(WaitForSingleObject(event, 0) == WAIT_OBJECT_0);
    CloseHandle(event);
    take_down(&own);
    return failures;
}
