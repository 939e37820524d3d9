/* Part of the functions that consoleapi.h holds. */
#ifndef HTTPSYS_WIN32_CONSOLEAPI2_H
#define HTTPSYS_WIN32_CONSOLEAPI2_H
#include "consoleapi.h"
#endif
