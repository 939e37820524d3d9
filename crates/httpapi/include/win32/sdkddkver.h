/* Page: Using the Windows Headers. Versions that programs compare or define; nothing here depends
 * on them.
 */
#ifndef HTTPSYS_WIN32_SDKDDKVER_H
#define HTTPSYS_WIN32_SDKDDKVER_H

#define _WIN32_WINNT_VISTA 0x0600
#define _WIN32_WINNT_WIN7 0x0601
#define _WIN32_WINNT_WIN8 0x0602
#define _WIN32_WINNT_WINBLUE 0x0603
#define _WIN32_WINNT_WIN10 0x0A00
#ifndef _WIN32_WINNT
#define _WIN32_WINNT _WIN32_WINNT_WIN10
#endif
#ifndef WINVER
#define WINVER _WIN32_WINNT
#endif

#endif /* HTTPSYS_WIN32_SDKDDKVER_H */
