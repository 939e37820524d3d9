/* libstdc++'s std::filesystem::path. It is the system's, of char and '/', also where the program is built
 * with _WIN32; with 16-bit wide characters, what it converts wide text with is replaced, see
 * crt/wide_codecvt.hpp.
 */
#pragma GCC system_header
#if defined(_MSC_VER) || defined(__MINGW32__)
#include_next <bits/fs_path.h>
#else

#pragma push_macro("_WIN32")
#undef _WIN32
#if __SIZEOF_WCHAR_T__ == 2 && !defined(HTTPSYS_WIN32_FS_PATH_H)
#define HTTPSYS_WIN32_FS_PATH_H
#include <codecvt>
#include <iomanip>
#include <locale>
#include <string_view>

#include <bits/locale_conv.h>

#include "../crt/wide_codecvt.hpp"
#define codecvt httpsys_path_codecvt
#include_next <bits/fs_path.h>
#undef codecvt
#else
#include_next <bits/fs_path.h>
#endif
#pragma pop_macro("_WIN32")

#endif
