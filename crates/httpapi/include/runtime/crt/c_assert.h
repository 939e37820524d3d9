/* C_ASSERT, which may stand in files, functions, structures and classes. Page: C_ASSERT macro. */
#pragma GCC system_header
#undef C_ASSERT
#if !defined(__cplusplus)
#define C_ASSERT(expression) __extension__ _Static_assert(expression, #expression)
#elif __cplusplus >= 201103L
#define C_ASSERT(expression) static_assert(expression, #expression)
#else
#define C_ASSERT(expression) typedef char HTTPSYS_C_ASSERT_[(expression) ? 1 : -1]
#endif
