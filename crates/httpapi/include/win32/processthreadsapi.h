/* Part of the functions that winbase.h holds. */
#ifndef HTTPSYS_WIN32_PROCESSTHREADSAPI_H
#define HTTPSYS_WIN32_PROCESSTHREADSAPI_H
#include "winbase.h"
#endif
