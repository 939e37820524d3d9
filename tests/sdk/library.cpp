// The C++ library beside the macros and words of Windows, whichever comes first; runs.
#ifdef LIBRARY_FIRST
#include <algorithm>
#include <map>
#include <string>
#endif
#include <windows.h>

#include <http.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <functional>
#include <iostream>
#include <limits>
#include <locale>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

struct __declspec(novtable) handler {
    virtual ~handler() {}
    virtual DWORD STDMETHODCALLTYPE handle(__in const std::wstring &path, __out_opt ULONG *status) = 0;
};

class counter : public handler
{
    volatile ULONG calls_ = 0;

public:
    DWORD STDMETHODCALLTYPE handle(__in const std::wstring &path, __out_opt ULONG *status) override
    {
        InterlockedIncrement(&calls_);
        InterlockedExchangeAdd(&calls_, 2u);
        if (status) {
            *status = static_cast<ULONG>(path.size());
        }
        return calls_;
    }
};

static int add(__in int left, __inout_opt int *right)
{
    return left + (right ? *right : 0);
}

int main()
{
    using namespace std;
    counter one;
    ULONG status = 0;
    int failures = 0;
    ULONG64 total = 5;
    failures += one.handle(L"/path", &status) != 3 || status != 5;
    failures += InterlockedIncrement(&total) != 6;
    failures += min(status, static_cast<ULONG>(7)) != 5 || (std::max)(1, 2) != 2;
    failures += std::max<size_t>(1, 2) != 2 || numeric_limits<int>::max() != INT_MAX;
    auto bound = bind(add, placeholders::_1, nullptr);
    failures += bound(4) != 4;
    failures += !regex_match(string("ab12"), regex("[a-z]+[0-9]+"));
    wostringstream text;
    text << L"n=" << 42;
    failures += text.str() != L"n=42";
    SIZE_T size = text.str().size();
    failures += std::min(size, text.str().size()) != 4;
    mutex lock;
    thread worker([&] { lock_guard<mutex> hold(lock); });
    worker.join();
    return failures;
}
