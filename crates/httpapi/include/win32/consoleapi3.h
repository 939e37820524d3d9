/* Part of the functions that consoleapi.h holds. */
#ifndef HTTPSYS_WIN32_CONSOLEAPI3_H
#define HTTPSYS_WIN32_CONSOLEAPI3_H
#include "consoleapi.h"
#endif
