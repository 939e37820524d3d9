/* Part of the functions that winbase.h holds. */
#ifndef HTTPSYS_WIN32_HANDLEAPI_H
#define HTTPSYS_WIN32_HANDLEAPI_H
#include "winbase.h"
#endif
