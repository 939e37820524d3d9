/* Page: CRT debugging techniques. Assertions are those of assert.h; the debug heap is not offered,
 * and the macros that steer it do nothing, as in a release build on Windows.
 */
#ifndef HTTPSYS_WIN32_CRTDBG_H
#define HTTPSYS_WIN32_CRTDBG_H

#include <assert.h>

#define _ASSERT(expression) assert(expression)
#define _ASSERTE(expression) assert(expression)
#define _CrtSetDbgFlag(flags) ((int)0)
#define _CrtDumpMemoryLeaks() ((int)0)
#define _CrtCheckMemory() ((int)1)
#define _CRTDBG_ALLOC_MEM_DF 0x01
#define _CRTDBG_LEAK_CHECK_DF 0x20

#endif /* HTTPSYS_WIN32_CRTDBG_H */
