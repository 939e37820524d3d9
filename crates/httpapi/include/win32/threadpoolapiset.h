/* Part of the functions that winbase.h holds. */
#ifndef HTTPSYS_WIN32_THREADPOOLAPISET_H
#define HTTPSYS_WIN32_THREADPOOLAPISET_H
#include "winbase.h"
#endif
