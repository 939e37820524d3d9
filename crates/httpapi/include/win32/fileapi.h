/* Part of the functions that winbase.h holds. */
#ifndef HTTPSYS_WIN32_FILEAPI_H
#define HTTPSYS_WIN32_FILEAPI_H
#include "winbase.h"
#endif
