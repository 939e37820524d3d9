/* windows.h of mingw-w64. Without WIN32_LEAN_AND_MEAN it brings winsock2.h, as ours does; theirs would
 * bring winsock.h, with which winsock2.h cannot follow.
 */
#pragma GCC system_header
#include <_mingw.h>

#include "begin.h"
#include_next <windows.h>
#include "end.h"

#include "../runtime/crt/minmax.h"
#include "../runtime/crt/sal_words.h"
#include "additions.h"
