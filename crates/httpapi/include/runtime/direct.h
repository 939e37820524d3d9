/* Directories of the C runtime. Pages: _mkdir, _wmkdir; _rmdir, _wrmdir; _chdir, _wchdir; _getcwd, _wgetcwd;
 * _getdrive. Paths: crt/path.h.
 */
#ifndef HTTPSYS_RUNTIME_DIRECT_H
#define HTTPSYS_RUNTIME_DIRECT_H

#pragma GCC system_header
#if defined(_MSC_VER) || defined(__MINGW32__)
#include_next <direct.h>
#else

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crt/path.h"

HTTPSYS_CRT_BEGIN

HTTPSYS_CRT int _mkdir(const char *name)
HTTPSYS_PATH_BODY(name, 0, mkdir(path, 0777))
HTTPSYS_CRT int _rmdir(const char *name)
HTTPSYS_PATH_BODY(name, 0, rmdir(path))
HTTPSYS_CRT int _chdir(const char *name)
HTTPSYS_PATH_BODY(name, 0, chdir(path))

#ifdef __cplusplus
extern "C" {
#endif
/* Of the library, which knows the drives. */
extern unsigned httpsys_current_directory(unsigned room, char *buffer)
    __asm__(HTTPSYS_SYMBOL("GetCurrentDirectoryA"));
extern unsigned httpsys_current_directory_wide(unsigned room, httpsys_unit *buffer)
    __asm__(HTTPSYS_SYMBOL("GetCurrentDirectoryW"));
#ifdef __cplusplus
}
#endif

/* With a drive and `\`. Without a buffer the result is freed by free. Errors: ERANGE, ENOMEM. */
HTTPSYS_CRT char *_getcwd(char *buffer, int size)
{
    unsigned needed = httpsys_current_directory(0, NULL);
    char *to = buffer;

    if (!to) {
        size = size > (int)needed ? size : (int)needed;
        to = (char *)malloc((size_t)size);
        if (!to) {
            errno = ENOMEM;
            return NULL;
        }
    }
    if (size <= 0 || !needed || httpsys_current_directory((unsigned)size, to) >= (unsigned)size) {
        errno = ERANGE;
        return NULL;
    }
    return to;
}

HTTPSYS_CRT int _getdrive(void)
{
    char text[2] = "", *path = _getcwd(NULL, 0);

    if (path) {
        text[0] = path[1] == ':' ? path[0] : '@';
        free(path);
    }
    return text[0] ? text[0] - '@' : 0;
}

#if HTTPSYS_CRT_WIDE
HTTPSYS_CRT int _wmkdir(const wchar_t *name)
HTTPSYS_PATH_BODY(name, 1, mkdir(path, 0777))
HTTPSYS_CRT int _wrmdir(const wchar_t *name)
HTTPSYS_PATH_BODY(name, 1, rmdir(path))
HTTPSYS_CRT int _wchdir(const wchar_t *name)
HTTPSYS_PATH_BODY(name, 1, chdir(path))
HTTPSYS_CRT wchar_t *_wgetcwd(wchar_t *buffer, int size)
{
    unsigned needed = httpsys_current_directory_wide(0, NULL);
    wchar_t *to = buffer;

    if (!to) {
        size = size > (int)needed ? size : (int)needed;
        to = (wchar_t *)malloc((size_t)size * sizeof(wchar_t));
        if (!to) {
            errno = ENOMEM;
            return NULL;
        }
    }
    if (size <= 0 || !needed ||
        httpsys_current_directory_wide((unsigned)size, to) >= (unsigned)size) {
        errno = ERANGE;
        return NULL;
    }
    return to;
}
#endif

HTTPSYS_CRT_END

#endif
#endif /* HTTPSYS_RUNTIME_DIRECT_H */
