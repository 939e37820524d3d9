/* A program that is a service or a console program, as it was started; the event log; waits for a variable. */
#include "check.h"

static volatile LONG variable;

static VOID WINAPI service_main(DWORD count, LPSTR *arguments)
{
    (void)count;
    (void)arguments;
}

static DWORD WINAPI control(DWORD code, DWORD type, LPVOID data, LPVOID context)
{
    (void)code;
    (void)type;
    (void)data;
    (void)context;
    return NO_ERROR;
}

static void not_a_service(void)
{
    SERVICE_TABLE_ENTRYA table[2] = {{(LPSTR) "server", service_main}, {NULL, NULL}};

    FAILS(ERROR_FAILED_SERVICE_CONTROLLER_CONNECT, StartServiceCtrlDispatcherA(table));
#ifndef __MINGW32__
    /* Wine registers a handler for any name, and has a manager. */
    FAILS(ERROR_SERVICE_NOT_IN_EXE, RegisterServiceCtrlHandlerExA("server", control, NULL) != NULL);
    FAILS(ERROR_DATABASE_DOES_NOT_EXIST, OpenSCManagerW(NULL, NULL, SC_MANAGER_CONNECT) != NULL);
    FAILS(ERROR_INVALID_HANDLE, CloseServiceHandle(NULL));
#endif
    (void)control;
    {
        SERVICE_STATUS status;

        ZeroMemory(&status, sizeof(status));
        FAILS(ERROR_INVALID_HANDLE, SetServiceStatus(NULL, &status));
    }
}

static void the_event_log(void)
{
    HANDLE log = RegisterEventSourceW(NULL, L"httpsys test");
    LPCWSTR strings[2] = {L"it", L"began"};

    CHECK(log != NULL);
    CHECK(ReportEventW(log, EVENTLOG_INFORMATION_TYPE, 1, 1000, NULL, 2, 0, strings, NULL));
    CHECK(DeregisterEventSource(log));
#ifndef __MINGW32__
    /* Wine does not look at the handle. */
    FAILS(ERROR_INVALID_HANDLE, ReportEventW(log, EVENTLOG_ERROR_TYPE, 0, 1, NULL, 0, 0, NULL, NULL));
    FAILS(ERROR_INVALID_HANDLE, DeregisterEventSource(log));
    FAILS(ERROR_INVALID_PARAMETER, RegisterEventSourceA(NULL, NULL) != NULL);
#endif
}

static DWORD WINAPI change_it(LPVOID parameter)
{
    (void)parameter;
    InterlockedExchange(&variable, 1);
    WakeByAddressAll((PVOID)&variable);
    return 0;
}

static void waits_for_a_variable(void)
{
    LONG undesired = 0;
    HANDLE thread;

    FAILS(ERROR_TIMEOUT, WaitOnAddress(&variable, &undesired, sizeof(variable), 20));
    FAILS(ERROR_INVALID_PARAMETER, WaitOnAddress(&variable, &undesired, 3, 0));
    thread = CreateThread(NULL, 0, change_it, NULL, 0, NULL);
    while (variable == undesired) {
        CHECK(WaitOnAddress(&variable, &undesired, sizeof(variable), 30000));
    }
    CHECK(WaitForSingleObject(thread, 30000) == WAIT_OBJECT_0);
    CloseHandle(thread);
    undesired = 5;
    CHECK(WaitOnAddress(&variable, &undesired, sizeof(variable), INFINITE));
    WakeByAddressSingle((PVOID)&variable);
}

int main(void)
{
    not_a_service();
    the_event_log();
    waits_for_a_variable();
    return FINISH();
}
