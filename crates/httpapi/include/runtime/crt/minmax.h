/* min and max, which windows.h defines unless NOMINMAX is. In C they are macros; in C++ functions of the
 * global namespace, so that std::min and std::numeric_limits<...>::max stay what they are, whichever
 * header comes first.
 */
#ifndef HTTPSYS_CRT_MINMAX_H
#define HTTPSYS_CRT_MINMAX_H

#pragma GCC system_header

#if defined(NOMINMAX)
#elif !defined(__cplusplus)
#ifndef min
#define min(a, b) (((a) < (b)) ? (a) : (b))
#endif
#ifndef max
#define max(a, b) (((a) > (b)) ? (a) : (b))
#endif
#elif __cplusplus >= 201103L && !defined(min) && !defined(max)
extern "C++" {
/* The type of a result, which is no reference to a parameter. */
template <typename Type> struct httpsys_value {
    typedef Type type;
};
template <typename Type> struct httpsys_value<Type &> {
    typedef Type type;
};
template <typename Left, typename Right>
constexpr auto min(Left left, Right right)
    -> typename httpsys_value<decltype(left < right ? left : right)>::type
{
    return left < right ? left : right;
}
template <typename Left, typename Right>
constexpr auto max(Left left, Right right)
    -> typename httpsys_value<decltype(left > right ? left : right)>::type
{
    return left > right ? left : right;
}
}
#endif

#endif /* HTTPSYS_CRT_MINMAX_H */
