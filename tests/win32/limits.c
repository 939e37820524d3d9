/* What happens at the edges of memory and of the handle table; ours only: on Windows both are elsewhere. */
#include <http.h>
#include <ws2tcpip.h>

#include <process.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

static volatile LONG ran;

static DWORD WINAPI run(LPVOID parameter)
{
    (void)parameter;
    InterlockedIncrement(&ran);
    return 0;
}

/* A thread that can have no handle does not run. */
static void a_full_handle_table(void)
{
    const int most = 1 << 20;
    HANDLE *handles = (HANDLE *)malloc(sizeof(HANDLE) * (size_t)most);
    int count;

    for (count = 0; count < most; count++) {
        handles[count] = CreateEventW(NULL, TRUE, FALSE, NULL);
        if (handles[count] == NULL) {
            break;
        }
    }
    FAILS(ERROR_NO_SYSTEM_RESOURCES, CreateThread(NULL, 0, run, NULL, 0, NULL) != NULL);
    while (count > 0) {
        CloseHandle(handles[--count]);
    }
    free(handles);
    {
        HANDLE thread = CreateThread(NULL, 0, run, NULL, 0, NULL);

        CHECK(WaitForSingleObject(thread, 30000) == WAIT_OBJECT_0);
        CloseHandle(thread);
    }
    CHECK(ran == 1);
}

static void count_it(void *event)
{
    InterlockedIncrement(&ran);
    SetEvent((HANDLE)event);
    if (ran % 2 == 0) {
        _endthread();
    }
}

static unsigned ends_early(void *argument)
{
    (void)argument;
    _endthreadex(7);
    return 1;
}

static void threads_of_the_c_runtime(void)
{
    HANDLE event = CreateEventW(NULL, FALSE, FALSE, NULL);
    HANDLE thread = (HANDLE)_beginthreadex(NULL, 0, ends_early, NULL, 0, NULL);
    DWORD code = 0;

    CHECK(WaitForSingleObject(thread, 30000) == WAIT_OBJECT_0);
    CHECK(GetExitCodeThread(thread, &code) && code == 7);
    CloseHandle(thread);
    CHECK(_beginthread(count_it, 0, event) != (uintptr_t)-1);
    CHECK(WaitForSingleObject(event, 30000) == WAIT_OBJECT_0);
    CHECK(_beginthread(count_it, 0, event) != (uintptr_t)-1);
    CHECK(WaitForSingleObject(event, 30000) == WAIT_OBJECT_0);
    CHECK(_beginthread(NULL, 0, event) == (uintptr_t)-1);
    CloseHandle(event);
}

/* A body whose memory cannot be read is the program's fault, not the connection's. */
static void a_body_that_is_not_there(void)
{
    HTTPAPI_VERSION version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session;
    HTTP_URL_GROUP_ID group;
    HTTP_BINDING_INFO binding;
    HANDLE queue;
    char buffer[4096], request[] = "GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n";
    WCHAR url[64];
    struct sockaddr_in address;
    SOCKET s;
    HTTP_REQUEST *received = (HTTP_REQUEST *)(void *)buffer;
    HTTP_RESPONSE response;
    HTTP_DATA_CHUNK chunk;
    ULONG bytes = 0;
    int length = sizeof(address);

    /* A port that is free. */
    s = socket(AF_INET, SOCK_STREAM, 0);
    ZeroMemory(&address, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    CHECK(bind(s, (struct sockaddr *)&address, sizeof(address)) == 0);
    CHECK(getsockname(s, (struct sockaddr *)&address, &length) == 0);
    closesocket(s);

    swprintf(url, 64, L"http://localhost:%u/x", ntohs(address.sin_port));
    CHECK(HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
    CHECK(HttpCreateServerSession(version, &session, 0) == NO_ERROR);
    CHECK(HttpCreateUrlGroup(session, &group, 0) == NO_ERROR);
    CHECK(HttpCreateRequestQueue(version, NULL, NULL, 0, &queue) == NO_ERROR);
    ZeroMemory(&binding, sizeof(binding));
    binding.Flags.Present = 1;
    binding.RequestQueueHandle = queue;
    CHECK(HttpSetUrlGroupProperty(group, HttpServerBindingProperty, &binding, sizeof(binding)) == NO_ERROR);
    CHECK(HttpAddUrlToUrlGroup(group, url, 0, 0) == NO_ERROR);

    s = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(s, (struct sockaddr *)&address, sizeof(address)) == 0);
    CHECK(send(s, request, (int)strlen(request), 0) == (int)strlen(request));
    CHECK(HttpReceiveHttpRequest(queue, HTTP_NULL_ID, 0, received, sizeof(buffer), &bytes, NULL) == NO_ERROR);
    ZeroMemory(&response, sizeof(response));
    ZeroMemory(&chunk, sizeof(chunk));
    response.StatusCode = 200;
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = (PVOID)(ULONG_PTR)16;
    chunk.FromMemory.BufferLength = 1 << 20;
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    CHECK(HttpSendHttpResponse(queue, received->RequestId, 0, &response, NULL, &bytes, NULL, 0, NULL, NULL) ==
          ERROR_NOACCESS);
    closesocket(s);
    CHECK(HttpCloseRequestQueue(queue) == NO_ERROR);
    CHECK(HttpCloseServerSession(session) == NO_ERROR);
    CHECK(HttpTerminate(HTTP_INITIALIZE_SERVER, NULL) == NO_ERROR);
}

/* "a\\a\\a ..." behind a beginning. */
static WCHAR deep_path[32767];

static const WCHAR *deep(const char *begin, int names)
{
    int at = 0;

    while (*begin != '\0') {
        deep_path[at++] = (WCHAR)(unsigned char)*begin++;
    }
    for (; names > 0; names--) {
        deep_path[at++] = L'a';
        deep_path[at++] = names > 1 ? L'\\' : L'\0';
    }
    return deep_path;
}

/* A path needs no stack for each of its names. */
static void paths_of_many_names(void)
{
    WIN32_FIND_DATAW found;
    HKEY key;

    FAILS(ERROR_FILENAME_EXCED_RANGE, GetFileAttributesW(deep("C:\\none\\", 16000)) != INVALID_FILE_ATTRIBUTES);
    FAILS(ERROR_FILENAME_EXCED_RANGE, FindFirstFileW(deep("", 16000), &found) != INVALID_HANDLE_VALUE);
    CHECK(RegCreateKeyExW(HKEY_CURRENT_USER, deep("", 16000), 0, NULL, 0, KEY_READ, NULL, &key, NULL) ==
          ERROR_INVALID_PARAMETER);
    CHECK(RegCreateKeyExW(HKEY_CURRENT_USER, deep("", 500), 0, NULL, 0, KEY_READ, NULL, &key, NULL) == 0);
    CHECK(RegCloseKey(key) == 0);
    CHECK(RegDeleteTreeW(HKEY_CURRENT_USER, L"a") == 0);
}

static void write_text(const char *name, const char *text)
{
    FILE *file = fopen(name, "w");

    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

static int has_text(const char *name, const char *text)
{
    char found[16] = "";
    FILE *file = fopen(name, "r");

    if (file != NULL) {
        CHECK(fgets(found, sizeof(found), file) != NULL);
        fclose(file);
    }
    return strcmp(found, text) == 0;
}

/* No file is lost, whatever the backup is called. */
static void a_backup_with_the_name_of_a_file_that_takes_part(void)
{
    DeleteFileA("limits-old");
    write_text("limits-old", "old");
    write_text("limits-new", "new");
    FAILS(1175, ReplaceFileA("limits-old", "limits-new", "limits-old", 0, NULL, NULL));
    FAILS(1175, ReplaceFileA("limits-old", "limits-new", ".\\limits-NEW", 0, NULL, NULL));
    FAILS(ERROR_SHARING_VIOLATION, ReplaceFileA("limits-old", "limits-old", NULL, 0, NULL, NULL));
    CHECK(has_text("limits-old", "old") && has_text("limits-new", "new"));
    CHECK(ReplaceFileA("limits-old", "limits-new", "limits-backup", 0, NULL, NULL));
    CHECK(has_text("limits-old", "new") && has_text("limits-backup", "old"));
    CHECK(!has_text("limits-new", "new"));
    CHECK(CreateHardLinkA("limits-new", "limits-old", NULL));
    CHECK(ReplaceFileA("limits-old", "limits-new", NULL, 0, NULL, NULL));
    CHECK(has_text("limits-old", "new") && GetFileAttributesA("limits-new") == INVALID_FILE_ATTRIBUTES);
    CHECK(DeleteFileA("limits-old") && DeleteFileA("limits-backup"));
}

/* A set that nobody filled. */
static void a_set_of_more_sockets_than_there_can_be(void)
{
    fd_set *set = (fd_set *)calloc(1, sizeof(fd_set));
    struct timeval now = {0, 0};

    set->fd_count = 0xFFFFFFFF;
    CHECK(select(0, set, NULL, NULL, &now) == SOCKET_ERROR && WSAGetLastError() == WSAEINVAL);
    CHECK(!FD_ISSET(1, set));
    free(set);
}

int main(void)
{
    WSADATA data;

    CHECK(WSAStartup(MAKEWORD(2, 2), &data) == 0);
    a_full_handle_table();
    threads_of_the_c_runtime();
    a_body_that_is_not_there();
    paths_of_many_names();
    a_backup_with_the_name_of_a_file_that_takes_part();
    a_set_of_more_sockets_than_there_can_be();
    CHECK(WSACleanup() == 0);
    return FINISH();
}
