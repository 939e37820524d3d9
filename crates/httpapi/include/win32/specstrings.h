/* Source annotations, which sal.h holds. */
#ifndef HTTPSYS_WIN32_SPECSTRINGS_H
#define HTTPSYS_WIN32_SPECSTRINGS_H
#include "sal.h"
#endif
