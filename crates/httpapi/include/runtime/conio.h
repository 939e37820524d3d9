/* Pages: _getch, _getche; _kbhit; _putch. Keys come from standard input: if it is a terminal, one
 * at a time and without echo; otherwise the next byte.
 * Differs: at the end of input _getch returns EOF (-1), where a console would wait.
 */
#ifndef HTTPSYS_WIN32_CONIO_H
#define HTTPSYS_WIN32_CONIO_H

#pragma GCC system_header

#include <termios.h>
#include <unistd.h>

#include "crt/base.h"

HTTPSYS_CRT_BEGIN

/* Takes the terminal out of line mode; returns whether it is a terminal. */
HTTPSYS_CRT int httpsys_console_raw(struct termios *before)
{
    struct termios raw;

    if (tcgetattr(0, before) != 0) {
        return 0;
    }
    raw = *before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return tcsetattr(0, TCSANOW, &raw) == 0;
}

HTTPSYS_CRT int _getch(void)
{
    struct termios before;
    int is_terminal = httpsys_console_raw(&before);
    unsigned char byte = 0;
    ssize_t count;

    do {
        count = read(0, &byte, 1);
    } while (count < 0 && errno == EINTR);
    if (is_terminal) {
        tcsetattr(0, TCSANOW, &before);
    }
    return count == 1 ? byte : -1;
}

HTTPSYS_CRT int _putch(int byte)
{
    unsigned char copy = (unsigned char)byte;

    return write(1, &copy, 1) == 1 ? byte : -1;
}

HTTPSYS_CRT int _getche(void)
{
    int byte = _getch();

    return byte < 0 ? byte : _putch(byte);
}

/* poll(2) and its structure under names of our own: Winsock has a structure of the same name. */
struct httpsys_native_pollfd {
    int fd;
    short events;
    short revents;
};
#ifdef __cplusplus
extern "C" {
#endif
extern int httpsys_native_poll(struct httpsys_native_pollfd *inputs, unsigned long count,
                               int milliseconds) __asm__(HTTPSYS_SYMBOL("poll"));
#ifdef __cplusplus
}
#endif

HTTPSYS_CRT int _kbhit(void)
{
    const short readable = 0x1; /* POLLIN of Linux and macOS */
    struct termios before;
    struct httpsys_native_pollfd input;
    int is_terminal = httpsys_console_raw(&before), count;

    input.fd = 0;
    input.events = readable;
    input.revents = 0;
    count = httpsys_native_poll(&input, 1, 0);
    if (is_terminal) {
        tcsetattr(0, TCSANOW, &before);
    }
    return count > 0 && (input.revents & readable) != 0;
}

#ifndef HTTPSYS_NO_OLD_CONIO_NAMES
HTTPSYS_CRT int getch(void)
{
    return _getch();
}
HTTPSYS_CRT int kbhit(void)
{
    return _kbhit();
}
#endif

HTTPSYS_CRT_END

#endif /* HTTPSYS_WIN32_CONIO_H */
