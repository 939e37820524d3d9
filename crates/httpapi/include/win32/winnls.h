/* The conversions of stringapiset.h; national language support is not offered. */
#ifndef HTTPSYS_WIN32_WINNLS_H
#define HTTPSYS_WIN32_WINNLS_H
#include "stringapiset.h"
#endif
