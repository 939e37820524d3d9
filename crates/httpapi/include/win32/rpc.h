/* The UUID functions of rpcdce.h; there is no RPC beside. */
#ifndef HTTPSYS_WIN32_RPC_H
#define HTTPSYS_WIN32_RPC_H
#include "windows.h"

#include "rpcdce.h"
#endif
