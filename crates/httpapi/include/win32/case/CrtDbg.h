/* Another spelling of crtdbg.h: file names on Windows ignore case. */
#include "../crtdbg.h"
