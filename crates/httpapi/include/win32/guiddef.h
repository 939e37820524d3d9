/* Part of the base types, which windef.h holds. */
#ifndef HTTPSYS_WIN32_GUIDDEF_H
#define HTTPSYS_WIN32_GUIDDEF_H
#include "windef.h"
#endif
