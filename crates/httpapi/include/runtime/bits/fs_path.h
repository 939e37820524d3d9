/* std::filesystem::path is the system's, of char and '/', also where the program is built with _WIN32.
 */
#pragma GCC system_header
#if defined(_WIN32) && !(defined(_MSC_VER) || defined(__MINGW32__))
#pragma push_macro("_WIN32")
#undef _WIN32
#include_next <bits/fs_path.h>
#pragma pop_macro("_WIN32")
#else
#include_next <bits/fs_path.h>
#endif
