/* Another spelling of conio.h: file names on Windows ignore case. */
#include "../conio.h"
