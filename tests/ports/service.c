/* service - a Windows service that also runs from a console.
 *
 *   service run PORT        serves in the console, if the service control manager did not start it
 *   service pause PORT      the running one answers with 503
 *   service continue PORT
 *   service stop PORT       ends it
 *
 *   GET  /                  a line
 *   POST /control/NAME      the same commands; these URLs are not paused
 *
 * Commands reach the running process through named events; a named mutex keeps a second one away.
 */
#ifndef UNICODE
#define UNICODE
#endif
#ifndef _UNICODE
#define _UNICODE
#endif
#include <winsock2.h>
#include <windows.h>
#include <http.h>
#include <tchar.h>
#include <stdio.h>
#include <strsafe.h>

#pragma comment(lib, "httpapi.lib")
#pragma comment(lib, "advapi32.lib")

#define SERVICE_NAME TEXT("HttpService")

enum
{
    ControlStop,
    ControlPause,
    ControlContinue,
    ControlCount
};

static LPCTSTR const ControlNames[ControlCount] = {TEXT("stop"), TEXT("pause"), TEXT("continue")};

static SERVICE_STATUS        g_Status;
static SERVICE_STATUS_HANDLE g_StatusHandle;
static HANDLE                g_Events[ControlCount];
static HANDLE                g_Mutex;
static HANDLE                g_Queue;
static HTTP_URL_GROUP_ID     g_Group;
static HTTP_URL_GROUP_ID     g_ControlGroup;
static TCHAR                 g_Port[8];
static BOOL                  g_Console;
static volatile LONG         g_Requests;

static void ObjectName(LPTSTR Name, size_t Count, LPCTSTR What)
{
    StringCchPrintf(Name, Count, TEXT("Local\\%s-%s-%s"), SERVICE_NAME, g_Port, What);
}

static void Report(LPCTSTR Text, DWORD Error)
{
    if (!g_Console)
        return;
    if (Error == NO_ERROR)
        _tprintf(TEXT("%s\n"), Text);
    else
        _tprintf(TEXT("%s: error %lu\n"), Text, Error);
    fflush(stdout);
}

static void ReportStatus(DWORD State, DWORD ExitCode, DWORD WaitHint)
{
    static DWORD checkPoint = 1;

    g_Status.dwServiceType = SERVICE_WIN32_OWN_PROCESS;
    g_Status.dwCurrentState = State;
    g_Status.dwWin32ExitCode = ExitCode;
    g_Status.dwWaitHint = WaitHint;
    g_Status.dwControlsAccepted =
        State == SERVICE_START_PENDING ? 0
                                       : SERVICE_ACCEPT_STOP | SERVICE_ACCEPT_PAUSE_CONTINUE;
    g_Status.dwCheckPoint =
        State == SERVICE_RUNNING || State == SERVICE_STOPPED ? 0 : checkPoint++;
    if (g_StatusHandle != NULL)
        SetServiceStatus(g_StatusHandle, &g_Status);
}

static DWORD WINAPI ServiceHandler(DWORD Control, DWORD EventType, LPVOID EventData,
                                   LPVOID Context)
{
    UNREFERENCED_PARAMETER(EventType);
    UNREFERENCED_PARAMETER(EventData);
    UNREFERENCED_PARAMETER(Context);
    switch (Control)
    {
    case SERVICE_CONTROL_STOP:
    case SERVICE_CONTROL_SHUTDOWN:
        ReportStatus(SERVICE_STOP_PENDING, NO_ERROR, 5000);
        SetEvent(g_Events[ControlStop]);
        return NO_ERROR;
    case SERVICE_CONTROL_PAUSE:
        SetEvent(g_Events[ControlPause]);
        return NO_ERROR;
    case SERVICE_CONTROL_CONTINUE:
        SetEvent(g_Events[ControlContinue]);
        return NO_ERROR;
    case SERVICE_CONTROL_INTERROGATE:
        return NO_ERROR;
    }
    return ERROR_CALL_NOT_IMPLEMENTED;
}

static void SetGroupState(HTTP_ENABLED_STATE State)
{
    HTTP_STATE_INFO info;
    ULONG           result;

    info.Flags.Present = 1;
    info.State = State;
    result = HttpSetUrlGroupProperty(g_Group, HttpServerStateProperty, &info, sizeof(info));
    if (result != NO_ERROR)
        Report(TEXT("HttpSetUrlGroupProperty"), result);
}

/* Waits for commands, whoever sets the events: the service control manager's thread or another
 * process. */
static DWORD WINAPI ControlThread(LPVOID Parameter)
{
    UNREFERENCED_PARAMETER(Parameter);
    for (;;)
    {
        DWORD wait = WaitForMultipleObjects(ControlCount, g_Events, FALSE, INFINITE);

        switch (wait)
        {
        case WAIT_OBJECT_0 + ControlStop:
            Report(TEXT("stop"), NO_ERROR);
            HttpShutdownRequestQueue(g_Queue);
            return 0;
        case WAIT_OBJECT_0 + ControlPause:
            SetGroupState(HttpEnabledStateInactive);
            ReportStatus(SERVICE_PAUSED, NO_ERROR, 0);
            Report(TEXT("paused"), NO_ERROR);
            break;
        case WAIT_OBJECT_0 + ControlContinue:
            SetGroupState(HttpEnabledStateActive);
            ReportStatus(SERVICE_RUNNING, NO_ERROR, 0);
            Report(TEXT("continued"), NO_ERROR);
            break;
        default:
            Report(TEXT("WaitForMultipleObjects"), GetLastError());
            return 1;
        }
    }
}

static int SendControl(LPCTSTR Command)
{
    TCHAR  name[128];
    HANDLE event;

    ObjectName(name, ARRAYSIZE(name), Command);
    event = OpenEvent(EVENT_MODIFY_STATE, FALSE, name);
    if (event == NULL)
    {
        DWORD error = GetLastError();
        Report(error == ERROR_FILE_NOT_FOUND ? TEXT("no such control") : TEXT("OpenEvent"), error);
        return 1;
    }
    SetEvent(event);
    CloseHandle(event);
    return 0;
}

static ULONG Answer(PHTTP_REQUEST Request)
{
    static const WCHAR control[] = L"/control/";
    const USHORT       length = Request->CookedUrl.AbsPathLength / sizeof(WCHAR);
    HTTP_RESPONSE      response;
    HTTP_DATA_CHUNK    chunk;
    char               text[64];

    ZeroMemory(&response, sizeof(response));
    response.StatusCode = 200;
    response.pReason = "OK";
    response.ReasonLength = 2;
    if (length >= ARRAYSIZE(control) - 1 && length < 30 &&
        _wcsnicmp(Request->CookedUrl.pAbsPath, control, ARRAYSIZE(control) - 1) == 0)
    {
        WCHAR command[32];
        int   failed;

        StringCchCopyN(command, ARRAYSIZE(command),
                       Request->CookedUrl.pAbsPath + ARRAYSIZE(control) - 1,
                       length - (ARRAYSIZE(control) - 1));
        CharLower(command);
        failed = Request->Verb != HttpVerbPOST || SendControl(command) != 0;
        response.StatusCode = failed ? 400 : 202;
        response.pReason = failed ? "Bad Request" : "Accepted";
        response.ReasonLength = (USHORT)strlen(response.pReason);
        StringCchCopyA(text, ARRAYSIZE(text), failed ? "not done\r\n" : "told\r\n");
    }
    else
    {
        StringCchPrintfA(text, ARRAYSIZE(text), "request %ld\r\n",
                         InterlockedIncrement(&g_Requests));
    }
    chunk.DataChunkType = HttpDataChunkFromMemory;
    chunk.FromMemory.pBuffer = text;
    chunk.FromMemory.BufferLength = (ULONG)strlen(text);
    response.EntityChunkCount = 1;
    response.pEntityChunks = &chunk;
    return HttpSendHttpResponse(g_Queue, Request->RequestId, 0, &response, NULL, NULL, NULL, 0,
                                NULL, NULL);
}

static ULONG ServeRequests(void)
{
    union
    {
        HTTP_REQUEST Request;
        BYTE         Bytes[16 * 1024 + sizeof(HTTP_REQUEST)];
    } *buffer;
    ULONG bytes, result;

    buffer = HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, sizeof(*buffer));
    if (buffer == NULL)
        return ERROR_NOT_ENOUGH_MEMORY;
    do
    {
        result = HttpReceiveHttpRequest(g_Queue, HTTP_NULL_ID, 0, &buffer->Request,
                                        sizeof(*buffer), &bytes, NULL);
        if (result == NO_ERROR)
            Answer(&buffer->Request);
    } while (result == NO_ERROR || result == ERROR_CONNECTION_INVALID);
    HeapFree(GetProcessHeap(), 0, buffer);
    return result == ERROR_OPERATION_ABORTED || result == ERROR_INVALID_HANDLE ? NO_ERROR : result;
}

static ULONG CreateControls(void)
{
    TCHAR name[128];
    int   i;

    ObjectName(name, ARRAYSIZE(name), TEXT("running"));
    g_Mutex = CreateMutex(NULL, TRUE, name);
    if (g_Mutex == NULL)
        return GetLastError();
    if (GetLastError() == ERROR_ALREADY_EXISTS)
        return ERROR_SERVICE_ALREADY_RUNNING;
    for (i = 0; i < ControlCount; i++)
    {
        ObjectName(name, ARRAYSIZE(name), ControlNames[i]);
        g_Events[i] = CreateEvent(NULL, FALSE, FALSE, name);
        if (g_Events[i] == NULL)
            return GetLastError();
    }
    return NO_ERROR;
}

static ULONG Run(void)
{
    HTTPAPI_VERSION        version = HTTPAPI_VERSION_2;
    HTTP_SERVER_SESSION_ID session = HTTP_NULL_ID;
    HTTP_BINDING_INFO      binding;
    HANDLE                 thread;
    TCHAR                  url[64];
    ULONG                  result;

    ReportStatus(SERVICE_START_PENDING, NO_ERROR, 3000);
    result = CreateControls();
    if (result != NO_ERROR)
        return result;
    StringCchPrintf(url, ARRAYSIZE(url), TEXT("http://localhost:%s/"), g_Port);
    if ((result = HttpInitialize(version, HTTP_INITIALIZE_SERVER, NULL)) != NO_ERROR)
        return result;
    if ((result = HttpCreateServerSession(version, &session, 0)) == NO_ERROR &&
        (result = HttpCreateUrlGroup(session, &g_Group, 0)) == NO_ERROR &&
        (result = HttpCreateUrlGroup(session, &g_ControlGroup, 0)) == NO_ERROR &&
        (result = HttpCreateRequestQueue(version, NULL, NULL, 0, &g_Queue)) == NO_ERROR)
    {
        binding.Flags.Present = 1;
        binding.RequestQueueHandle = g_Queue;
        result = HttpSetUrlGroupProperty(g_Group, HttpServerBindingProperty, &binding,
                                         sizeof(binding));
        if (result == NO_ERROR)
            result = HttpSetUrlGroupProperty(g_ControlGroup, HttpServerBindingProperty, &binding,
                                             sizeof(binding));
    }
    if (result == NO_ERROR)
    {
        /* While it is paused, clients get 503 and not a reset. */
        HTTP_503_RESPONSE_VERBOSITY verbosity = Http503ResponseVerbosityLimited;
        result = HttpSetRequestQueueProperty(g_Queue, HttpServer503VerbosityProperty, &verbosity,
                                             sizeof(verbosity), 0, NULL);
    }
    if (result == NO_ERROR)
        result = HttpAddUrlToUrlGroup(g_Group, url, 0, 0);
    if (result == NO_ERROR)
    {
        StringCchCat(url, ARRAYSIZE(url), TEXT("control/"));
        result = HttpAddUrlToUrlGroup(g_ControlGroup, url, 0, 0);
    }
    if (result == NO_ERROR)
    {
        thread = CreateThread(NULL, 0, ControlThread, NULL, 0, NULL);
        ReportStatus(SERVICE_RUNNING, NO_ERROR, 0);
        Report(TEXT("running"), NO_ERROR);
        result = ServeRequests();
        SetEvent(g_Events[ControlStop]);
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    if (g_Queue != NULL)
        HttpCloseRequestQueue(g_Queue);
    HttpCloseUrlGroup(g_Group);
    HttpCloseUrlGroup(g_ControlGroup);
    HttpCloseServerSession(session);
    HttpTerminate(HTTP_INITIALIZE_SERVER, NULL);
    ReleaseMutex(g_Mutex);
    CloseHandle(g_Mutex);
    return result;
}

static VOID WINAPI ServiceMain(DWORD argc, LPTSTR *argv)
{
    ULONG result;

    UNREFERENCED_PARAMETER(argc);
    UNREFERENCED_PARAMETER(argv);
    g_StatusHandle = RegisterServiceCtrlHandlerEx(SERVICE_NAME, ServiceHandler, NULL);
    if (g_StatusHandle == NULL)
        return;
    result = Run();
    ReportStatus(SERVICE_STOPPED, result, 0);
}

int _tmain(int argc, TCHAR *argv[])
{
    SERVICE_TABLE_ENTRY table[] = {{(LPTSTR)SERVICE_NAME, ServiceMain}, {NULL, NULL}};
    ULONG               result;

    if (argc < 3)
    {
        _tprintf(TEXT("usage: service run|pause|continue|stop port\n"));
        return 2;
    }
    StringCchCopy(g_Port, ARRAYSIZE(g_Port), argv[2]);
    if (_tcsicmp(argv[1], TEXT("run")) != 0)
    {
        g_Console = TRUE;
        return SendControl(argv[1]);
    }
    if (StartServiceCtrlDispatcher(table))
        return 0;
    result = GetLastError();
    if (result != ERROR_FAILED_SERVICE_CONTROLLER_CONNECT)
    {
        _tprintf(TEXT("StartServiceCtrlDispatcher: error %lu\n"), result);
        return 1;
    }
    /* Started by hand. */
    g_Console = TRUE;
    result = Run();
    if (result != NO_ERROR)
    {
        Report(TEXT("the service does not run"), result);
        return 1;
    }
    Report(TEXT("stopped"), NO_ERROR);
    return 0;
}
