/* The types of windows.h; COM is not offered. */
#ifndef HTTPSYS_WIN32_OBJBASE_H
#define HTTPSYS_WIN32_OBJBASE_H
#include "windows.h"
#endif
