/* Source annotations, which sal.h holds. */
#ifndef HTTPSYS_WIN32_DRIVERSPECS_H
#define HTTPSYS_WIN32_DRIVERSPECS_H
#include "sal.h"
#endif
