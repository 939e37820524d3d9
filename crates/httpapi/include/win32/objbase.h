/* The types of windows.h, and with combaseapi.h the task allocator and GUIDs; there is no COM beside. */
#ifndef HTTPSYS_WIN32_OBJBASE_H
#define HTTPSYS_WIN32_OBJBASE_H
#include "windows.h"

#include "combaseapi.h"
#endif
