/* Interlocked operations, header only. Pages: Interlocked Variable Access and those of the functions.
 *
 * All of them are full barriers; the forms with Acquire, Release and NoFence are the same functions, which
 * promises more than is asked. In C++ they take unsigned variables too, as the SDK's do. The lists
 * (InterlockedPushEntrySList) are functions of the library, see synchapi.h.
 */
#ifndef HTTPSYS_WIN32_INTERLOCKEDAPI_H
#define HTTPSYS_WIN32_INTERLOCKEDAPI_H

#pragma GCC system_header

#include "windef.h"

#ifdef __cplusplus
extern "C++" {
#endif

/* In C one function a width; in C++ its overload for unsigned as well. */
#define HTTPSYS_INTERLOCKED_FOR(type, suffix)                                                      \
    FORCEINLINE type InterlockedIncrement##suffix(type volatile *target)                           \
    {                                                                                              \
        return __atomic_add_fetch(target, 1, __ATOMIC_SEQ_CST);                                    \
    }                                                                                              \
    FORCEINLINE type InterlockedDecrement##suffix(type volatile *target)                           \
    {                                                                                              \
        return __atomic_sub_fetch(target, 1, __ATOMIC_SEQ_CST);                                    \
    }                                                                                              \
    FORCEINLINE type InterlockedExchange##suffix(type volatile *target, type value)                \
    {                                                                                              \
        return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);                               \
    }                                                                                              \
    FORCEINLINE type InterlockedExchangeAdd##suffix(type volatile *target, type value)             \
    {                                                                                              \
        return __atomic_fetch_add(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    FORCEINLINE type InterlockedAdd##suffix(type volatile *target, type value)                     \
    {                                                                                              \
        return __atomic_add_fetch(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    FORCEINLINE type InterlockedAnd##suffix(type volatile *target, type value)                     \
    {                                                                                              \
        return __atomic_fetch_and(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    FORCEINLINE type InterlockedOr##suffix(type volatile *target, type value)                      \
    {                                                                                              \
        return __atomic_fetch_or(target, value, __ATOMIC_SEQ_CST);                                 \
    }                                                                                              \
    FORCEINLINE type InterlockedXor##suffix(type volatile *target, type value)                     \
    {                                                                                              \
        return __atomic_fetch_xor(target, value, __ATOMIC_SEQ_CST);                                \
    }                                                                                              \
    FORCEINLINE type InterlockedCompareExchange##suffix(type volatile *target, type value,         \
                                                        type expected)                             \
    {                                                                                              \
        __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST,                 \
                                    __ATOMIC_SEQ_CST);                                             \
        return expected;                                                                           \
    }

HTTPSYS_INTERLOCKED_FOR(LONG, )
HTTPSYS_INTERLOCKED_FOR(LONG64, 64)
HTTPSYS_INTERLOCKED_FOR(SHORT, 16)
HTTPSYS_INTERLOCKED_FOR(char, 8)
#ifdef __cplusplus
HTTPSYS_INTERLOCKED_FOR(ULONG, )
HTTPSYS_INTERLOCKED_FOR(ULONGLONG, )
HTTPSYS_INTERLOCKED_FOR(ULONGLONG, 64)
/* What a source calls long or int64_t. */
HTTPSYS_INTERLOCKED_FOR(long, )
HTTPSYS_INTERLOCKED_FOR(long, 64)
HTTPSYS_INTERLOCKED_FOR(unsigned long, )
HTTPSYS_INTERLOCKED_FOR(unsigned long, 64)
HTTPSYS_INTERLOCKED_FOR(USHORT, 16)
#endif
#undef HTTPSYS_INTERLOCKED_FOR

/* Page: InterlockedExchangeSubtract, which is for unsigned variables alone. */
FORCEINLINE ULONG InterlockedExchangeSubtract(ULONG volatile *target, ULONG value)
{
    return __atomic_fetch_sub(target, value, __ATOMIC_SEQ_CST);
}

FORCEINLINE PVOID InterlockedExchangePointer(PVOID volatile *target, PVOID value)
{
    return __atomic_exchange_n(target, value, __ATOMIC_SEQ_CST);
}
FORCEINLINE PVOID InterlockedCompareExchangePointer(PVOID volatile *target, PVOID value,
                                                    PVOID expected)
{
    __atomic_compare_exchange_n(target, &expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
}

/* Pages: InterlockedBitTestAndSet, InterlockedBitTestAndReset. The bit counts from *base on. */
FORCEINLINE BOOLEAN InterlockedBitTestAndSet(LONG volatile *base, LONG bit)
{
    LONG mask = (LONG)(1u << (bit & 31));
    return (__atomic_fetch_or(base + (bit >> 5), mask, __ATOMIC_SEQ_CST) & mask) != 0;
}
FORCEINLINE BOOLEAN InterlockedBitTestAndReset(LONG volatile *base, LONG bit)
{
    LONG mask = (LONG)(1u << (bit & 31));
    return (__atomic_fetch_and(base + (bit >> 5), ~mask, __ATOMIC_SEQ_CST) & mask) != 0;
}

#ifdef __cplusplus
}
#endif

#define InterlockedIncrementAcquire InterlockedIncrement
#define InterlockedIncrementRelease InterlockedIncrement
#define InterlockedIncrementNoFence InterlockedIncrement
#define InterlockedDecrementAcquire InterlockedDecrement
#define InterlockedDecrementRelease InterlockedDecrement
#define InterlockedDecrementNoFence InterlockedDecrement
#define InterlockedExchangeAcquire InterlockedExchange
#define InterlockedExchangeNoFence InterlockedExchange
#define InterlockedExchangeAddNoFence InterlockedExchangeAdd
#define InterlockedAddNoFence InterlockedAdd
#define InterlockedCompareExchangeAcquire InterlockedCompareExchange
#define InterlockedCompareExchangeRelease InterlockedCompareExchange
#define InterlockedCompareExchangeNoFence InterlockedCompareExchange
#define InterlockedIncrementSizeT(target) InterlockedIncrement64((LONG64 volatile *)(target))
#define InterlockedDecrementSizeT(target) InterlockedDecrement64((LONG64 volatile *)(target))
#define _InterlockedIncrement InterlockedIncrement
#define _InterlockedDecrement InterlockedDecrement
#define _InterlockedExchange InterlockedExchange
#define _InterlockedExchangeAdd InterlockedExchangeAdd
#define _InterlockedCompareExchange InterlockedCompareExchange
#define _InterlockedAnd InterlockedAnd
#define _InterlockedOr InterlockedOr
#define _InterlockedXor InterlockedXor
#define _InterlockedIncrement64 InterlockedIncrement64
#define _InterlockedDecrement64 InterlockedDecrement64
#define _InterlockedExchange64 InterlockedExchange64
#define _InterlockedExchangeAdd64 InterlockedExchangeAdd64
#define _InterlockedCompareExchange64 InterlockedCompareExchange64

/* Pages: MemoryBarrier; YieldProcessor; ReadAcquire and its relatives. */
#define MemoryBarrier() __atomic_thread_fence(__ATOMIC_SEQ_CST)
#define _ReadWriteBarrier() __atomic_signal_fence(__ATOMIC_SEQ_CST)
#define ReadAcquire(source) __atomic_load_n((source), __ATOMIC_ACQUIRE)
#define ReadNoFence(source) __atomic_load_n((source), __ATOMIC_RELAXED)
#define WriteRelease(target, value) __atomic_store_n((target), (value), __ATOMIC_RELEASE)
#define WriteNoFence(target, value) __atomic_store_n((target), (value), __ATOMIC_RELAXED)
#define ReadPointerAcquire(source) __atomic_load_n((source), __ATOMIC_ACQUIRE)
#define WritePointerRelease(target, value) __atomic_store_n((target), (value), __ATOMIC_RELEASE)
#if defined(__x86_64__)
#define YieldProcessor() __builtin_ia32_pause()
#elif defined(__aarch64__)
#define YieldProcessor() __asm__ __volatile__("yield")
#else
#define YieldProcessor() ((void)0)
#endif

#endif /* HTTPSYS_WIN32_INTERLOCKEDAPI_H */
