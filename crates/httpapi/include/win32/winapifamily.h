/* Which part of Windows a program is written for: all of it, unless it says otherwise. Page: API families. */
#if defined(_MSC_VER) || defined(__MINGW32__)
#if defined(__GNUC__)
#include_next <winapifamily.h>
#else
#error "take include/win32 off the include path: on Windows use the SDK's winapifamily.h"
#endif
#else

#ifndef HTTPSYS_WIN32_WINAPIFAMILY_H
#define HTTPSYS_WIN32_WINAPIFAMILY_H

#define WINAPI_FAMILY_PC_APP 2
#define WINAPI_FAMILY_PHONE_APP 3
#define WINAPI_FAMILY_SYSTEM 4
#define WINAPI_FAMILY_SERVER 5
#define WINAPI_FAMILY_GAMES 6
#define WINAPI_FAMILY_DESKTOP_APP 100
#define WINAPI_FAMILY_APP WINAPI_FAMILY_PC_APP
#ifndef WINAPI_FAMILY
#define WINAPI_FAMILY WINAPI_FAMILY_DESKTOP_APP
#endif

#define WINAPI_PARTITION_DESKTOP (WINAPI_FAMILY == WINAPI_FAMILY_DESKTOP_APP)
#define WINAPI_PARTITION_APP                                                                       \
    (WINAPI_PARTITION_DESKTOP || WINAPI_FAMILY == WINAPI_FAMILY_PC_APP ||                          \
     WINAPI_FAMILY == WINAPI_FAMILY_PHONE_APP)
#define WINAPI_PARTITION_PC_APP                                                                    \
    (WINAPI_PARTITION_DESKTOP || WINAPI_FAMILY == WINAPI_FAMILY_PC_APP)
#define WINAPI_PARTITION_PHONE_APP (WINAPI_FAMILY == WINAPI_FAMILY_PHONE_APP)
#define WINAPI_PARTITION_SYSTEM                                                                    \
    (WINAPI_FAMILY == WINAPI_FAMILY_SYSTEM || WINAPI_FAMILY == WINAPI_FAMILY_SERVER)
#define WINAPI_PARTITION_GAMES                                                                     \
    (WINAPI_PARTITION_DESKTOP || WINAPI_FAMILY == WINAPI_FAMILY_GAMES)
#define WINAPI_FAMILY_PARTITION(Partitions) (Partitions)
#define WINAPI_FAMILY_ONE_PARTITION(PartitionSet, Partition) ((WINAPI_FAMILY & PartitionSet) == Partition)

#endif /* HTTPSYS_WIN32_WINAPIFAMILY_H */
#endif
