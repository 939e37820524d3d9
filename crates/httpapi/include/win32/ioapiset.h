/* Part of the functions that winbase.h holds. */
#ifndef HTTPSYS_WIN32_IOAPISET_H
#define HTTPSYS_WIN32_IOAPISET_H
#include "winbase.h"
#endif
