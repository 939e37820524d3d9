/* What programs that use the HTTP Server API need of windows.h off Windows.
 *
 * Holds the subset of Win32 that such programs need: base types, error codes, and the functions of
 * winbase.h. Compile with -I include -I include/runtime -I include/win32, and with -fshort-wchar if the
 * program writes L"" literals. On Windows the SDK's header is used instead.
 */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <windows.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's windows.h"
#endif
#else

#ifndef HTTPSYS_WIN32_WINDOWS_H
#define HTTPSYS_WIN32_WINDOWS_H

#include "consoleapi.h"
#include "datetimeapi.h"
#include "debugapi.h"
#include "heapapi.h"
#include "memoryapi.h"
#include "errhandlingapi.h"
#include "libloaderapi.h"
#include "processenv.h"
#include "processthreadsapi.h"
#include "profileapi.h"
#include "realtimeapiset.h"
#include "securitybaseapi.h"
#include "stringapiset.h"
#include "synchapi.h"
#include "sysinfoapi.h"
#include "threadpoolapiset.h"
#include "timezoneapi.h"
#include "winbase.h"
#include "winbase_event_log.h"
#include "winbase_messages.h"
#include "windef.h"
#include "winerror.h"
#include "winnls.h"
#include "winnt.h"
#include "winreg.h"
#include "winsvc.h"
#include "winternl.h"
#include "winuser.h"

#ifndef WIN32_LEAN_AND_MEAN
#include "combaseapi.h"
#include "rpcdce.h"
#include "shellapi.h"
#include "timeapi.h"
#include "wincrypt.h"
#include "winsock2.h"
#endif

#include "../runtime/crt/minmax.h"

#endif /* HTTPSYS_WIN32_WINDOWS_H */
#endif
