/* Interlocked functions in C++ for variables of type long, which is 64 bits wide: that is what a source for
 * Windows calls long, and what int64_t is on Linux. Those of mingw-w64 are for LONG, LONG64 and their
 * unsigned relatives.
 */
#pragma GCC system_header
#if defined(__cplusplus) && !defined(HTTPSYS_SDK_INTERLOCKED_H)
#define HTTPSYS_SDK_INTERLOCKED_H

extern "C++" {

/* The names are macros there, for functions with _ in front. */
#define HTTPSYS_LONG(increment, decrement, exchange, exchange_add, and_, or_, xor_, compare_exchange) \
    inline long increment(long volatile *target)                                                   \
    {                                                                                              \
        return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);                                    \
    }                                                                                              \
    inline long decrement(long volatile *target)                                                   \
    {                                                                                              \
        return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);                                    \
    }                                                                                              \
    inline long exchange(long volatile *target, long value)                                        \
    {                                                                                              \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                               \
    }                                                                                              \
    inline long exchange_add(long volatile *target, long value)                                    \
    {                                                                                              \
        return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    inline long and_(long volatile *target, long value)                                            \
    {                                                                                              \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    inline long or_(long volatile *target, long value)                                             \
    {                                                                                              \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    inline long xor_(long volatile *target, long value)                                            \
    {                                                                                              \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    inline long compare_exchange(long volatile *target, long value, long expected)                 \
    {                                                                                              \
        __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST,                 \
                                    __ATOMIC_SEQ_CST);                                             \
        return expected;                                                                           \
    }

HTTPSYS_LONG(InterlockedIncrement, InterlockedDecrement, InterlockedExchange, InterlockedExchangeAdd,
             InterlockedAnd, InterlockedOr, InterlockedXor, InterlockedCompareExchange)
HTTPSYS_LONG(InterlockedIncrement64, InterlockedDecrement64, InterlockedExchange64,
             InterlockedExchangeAdd64, InterlockedAnd64, InterlockedOr64, InterlockedXor64,
             InterlockedCompareExchange64)
#undef HTTPSYS_LONG

}

#endif
