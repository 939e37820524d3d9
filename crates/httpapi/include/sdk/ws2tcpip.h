/* ws2tcpip.h of mingw-w64, with its questions about addresses of IPv6 in every source that asks: the import library that
 * has them on Windows is none here. */
#pragma GCC system_header
#ifndef HTTPSYS_SDK_WS2TCPIP_H
#define HTTPSYS_SDK_WS2TCPIP_H

#include <winsock2.h>

#pragma push_macro("__CRT_INLINE")
#undef __CRT_INLINE
#define __CRT_INLINE __attribute__((weak))
#include_next <ws2tcpip.h>
#pragma pop_macro("__CRT_INLINE")

#endif /* HTTPSYS_SDK_WS2TCPIP_H */
