/* The timer functions of multimedia Windows; there is no sound. */
#ifndef HTTPSYS_WIN32_MMSYSTEM_H
#define HTTPSYS_WIN32_MMSYSTEM_H
#include "timeapi.h"
#endif
