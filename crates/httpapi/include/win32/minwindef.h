/* Part of the base types, which windef.h holds. */
#ifndef HTTPSYS_WIN32_MINWINDEF_H
#define HTTPSYS_WIN32_MINWINDEF_H
#include "windef.h"
#endif
