/* Part of the functions that consoleapi.h holds. */
#ifndef HTTPSYS_WIN32_WINCON_H
#define HTTPSYS_WIN32_WINCON_H
#include "consoleapi.h"
#endif
