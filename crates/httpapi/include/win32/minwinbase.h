/* Structures and constants of overlapped input/output and of the wait functions. */
#ifndef HTTPSYS_WIN32_MINWINBASE_H
#define HTTPSYS_WIN32_MINWINBASE_H

#include "windef.h"

/* Pages: FILETIME structure (100-nanosecond intervals since 1601-01-01 UTC), SYSTEMTIME structure. */
typedef struct _FILETIME {
    DWORD dwLowDateTime;
    DWORD dwHighDateTime;
} FILETIME, *PFILETIME, *LPFILETIME;
typedef struct _SYSTEMTIME {
    WORD wYear;
    WORD wMonth;
    WORD wDayOfWeek;
    WORD wDay;
    WORD wHour;
    WORD wMinute;
    WORD wSecond;
    WORD wMilliseconds;
} SYSTEMTIME, *PSYSTEMTIME, *LPSYSTEMTIME;

/* Page: SECURITY_ATTRIBUTES structure. */
typedef struct _SECURITY_ATTRIBUTES {
    DWORD nLength;
    LPVOID lpSecurityDescriptor;
    BOOL bInheritHandle;
} SECURITY_ATTRIBUTES, *PSECURITY_ATTRIBUTES, *LPSECURITY_ATTRIBUTES;
typedef PVOID PSECURITY_DESCRIPTOR;

/* Page: OVERLAPPED structure. Internal holds an NTSTATUS, InternalHigh the bytes transferred. */
typedef struct _OVERLAPPED {
    ULONG_PTR Internal;
    ULONG_PTR InternalHigh;
    __extension__ union {
        __extension__ struct {
            DWORD Offset;
            DWORD OffsetHigh;
        };
        PVOID Pointer;
    };
    HANDLE hEvent;
} OVERLAPPED, *POVERLAPPED, *LPOVERLAPPED;

/* Page: OVERLAPPED_ENTRY structure. Here too, Internal holds an NTSTATUS. */
typedef struct _OVERLAPPED_ENTRY {
    ULONG_PTR lpCompletionKey;
    LPOVERLAPPED lpOverlapped;
    ULONG_PTR Internal;
    DWORD dwNumberOfBytesTransferred;
} OVERLAPPED_ENTRY, *POVERLAPPED_ENTRY, *LPOVERLAPPED_ENTRY;

/* Page: HasOverlappedIoCompleted. 0x103 is STATUS_PENDING. */
#define HasOverlappedIoCompleted(overlapped)                                                       \
    (((DWORD)*(volatile ULONG_PTR *)&(overlapped)->Internal) != 0x00000103u)

/* Page: WaitForSingleObject (return value). WAIT_TIMEOUT is in winerror.h. */
#define INFINITE 0xFFFFFFFFu
#define WAIT_OBJECT_0 0
#define WAIT_ABANDONED 0x80
#define WAIT_ABANDONED_0 0x80
#define WAIT_IO_COMPLETION 0xC0
#define WAIT_FAILED 0xFFFFFFFFu
#define MAXIMUM_WAIT_OBJECTS 64

#endif /* HTTPSYS_WIN32_MINWINBASE_H */
