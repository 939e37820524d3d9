/* Page: rand_s. 0, or EINVAL for NULL. The numbers are the system's. */
#ifndef HTTPSYS_CRT_RANDOM_H
#define HTTPSYS_CRT_RANDOM_H

#pragma GCC system_header

#include "base.h"

/* A function of the C library, under a name of ours: strict C declares it in no header. */
#ifdef __cplusplus
extern "C" {
#endif
int httpsys_getentropy(void *to, size_t size) __asm__(HTTPSYS_SYMBOL("getentropy"));
#ifdef __cplusplus
}
#endif

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT errno_t rand_s(unsigned int *to)
{
    if (!to || httpsys_getentropy(to, sizeof(*to)) != 0) {
        errno = EINVAL;
        return EINVAL;
    }
    return 0;
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_CRT_RANDOM_H */
