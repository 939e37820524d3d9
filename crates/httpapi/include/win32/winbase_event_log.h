/* The event log, part of winbase.h: what a program reports becomes an event of HTTPSYS_TRACE (target httpsys::event_log), with
 * its strings as they are. A source belongs to the caller until DeregisterEventSource. Codes: 6, 87, 1722 for another
 * computer. Any thread may call. Pages: RegisterEventSourceW, ReportEventW, DeregisterEventSource. */
#ifndef HTTPSYS_WIN32_EVENT_LOG_H
#define HTTPSYS_WIN32_EVENT_LOG_H

#include "windef.h"

#define EVENTLOG_SUCCESS 0x0000
#define EVENTLOG_ERROR_TYPE 0x0001
#define EVENTLOG_WARNING_TYPE 0x0002
#define EVENTLOG_INFORMATION_TYPE 0x0004
#define EVENTLOG_AUDIT_SUCCESS 0x0008
#define EVENTLOG_AUDIT_FAILURE 0x0010

#ifdef __cplusplus
extern "C" {
#endif
HANDLE WINAPI RegisterEventSourceW(LPCWSTR lpUNCServerName, LPCWSTR lpSourceName);
HANDLE WINAPI RegisterEventSourceA(LPCSTR lpUNCServerName, LPCSTR lpSourceName);
BOOL WINAPI DeregisterEventSource(HANDLE hEventLog);
BOOL WINAPI ReportEventW(HANDLE hEventLog, WORD wType, WORD wCategory, DWORD dwEventID, PVOID lpUserSid,
                         WORD wNumStrings, DWORD dwDataSize, LPCWSTR *lpStrings, LPVOID lpRawData);
BOOL WINAPI ReportEventA(HANDLE hEventLog, WORD wType, WORD wCategory, DWORD dwEventID, PVOID lpUserSid,
                         WORD wNumStrings, DWORD dwDataSize, LPCSTR *lpStrings, LPVOID lpRawData);
#ifdef __cplusplus
}
#endif

#ifdef UNICODE
#define RegisterEventSource RegisterEventSourceW
#define ReportEvent ReportEventW
#else
#define RegisterEventSource RegisterEventSourceA
#define ReportEvent ReportEventA
#endif

#endif /* HTTPSYS_WIN32_EVENT_LOG_H */
