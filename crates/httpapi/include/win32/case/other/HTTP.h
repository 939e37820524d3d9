/* Another spelling of http.h: file names on Windows ignore case. */
#include "../../../http.h"
