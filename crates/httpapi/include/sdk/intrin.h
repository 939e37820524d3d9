/* intrin.h of mingw-w64, without the functions of the C library that it would declare again. */
#pragma GCC system_header
#include <_mingw.h>

#include "begin.h"
#include_next <intrin.h>
#include "end.h"
