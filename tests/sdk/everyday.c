/* What servers use around http.h, in the way they write it; runs. C and C++, with and without UNICODE. */
#define INITGUID
#include <winsock2.h>
#include <windows.h>

#include <http.h>

#include <initguid.h>
#include <stdio.h>
#include <strsafe.h>
#include <tchar.h>

DEFINE_GUID(GUID_OF_OURS, 0x01020304, 0x0506, 0x0708, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f, 0x10);

typedef struct _SERVER_CONTEXT {
    OVERLAPPED overlapped;
    LARGE_INTEGER started;
    volatile LONG requests;
    CRITICAL_SECTION lock;
    SRWLOCK table;
    CONDITION_VARIABLE ready;
    INIT_ONCE once;
} SERVER_CONTEXT, *PSERVER_CONTEXT;

static int failures;
#define CHECK(condition) ((condition) ? (void)0 : (void)(failures++, printf("line %d: %s\n", __LINE__, #condition)))

static DWORD WINAPI worker(__in LPVOID parameter)
{
    PSERVER_CONTEXT context = (PSERVER_CONTEXT)parameter;

    EnterCriticalSection(&context->lock);
    InterlockedIncrement(&context->requests);
    LeaveCriticalSection(&context->lock);
    YieldProcessor();
    return 0;
}

static void times(void)
{
    FILETIME file, local;
    SYSTEMTIME system = {2026, 11, 0, 29, 17, 0, 0, 0}, back;
    ULARGE_INTEGER value;
    TCHAR text[64];

    CHECK(SystemTimeToFileTime(&system, &file));
    value.LowPart = file.dwLowDateTime;
    value.HighPart = file.dwHighDateTime;
    CHECK(value.QuadPart % 10000000 == 0);
    CHECK(FileTimeToSystemTime(&file, &back) && back.wHour == 17);
    GetSystemTimeAsFileTime(&local);
    CHECK(CompareFileTime(&local, &file) != 0);
    CHECK(SUCCEEDED(StringCchPrintf(text, ARRAYSIZE(text), _T("%02u:%02u"), back.wHour, back.wMinute)));
    CHECK(lstrlen(text) == 5 && _tcscmp(text, _T("17:00")) == 0);
}

int _tmain(int count, _TCHAR *arguments[])
{
    static SERVER_CONTEXT context;
    TCHAR message[256], path[MAX_PATH];
    HANDLE thread;
    unsigned __int64 wide = 1;
    GUID other = GUID_OF_OURS;

    CHECK(count >= 1 && arguments[0][0] != 0);
    InitializeCriticalSection(&context.lock);
    InitializeSRWLock(&context.table);
    thread = CreateThread(NULL, 0, worker, &context, 0, NULL);
    CHECK(thread != NULL && WaitForSingleObject(thread, INFINITE) == WAIT_OBJECT_0);
    CloseHandle(thread);
    CHECK(context.requests == 1);
    DeleteCriticalSection(&context.lock);
    times();
    CHECK(FormatMessage(FORMAT_MESSAGE_FROM_SYSTEM | FORMAT_MESSAGE_IGNORE_INSERTS, NULL, ERROR_ACCESS_DENIED,
                        0, message, ARRAYSIZE(message), NULL) > 0);
    CHECK(GetModuleHandle(NULL) != NULL);
    CHECK(GetModuleFileName(NULL, path, ARRAYSIZE(path)) > 0);
#ifdef __cplusplus
    CHECK(IsEqualGUID(GUID_OF_OURS, other));
#else
    CHECK(IsEqualGUID(&GUID_OF_OURS, &other));
#endif
    CHECK(max(1, 2) == 2 && min((ULONG)3, (ULONG)4) == 3);
    CHECK(wide << 40 == 1099511627776ull);
    CHECK(HRESULT_FROM_WIN32(ERROR_ACCESS_DENIED) == E_ACCESSDENIED);
    CHECK(sizeof(HTTP_REQUEST) == 864 && sizeof(OVERLAPPED) == 32);
    return failures != 0;
}
