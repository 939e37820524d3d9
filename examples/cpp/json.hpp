// As much JSON as notes need: text goes in and out as UTF-8, and is UTF-16 in between.
#pragma once

#ifndef WIN32_LEAN_AND_MEAN
#define WIN32_LEAN_AND_MEAN
#endif
#ifndef NOMINMAX
#define NOMINMAX
#endif
#include <windows.h>

#include <cwctype>
#include <optional>
#include <string>
#include <string_view>

inline std::string ToUtf8(std::wstring_view wide)
{
    const int length = static_cast<int>(wide.size());
    const int size = WideCharToMultiByte(CP_UTF8, 0, wide.data(), length, nullptr, 0, nullptr, nullptr);
    std::string narrow(size, '\0');
    WideCharToMultiByte(CP_UTF8, 0, wide.data(), length, narrow.data(), size, nullptr, nullptr);
    return narrow;
}

// Nothing if it is not valid UTF-8.
inline std::optional<std::wstring> ToWide(std::string_view narrow)
{
    const int length = static_cast<int>(narrow.size());
    const int size = MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, narrow.data(), length, nullptr, 0);
    if (size == 0 && length != 0) {
        return std::nullopt;
    }
    std::wstring wide(size, L'\0');
    MultiByteToWideChar(CP_UTF8, MB_ERR_INVALID_CHARS, narrow.data(), length, wide.data(), size);
    return wide;
}

inline std::wstring Quoted(std::wstring_view text)
{
    constexpr wchar_t digits[] = L"0123456789abcdef";
    std::wstring out = L"\"";
    for (const wchar_t c : text) {
        if (c == L'"' || c == L'\\') {
            out += L'\\';
            out += c;
        } else if (c < L' ') {
            out += L"\\u00";
            out += digits[c >> 4];
            out += digits[c & 15];
        } else {
            out += c;
        }
    }
    return out + L'"';
}

// Reads {"NAME": "VALUE"}, and nothing else.
class JsonReader {
public:
    explicit JsonReader(std::wstring_view text) : rest_(text) {}

    std::optional<std::wstring> OnlyMember(std::wstring_view name)
    {
        if (!Accept(L'{') || String() != name || !Accept(L':')) {
            return std::nullopt;
        }
        std::optional<std::wstring> value = String();
        if (!Accept(L'}')) {
            return std::nullopt;
        }
        SkipBlanks();
        return rest_.empty() ? value : std::nullopt;
    }

private:
    void SkipBlanks()
    {
        while (!rest_.empty() && std::wstring_view(L" \t\r\n").find(rest_.front()) != rest_.npos) {
            rest_.remove_prefix(1);
        }
    }

    bool Accept(wchar_t c)
    {
        SkipBlanks();
        if (rest_.empty() || rest_.front() != c) {
            return false;
        }
        rest_.remove_prefix(1);
        return true;
    }

    std::optional<std::wstring> String()
    {
        std::wstring value;
        if (!Accept(L'"')) {
            return std::nullopt;
        }
        while (!rest_.empty() && rest_.front() >= L' ') {
            const wchar_t c = Next();
            if (c == L'"') {
                return value;
            }
            if (c != L'\\') {
                value += c;
            } else if (const auto escaped = Escape()) {
                value += *escaped;
            } else {
                break;
            }
        }
        return std::nullopt;
    }

    wchar_t Next()
    {
        const wchar_t c = rest_.front();
        rest_.remove_prefix(1);
        return c;
    }

    std::optional<wchar_t> Escape()
    {
        constexpr std::wstring_view names = L"\"\\/bfnrt", values = L"\"\\/\b\f\n\r\t";
        if (rest_.empty()) {
            return std::nullopt;
        }
        const wchar_t c = Next();
        if (const auto at = names.find(c); at != names.npos) {
            return values[at];
        }
        if (c != L'u' || rest_.size() < 4) {
            return std::nullopt;
        }
        int unit = 0; // characters beyond 16 bits are two escapes, as they are two units
        for (int n = 0; n < 4; ++n) {
            const wchar_t digit = Next() | 0x20;
            if (digit >= L'0' && digit <= L'9') {
                unit = unit * 16 + (digit - L'0');
            } else if (digit >= L'a' && digit <= L'f') {
                unit = unit * 16 + (digit - L'a' + 10);
            } else {
                return std::nullopt;
            }
        }
        return static_cast<wchar_t>(unit);
    }

    std::wstring_view rest_;
};
