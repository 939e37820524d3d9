/* Page: Low-Level I/O: the parts that console programs use.
 * Differs: descriptors are the native ones, and no mode translates line ends.
 */
#ifndef HTTPSYS_WIN32_IO_H
#define HTTPSYS_WIN32_IO_H

#pragma GCC system_header

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "crt/base.h"

HTTPSYS_CRT_BEGIN

/* Page: _setmode. Wide text is UTF-8 on a stream whatever its mode, and lines end as written, so
 * there is nothing to switch: the mode is checked and the former one (_O_TEXT) reported. */
HTTPSYS_CRT int _setmode(int descriptor, int mode)
{
    if (descriptor < 0) {
        errno = EBADF;
        return -1;
    }
    if (mode != _O_TEXT && mode != _O_BINARY && mode != _O_WTEXT && mode != _O_U16TEXT &&
        mode != _O_U8TEXT) {
        errno = EINVAL;
        return -1;
    }
    return _O_TEXT;
}

HTTPSYS_CRT int _isatty(int descriptor)
{
    return isatty(descriptor);
}

/* Page: _access. Modes 0 (exists), 2 (write), 4 (read), 6 (both). */
HTTPSYS_CRT int _access(const char *path, int mode)
{
    return access(path, (mode & 2 ? W_OK : 0) | (mode & 4 ? R_OK : 0));
}

HTTPSYS_CRT int _close(int descriptor)
{
    return close(descriptor);
}

HTTPSYS_CRT int _unlink(const char *path)
{
    return unlink(path);
}

HTTPSYS_CRT_END

#endif /* HTTPSYS_WIN32_IO_H */
