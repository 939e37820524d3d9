/* The system's. A program that asks for it by name means the system's select, whatever winsock2.h has declared
 * before; what other headers bring along is hidden. */
#pragma GCC system_header
#if defined(_WIN32) && !defined(_MSC_VER) && !defined(__MINGW32__)
#if defined(HTTPSYS_INSIDE_SYSTEM)
/* The names are hidden already. */
#include_next <sys/select.h>
#else
#include "../native/hide_select.h"
#define HTTPSYS_INSIDE_SYSTEM
#include_next <sys/select.h>
#undef HTTPSYS_INSIDE_SYSTEM
#include "../native/unhide_select.h"
#if !defined(HTTPSYS_NATIVE_SELECT)
#define HTTPSYS_NATIVE_SELECT
#undef fd_set
#undef FD_SETSIZE
#undef FD_SET
#undef FD_CLR
#undef FD_ISSET
#undef FD_ZERO
#if defined(__APPLE__)
#define FD_SETSIZE __DARWIN_FD_SETSIZE
#define FD_SET(number, set) __DARWIN_FD_SET((number), (set))
#define FD_CLR(number, set) __DARWIN_FD_CLR((number), (set))
#define FD_ISSET(number, set) __DARWIN_FD_ISSET((number), (set))
#define FD_ZERO(set) __DARWIN_FD_ZERO(set)
#else
#define FD_SETSIZE ((int)(8 * sizeof(fd_set)))
#define HTTPSYS_FD_WORD(number, set)                                                               \
    ((unsigned long *)(void *)(set))[(number) / (8 * (int)sizeof(unsigned long))]
#define HTTPSYS_FD_BIT(number) (1UL << ((number) % (8 * (int)sizeof(unsigned long))))
#define FD_SET(number, set) ((void)(HTTPSYS_FD_WORD(number, set) |= HTTPSYS_FD_BIT(number)))
#define FD_CLR(number, set) ((void)(HTTPSYS_FD_WORD(number, set) &= ~HTTPSYS_FD_BIT(number)))
#define FD_ISSET(number, set) ((HTTPSYS_FD_WORD(number, set) & HTTPSYS_FD_BIT(number)) != 0)
#define FD_ZERO(set) ((void)__builtin_memset((set), 0, sizeof(fd_set)))
#endif
#if defined(HTTPSYS_WINSOCK) && HTTPSYS_WINSOCK
#pragma redefine_extname httpsys_native_select select
#define select httpsys_native_select
#endif
#ifdef __cplusplus
extern "C"
#else
extern
#endif
    int
    select(int count, fd_set *read, fd_set *write, fd_set *except, struct timeval *timeout);
#endif
#endif
#else
#include_next <sys/select.h>
#endif
