/* winnt.h of mingw-w64, with three of its functions in every source that includes it. They are declared
 * without `inline` before they are defined with it, from which C makes a definition that others see.
 */
#pragma GCC system_header
#ifndef HTTPSYS_SDK_WINNT_H
#define HTTPSYS_SDK_WINNT_H

#include <_mingw.h>

#ifndef __cplusplus
#pragma weak NtCurrentTeb
#pragma weak GetCurrentFiber
#pragma weak GetFiberData
#endif
#include_next <winnt.h>

/* Theirs is a declaration that no class can have. */
#include "../runtime/crt/c_assert.h"

#endif /* HTTPSYS_SDK_WINNT_H */
