/* basetsd.h of mingw-w64; but SIZE_T is size_t, which on these systems is not the type of ULONG_PTR. */
#pragma GCC system_header
#ifndef HTTPSYS_SDK_BASETSD_H
#define HTTPSYS_SDK_BASETSD_H

#include <_mingw.h>

#define SIZE_T httpsys_sdk_SIZE_T
#define PSIZE_T httpsys_sdk_PSIZE_T
#define SSIZE_T httpsys_sdk_SSIZE_T
#define PSSIZE_T httpsys_sdk_PSSIZE_T
#include_next <basetsd.h>
#undef SIZE_T
#undef PSIZE_T
#undef SSIZE_T
#undef PSSIZE_T
typedef size_t SIZE_T, *PSIZE_T;
typedef ptrdiff_t SSIZE_T, *PSSIZE_T;

#endif /* HTTPSYS_SDK_BASETSD_H */
