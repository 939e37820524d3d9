/* The compiler's own header, as it is for this system: with _WIN32 it would call functions of
 * Microsoft's runtime.
 */
#pragma GCC system_header
#if defined(_WIN32) && !(defined(_MSC_VER) || defined(__MINGW32__))
#pragma push_macro("_WIN32")
#undef _WIN32
#include_next <mm_malloc.h>
#pragma pop_macro("_WIN32")
#else
#include_next <mm_malloc.h>
#endif
