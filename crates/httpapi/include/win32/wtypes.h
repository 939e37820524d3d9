/* The types of windows.h; those of COM are not offered. */
#ifndef HTTPSYS_WIN32_WTYPES_H
#define HTTPSYS_WIN32_WTYPES_H
#include "windows.h"
#endif
