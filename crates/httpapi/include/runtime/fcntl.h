/* The system's fcntl.h with the translation modes of Page: _setmode. */
#pragma GCC system_header
#include_next <fcntl.h>

#if !(defined(_MSC_VER) || defined(__MINGW32__)) && \
    !defined(HTTPSYS_WIN32_FCNTL_H)
#define HTTPSYS_WIN32_FCNTL_H
#define _O_TEXT 0x4000
#define _O_BINARY 0x8000
#define _O_WTEXT 0x10000
#define _O_U16TEXT 0x20000
#define _O_U8TEXT 0x40000
#ifndef O_TEXT
#define O_TEXT 0
#endif
#ifndef O_BINARY
#define O_BINARY 0
#endif
#endif
