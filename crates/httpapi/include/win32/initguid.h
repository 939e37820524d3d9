/* Page: DEFINE_GUID. What follows defines its GUIDs instead of declaring them. */
#ifndef INITGUID
#define INITGUID
#endif
#include "guiddef.h"
