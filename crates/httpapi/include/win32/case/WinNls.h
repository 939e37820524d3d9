/* Another spelling of winnls.h: file names on Windows ignore case. */
#include "../winnls.h"
