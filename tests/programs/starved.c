/* A program whose system has no threads, descriptors or memory left.
 *
 *   starved threads         threads fail, then do not, then fail again while it serves three requests
 *   starved address-space   as `threads`, by RLIMIT_AS: there is no room for a stack
 *   starved descriptors     none is left for the poll
 *   starved large           what is large cannot be had; serves one request
 *   starved nth N           the Nth allocation fails, whatever it is for
 *
 * The exit code is 0 if every call returned what is documented. `nth` may also end by abort, which is what
 * the library does where a small allocation fails.
 */
#define _GNU_SOURCE
#include <http.h>
#include <win32/winbase.h>

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define EXPECT(call, wanted)                                                                       \
    do {                                                                                           \
        unsigned long got_ = (unsigned long)(call);                                                \
        if (got_ != (unsigned long)(wanted)) {                                                     \
            printf("line %d: %s: %lu\n", __LINE__, #call, got_);                                   \
            fflush(stdout);                                                                        \
            exit(2);                                                                               \
        }                                                                                          \
    } while (0)

/* ---- What the system refuses ---- */

static atomic_int no_threads;
static atomic_size_t too_large; /* 0: nothing is */
static atomic_long allocations_left; /* 0: the count is off */

int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*start)(void *),
                   void *argument)
{
    static int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);
    if (atomic_load(&no_threads)) {
        return EAGAIN;
    }
    if (real == NULL) {
        *(void **)&real = dlsym(RTLD_NEXT, "pthread_create");
    }
    return real(thread, attributes, start, argument);
}

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);
void *__libc_memalign(size_t alignment, size_t size);

static int is_refused(size_t size)
{
    size_t most = atomic_load(&too_large);
    if (most != 0 && size >= most) {
        return 1;
    }
    return atomic_load(&allocations_left) > 0 && atomic_fetch_sub(&allocations_left, 1) == 1;
}

void *malloc(size_t size)
{
    return is_refused(size) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return is_refused(count * size) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *memory, size_t size)
{
    return is_refused(size) ? NULL : __libc_realloc(memory, size);
}

int posix_memalign(void **memory, size_t alignment, size_t size)
{
    *memory = is_refused(size) ? NULL : __libc_memalign(alignment, size);
    return *memory == NULL ? ENOMEM : 0;
}

/* ---- A server ---- */

static const HTTPAPI_VERSION VERSION = HTTPAPI_VERSION_2;
static HTTP_SERVER_SESSION_ID session;
static HTTP_URL_GROUP_ID group;
static HANDLE queue;
static const WCHAR url[] = {'h', 't', 't', 'p', ':', '/', '/', 'l', 'o', 'c', 'a', 'l',
                            'h', 'o', 's', 't', ':', '0', '/', 0};
static USHORT port; /* the one that was taken */
static HTTP_REQUEST *request;
static OVERLAPPED overlapped;
static int called[2]; /* a pipe: a byte says that the callback has run */

static VOID CALLBACK on_completion(PTP_CALLBACK_INSTANCE instance, PVOID context, PVOID done,
                                   ULONG result, ULONG_PTR bytes, PTP_IO io)
{
    (void)instance, (void)context, (void)done, (void)bytes, (void)io;
    EXPECT(result, NO_ERROR);
    EXPECT(write(called[1], "", 1), 1);
}

static void make_objects(void)
{
    HTTP_BINDING_INFO binding;

    EXPECT(HttpInitialize(VERSION, HTTP_INITIALIZE_SERVER, NULL), NO_ERROR);
    EXPECT(HttpCreateServerSession(VERSION, &session, 0), NO_ERROR);
    EXPECT(HttpCreateUrlGroup(session, &group, 0), NO_ERROR);
    EXPECT(HttpCreateRequestQueue(VERSION, NULL, NULL, 0, &queue), NO_ERROR);
    memset(&binding, 0, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    EXPECT(HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding)),
           NO_ERROR);
}

static ULONG set_log(void)
{
    static WCHAR folder[] = {'/', 't', 'm', 'p', 0};
    HTTP_LOGGING_INFO info;
    memset(&info, 0, sizeof(info));
    info.Flags.Present = 1;
    info.DirectoryName = folder;
    info.DirectoryNameLength = 4 * sizeof(WCHAR);
    info.Format = HttpLoggingTypeW3C;
    info.Fields = HTTP_LOG_FIELD_URI_STEM;
    info.RolloverType = HttpLoggingRolloverSize;
    info.RolloverSize = HTTP_MIN_ALLOWED_LOG_FILE_ROLLOVER_SIZE;
    return HttpSetUrlGroupProperty(group, HttpServerLoggingProperty, &info, sizeof(info));
}

static ULONG respond(HTTP_UNKNOWN_HEADER *headers, USHORT count)
{
    HTTP_RESPONSE response;
    memset(&response, 0, sizeof(response));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    response.Headers.pUnknownHeaders = headers;
    response.Headers.UnknownHeaderCount = count;
    return HttpSendHttpResponse(queue, request->RequestId, 0, &response, NULL, NULL, NULL, 0, NULL,
                                NULL);
}

/* No thread of this one polls. */
static void receive(PTP_IO io, int announce)
{
    ULONG error;
    char byte;

    memset(&overlapped, 0, sizeof(overlapped));
    StartThreadpoolIo(io);
    error = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, request, 8192, NULL, &overlapped);
    if (announce) {
        printf("listening on http://localhost:%u/\n", (unsigned)port);
        fflush(stdout);
    }
    EXPECT(error == ERROR_IO_PENDING ? NO_ERROR : error, NO_ERROR);
    EXPECT(read(called[0], &byte, 1), 1);
}

static DWORD WINAPI nothing(LPVOID argument)
{
    (void)argument;
    return 0;
}

/* ---- What is scarce ---- */

static void limit_threads(int by_address_space, int on)
{
    struct rlimit limit;
    long pages = 0;
    FILE *sizes;

    if (!by_address_space) {
        atomic_store(&no_threads, on);
        return;
    }
    sizes = fopen("/proc/self/statm", "r");
    EXPECT(sizes != NULL && fscanf(sizes, "%ld", &pages) == 1, 1);
    fclose(sizes);
    EXPECT(getrlimit(RLIMIT_AS, &limit), 0);
    limit.rlim_cur = on ? (rlim_t)(pages * sysconf(_SC_PAGESIZE) + (1 << 20)) : limit.rlim_max;
    EXPECT(setrlimit(RLIMIT_AS, &limit), 0);
}

static void without_threads(int by_address_space)
{
    PTP_IO io;
    HANDLE thread;
    int n;

    make_objects();
    limit_threads(by_address_space, 1);
    for (n = 0; n < 2; n++) {
        EXPECT(HttpAddUrlToUrlGroup(group, url, 0, 0), ERROR_NOT_ENOUGH_MEMORY);
        EXPECT(set_log(), ERROR_NOT_ENOUGH_MEMORY);
        EXPECT(CreateThreadpoolIo(queue, on_completion, NULL, NULL), 0);
        EXPECT(GetLastError(), ERROR_NOT_ENOUGH_MEMORY);
        EXPECT(CreateThread(NULL, 0, nothing, NULL, 0, NULL), 0);
        EXPECT(GetLastError(), ERROR_NOT_ENOUGH_MEMORY);
    }
    limit_threads(by_address_space, 0);
    EXPECT(HttpAddUrlToUrlGroup(group, url, 0, 0), NO_ERROR);
    EXPECT(HttpsysQueryUrlPort(NULL, group, url, &port), NO_ERROR);
    io = CreateThreadpoolIo(queue, on_completion, NULL, NULL);
    EXPECT(io != NULL, 1);
    thread = CreateThread(NULL, 0, nothing, NULL, 0, NULL);
    EXPECT(WaitForSingleObject(thread, INFINITE), 0);
    limit_threads(by_address_space, 1);
    for (n = 0; n < 3; n++) {
        receive(io, n == 0);
        EXPECT(respond(NULL, 0), NO_ERROR);
    }
}

static void without_descriptors(void)
{
    struct rlimit limit, none;

    EXPECT(getrlimit(RLIMIT_NOFILE, &limit), 0);
    none = limit;
    none.rlim_cur = 3;
    EXPECT(setrlimit(RLIMIT_NOFILE, &none), 0);
    EXPECT(HttpInitialize(VERSION, HTTP_INITIALIZE_SERVER, NULL), ERROR_NOT_ENOUGH_MEMORY);
    EXPECT(HttpInitialize(VERSION, HTTP_INITIALIZE_SERVER, NULL), ERROR_NOT_ENOUGH_MEMORY);
    EXPECT(setrlimit(RLIMIT_NOFILE, &limit), 0);
    make_objects();
    EXPECT(HttpAddUrlToUrlGroup(group, url, 0, 0), NO_ERROR);
}

static void without_large_memory(void)
{
    static HTTP_UNKNOWN_HEADER headers[9999];
    static char value[60000];
    PTP_IO io;
    int n;

    memset(value, 'v', sizeof(value));
    for (n = 0; n < 9999; n++) {
        headers[n].pName = "Name";
        headers[n].NameLength = 4;
        headers[n].pRawValue = value;
        headers[n].RawValueLength = sizeof(value);
    }
    make_objects();
    EXPECT(HttpAddUrlToUrlGroup(group, url, 0, 0), NO_ERROR);
    EXPECT(HttpsysQueryUrlPort(NULL, group, url, &port), NO_ERROR);
    io = CreateThreadpoolIo(queue, on_completion, NULL, NULL);
    receive(io, 1);
    atomic_store(&too_large, 256 * 1024);
    EXPECT(HeapAlloc(GetProcessHeap(), 0, 1 << 20), 0);
    /* 600 MB of head: the call fails, and the request is as it was. */
    EXPECT(respond(headers, 9999), ERROR_NOT_ENOUGH_MEMORY);
    EXPECT(respond(NULL, 0), NO_ERROR);
}

static void without_the_nth(long n)
{
    PTP_IO io;
    ULONG error;

    atomic_store(&allocations_left, n);
    make_objects();
    EXPECT(HttpAddUrlToUrlGroup(group, url, 0, 0), NO_ERROR);
    EXPECT(set_log(), NO_ERROR);
    io = CreateThreadpoolIo(queue, on_completion, NULL, NULL);
    StartThreadpoolIo(io);
    error = HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, request, 8192, NULL, &overlapped);
    EXPECT(error == ERROR_IO_PENDING ? NO_ERROR : error, NO_ERROR);
    EXPECT(HttpCloseUrlGroup(group), NO_ERROR);
    printf("%ld left\n", atomic_load(&allocations_left));
}

int main(int argc, char **argv)
{
    request = calloc(1, 8192);
    if (argc < 2 || pipe(called) != 0) {
        return 2;
    }
    if (strcmp(argv[1], "threads") == 0) {
        without_threads(0);
    } else if (strcmp(argv[1], "address-space") == 0) {
        without_threads(1);
    } else if (strcmp(argv[1], "descriptors") == 0) {
        without_descriptors();
    } else if (strcmp(argv[1], "large") == 0) {
        without_large_memory();
    } else if (strcmp(argv[1], "nth") == 0 && argc == 3) {
        without_the_nth(atol(argv[2]));
    } else {
        return 2;
    }
    return 0;
}
